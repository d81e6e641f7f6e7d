#!/usr/bin/env bash
# The dashboard on a pseudo-terminal: first frame, from a commit to the screen, idle, a storm of
# events, memory over a big store. Usage: tests/bench/dashboard.sh BUILD_DIR [PART...]
# STORE: the state directory of a big store; without it one of ORDERS (1,000,000) orders is filled.
set -eu
build=$(realpath "$1")
shift
parts=${*:-first latency idle storm memory}
here=$(dirname "$(realpath "$0")")
place=$(mktemp -d)
daemon=
stop() { [ -z "$daemon" ] || { kill "$daemon" && wait "$daemon" || true; }; daemon=; }
cleanup() {
    stop
    rm -rf "$place"
}
trap cleanup EXIT
export XDG_STATE_HOME="$place/preferences"
export DOFS_REQUEST="ipc://$place/run/request.sock" DOFS_EVENTS="ipc://$place/run/events.sock"
unset NO_COLOR DOFS_THEME DOFS_INSTANCE

start() { # start STATE_DIR
    cat >"$place/dofs.conf" <<C
[daemon]
state_dir = $1
runtime_dir = $place/run
[fulfilment]
success_rate = 1
[log]
level = notice
C
    "$build/dofsd" -c "$place/dofs.conf" 2>>"$place/log" &
    daemon=$!
    until "$build/dofs" info >/dev/null 2>&1; do kill -0 "$daemon"; done
}
measure() { python3 "$here/dashboard.py" "$1" "$build/dofs" "${@:2}"; }

part_first() {
    measure first "without a daemon"
    start "$place/state"
    "$build/dofs" bench --orders 1000 >/dev/null
    measure first connected
}
part_latency() { start "$place/state" && measure latency 200; }
part_idle() {
    start "$place/state"
    "$build/dofs" bench --orders 1000 >/dev/null
    measure idle 30
}
part_storm() {
    start "$place/state"
    measure storm 20000
    measure storm 0
}
part_memory() {
    store=${STORE:-}
    if [ -z "$store" ]; then
        store=$place/big
        mkdir -p "$store"
        "$build/tests/bench/bench_fill" "$store" "${ORDERS:-1000000}"
    fi
    start "$store"
    "$build/dofs" info | grep -i store
    measure memory
}

for part in $parts; do
    "part_$part"
    stop
done
