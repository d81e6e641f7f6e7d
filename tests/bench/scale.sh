#!/usr/bin/env bash
# DOFS on a store of N orders that have ended, beside an empty one. STORE: a directory with such a
# store, which gets more orders; without it one is filled. KEYS (1,000,000): idempotency keys of the
# last day in it. Usage: tests/bench/scale.sh BUILD_DIR N
set -eu
build=$(realpath "$1")
orders=$2
keys=${KEYS:-1000000}
each=${SECONDS_EACH:-5}
cd "$(dirname "$(realpath "$0")")"
. ./servers.sh
. ./results.sh

load() { # load LABEL ARGUMENT...
    local label=$1
    shift
    keep "$label" "$build/tests/bench/bench_dofs" --address "$address" --events "$events" \
        --pid "$server" --subscribers 1 --seconds "$each" "$@"
}
loads() { # loads WHERE [STATE_DIR]: submits without and with keys, each on a fresh daemon
    local where=$1 kind
    shift
    start_dofs "$@"
    for kind in "" --keys; do
        load "$where, 1 in flight${kind:+, keys}" --in-flight 1 $kind
        load "$where, 64${kind:+, keys}" --in-flight 64 $kind
        load "$where, 256${kind:+, keys}" --in-flight 256 $kind
    done
    stop_server
}
size() { stat -c %s "$1/orders.db"; }

store=${STORE:-}
if [ -z "$store" ]; then
    store=$place/store
    mkdir "$store"
    echo "filling a store with $orders orders" >&2
    "$build/tests/bench/bench_fill" "$store" "$orders" >/dev/null
fi
bytes=$(calc "$(size "$store") / $orders")
[ -n "${STORE:-}" ] || "$build/tests/bench/bench_fill" "$store" 0 "$keys" >/dev/null

start_dofs "$store" && stop_server # what a first start has to build is not the start's time
for round in 1 2 3; do
    start_dofs "$store"
    keep start cat "$place/there"
    [ "$round" -eq 3 ] || stop_server
done
sleep 2
idle=$(rss_kib "$server")
"$build/tests/bench/bench_scale" ask "$address"
asked=$(rss_kib "$server")
echo
TMPDIR=$place python3 ./dashboard.py first "$build/dofs" connected || true
if "$build/dofs" --timeout 1h backup --help >/dev/null 2>&1; then
    began=$(date +%s%N)
    "$build/dofs" --timeout 1h backup "$place/copy.db" >/dev/null &&
        echo "backup: $(calc "($(date +%s%N) - $began) / 1e9") s, $(stat -c %s "$place/copy.db") bytes"
    rm -f "$place/copy.db"
else
    echo "backup: not measured: there is no such command"
fi
stop_server
loads "empty"
loads "full" "$store"
echo
table '^(empty|full)'
echo
goal "start to the first answer, $orders orders" "$(median start ready_ms)" '<=' 300 " ms"
goal "memory, idle" "$(calc "$idle / 1024")" '<=' 12 " MiB"
goal "memory after the questions" "$(calc "$asked / 1024")" '<=' 64 " MiB"
goal "memory, 256 in flight" "$(calc "$(median "full, 256, keys" rss_kib) / 1024")" '<=' 64 " MiB"
goal "the file, of each order" "$bytes" '<=' 600 " bytes"
goal "whole orders/s without keys, of an empty store's, 64" \
    "$(ratio "$(median "full, 64" orders_per_s)" "$(median "empty, 64" orders_per_s)")" '>=' 0.9
goal "whole orders/s with keys, of an empty store's, 64" "$(ratio \
    "$(median "full, 64, keys" orders_per_s)" "$(median "empty, 64, keys" orders_per_s)")" '>=' 0.6
goal "whole orders/s without keys, of an empty store's, 256" \
    "$(ratio "$(median "full, 256" orders_per_s)" "$(median "empty, 256" orders_per_s)")" '>=' 0.9
goal "whole orders/s with keys, of an empty store's, 256" "$(ratio \
    "$(median "full, 256, keys" orders_per_s)" "$(median "empty, 256, keys" orders_per_s)")" '>=' 0.6
goal "written, of each order, without a key" "$(median "full, 64" written_bytes)" '<=' 3072 " bytes"
goal "written, of each order, with one" "$(median "full, 64, keys" written_bytes)" '<=' 12288 " bytes"
