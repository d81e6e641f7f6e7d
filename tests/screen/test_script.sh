#!/usr/bin/env bash
# The dashboard without a terminal over a real daemon: keys from a file, screens on standard output.
set -u
build=${BUILD:-build}
place=$(mktemp -d)
export LC_ALL=C.UTF-8 XDG_STATE_HOME=$place/state
export DOFS_REQUEST=ipc://$place/r.sock DOFS_EVENTS=ipc://$place/e.sock
failed=0
cat >"$place/dofs.conf" <<X
[daemon]
state_dir = $place/state
[listen]
request = $DOFS_REQUEST
events = $DOFS_EVENTS
[fulfilment]
success_rate = 1.0
X
"$build/dofsd" -i scripted -c "$place/dofs.conf" 2>"$place/log" &
daemon=$!
trap 'kill -KILL $daemon 2>/dev/null; wait 2>/dev/null; rm -rf "$place"' EXIT

# check NAME COMMAND...
check() {
    local name=$1
    shift
    if "$@" >/dev/null 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        cat "$place/out" "$place/err"
        tail -n 5 "$place/log"
        failed=1
    fi
}
code() { # code WANTED ARGUMENTS...
    local wanted=$1
    shift
    "$build/dofs" "$@" >"$place/out" 2>"$place/err" </dev/null
    [ $? -eq "$wanted" ]
}
has() { grep -qE -- "$1" "$place/out"; }
said() { grep -qE -- "$1" "$place/err"; }

check "a shift's keys lead through all its screens" code 0 --timeout 15s --script tests/screen/shift.keys
check "the order shows its reference" has '^ reference +script-1'
check "its history is there to the end" has 'fulfilled'
check "the events name what happened to the queue" has 'resumed'

printf 'wait LIVE\nwait no such thing\n' >"$place/never.keys"
check "a screen that never comes is 1" code 1 --timeout 1s --script "$place/never.keys"
check "and its line is named" said 'line 2 of the script'
printf 'wait LIVE\njump 3\n' >"$place/wrong.keys"
check "a wrong step is 2" code 2 --script "$place/wrong.keys"
check "and its line is named" said 'wrong.keys:2: not a step'
check "a script that is not there is 2" code 2 --script "$place/none.keys"

check "a snapshot is one frame of its size" code 0 --snapshot 80x24 --plain
check "it has 24 lines" test "$(wc -l <"$place/out")" -eq 24
check "it shows the orders" has '\+ .*cust-script +4 FULFILLED'
check "a snapshot of a view" code 0 --snapshot 100x30 --view overview --plain
check "shows that view" has '\[1 Overview\]'
check "a wrong size is wrong usage" code 2 --snapshot 80
check "a wrong view is wrong usage" code 2 --snapshot 80x24 --view order
check "read only is told on the screen" code 0 --snapshot 80x24 --read-only
check "and stays there" has 'READ ONLY'
check "without a daemon a snapshot is 3" \
    code 3 --request "ipc://$place/none" --events "ipc://$place/none" --snapshot 80x24
check "and shows what it is" has 'OFFLINE'
check "without a terminal there is no dashboard" code 2
check "and the help is there instead" said 'Commands:'
exit $failed
