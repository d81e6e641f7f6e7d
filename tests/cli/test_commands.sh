#!/usr/bin/env bash
# Each command of dofs: its text, its JSON, its exit code, its help.
. "$(dirname "$0")/../lib/scene.sh"

good() {
    write_config <<'CONF'
[fulfilment]
success_rate = 1
interval = 5ms
CONF
}

bad() {
    write_config <<'CONF'
[fulfilment]
success_rate = 0
interval = 5ms
[alarms]
dlq_depth = 2
CONF
}

good
start_daemon

commands="submit show list failed cancel hold release retry amend replay replays discard watch stats info
health metrics pause resume drain reload export smoke bench completion"

# A new order's id: new_order CUSTOMER
new_order() {
    dofs submit --customer "$1" --item p-1:2 --json | jq -r .order_id
}

quiet() {
    dofs stats --json | jq -e '.counts | .QUEUED + .PROCESSING + .RETRYING + .UNDOING == 0'
}

# Usage -------------------------------------------------------------------------------------------

help_tells() {
    for c in $commands; do
        run 0 dofs "$c" --help && has "$out" "dofs $c" || return 1
        run 0 dofs help "$c" || return 1
    done
    run 0 dofs --help && has "$out" submit bench smoke && run 0 dofs --version && has "$out" dofs
}

wrong_usage() {
    run 2 dofs nonsense || return 1
    run 2 dofs sbmit && has "$err" submit || return 1 # the nearest one is named
    for c in $commands; do
        run 2 dofs "$c" --nonsense || return 1
    done
    run 2 dofs submit && run 2 dofs submit --customer c --item x && run 2 dofs show &&
        run 2 dofs bench --orders 0 && run 2 dofs bench --batch 1001 &&
        run 2 dofs export --format xml && run 2 dofs submit --customer c --file f
}

# Submitting --------------------------------------------------------------------------------------

submit_text() {
    run 0 dofs submit --customer cust-001 --item urn:x:3 --wait && has "$out" FULFILLED "1 attempt"
}

submit_json() {
    run 0 dofs submit --customer cust-001 --item p:1 --ref R-1 --meta k=v=w --priority 1 --key K \
        --json || return 1
    json 'length == 1 and .[0].duplicate == false and .[0].status == "QUEUED"' || return 1
    id=$(printf '%s' "$out" | jq -r .order_id)
    run 0 dofs submit --customer cust-001 --item p:1 --ref R-1 --meta k=v=w --priority 1 --key K \
        --json && json '.[0].duplicate' || return 1
    run 0 dofs show "$id" --json &&
        json '.[0].metadata.k == "v=w" and .[0].priority == 1 and .[0].reference == "R-1"'
}

submit_wait_json() {
    run 0 dofs submit --customer cust-001 --item p:1 --wait --json &&
        json 'length == 1 and .[0].status == "FULFILLED" and .[0].attempts == 1'
}

submit_refused() {
    run 1 dofs submit --customer c --item p:0 && has "$err" invalid customer_id 'items[0].quantity'
}

submit_rejected() {
    run 1 dofs submit --customer cust-001 --item p:101 && has "$out" REJECTED && has "$err" 101 &&
        run 4 dofs submit --customer cust-001 --item p:101 --wait && has "$out" REJECTED
}

# Files -------------------------------------------------------------------------------------------

file_lines() {
    printf '%s\n' '{"customer_id":"cust-002","items":[{"product_id":"p","quantity":1}]}' '' \
        '{"customer_id":"c","items":[]}' '{broken' \
        '{"customer_id":"cust-002","items":[{"product_id":"p","quantity":101}]}' \
        '{"customer_id":"cust-002","items":[{"product_id":"p","quantity":1}],"idempotency_key":"L"}' \
        >"$place/orders.jsonl"
    run 1 dofs submit --file "$place/orders.jsonl" --rejects "$place/rejects" &&
        has "$err" "line 3: " "line 4: " "line 5: rejected: total quantity 101" &&
        has "$out" "2 accepted, 3 refused" && [ "$(wc -l <"$place/rejects")" -eq 3 ] &&
        has "$(cat "$place/rejects")" '{broken' || return 1
    # The same by standard input and as JSON; the line with a key is known already.
    code=0
    dofs submit --file - --json <"$place/orders.jsonl" >"$place/out" 2>"$place/err" || code=$?
    out=$(cat "$place/out")
    [ "$code" -eq 1 ] && json 'map(select(.status != "REJECTED")) | length == 2 and .[1].duplicate'
}

