# A terminal (tmux) to look at and type into, with a daemon of its own; for tests of the dashboard.
# Sourced.
# shellcheck shell=bash disable=SC2034
build=$(realpath "${BUILD:-build}")
place=$(mktemp -d)
daemon=
export LC_ALL=C.UTF-8 TERM=screen-256color XDG_STATE_HOME=$place/state
export DOFS_REQUEST=ipc://$place/r.sock DOFS_EVENTS=ipc://$place/e.sock
unset TMUX DOFS_INSTANCE DOFS_THEME NO_COLOR

t() { tmux -S "$place/tmux.sock" -u -f /dev/null "$@"; }
clean() {
    t kill-server 2>/dev/null
    [ -n "$daemon" ] && kill "$daemon" 2>/dev/null
    wait 2>/dev/null
    rm -rf "$place"
}
trap clean EXIT

# Runs a command again and again until it is true: within 15 s, or that is the failure.
await() {
    local until=$((SECONDS + 15))
    until "$@" 2>/dev/null; do
        [ "$SECONDS" -ge "$until" ] && return 1
        sleep 0.05
    done
}
screen() { t capture-pane -p; }
shows() { screen | grep -qE -- "$1"; }
lacks() { ! shows "$1"; }
keys() { t send-keys "$@"; }
ok() { # ok NAME COMMAND...: what must become true
    local name=$1
    shift
    if await "$@"; then
        echo "ok $name"
    else
        echo "not ok $name"
        echo "--- waited for: $*"
        screen
        echo "---"
        tail -n 5 "$place/log"
        exit 1 # each step begins where the one before ended
    fi
}

start_daemon() {
    "$build/dofsd" -i staging -c "$place/dofs.conf" 2>>"$place/log" &
    daemon=$!
    await "$build/dofs" --timeout 1s info >/dev/null
}
reload() { "$build/dofs" reload >/dev/null; }
submit() { "$build/dofs" submit --customer "$1" --item "$2:1" >/dev/null; }
start() {
    keys "clear; $build/dofs" Enter
    await shows '\[2 Orders\]'
}
open_shell() { # a terminal of 80x24 with a shell in it
    t new-session -d -x 80 -y 24 "PS1='shell> ' bash --norc --noprofile"
}
