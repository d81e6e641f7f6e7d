#!/usr/bin/env bash
# Four times more than DOFS can take, then a backlog of BACKLOG (1,000,000) orders behind slow
# handlers. Usage: tests/bench/overload.sh BUILD_DIR SECONDS
set -eu
build=$(realpath "$1")
lasts=${2:-60}
backlog=${BACKLOG:-1000000}
cd "$(dirname "$(realpath "$0")")"
. ./servers.sh
. ./results.sh

load() { # load LABEL ARGUMENT...
    local label=$1
    shift
    keep "$label" "$build/tests/bench/bench_dofs" --address "$address" --events "$events" \
        --pid "$server" --subscribers 1 --keys "$@"
}
line() { # line LABEL NAME...: those figures
    local label=$1 name
    shift
    printf '%-34s' "$label"
    for name in "$@"; do printf ' %s %s' "$name" "$(median "$label" "$name")"; done
    echo
}

too_much() {
    local peak rate
    start_dofs
    load "one in flight, rested" --in-flight 1 --seconds 3
    load "the peak: 256 in flight" --in-flight 256 --seconds $((lasts < 10 ? lasts : 10))
    peak=$(median "the peak: 256 in flight" orders_per_s)
    rate=$((peak * 4))
    set -- --connections 32 --in-flight 65536 --rate "$rate"
    load "too much, at first" "$@" --seconds 5
    load "too much" "$@" --seconds "$lasts"
    load "one in flight, at once after" --in-flight 1 --seconds 3
    stop_server
    echo "the peak $peak orders/s; offered $rate/s for $lasts s over 32 connections"
    line "too much" offered accepted busy held window_orders_per_s
    line "too much" submit_p50_ms submit_p99_ms submit_max_ms lost messages_left_out
    line "one in flight, rested" submit_p50_ms submit_p99_ms
    line "one in flight, at once after" submit_p50_ms submit_p99_ms
    goal "goodput under four times the peak, of the peak" \
        "$(ratio "$(median "too much" window_orders_per_s)" "$peak")" '>=' 0.8
    goal "refusals other than busy" "$(calc "$(median "too much" refused) - \
        $(median "too much" busy)")" '<=' 0
    goal "busy without retry_after_ms" "$(median "too much" busy_without_time)" '<=' 0
    goal "lost" "$(median "too much" lost)" '<=' 0
    goal "p99 of those accepted" "$(median "too much" submit_p99_ms)" '<=' 1000 " ms"
    goal "memory after $lasts s, of that after 5 s" \
        "$(ratio "$(median "too much" rss_kib)" "$(median "too much, at first" rss_kib)")" '<=' 1.1
    goal "all that was accepted has ended, after the load" \
        "$(calc "$(median "too much" seconds) - $lasts")" '<=' 1 " s"
    goal "p50 of one in flight at once after, of that before" \
        "$(ratio "$(median "one in flight, at once after" submit_p50_ms)" \
        "$(median "one in flight, rested" submit_p50_ms)")" '<=' 1.2
}

slow_handlers() {
    local part=$((backlog / 10)) i
    start_dofs "" "latency = 10s" "timeout = 60s" "concurrency = 64"
    for i in 1 2 3 4 5 6 7 8 9 10; do
        load "backlog, part $i" --in-flight 64 --orders "$part" --no-wait
        line "backlog, part $i" orders_per_s submit_p50_ms submit_p99_ms rss_kib
    done
    stop_server
    goal "submits into a backlog of $backlog, of those into none" \
        "$(ratio "$(median "backlog, part 10" orders_per_s)" \
        "$(median "backlog, part 1" orders_per_s)")" '>=' 0.9
    goal "memory with a backlog of $backlog, of that with half of it" \
        "$(ratio "$(median "backlog, part 10" rss_kib)" "$(median "backlog, part 5" rss_kib)")" \
        '<=' 1.1
}

too_much
echo
slow_handlers
