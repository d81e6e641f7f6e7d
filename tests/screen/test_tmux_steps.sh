#!/usr/bin/env bash
# Several steps in the real dashboard over a real daemon: the overview's table counts what is at each
# of them, and the alarm of one that nobody serves is told by its whole name.
set -u
. "$(dirname "$0")/../lib/terminal.sh"

cat >"$place/dofs.conf" <<X
[daemon]
state_dir = $place/staging
[listen]
request = $DOFS_REQUEST
events = $DOFS_EVENTS
[fulfilment]
success_rate = 1
interval = 20ms
[steps]
order = reserve, charge, ship
[step "ship"]
handler = worker
[alarms]
queue_age = 1s
disk_free = off
X
mkdir -p "$place/staging"
start_daemon

open_shell
ok "a shell is there to start from" shows 'shell>'
start
ok "it is connected" shows 'LIVE$'
submit cust-one widget
submit cust-two widget
keys 1
ok "the overview counts what waits at a step" shows 'ship +2 +0 +0'
ok "and nothing at one that is done" shows 'charge +0 +0 +0'
ok "the alarm of the step that nobody serves is raised" shows '! queue_age/ship +ALARM'
keys a
ok "the queue's own is acknowledged first" shows '= queue_age +ALARM .* by '
keys a
ok "then that of the step" shows '= queue_age/ship +ALARM .* by '
ok "the daemon knows who did" bash -c "'$build/dofs' alarms --json | grep -q 'queue_age/ship.*acknowledged_by\":\"'"
keys q
ok "q quits" shows 'shell>'
