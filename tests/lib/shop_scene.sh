# For shell tests: the shop of docs/workflows.md on a private daemon. To be sourced.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/scene.sh"

shop=$place/shop
programs=$PWD/docs/shop
as_wanted=$PWD/tests/lib/shop_program.sh
workers=()

# The configuration of docs/workflows.md, each program by way of shop_program.sh. What stands in
# standard input is added to [fulfilment].
write_shop_config() {
    local step
    {
        printf '[fulfilment]\nhandler = exec\n'
        cat
        printf '[steps]\norder = open, reserve, charge, ship\n'
        for step in open reserve ship; do
            printf '[step "%s"]\ncommand = %s\n' $step "$(program $step)"
            [ $step = ship ] || printf 'undo = %s\n' "$(program $step)"
        done
        printf '[step "charge"]\nhandler = worker\nundo = worker\n'
    } | write_config
}

program() { echo "'$as_wanted' '$place' '$programs/$1.sh' '$shop'"; }

# How many pieces of each product there are; the i-th costs 100 + i cents.
stock_shop() {
    local i
    "$programs/new.sh" "$shop"
    for i in 0 1 2 3 4 5 6 7 8 9; do
        echo "INSERT INTO stock VALUES ('product-$i', 100 + $i, $1);"
    done | sqlite3 "$shop/stock.db"
}

start_worker() { # PARALLEL LEASE
    dofs work --exec "$(program charge)" --parallel "$1" --lease "$2" \
        >>"$place/worker" 2>&1 &
    workers+=($!)
}

kill_worker() { # the I-th
    kill -KILL "${workers[$1]}"
    wait "${workers[$1]}" 2>/dev/null
    unset "workers[$1]"
    workers=("${workers[@]}")
}

# After a kill -9. The lock may still be held for a moment, by a program that was about to start.
restart_daemon() {
    until dofs info >/dev/null 2>&1; do
        kill -0 "$daemon" 2>/dev/null || {
            dofsd -c "$place/dofsd.conf" 2>>"$place/log" &
            daemon=$!
        }
        read -rt 0.02 <> <(:) || :
    done
}

kill_daemon() {
    kill -KILL "$daemon"
    wait "$daemon" 2>/dev/null
}

# Programs that outlived what ran them: those that have this place among their words.
end_orphans() {
    grep -lF "$place/" /proc/[0-9]*/cmdline 2>/dev/null |
        sed 's|/proc/\([0-9]*\)/.*|\1|' | grep -vx $$ | xargs -r kill -KILL 2>/dev/null
}

shop_end() {
    while [ ${#workers[@]} -gt 0 ]; do kill_worker 0; done
    stop_daemon
    end_orphans
    [ -z "${SHOP_KEEP:-}" ] || cp -r "$place" "$SHOP_KEEP"
    scene_end
}
trap shop_end EXIT

# N orders, a line of JSON each.
make_orders() {
    awk -v n="$1" 'BEGIN {
        for (i = 1; i <= n; i++) {
            items = sprintf("{\"product_id\":\"product-%d\",\"quantity\":%d}", i % 10, i % 4 + 1)
            if (i % 3 == 0)
                items = items sprintf(",{\"product_id\":\"product-%d\",\"quantity\":2}",
                                      (i + 5) % 10)
            printf("{\"reference\":\"shop-%d\",\"customer_id\":\"cust-%03d\",\"items\":[%s]," \
                   "\"metadata\":{\"address\":\"%d Main St\"}}\n", i, i % 97, items, i)
        }
    }'
}

# Compares the books with the orders, line by line; what does not agree is printed. The orders as
# submitted are in PLACE/orders. The daemon has to be stopped.
books_agree() {
    local wrong
    wrong=$(sqlite3 -bail -cmd "ATTACH '$place/state/orders.db' AS daemon" \
        -cmd "ATTACH '$shop/stock.db' AS stock" -cmd "ATTACH '$shop/payments.db' AS payments" \
        -cmd "CREATE TABLE lines (line TEXT)" -cmd ".mode ascii" -cmd '.separator "\037" "\n"' \
        -cmd ".import '$place/orders' lines" -cmd ".mode list" -cmd ".separator ' '" \
        -cmd "CREATE TABLE folder AS SELECT name, data FROM fsdir('$shop/parcels')" \
        :memory: <"$(dirname "${BASH_SOURCE[0]}")/shop_check.sql" 2>&1)
    [ -z "$wrong" ] && return
    echo "$wrong" | head -40
    return 1
}

# Looks at the history of each order in the file PLACE/ids.
histories_agree() {
    local id wrong
    while read -r id; do dofs show "$id" --history --json; done <"$place/ids" |
        jq -rn 'foreach inputs as $line ({}; if $line.order_id then
                {id: $line.order_id, n: 0, status: $line.status}
                else .n += 1 | .line = $line end;
            if .n == 0 then ["order", .id, .status]
            else ["entry", .id, .n, .line.type, .line.step // ""] end | @tsv)' >"$place/histories"
    grep '^order' "$place/histories" | cut -f 2- >"$place/told-orders"
    grep '^entry' "$place/histories" | cut -f 2- >"$place/told"
    wrong=$(sqlite3 -bail -cmd "CREATE TABLE orders (order_id PRIMARY KEY, status)" \
        -cmd "CREATE TABLE told (order_id, n INTEGER, type, step)" -cmd ".mode tabs" \
        -cmd ".import '$place/told-orders' orders" -cmd ".import '$place/told' told" \
        -cmd ".mode list" -cmd ".separator ' '" \
        :memory: <"$(dirname "${BASH_SOURCE[0]}")/shop_history.sql" 2>&1)
    [ -z "$wrong" ] && [ "$(wc -l <"$place/told-orders")" -eq "$(wc -l <"$place/ids")" ] && return
    echo "$wrong" | head -40
    return 1
}
