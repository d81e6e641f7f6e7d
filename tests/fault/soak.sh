#!/usr/bin/env bash
# Everything at once for a while: orders at RATE a second (400), some of which fail, replays, lists,
# subscribers (one of them stands still), backups, reloads and peers that misbehave. Memory, the
# log, descriptors and the time of a submit must be at the end what they were at first.
# Usage: soak.sh BUILD SECONDS
BUILD=$1
lasts=${2:-60}
. "$(dirname "$0")/../lib/scene.sh"
rate=${RATE:-400}
samples=$place/samples
others=()

write_config <<END
[fulfilment]
success_rate = 0.9
transient_rate = 0.2
latency = 0..20ms
interval = 10ms
max_attempts = 4
[alarms]
dlq_depth = 1000000
[log]
level = warning
END

finish_soak() {
    local p
    [ "$BASHPID" = "$$" ] || return # a part of it was ended before it had its own traps
    for p in "${others[@]}"; do
        kill -CONT "$p" 2>/dev/null
        kill "$p" 2>/dev/null
    done
    scene_end
}
trap finish_soak EXIT

# again SECONDS COMMAND...: over and over, with a pause between.
again() {
    local pause=$1
    shift
    while sleep "$pause"; do "$@"; done >/dev/null 2>&1
}
back_up() {
    dofs backup "$place/copy" && rm -f "$place/copy"
}
misbehave() {
    python3 - "$place/run/request.sock" <<'END'
import socket, sys
for sent in (b"", b"\0SP", b"\0SP\0\0\x30\0\0" + b"\1" + b"\xff" * 8, b"GET / HTTP/1.0\r\n\r\n") * 5:
    s = socket.socket(socket.AF_UNIX)
    s.connect(sys.argv[1])
    s.sendall(sent)
    s.close()
END
}
# Anonymous memory, the log and the descriptors of the daemon, a line each second.
sample() {
    local wal
    while [ -d "/proc/$daemon" ]; do
        wal=$(stat -c %s "$place/state/orders.db-wal" 2>/dev/null || echo 0)
        echo "$(awk '/^RssAnon/ { print $2 }' "/proc/$daemon/status") $((wal / 1024))" \
            "$(ls "/proc/$daemon/fd" | wc -l)" >>"$samples"
        sleep 1
    done
}

start_daemon
again 5 dofs replay --all --yes &
others+=($!)
again 1 dofs list status:FAILED --limit 100 &
others+=($!)
again 3 back_up &
others+=($!)
again 4 kill -HUP "$daemon" &
others+=($!)
again 0.5 misbehave &
others+=($!)
dofs watch >/dev/null 2>&1 &
others+=($!)
dofs watch >/dev/null 2>&1 &
others+=($!)
kill -STOP $!
sample 2>/dev/null &
others+=($!)
first=$daemon
"$build/tests/bench/bench_dofs" --address "$place/run/request.sock" \
    --events "$place/run/events.sock" --rate "$rate" --seconds "$lasts" --connections 8 --keys \
    --no-wait >"$place/load" 2>&1 || cat "$place/load"
grep -E '^(accepted|orders_per_s|submit_p50_ms|submit_p99_ms|submit_max_ms|refused)' "$place/load"

# third COLUMN first|last: the median of a third of the samples.
third() {
    awk -v c="$1" '{ print $c }' "$samples" |
        if [ "$2" = first ]; then head -n $(($(wc -l <"$samples") / 3)); else
            tail -n $(($(wc -l <"$samples") / 3)); fi |
        sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] + 0 }'
}
# flat NAME COLUMN FACTOR MORE: the last third is at most the first times FACTOR, and MORE.
flat() {
    local a b
    a=$(third "$2" first) b=$(third "$2" last)
    echo "$1: $a, then $b"
    [ "$b" -le $((a * $3 / 100 + $4)) ]
}
report() {
    flat "$@" >&3
}
exec 3>&1
under_64_mib() {
    [ "$(sort -n "$samples" | tail -n 1 | cut -d' ' -f1)" -lt 65536 ]
}
lives_on() {
    [ "$daemon" = "$first" ] && dofs info
}
ends_well() {
    local p
    for p in "${others[@]}"; do
        kill -CONT "$p" 2>/dev/null
        kill "$p" 2>/dev/null
        wait "$p" 2>/dev/null
    done
    others=()
    stop_daemon
    [ "$daemon_code" -eq 0 ]
}
was_watched() {
    [ "$(wc -l <"$samples")" -ge $((lasts / 2)) ]
}
awk -v n=$((lasts / 12 + 1)) 'NR % n == 0 { print "after " NR " s: " $1 " KiB, log " $2 " KiB, " \
    $3 " descriptors" }' "$samples"
check "it was looked at all the time" was_watched
check "the daemon lives through all of it" lives_on
case $BUILD in
*/address | */thread) ;; # a sanitizer keeps what was freed
*)
    # The store's caches, some 20 MiB, fill in the first minutes.
    check "its memory stays what it was (KiB)" report memory 1 125 16384
    check "its memory stays under 64 MiB" under_64_mib
    ;;
esac
check "its log stays what it was (KiB)" report log 2 100 32768
check "its descriptors stay what they were" report descriptors 3 100 8
check "it stops in order" ends_well
check "the whole store holds" dofsd -c "$place/dofsd.conf" --verify
scene_done
