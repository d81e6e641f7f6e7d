#!/usr/bin/env bash
# Every fuzzer takes every file of its corpus.
set -u
build=${BUILD:-build}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
for fuzzer in "$build"/tests/fuzz/fuzz_*; do
    name=${fuzzer##*/fuzz_}
    files=(tests/fuzz/corpus/"$name"/*)
    if [ -f "${files[0]}" ] && "$fuzzer" "${files[@]}" >"$log" 2>&1; then
        echo "ok fuzz_$name takes the ${#files[@]} files of its corpus"
    else
        echo "not ok fuzz_$name takes the ${#files[@]} files of its corpus"
        tail -n 40 "$log"
        failed=1
    fi
done
exit $failed
