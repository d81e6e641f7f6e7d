#!/usr/bin/env bash
# How soon it is ready after kill -9 with ORDERS orders stored (10,000), and how soon it stops with
# 1,000 attempts in flight. Times are printed; only that it does is judged.
. "$(dirname "$0")/../lib/scene.sh"
orders=${ORDERS:-10000}

milliseconds() {
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%d", (b - a) * 1000 }'
}
in_flight() {
    [ "$(dofs stats --json | jq .in_flight)" -eq "$1" ]
}
load() {
    "$build/tests/bench/bench_dofs" --address "$place/run/request.sock" \
        --events "$place/run/events.sock" "$@" --no-wait
}
answers() {
    dofs info >/dev/null 2>&1
}

write_config <<END
[fulfilment]
success_rate = 0.9
END
start_daemon
load --orders "$orders" --batch 100 --in-flight 8 --keys >/dev/null
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
from=$EPOCHREALTIME
start_daemon
echo "ready $(milliseconds "$from" "$EPOCHREALTIME") ms after kill -9 with $orders orders"

check "it is ready after kill -9 with many orders stored" answers
stop_daemon

rm -rf "$place/state"
write_config <<END
[fulfilment]
latency = 1h
timeout = 2h
concurrency = 1000
END
start_daemon
load --orders 1000 --batch 100 >/dev/null
check "1,000 attempts are in flight" await in_flight 1000
from=$EPOCHREALTIME
stop_daemon
echo "stopped $(milliseconds "$from" "$EPOCHREALTIME") ms after SIGTERM with 1000 in flight"
check "it stops in order" [ "$daemon_code" -eq 0 ]
start_daemon
check "what was given back is taken up again" await in_flight 1000
scene_done