file_csv() {
    printf '%s\n' 'reference,customer_id,product_id,quantity,meta.note' \
        'C-1,cust-003,p-1,1,"a ""quoted"" note"' 'C-1,,p-2,2,' 'C-2,cust-003,"p,3",x,' \
        ',cust-003,p-1,1,' ',cust-003,p-1,1,' 'C-3,cust-003,p-1,1' >"$place/orders.csv"
    run 1 dofs submit --file "$place/orders.csv" --key csv --rejects "$place/rejects" &&
        has "$err" "line 4: items[0].quantity" "line 7: 4 cells" &&
        has "$out" "3 accepted, 2 refused" || return 1
    [ "$(head -1 "$place/rejects")" = "$(head -1 "$place/orders.csv")" ] &&
        [ "$(wc -l <"$place/rejects")" -eq 3 ] || return 1
    id=$(dofs list --json reference:C-1 | jq -r .order_id)
    run 0 dofs show "$id" --json && json '.[0].items ==
        [{"product_id":"p-1","quantity":1},{"product_id":"p-2","quantity":2}]
        and .[0].metadata.note == "a \"quoted\" note"' || return 1
    run 1 dofs submit --file "$place/orders.csv" --key csv && has "$out" "3 of them already before"
}

file_header() {
    printf 'reference,customer_id,quantity\n' >"$place/h.csv"
    run 2 dofs submit --file "$place/h.csv" && has "$err" product_id || return 1
    printf 'customer_id,product_id,quantity,colour\n' >"$place/h.csv"
    run 2 dofs submit --file "$place/h.csv" && has "$err" colour || return 1
    run 1 dofs submit --file "$place/none" && has "$err" none
}

file_many() {
    seq 1 5000 | sed 's/.*/{"customer_id":"cust-many","items":[{"product_id":"p","quantity":1}]}/' \
        >"$place/many.jsonl"
    run 0 dofs submit --file "$place/many.jsonl" --json && json 'length == 5000' || return 1
    await quiet && [ "$(dofs export customer:cust-many | wc -l)" -eq 5001 ]
}

# Looking -----------------------------------------------------------------------------------------

show_text() {
    id=$(new_order cust-004) && await quiet && run 0 dofs show "$id" --history &&
        has "$out" cust-004 FULFILLED attempt_started fulfilled "2 x p-1" || return 1
    run 0 dofs show "$id" --history --json && json '.[0].order_id == "'"$id"'" and
        (.[1:] | map(.type)) == ["received","validated","stored","queued","attempt_started",
        "fulfilled"] and (.[1].at | test("^20.*Z$"))' || return 1
    run 1 dofs show 01890000-0000-7000-8000-000000000000 && has "$err" not_found
}

list_both() {
    run 0 dofs list customer:cust-004 && has "$out" ID STATUS cust-004 || return 1
    run 0 dofs list --json --limit 3 && json 'length == 3' || return 1
    run 0 dofs list --json --limit 0 customer:cust-many && json 'length == 5000' || return 1
    run 1 dofs list colour:red && has "$err" invalid
}

stats_both() {
    run 0 dofs stats && has "$out" FULFILLED accepted &&
        run 0 dofs stats --json && json '.[0].counts.FULFILLED > 5000 and .[0].dlq_depth == 0'
}

info_both() {
    run 0 dofs info && has "$out" "$daemon" admin && run 0 dofs info --json &&
        json '.[0].pid == '"$daemon"' and .[0].role == "admin" and (.[0] | has("v") | not)'
}

health_both() {
    run 0 dofs health && run 0 dofs health --json && json '.[0].healthy and .[0].problems == []' &&
        run 0 dofs metrics && has "$out" "# HELP dofs_" "# TYPE dofs_"
}

