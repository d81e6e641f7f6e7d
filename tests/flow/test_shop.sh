#!/usr/bin/env bash
# The shop of docs/workflows.md, step by step: what a replay runs again, what a cancel undoes
# wherever it finds the order, and what becomes of a program that comes too late.
. "$(dirname "$0")/../lib/shop_scene.sh"

write_shop_config <<CONF
max_attempts = 2
interval = 1h
jitter = none
timeout = 20s
CONF
stock_shop 1000000
start_daemon
start_worker 4 1s
make_orders 100 >"$place/customers"
touch "$place/orders" "$place/ids" "$place/runs"

order() { # the next customer orders: $id
    sed -n "$(($(wc -l <"$place/orders") + 1))p" "$place/customers" | tee -a "$place/orders" \
        >"$place/next"
    id=$(dofs submit --file "$place/next" --json 2>/dev/null | jq -r .order_id)
    echo "$id" >>"$place/ids"
}
act() { echo "$2" >"$place/act-$1"; } # STEP WHAT
normal() { rm -f "$place/act-$1"; }
field() { dofs show "$1" --json | jq -r "$2"; }
is() { [ "$(field "$id" "$1")" = "$2" ]; }
at() { await is '"\(.step) \(.status)"' "$1 $2"; } # STEP STATUS
ran() { [ "$(sed -n "s/^$id-\([^ ]*\) .*/\1/p" "$place/runs" | xargs)" = "$1" ]; }
running() { await grep -q "^$id-$1 ${2:-1} " "$place/runs"; }
history() { # of this order, but for what all have in common
    dofs show "$id" --history --json | jq -r 'select(.type) | "\(.step // "-") \(.type)"' |
        grep -vE ' (received|validated|stored|queued)$' | xargs
}
charges() { sqlite3 "$shop/payments.db" "SELECT count(*), coalesce(sum(refunded), 0) FROM charges
    WHERE order_id = '$id'"; }
taken() { sqlite3 "$shop/stock.db" "SELECT count(*) FROM taken WHERE order_id = '$id'"; }
holds() { # PRODUCTS CHARGES REFUNDED: these are in the books
    [ "$(taken) $(charges)" = "$1 $2|$3" ] || { echo "$(taken) $(charges)"; return 1; }
}
cancel() { run 0 dofs cancel "$id" --json && json "$1"; }

# An order goes through all four.
order
check "an order is fulfilled" at ship FULFILLED
check "by its four steps, in order" ran "0-open 0-reserve 0-charge 0-ship"
check "each knows what those before it said" is '.results | [.reserve, .charge] | add | split("\n") | join(",")' \
    "202,charge $id-0-charge,"
check "the last says what became of it" is .result "parcel $id"
check "it is in the books once" holds 1 1 0

# Replays.
act ship give-up
order
check "an order fails at ship" at ship FAILED
check "replayed it fails there again" run 0 dofs replay "$id"
check "after one more attempt" await ran "0-open 0-reserve 0-charge 0-ship 1-ship"
check "and waits for a person" at ship FAILED
check "neither reserve nor charge ran again" holds 1 1 0
normal ship
check "replayed from the start" run 0 dofs replay "$id" --from start
check "it is fulfilled" await is .status FULFILLED
check "all its steps ran, under a new key" ran \
    "0-open 0-reserve 0-charge 0-ship 1-ship 2-open 2-reserve 2-charge 2-ship"
check "the first charge was given back" holds 1 2 1

act ship give-up
order
check "another fails at ship" at ship FAILED
act open fail
check "replayed from the start" run 0 dofs replay "$id" --from start
check "it does not come as far" at open RETRYING
check "it does not show what it has not done again" is .results '{}'
check "a cancel" cancel '.[0].status == "UNDOING"'
normal open
normal ship
check "undoes what was done in the first round" await is .status CANCELLED
check "all of it" ran \
    "0-open 0-reserve 0-charge 0-ship 1-open 1-charge-undo 1-reserve-undo 1-open-undo"
check "nothing of it is left" holds 0 1 1

# A cancel wherever it may find an order.
act reserve wait
order
check "a cancel finds the second step running" running 0-reserve
check "it is noted" cancel '.[0].cancelling'
check "and once more" run 0 dofs cancel "$id"
check "then what was done is undone" await is .status CANCELLED
check "which is the first step" ran "0-open 0-reserve 0-open-undo"
check "nothing is left" holds 0 0 0
normal reserve

act reserve fail
order
check "a cancel finds the second step waiting to be tried again" at reserve RETRYING
check "it is undone" cancel '.[0].status == "UNDOING"'
check "it ends" await is .status CANCELLED
check "with the first step undone" ran "0-open 0-reserve 0-open-undo"

order
check "a cancel finds an order held" at reserve RETRYING
run 0 dofs hold "$id"
check "which it is" is .status HELD
check "it is undone" cancel '.[0].status == "UNDOING"'
check "it ends" await is .status CANCELLED
normal reserve

act ship fail
act charge-undo fail
order
check "an order has three steps done" at ship RETRYING
check "it is cancelled" cancel '.[0].status == "UNDOING"'
check "and its undo waits to be tried again" running 0-charge-undo
undo_waits() { is '"\(.step) \(.status) \(.attempts) \(.next_attempt_at != null)"' \
    "charge UNDOING 1 true"; }
check "for an hour" await undo_waits
check "a cancel of it changes nothing" cancel '.[0].status == "UNDOING"'
check "nor does another" cancel '.[0].status == "UNDOING"'
check "nor does it try anything" undo_waits
check "a hold is refused" run 1 dofs hold "$id"
check "stock and money are kept so far" holds 1 1 0
run 0 dofs retry "$id"
check "an undo that fails to the end is a dead letter" at charge FAILED
normal charge-undo
check "its replay" run 0 dofs replay "$id"
check "goes on with the undo" await is .status CANCELLED
check "last step first" ran "0-open 0-reserve 0-charge 0-ship 0-charge-undo 0-charge-undo \
1-charge-undo 1-reserve-undo 1-open-undo"
check "nothing is kept" holds 0 1 1
check "a cancel of a cancelled order is harmless" cancel '.[0].status == "CANCELLED"'
check "its history tells all of it" [ "$(history)" = "open attempt_started open step_done \
reserve attempt_started reserve step_done charge attempt_started charge step_done \
ship attempt_started ship attempt_failed ship retry_scheduled charge undo_started \
charge attempt_started charge undo_failed charge retry_scheduled - retried_now \
charge attempt_started charge undo_failed charge dead_lettered - replayed charge undo_started \
charge attempt_started charge undone reserve attempt_started reserve undone \
open attempt_started open undone open cancelled" ]
normal ship

# A program that comes too late: its daemon or its worker was killed, and the order has gone on.
late() { # STEP HOW-TO-KILL...: $id was cancelled before the program of its step goes on
    local step=$1 pid
    shift
    act "$step" wait
    order
    running "0-$step" || return 1
    pid=$(sed -n "s/^$id-0-$step 1 //p" "$place/runs")
    act "$step" give-up
    "$@"
    at "$step" RETRYING && run 0 dofs retry "$id" && at "$step" FAILED || return 1
    run 0 dofs cancel "$id" && await is .status CANCELLED || return 1
    kill -0 "$pid" || return 1
    normal "$step"
    await eval "! kill -0 $pid"
}
kill_the_daemon() { kill_daemon; restart_daemon; }
kill_the_worker() { kill_worker 0 && start_worker 4 1s; }

check "a program outlives its daemon and its order" late reserve kill_the_daemon
check "what it takes then is refused" holds 0 0 0
check "a program outlives its worker and its order" late charge kill_the_worker
check "what it charges then is refused" holds 0 0 0
check "a program of the carrier does, too" late ship kill_the_daemon
check "its parcel is refused" [ "$(cat "$shop/parcels/$id.json")" = '{"recalled":true}' ]

check "the histories tell of each step in its turn" histories_agree
stop_daemon
check "the daemon stops in order" [ "$daemon_code" -eq 0 ]
check "the books agree with the orders" books_agree

# Without the guards of the shop they do not: this is what the guards are there for.
for each in stock payments; do sqlite3 "$shop/$each.db" "DROP TRIGGER too_late"; done
start_daemon
check "without the rounds, a late program takes stock" late reserve kill_the_daemon
check "that no order gives back" holds 1 0 0
check "and another charges" late charge kill_the_worker
stop_daemon
check "which the comparison sees" eval '! books_agree'

scene_done
