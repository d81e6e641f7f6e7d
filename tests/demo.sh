#!/usr/bin/env bash
# The main job from end to end on a private daemon. On a terminal: the dashboard, with orders coming
# in until it is quit. Without one, and without input: the three orders of the staging report, their
# endings, and both tables. Usage: tests/demo.sh [BUILD_DIR]
set -euo pipefail

build=$(cd "${1:-build}" && pwd)
place=$(mktemp -d "${TMPDIR:-/tmp}/dofs-demo-XXXXXX")
daemon=
stream=
live=
if [ -t 0 ] && [ -t 1 ]; then live=1; fi

finish() {
    code=$?
    if [ -n "$stream" ]; then
        kill "$stream" 2>/dev/null || true
        wait "$stream" 2>/dev/null || true
    fi
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
trap 'exit 130' INT TERM HUP

say() { printf '\n== %s\n\n' "$*"; }

export DOFS_REQUEST="ipc://$place/run/request.sock"
export DOFS_EVENTS="ipc://$place/run/events.sock"

# The seed makes the simulated outcomes repeatable: some orders fail, so that the retries and the
# dead-letter queue are seen too. To be watched, an attempt takes a while.
pace() {
    if [ -n "$live" ]; then
        printf 'success_rate = 0.90\ntransient_rate = 0.15\nlatency = 200ms..3s\ninterval = 2s\n'
    else
        printf 'success_rate = 0.70\ninterval = 200ms\njitter = none\n'
    fi
}
cat >"$place/demo.conf" <<CONF
[daemon]
state_dir = $place/state
runtime_dir = $place/run
[listen]
request = $DOFS_REQUEST
events = $DOFS_EVENTS
[fulfilment]
seed = ${DEMO_SEED:-2}
max_attempts = 3
$(pace)
CONF

dofs() { "$build/dofs" "$@"; }

# Exit code 4 says that an order ended without being fulfilled: for a simulation, a fine ending.
submit() {
    code=0
    dofs submit "$@" --wait || code=$?
    [ "$code" -eq 0 ] || [ "$code" -eq 4 ]
}

say "A daemon of its own in $place"
"$build/dofsd" -i demo -c "$place/demo.conf" 2>"$place/log" &
daemon=$!
tries=0
until dofs info >"$place/info" 2>/dev/null; do
    kill -0 "$daemon" 2>/dev/null || { daemon=; exit 1; }
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || exit 1
    sleep 0.05
done
cat "$place/info"

# Orders -----------------------------------------------------------------------------------------

customers=(cust-acme-tools cust-acme-marine cust-nordwind cust-hanseatic cust-staging-001)
products=(prod-widget prod-gadget prod-book prod-laptop prod-lamp)

# The n-th order; every fortieth asks for more than the rules allow.
order() {
    quantity=$((RANDOM % 9 + 1))
    [ $((RANDOM % 40)) -ne 0 ] || quantity=500
    dofs submit --customer "${customers[RANDOM % 5]}" --ref "$(printf 'demo-%05d' "$1")" \
        --item "${products[RANDOM % 5]}:$quantity" >/dev/null 2>&1 || true
}

# About five a second, until it is ended. Rejected ones are part of the play.
orders() {
    for ((n = $1; ; n++)); do
        order "$n"
        sleep 0.2
    done
}

watch_live() {
    RANDOM=${DEMO_SEED:-2}
    for ((n = 1; n <= 60; n++)); do order "$n"; done
    orders 61 &
    stream=$!
    # What is chosen on the screen of a demo is not remembered for the real one.
    XDG_STATE_HOME="$place/preferences" dofs
}

if [ -n "$live" ]; then
    watch_live
    exit 0
fi

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