export_both() {
    run 0 dofs submit --customer '=cmd()' --item p:1 --ref '+1' --wait || return 1
    run 0 dofs export customer:=cmd* && has "$out" "order_id,customer_id,reference,status" \
        "\"'=cmd()\"" "\"'+1\"" || return 1
    run 0 dofs export --format jsonl customer:=cmd* && json '.[0].customer_id == "=cmd()"' &&
        run 0 dofs export --json customer:=cmd* && json 'length == 1'
}

watch_both() {
    dofs watch --json --since 0 >"$place/watched" 2>/dev/null &
    local pid=$!
    seen() { jq -se 'map(select(.customer_id == "cust-005" and .to == "FULFILLED")) | length == 1' \
        "$place/watched"; }
    new_order cust-005 >/dev/null
    await seen
    local code=$?
    kill "$pid" && wait "$pid" 2>/dev/null
    out=$(cat "$place/watched")
    [ "$code" -eq 0 ] && json 'map(.seq) == [range(1; length + 1)]'
}

# Changing ----------------------------------------------------------------------------------------

control() {
    run 0 dofs pause && run 0 dofs info --json && json '.[0].paused' || return 1
    run 0 dofs pause --json && json '.[0].paused' || return 1
    id=$(new_order cust-006)
    run 0 dofs hold "$id" --reason 'a look' && run 0 dofs show "$id" && has "$out" HELD || return 1
    run 0 dofs release "$id" && run 0 dofs cancel "$id" --json &&
        json '.[0].status == "CANCELLED"' || return 1
    run 1 dofs release "$id" && has "$err" wrong_state || return 1
    a=$(new_order cust-007)
    b=$(new_order cust-007)
    run 2 dofs hold "$a" "$b" && run 0 dofs hold "$a" "$b" --yes || return 1
    run 0 dofs cancel --filter customer:cust-007 --yes --json && json '.[0].changed == 2' ||
        return 1
    run 0 dofs resume && run 0 dofs info --json && json '.[0].paused | not'
}

dead_letters() {
    bad
    run 0 dofs reload || return 1
    run 4 dofs submit --customer cust-008 --item p:1 --wait && has "$out" FAILED "3 attempts" \
        "Fulfillment simulation failed" || return 1
    id=$(new_order cust-008)
    await quiet && run 0 dofs failed && has "$out" cust-008 simulation || return 1
    run 0 dofs failed --json && json 'length == 2 and .[0].order_id == "'"$id"'"' || return 1
    run 0 dofs failed --summary && has "$out" simulation && run 0 dofs failed --summary --json &&
        json '.[0].count == 2'
}

why_both() {
    run 0 dofs why "$id" && has "$out" "It was submitted" "Attempts 1 to 3 failed" \
        "Fulfillment simulation failed" "Next: " "dofs replay $id" || return 1
    run 0 dofs why "$id" --json && json 'length == 1 and .[0].order_id == "'"$id"'" and
        .[0].status == "FAILED" and (.[0].happened | length) == 3 and
        (.[0].next | test("dead-letter")) and .[0].commands[0] == "dofs replay '"$id"'"' || return 1
    run 1 dofs why 01890000-0000-7000-8000-000000000000 && has "$err" not_found
}

