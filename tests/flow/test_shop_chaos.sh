#!/usr/bin/env bash
# The shop of docs/workflows.md on a bad day: its programs fail, crash, hang and give up at random,
# workers and the daemon are killed, a person cancels, holds, releases and replays. In the end stock,
# payments and parcels agree with the orders exactly.
#
# SHOP_ORDERS (100) orders; SHOP_KILL_S (1) seconds from one kill to the next; SHOP_SEED; SHOP_KEEP: a
# folder to keep the books and the log in.
. "$(dirname "$0")/../lib/shop_scene.sh"

orders=${SHOP_ORDERS:-100}
kill_s=${SHOP_KILL_S:-1}
seed=${SHOP_SEED:-$((SRANDOM % 1000000))}
RANDOM=$seed
kills=0 killed_workers=0
echo "SHOP_SEED=$seed"

write_shop_config <<CONF
max_attempts = 3
interval = 20ms
backoff_rate = 1
timeout = 1s
concurrency = 16
CONF
stock_shop 1000000
start_daemon
start_worker 8 1s
start_worker 8 1s

make_orders "$orders" >"$place/orders"
echo "$seed" >"$place/chaos"
dofs submit --file "$place/orders" --json >"$place/submitted" 2>"$place/err"
jq -r .order_id "$place/submitted" >"$place/ids"
check "all orders are taken" [ "$(sort -u "$place/ids" | wc -l)" -eq "$orders" ]

check "the last one is cancelled before it begins" dofs cancel "$(tail -n 1 "$place/ids")"

# Some of the orders that are on their way.
some() {
    dofs list status:PROCESSING,RETRYING,FAILED,UNDOING --limit 40 --json --timeout 2s |
        jq -r .order_id | awk -v n="$1" -v from=$((RANDOM % 3)) 'NR > from && NR <= from + n'
}

# What a person may do, whatever comes of it: the daemon may be gone just then.
meddle() {
    case $((RANDOM % 8)) in
    [0-2]) some 1 | xargs -r dofs cancel --timeout 2s ;;
    3) some 2 | xargs -r dofs hold --yes --timeout 2s ;;
    4) dofs release --filter status:HELD --yes --timeout 2s ;;
    5) dofs replay --all --yes --timeout 2s ;;
    6) dofs replay --all --from start --yes --timeout 2s ;;
    7) dofs retry --filter status:RETRYING --yes --timeout 2s ;;
    esac
    some 1 | xargs -r dofs cancel --timeout 2s
} >/dev/null 2>&1

# The daemon, a worker, the daemon, the daemon, a worker ...
kill_one() {
    if [ $(((kills + killed_workers) % 3)) -eq 1 ]; then
        kill_worker $((RANDOM % 2))
        start_worker 8 1s
        killed_workers=$((killed_workers + 1))
    else
        kill_daemon
        restart_daemon
        kills=$((kills + 1))
    fi
}

count() { # of orders in any of these statuses
    dofs stats --json | jq --arg in "$*" '[.counts[$in | split(" ")[]]] | add'
}

kill_one # a quick machine is done before the first are due
meddle
kill_one
next_kill=$((SECONDS + kill_s))
while [ "$(count QUEUED PROCESSING RETRYING UNDOING)" -gt $((orders / 50)) ]; do
    meddle
    if [ "$SECONDS" -ge "$next_kill" ]; then
        kill_one
        next_kill=$((SECONDS + kill_s))
    fi
done

rm "$place/chaos"
all_ended() {
    dofs release --filter status:HELD --yes
    dofs replay --all --yes
    [ "$(count FULFILLED CANCELLED)" -eq "$orders" ]
}
check "once all goes well, each order ends" await all_ended
fulfilled=$(count FULFILLED)
cancelled=$(count CANCELLED)
echo "$orders orders: $fulfilled fulfilled, $cancelled cancelled; $(wc -l <"$place/runs") attempts;" \
    "daemon killed $kills times, workers $killed_workers, in $SECONDS s"
check "some are fulfilled, some cancelled" [ $((fulfilled * cancelled)) -gt 0 ]
check "the daemon was killed, and workers" [ $((kills * killed_workers)) -gt 0 ]
check "histories tell of each step in its turn" histories_agree
stop_daemon
check "stock, payments and parcels agree with the orders" books_agree

# That the comparison sees what it is there to see.
spoil() { # DATABASE SQL
    cp "$shop/$1" "$place/kept"
    sqlite3 "$shop/$1" "$2"
    ! books_agree
    local seen=$?
    rm -f "$shop/$1-wal" "$shop/$1-shm"
    mv "$place/kept" "$shop/$1"
    return $seen
}
standing="(SELECT max(rowid) FROM charges WHERE refunded = 0)"
check "a charge doubled would be seen" spoil payments.db \
    "INSERT INTO charges SELECT key || 'x', order_id, cents, 0 FROM charges WHERE rowid = $standing"
check "a charge lost would be seen" spoil payments.db "DELETE FROM charges WHERE rowid = $standing"
check "a refund lost would be seen" spoil payments.db \
    "UPDATE charges SET refunded = 0 WHERE rowid = (SELECT max(rowid) FROM charges WHERE refunded)"
check "a piece lost would be seen" spoil stock.db \
    "UPDATE stock SET pieces = pieces - 1 WHERE product = 'product-3'"
check "an order put back would be seen" spoil stock.db \
    "DELETE FROM taken WHERE rowid = (SELECT max(rowid) FROM taken)"
check "and now they agree" books_agree

scene_done
