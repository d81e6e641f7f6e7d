#!/usr/bin/env bash
# The daemon as a process: its exit codes, who may run beside it, how it stops and reloads.
set -u
build=${BUILD:-build}
dir=$(mktemp -d)
failed=0
pid=
trap '[ -n "$pid" ] && kill -9 "$pid" 2>/dev/null; rm -rf "$dir"' EXIT

case_is() { # NAME CONDITION...
    local name=$1
    shift
    if "$@"; then
        echo "ok $name"
    else
        echo "not ok $name"
        failed=1
        cat "$dir/log" "$dir/out" 2>/dev/null
    fi
}

# Until the condition holds, for at most 10 s.
await() {
    local until=$((SECONDS + 10))
    until "$@"; do
        [ "$SECONDS" -ge "$until" ] && return 1
        read -r -t 0.02 <> <(:)
    done
    return 0
}

configure() { # NAME, lines of the configuration on standard input
    { printf '[daemon]\nstate_dir = %s/%s\nruntime_dir = %s/%s.run\n[log]\nformat = text\n' \
        "$dir" "$1" "$dir" "$1"; cat; } >"$dir/$1.conf"
}

start() { # NAME
    : >"$dir/log" # that of the one before says `ready`, too
    "$build/dofsd" -c "$dir/$1.conf" 2>"$dir/log" &
    pid=$!
    await grep -q '^notice: ready' "$dir/log"
}

stop() { # SIGNAL; leaves the exit code in $code
    kill "-$1" "$pid"
    wait "$pid"
    code=$?
    pid=
}

run() { # leaves the exit code in $code, what was printed in $dir/out
    timeout 10 "$@" >"$dir/out" 2>&1
    code=$?
}

code_is() { [ "$code" -eq "$1" ]; }
said() { grep -qF -- "$1" "$dir/out"; }
logged() { grep -qF -- "$1" "$dir/log"; }
code_and() { code_is "$1" && said "$2"; }

run "$build/dofsd" --version
case_is "the version is printed" code_and 0 "dofsd "
run "$build/dofsd" --nonsense
case_is "an unknown option is wrong usage" code_and 2 "Usage:"
run "$build/dofsd" default
case_is "an argument too many is wrong usage" code_and 2 "Usage:"
run "$build/dofsd" -i ../x
case_is "an instance's name is no path" code_and 78 "not an instance's name"
run "$build/dofsd" --check-config -c systemd/example.conf
case_is "the example is a good configuration" code_and 0 "systemd/example.conf: ok"
printf '[log]\nlevel = loud\n' >"$dir/bad.conf"
run "$build/dofsd" --check-config -c "$dir/bad.conf"
case_is "a bad configuration is told with its line" code_and 78 "$dir/bad.conf:2: [log] level: 'loud'"
run "$build/dofsd" -c "$dir/bad.conf"
case_is "a bad configuration stops the start" code_and 78 "bad.conf:2:"
run "$build/dofsd" -c "$dir/missing.conf"
case_is "a configuration that was named must be there" code_and 78 "cannot open"
printf '[access]\nviewer = no-such-user\n' | configure nobody
run "$build/dofsd" --check-config -c "$dir/nobody.conf"
case_is "an unknown user is told by the check" code_and 78 "viewer: there is no user 'no-such-user'"
case_is "an unknown user is told with its line" code_and 78 "nobody.conf:$(grep -n no-such-user "$dir/nobody.conf" | cut -d: -f1): "

configure one </dev/null
case_is "it starts on a fresh directory" start one
run "$build/dofsd" -c "$dir/one.conf"
case_is "a second one on the same state is told who holds it" code_and 75 "process $pid"
printf '[listen]\nrequest = ipc://%s/one.run/request.sock\n' "$dir" | configure two
run "$build/dofsd" -c "$dir/two.conf"
case_is "a second one on a live socket is refused" code_and 75 "request.sock"
case_is "the first one goes on" kill -0 "$pid"

printf '[fulfilment]\ninterval = 3s\n' | configure one
kill -HUP "$pid"
case_is "a reload uses what changed" await logged "fulfilment.interval has changed"
printf '[fulfilment]\ninterval = 4s\nnonsense = 1\n' | configure one
kill -HUP "$pid"
case_is "a bad file changes nothing" await logged "one.conf:8: unknown key 'nonsense' in [fulfilment]"
case_is "and says so" logged "the configuration stays as it was"

stop TERM
case_is "SIGTERM is an orderly stop" code_is 0
case_is "no socket is left behind" test ! -e "$dir/one.run/request.sock"

configure one </dev/null
start one
stop KILL 2>/dev/null
case_is "a killed one leaves its sockets" test -S "$dir/one.run/request.sock"
case_is "which the next one clears away" start one
stop INT
case_is "SIGINT is an orderly stop too" code_is 0

mkdir -p "$dir/two.run"
echo text >"$dir/two.run/request.sock"
configure two </dev/null
run "$build/dofsd" -c "$dir/two.conf"
case_is "a file that is no socket stops the start" test "$code" -ne 0
case_is "and is left alone" grep -q text "$dir/two.run/request.sock"

mkdir "$dir/corrupt"
head -c 8192 /dev/zero | tr '\0' x >"$dir/corrupt/orders.db"
sum=$(cksum <"$dir/corrupt/orders.db")
configure corrupt </dev/null
run "$build/dofsd" -c "$dir/corrupt.conf"
case_is "a store that is none stops the start for good" code_is 78
case_is "and is left alone, too" test "$sum" = "$(cksum <"$dir/corrupt/orders.db")"
printf '[daemon]\n' >"$dir/file"
sed "s#^state_dir.*#state_dir = $dir/file/x#" "$dir/one.conf" >"$dir/under.conf"
run "$build/dofsd" -c "$dir/under.conf"
case_is "a state directory that cannot be made stops the start for good" code_and 78 "cannot make"

exit $failed
