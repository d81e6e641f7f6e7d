#!/usr/bin/env bash
# The real dashboard in a real terminal (tmux) over a real daemon of its own: what a person does in
# a shift, and the terminal given back whole however it ends.
set -u
. "$(dirname "$0")/../lib/terminal.sh"

dashboard() { pgrep -P "$(t display -p '#{pane_pid}')" dofs; }
whole() { # the shell is back on the first screen, with the cursor, and without modes
    [ "$(t display -p '#{alternate_on}#{cursor_flag}#{mouse_any_flag}#{keypad_flag}')" = 0100 ]
}
ask_modes() { # the shell writes its terminal's modes to a file
    rm -f "$place/$1"
    keys "stty -a >$place/now && mv $place/now $place/$1" Enter
}
same_modes() { diff "$place/before" "$place/after" >/dev/null; }

# Which share of the orders can be fulfilled, from now on.
rate() {
    cat >"$place/dofs.conf" <<X
[daemon]
state_dir = $place/staging
[listen]
request = $DOFS_REQUEST
events = $DOFS_EVENTS
[fulfilment]
success_rate = $1
max_attempts = 2
interval = 20ms
jitter = none
X
}
rate 1.0
mkdir -p "$place/staging"

open_shell
ok "a shell is there to start from" shows 'shell>'
ask_modes before
ok "its modes are known" test -e "$place/before"

start
ok "the first frame needs no daemon" shows 'OFFLINE retry|CONNECTING'
start_daemon
ok "it connects by itself when the daemon comes" shows 'LIVE$'
ok "it names the instance" shows 'DOFS staging'

# A new order by the form, with a mistake on the way.
keys n
ok "n opens the form" shows 'new order'
keys cust-form Tab form-1 Tab Tab Tab widget Tab 0
keys F7
ok "a wrong quantity is told under its field" shows '! must be an integer from 1'
keys BSpace 3 F7
ok "the order is sent" lacks 'new order'
ok "it appears and ends FULFILLED" shows '^>?.?\+ .*cust-form +3 FULFILLED'

# Failed ones: found, opened, replayed alone and as a group.
rate 0.0
ok "the daemon takes a new configuration" reload
for i in 1 2 3; do submit "cust-bad-$i" widget; done
ok "failed orders are counted in the tab" shows '3 Failed\(3\)'
keys 3
ok "3 lists them" shows '! .*cust-bad-1 .*Fulfillment'
keys /
keys customer:cust-bad-2 Enter
ok "a filter finds one of them" shows '1 of 3'
keys Enter
ok "Enter opens it" shows 'customer +cust-bad-2'
keys G
ok "G goes to the end of its history" shows '2 dead_lettered'
keys Escape
ok "Esc goes back to the list" shows '\[3 Failed'
rate 1.0
ok "what made them fail is mended" reload
keys R
ok "R asks before it replays one order" shows 'Replay 1 order '
keys n
ok "n leaves all as it was" lacks 'Replay 1 order '
keys R
ok "R asks again" shows 'y Replay 1 order '
keys y
ok "the order is replayed" shows '3 Failed\(2\)'
keys / C-u Escape
keys b
ok "b groups by reason" shows '2 Fulfillment'
keys R
ok "R takes the whole group" shows 'y Replay 2 orders '
keys y
ok "the group is replayed" shows '\[3 Failed\]'
keys 4
ok "4 shows the replays done" shows '\+ .*DONE .*2 of 2'
keys b 2

# Pause, hold, release, cancel, resume.
keys P
ok "P asks before it pauses" shows 'y Pause the queue'
keys y
ok "the queue is paused" shows '^ *PAUSED'
submit cust-wait widget
ok "a new order waits" shows '>?\. .*cust-wait +1 QUEUED'
keys g H
ok "H asks before it holds" shows 'y Hold 1 order'
keys y
ok "the order is held" shows '= .*cust-wait +1 HELD'
keys H
ok "H releases what is held" shows 'y Release 1 order'
keys y
ok "the order is released" shows '\. .*cust-wait +1 QUEUED'
keys X
ok "X asks before it cancels" shows 'y Cancel 1 order'
keys y
ok "the order is cancelled" shows 'x .*cust-wait +1 CANCELLED'
keys P
ok "P asks before it resumes" shows 'y Resume the queue'
keys y
ok "the queue goes on" lacks 'PAUSED'

# What is pasted presses no keys.
t set-buffer "qqPPXX"
t paste-buffer -p
keys 5
ok "a paste presses no keys" shows '\[5 Events\]'
keys 2
t send-keys -l $'\e[7;64P\e]11;rgb:0/P/0\a'
keys 5
ok "a sequence that names no key presses none" shows '\[5 Events\]'
ok "5 shows the events" shows 'cust-wait +CANCELLED|cancelled'
keys 2

# Any size.
for size in "200 60" "150 40" "79 24" "60 15" "59 15" "20 5" "3 2" "1 1" "2 1" "1 30" "200 1"; do
    # shellcheck disable=SC2086
    set -- $size
    t resize-window -x "$1" -y "$2"
done
t resize-window -x 200 -y 60
ok "a wide screen has the order beside the lists" shows 'history'
t resize-window -x 50 -y 12
ok "a tiny screen says so" shows 'enlarge to 60x15'
t resize-window -x 80 -y 24
ok "and all is back at 80x24" shows '\? Help q Quit'

# The daemon goes and comes.
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
ok "a dead daemon shows as OFFLINE" shows 'OFFLINE retry [0-9]+s$'
ok "the last data stay" shows 'cust-form'
keys R
ok "what needs the daemon is refused with the reason" shows 'offline|not there'
keys Escape
start_daemon
ok "its return shows as LIVE" shows 'LIVE$'
submit cust-after widget
ok "events go on after the restart" shows '\+ .*cust-after +1 FULFILLED'
kill -STOP "$daemon"
ok "a daemon that says nothing shows as STALE" shows 'STALE [0-9]+s$'
kill -CONT "$daemon"
ok "and as LIVE once it speaks" shows 'LIVE$'

# Ctrl-Z and back.
keys C-z
ok "Ctrl-Z stops it and gives the terminal back" shows 'Stopped'
ok "the terminal is whole while it is stopped" whole
keys fg Enter
ok "fg brings it back" shows '\? Help q Quit'

# However it ends, the terminal is whole.
keys q
ok "q quits" whole
ask_modes after
ok "q leaves the terminal's modes as they were" same_modes
start
keys C-c
ok "Ctrl-C quits" whole
ask_modes after
ok "Ctrl-C leaves the terminal's modes as they were" same_modes
start
kill -TERM "$(dashboard)"
ok "SIGTERM ends it" whole
ask_modes after
ok "SIGTERM leaves the terminal's modes as they were" same_modes
start
keys m
ok "the mouse can be switched on" shows 'mouse on'
kill -SEGV "$(dashboard)"
ok "a crash ends it and gives the screen back" whole
ask_modes after
ok "a crash leaves the terminal's modes as they were" same_modes
