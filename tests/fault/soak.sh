#!/usr/bin/env bash
# Everything at once for a while: orders at RATE a second (400), some of which fail, replays, lists,
# subscribers (one of them stands still), backups, reloads and peers that misbehave. Memory, the
# log and descriptors must be at the end what they were at first; how long submits took is printed
# for each third, and decides nothing.
#
# What fills up to a bound is full before it is measured: WARM orders with keys (150,000) as fast as
# they are taken, which is one full run of keys (131,072; their table grows to 4 MiB and begins
# anew), two batches of the newest orders (65,536; 1 MiB each, 3 while one is moved), and many times
# the writer's page cache (16 MiB). What still grows after that are the filters of the runs of keys,
# 2 bytes a key for the 24 hours that it is kept.
# Usage: soak.sh BUILD SECONDS
BUILD=$1
lasts=${2:-60}
. "$(dirname "$0")/../lib/scene.sh"
rate=${RATE:-400}
warm=${WARM:-$((lasts < 60 ? lasts * 500 : 150000))}
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

load() {
    "$build/tests/bench/bench_dofs" --address "$place/run/request.sock" \
        --events "$place/run/events.sock" --connections 8 --keys "$@" >"$place/load" 2>&1 ||
        cat "$place/load"
}

start_daemon
load --in-flight 64 --orders "$warm"
echo "$(awk '/^accepted/ { print $2 }' "$place/load") orders first"
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
for part in first second last; do
    load --rate "$rate" --seconds $((lasts / 3)) --no-wait
    awk -v part="$part" '/^(accepted|refused|submit_(p50|p99|max)_ms) / { said = said ", " $1 " " $2 }
        END { print part " third" said }' "$place/load"
done

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
leave_alone() {
    local p
    for p in "${others[@]}"; do
        kill -CONT "$p" 2>/dev/null
        kill "$p" 2>/dev/null
        wait "$p" 2>/dev/null
    done
    others=()
}
rss() {
    awk '/^RssAnon/ { print $2 }' "/proc/$daemon/status"
}
# The writer's page cache, 16 MiB, is let go after ten seconds without an order.
is_small() {
    [ "$(rss)" -lt 24576 ]
}
rests() {
    local busy
    busy=$(rss)
    leave_alone
    await is_small
    echo "memory at rest: $busy, then $(rss)" >&3
    is_small
}
ends_well() {
    leave_alone
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
    # 5 MiB: the table of keys and the newest orders go up and down. Too short a soak stays cold.
    check "its memory stays what it was (KiB)" report memory 1 105 \
        $((warm < 150000 ? 16384 : 5120))
    check "its memory stays under 64 MiB" under_64_mib
    [ "$warm" -lt 150000 ] || check "left alone it lets go of what it kept" rests
    ;;
esac
check "its log stays what it was (KiB)" report log 2 100 32768
check "its descriptors stay what they were" report descriptors 3 100 8
check "it stops in order" ends_well
check "the whole store holds" dofsd -c "$place/dofsd.conf" --verify
scene_done
