#!/usr/bin/env bash
# The main job from end to end: a private daemon, the three orders of the staging report, their
# endings, and both tables. Needs no terminal and no input. Usage: tests/demo.sh [BUILD_DIR]
set -euo pipefail

build=$(cd "${1:-build}" && pwd)
place=$(mktemp -d "${TMPDIR:-/tmp}/dofs-demo-XXXXXX")
daemon=

finish() {
    code=$?
    if [ -n "$daemon" ]; then
        kill -TERM "$daemon" 2>/dev/null || true
        wait "$daemon" 2>/dev/null || true
    fi
    if [ "$code" -ne 0 ]; then
        echo "The demo failed. What the daemon wrote:" >&2
        cat "$place/log" >&2 2>/dev/null || true
    fi
    rm -rf "$place"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { printf '\n== %s\n\n' "$*"; }

export DOFS_REQUEST="ipc://$place/run/request.sock"
export DOFS_EVENTS="ipc://$place/run/events.sock"

# The seed makes the simulated outcomes repeatable: some orders fail, so that the retries and the
# dead-letter queue are seen too.
cat >"$place/demo.conf" <<CONF
[daemon]
state_dir = $place/state
runtime_dir = $place/run
[listen]
request = $DOFS_REQUEST
events = $DOFS_EVENTS
[fulfilment]
success_rate = 0.70
seed = ${DEMO_SEED:-2}
max_attempts = 3
interval = 200ms
jitter = none
CONF

dofs() { "$build/dofs" "$@"; }

# Exit code 4 says that an order ended without being fulfilled: for a simulation, a fine ending.
submit() {
    code=0
    dofs submit "$@" --wait || code=$?
    [ "$code" -eq 0 ] || [ "$code" -eq 4 ]
}

say "A daemon of its own in $place"
"$build/dofsd" -c "$place/demo.conf" 2>"$place/log" &
daemon=$!
tries=0
until dofs info >"$place/info" 2>/dev/null; do
    kill -0 "$daemon" 2>/dev/null || { daemon=; exit 1; }
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || exit 1
    sleep 0.05
done
cat "$place/info"

say "Three orders; each is followed to its end (up to 3 attempts)"
submit --customer cust-staging-001 --item prod-widget-staging:3 --item prod-gadget-staging:1
submit --customer cust-staging-002 --item prod-book-staging:2
submit --customer cust-staging-003 --item prod-laptop-staging:1

say "All orders (dofs list)"
dofs list

say "Failed orders: the dead-letter queue (dofs failed)"
dofs failed 2>&1

say "What happened to the first order (dofs show --history)"
first=$(dofs list --json | tail -n 1 | sed 's/.*"order_id":"\([^"]*\)".*/\1/')
dofs show "$first" --history
