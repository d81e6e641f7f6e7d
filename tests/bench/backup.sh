#!/usr/bin/env bash
# What a backup does to those who submit meanwhile: RATE orders a second (400) on a store of N, alone
# and while one backup after the other is made, in turn. Usage: tests/bench/backup.sh BUILD_DIR N
set -eu
build=$(realpath "$1")
orders=$2
rate=${RATE:-400}
each=${SECONDS_EACH:-10}
cd "$(dirname "$(realpath "$0")")"
. ./servers.sh

load() { # load LABEL
    "$build/tests/bench/bench_dofs" --address "$address" --rate "$rate" --seconds "$each" \
        --connections 8 --keys --no-wait |
        awk -v label="$1" '/^submit_(p50|p99|max)_ms / { sub(/^submit_/, "", $1); said = said "  " $1 " " $2 }
            END { print label said }'
}
back_up() { # until there is $place/enough
    local n=0
    until [ -e "$place/enough" ]; do
        "$build/dofs" --timeout 1h backup "$place/copy.db" >/dev/null
        rm -f "$place/copy.db"
        n=$((n + 1))
    done
    echo "  $n backups in $each s"
}

store=$place/store
mkdir "$store"
"$build/tests/bench/bench_fill" "$store" "$orders" >/dev/null
start_dofs "$store"
export DOFS_REQUEST=ipc://$address
echo "$orders orders, $(stat -c %s "$store/orders.db") bytes; $rate submits a second"
for round in 1 2 3; do
    load "$round alone       "
    rm -f "$place/enough"
    back_up &
    copies=$!
    load "$round with backups"
    touch "$place/enough"
    wait "$copies"
done
