#!/bin/sh
# What `exec` runs in the tests: reads its order, and does what the customer's name says, in the
# directory DIR. Every process that may be left behind is written to DIR/pids. Usage: PROGRAM DIR
dir=$1
[ "$2" = blind ] && exit 0 # without looking at its input
order=$(cat)
customer=$(printf '%s' "$order" | sed -n 's/.*"customer_id":"\([^"]*\)".*/\1/p')
echo "$DOFS_KEY $DOFS_ATTEMPT" >>"$dir/runs"
echo $$ >>"$dir/pids"

until_there() {
    while [ ! -e "$dir/$1" ]; do sleep 0.02; done
}

case $customer in
order) printf '%s' "$order" ;;
size) printf '%s' "${#order}" ;;
env) printf '%s|%s|%s|%s' "$DOFS_ORDER_ID" "$DOFS_ATTEMPT" "$DOFS_INSTANCE" "$DOFS_STEP" ;;
code-*)
    echo "noise" >&2
    printf 'no label for %s  \n\n' "${customer#code-}" >&2
    exit "${customer#code-}"
    ;;
quiet-*) exit "${customer#quiet-}" ;;
signal-*) kill "-${customer#signal-}" $$ ;;
again)
    [ "$DOFS_ATTEMPT" -gt 1 ] && exit 0
    echo '{"retry_after": "20ms"}'
    exit 75
    ;;
bytes) printf 'a\377b' ;;
files) ls /proc/self/fd ;;
signals) sed -n 's/^\(Sig[BI][lg][kn]:\).*\(.......\)$/\1\2/p' /proc/self/status ;; # 1 to 28
flood) head -c 1G /dev/zero | tr '\0' x ;;
complain)
    yes complaint | head -c 200M >&2
    echo last >&2
    exit 1
    ;;
counted)
    echo x >"$dir/run.$$"
    ls "$dir"/run.* | wc -l >>"$dir/counts"
    sleep 0.05
    rm "$dir/run.$$"
    ;;
hang)
    sleep 1000 &
    echo $! >>"$dir/pids"
    wait
    ;;
stubborn)
    trap '' TERM
    for i in 1 2 3; do
        sh -c 'trap "" TERM; while :; do sleep 1; done' &
        echo $! >>"$dir/pids"
    done
    while :; do sleep 1; done
    ;;
leaves)
    sleep 1000 &
    echo $! >>"$dir/pids"
    setsid sh -c 'echo $$ >>"$0/pids"; sleep 1000' "$dir" &
    (setsid sh -c 'trap "" TERM HUP; echo $$ >>"$0/pids"; sleep 1000 & echo $! >>"$0/pids"; wait' \
        "$dir" &)
    (env -i "$(command -v setsid)" "$(command -v sh)" -c 'echo $$ >>"$0/pids"; exec /bin/sleep 1000' \
        "$dir" >/dev/null 2>&1 &)
    while [ "$(wc -l <"$dir/pids")" -lt 6 ]; do sleep 0.02; done
    ;;
keeps)
    (setsid sh -c 'echo $$ >>"$0/kept"; exec sleep 1000' "$dir" &)
    (env -i "$(command -v setsid)" "$(command -v sh)" -c 'echo $$ >>"$0/kept"; exec /bin/sleep 1000' \
        "$dir" >/dev/null 2>&1 &)
    until_there go
    ;;
finishes)
    trap 'echo done; exit 0' TERM
    while :; do sleep 0.02; done
    ;;
waits) until_there go ;;
*) echo "booked $customer" ;;
esac