alarms_both() {
    raised() { dofs alarms --json | jq -se 'map(select(.state == "ALARM" and .name == "dlq_depth"))
        | length == 1'; }
    await raised || return 1
    run 0 dofs alarms && has "$out" dlq_depth ALARM queue_age OK backup_age off || return 1
    run 0 dofs alarms --ack dlq_depth --json && json '.[0] == {"name": "dlq_depth"}' || return 1
    run 0 dofs alarms --json && json 'length == 7 and .[0].name == "dlq_depth" and
        .[0].acknowledged_by == "'"$(id -un)"'" and (.[0].since_at | test("^20.*Z$"))' || return 1
    run 0 dofs alarms --ack dlq_depth && run 1 dofs alarms --ack none && has "$err" not_found
}

replays() {
    run 2 dofs replay --all && run 0 dofs replay --all --dry-run && run 0 dofs failed --json &&
        json 'length == 2' || return 1
    good
    run 0 dofs reload || return 1
    run 0 dofs replay "$id" --json && json '.[0].matched == 1' || return 1
    run 0 dofs replay --all --yes || return 1
    dlq_empty() { dofs stats --json | jq -e '.dlq_depth == 0'; }
    await dlq_empty && await quiet && run 0 dofs failed --json && json 'length == 0' || return 1
    run 0 dofs replays && run 0 dofs replays --json && json 'length == 2'
}

discards() {
    bad
    run 0 dofs reload && run 4 dofs submit --customer cust-009 --item p:1 --wait || return 1
    run 2 dofs discard --all --yes || return 1 # a note is needed
    run 0 dofs discard --all --note gone --yes --json && json '.[0].discarded == 1' || return 1
    good
    run 0 dofs reload
}

# The rest ----------------------------------------------------------------------------------------

bench_both() {
    run 0 dofs bench --orders 200 --parallel 8 && has "$out" orders_per_s submit_p50_ms \
        submit_p99_ms submit_max_ms lost || return 1
    run 0 dofs bench --orders 200 --batch 50 --no-key --json &&
        json '.[0].lost == 0 and .[0].accepted == 200 and .[0].orders_per_s > 0'
}

smoke_both() {
    run 0 dofs smoke && has "$out" "# Smoke test: passed" cust-staging-001 "## Metrics" || return 1
    run 0 dofs smoke --report "$place/smoke.md" --json && json '.[0].passed' &&
        has "$(cat "$place/smoke.md")" "## Failed orders"
}

completes() {
    for shell in bash zsh fish; do
        run 0 dofs completion "$shell" && has "$out" submit smoke || return 1
    done
    run 0 dofs completion bash && printf '%s' "$out" | bash -n
}

safe_output() {
    new_order "$(printf 'cust\342\200\256x')" >/dev/null # a right-to-left override
    await quiet && run 0 dofs list --limit 1 && has "$out" '\u{202e}' &&
        run 0 dofs export --format csv && ! printf '%s' "$out" | grep -q "$(printf '\342\200\256')"
}

drained() {
    run 0 dofs drain && run 1 dofs submit --customer cust-010 --item p:1 && has "$err" busy &&
        run 0 dofs resume && run 0 dofs submit --customer cust-010 --item p:1
}

gone() {
    stop_daemon
    [ "$daemon_code" -eq 0 ] || return 1
    for c in info stats list failed health metrics pause smoke bench export "show 0189" \
        "submit --customer abc --item p:1" "submit --file $place/many.jsonl"; do
        # shellcheck disable=SC2086
        run 3 dofs $c && has "$err" "$place/run/request.sock" || return 1
    done
}

check "each command has its help" help_tells
check "wrong usage is exit code 2" wrong_usage
check "submit --wait tells how the order ended" submit_text
check "submit --json prints the reply, and a key makes a repeat safe" submit_json
check "submit --wait --json prints the order" submit_wait_json
check "a malformed order is exit code 1 with each problem" submit_refused
check "a rejected order is exit code 1, with --wait 4" submit_rejected
check "a file of lines takes the good ones and names the bad" file_lines
check "rows of one reference are one order" file_csv
check "a CSV file with a wrong header is refused" file_header
check "five thousand lines are five thousand orders" file_many
check "show tells an order and its history" show_text
check "list filters, limits and pages" list_both
check "stats are told as text and as JSON" stats_both
check "info is told as text and as JSON" info_both
check "health and metrics are told" health_both
check "export quotes what a spreadsheet would run" export_both
check "watch prints each event once" watch_both
check "pause, hold, release, cancel and resume do as they say" control
check "dead letters are listed and summed up" dead_letters
check "why tells the story of an order" why_both
check "alarms are listed and acknowledged" alarms_both
check "replays ask first and bring orders back" replays
check "a discard needs a note" discards
check "bench loses nothing" bench_both
check "smoke reports as Markdown and as JSON" smoke_both
check "completions name the commands" completes
check "stored text cannot steer the terminal" safe_output
check "a drained daemon is busy until it is resumed" drained
check "without a daemon commands are exit code 3 with the path tried" gone
scene_done
