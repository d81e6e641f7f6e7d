#!/usr/bin/env bash
# What a person mends in the real dashboard over a real daemon: an alarm acknowledged, a failed
# order amended and replayed, a held one amended and released, a replay with canary and brake.
set -u
. "$(dirname "$0")/../lib/terminal.sh"

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
max_attempts = 1
interval = 20ms
jitter = none
[alarms]
dlq_depth = 3
disk_free = off
failure_rate = off
X
}
rate 0.0
mkdir -p "$place/staging"
start_daemon

open_shell
ok "a shell is there to start from" shows 'shell>'
start
ok "it is connected" shows 'LIVE$'

# Alarms.
keys 1
ok "the overview says that all alarms are OK" shows 'alarms .* all OK'
submit cust-one widget
submit cust-two widget
submit cust-three widget
ok "an alarm is in the header as soon as it is on" shows '^ *! ALARM dlq_depth'
ok "the overview says what it is about" shows '>! dlq_depth +ALARM 3, limit 3 .* not acknowledged'
keys 2
ok "the alarm is in the header of every view" shows '^ *! ALARM dlq_depth'
keys a
ok "a acknowledges it" shows 'dlq_depth: acknowledged until it changes'
ok "an acknowledged alarm leaves the header" lacks '! ALARM dlq_depth'
keys 1
ok "the overview says who knows of it" shows '= dlq_depth +ALARM .* by '
keys a
ok "it is not acknowledged twice" shows 'the alarm is acknowledged already'

# A failed order: amended, then replayed.
rate 1.0
ok "what made them fail is mended" reload
keys 3 / customer:cust-two Enter
ok "a filter finds one of them" shows '1 of 3'
keys A
ok "A opens the form with the order's values" shows 'customer +cust-two'
ok "it says which order, and its status" shows 'amend [0-9a-f-]{36} .* ! FAILED'
keys Tab amended-1 Tab Tab Tab Tab C-u 7 F7
ok "an amendment needs a reason" shows "! is needed: it is kept in the order's history"
keys "wrong quantity" F7
ok "the replay is offered next" shows 'y Replay 1 order '
ok "the order is shown as amended" shows 'is amended; it is still FAILED'
keys y
ok "the amended order leaves the queue of the dead" shows '3 Failed\(2\)'
keys 2
ok "it is fulfilled as it was amended" shows '\+ .*cust-two +7 FULFILLED'

# A held order: amended, then released.
"$build/dofs" pause >/dev/null
ok "the queue is paused" shows '^ *PAUSED'
submit cust-held widget
ok "an order waits" shows '\. .*cust-held +1 QUEUED'
keys g H y
ok "it is held" shows '= .*cust-held +1 HELD'
keys A
ok "A opens a held order's form" shows 'amend [0-9a-f-]{36} .* = HELD'
keys Tab Tab Tab Tab Tab C-u 4 Tab Tab Tab "one more" F7
ok "the release is offered next" shows 'y Release 1 order '
keys y
ok "it is released as it was amended" shows '\. .*cust-held +4 QUEUED'
"$build/dofs" resume >/dev/null
ok "the queue goes on" lacks 'PAUSED'
ok "it is fulfilled" shows '\+ .*cust-held +4 FULFILLED'

# A replay of a group, by the canary and with the brake.
keys 3 / C-u Escape b
ok "b groups by reason" shows '^>! +2 '
keys R
ok "the dialog counts by reason before it asks" shows '^.* +2  [A-Z]'
ok "and says how old the oldest is" shows 'oldest .* ago'
keys Tab "all is well again" Tab 50 Tab 1 Tab 50%/20 Enter
ok "rate, canary and brake are taken" shows 'stop if failed +50%/20'
keys Enter
ok "the replay starts" shows 'replay of 2 orders started'
ok "the whole group is replayed" shows '\[3 Failed\]'
keys 4
ok "the replay is on record with its reason" shows '\+ .*DONE .*2 of 2'
ok "and the daemon knows its reason" bash -c "'$build/dofs' replays --json | grep -q 'all is well again'"
keys 1
ok "the alarm is over" shows 'alarms .* all OK'
keys q
ok "q quits" shows 'shell>'
