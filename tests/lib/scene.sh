# For shell tests: a private daemon, checks by name, and an end that cleans up. To be sourced.
# shellcheck shell=bash
set -u

build=$(cd "${BUILD:-build}" && pwd)
place=$(mktemp -d "${TMPDIR:-/tmp}/dofs-scene-XXXXXX")
failures=0
daemon=

export DOFS_REQUEST="ipc://$place/run/request.sock"
export DOFS_EVENTS="ipc://$place/run/events.sock"
export PATH="$build:$PATH"
unset DOFS_INSTANCE

scene_end() {
    stop_daemon
    rm -rf "$place"
}
trap scene_end EXIT
trap 'exit 130' INT TERM

# The configuration: the places, then what stands in standard input.
write_config() {
    {
        echo "[daemon]"
        echo "state_dir = $place/state"
        echo "runtime_dir = $place/run"
        echo "[listen]"
        echo "request = $DOFS_REQUEST"
        echo "events = $DOFS_EVENTS"
        cat
    } >"$place/dofsd.conf"
}

# Waits until a command succeeds: await COMMAND...
await() {
    local tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 1000 ] || return 1
        read -rt 0.02 <> <(:) || :
    done
}

start_daemon() {
    dofsd -c "$place/dofsd.conf" 2>>"$place/log" &
    daemon=$!
    await dofs info || { cat "$place/log"; exit 1; }
}

stop_daemon() {
    [ -n "$daemon" ] || return 0
    kill -TERM "$daemon" 2>/dev/null
    wait "$daemon"
    daemon_code=$?
    daemon=
}

# check "a sentence" COMMAND...: one line of the result.
check() {
    local name=$1
    shift
    if "$@" >"$place/check" 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        sed 's/^/    /' "$place/check"
        failures=$((failures + 1))
    fi
}

# run CODE COMMAND...: must end with this exit code; its output is in $out and $err.
run() {
    local want=$1 code=0
    shift
    "$@" >"$place/out" 2>"$place/err" </dev/null || code=$?
    out=$(cat "$place/out")
    err=$(cat "$place/err")
    [ "$code" -eq "$want" ] && return 0
    echo "exit $code and not $want: $*"
    cat "$place/out" "$place/err"
    return 1
}

# has TEXT WORD...: the text holds each of them.
has() {
    local text=$1 word
    shift
    for word; do
        case $text in
        *"$word"*) ;;
        *)
            echo "no '$word' in: $text"
            return 1
            ;;
        esac
    done
}

# json EXPRESSION: true of $out by jq, which also says whether it is JSON.
json() {
    printf '%s' "$out" | jq -se "$1" >/dev/null || {
        echo "not so: $1"
        echo "$out"
        return 1
    }
}

scene_done() {
    [ "$failures" -eq 0 ]
    exit $?
}
