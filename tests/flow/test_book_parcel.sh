#!/usr/bin/env bash
# The example of docs/handlers.md, as it stands there: the seed orders are booked, one that cannot
# be is not tried again, and while the carrier is away nothing is lost.
. "$(dirname "$0")/../lib/scene.sh"

folder="$place/carrier/parcels"
mkdir -p "$folder"
write_config <<CONF
[fulfilment]
handler = exec
command = $PWD/docs/book-parcel.sh '$folder'
interval = 1h
CONF
start_daemon

submit() { dofs submit "$@" --meta "address=1 Main St" --wait --json; }
id_of() { jq -r .order_id "$place/out"; }
field() { dofs show "$1" --json | jq -r "$2"; }
is() { [ "$(field "$1" "$2")" = "$3" ]; }
booked() { [ "$(jq -r .pieces "$folder/$1-0.json")" = "$2" ]; }
nothing_else() { [ "$(find "$folder" -type f | wc -l)" -eq "$1" ]; }

check "the first seed order is fulfilled" run 0 submit --customer cust-staging-001 \
    --item prod-widget-staging:3 --item prod-gadget-staging:1
first=$(id_of)
check "its parcel is booked" booked "$first" 4
check "its result is the parcel" is "$first" .result "parcel $first-0"
check "the second is fulfilled" run 0 submit --customer cust-staging-002 --item prod-book-staging:2
check "and booked" booked "$(id_of)" 2
check "the third is fulfilled" run 0 submit --customer cust-staging-003 \
    --item prod-laptop-staging:1
check "and booked, too" booked "$(id_of)" 1

check "an order without an address is not" run 4 dofs submit --customer cust-1 --item p:1 --wait \
    --json
lost=$(id_of)
check "it failed for good" is "$lost" .status FAILED
check "at the first attempt" is "$lost" .attempts 1
check "for a reason" is "$lost" .failure_reason "no address to send it to"

mv "$folder" "$place/away"
run 0 dofs submit --customer cust-2 --item p:5 --meta "address=2 Main St" --json
late=$(id_of)
check "while the carrier is away it waits" await is "$late" .status RETRYING
check "for half a minute, whatever the policy" is "$late" \
    '[.next_attempt_at, .updated_at] | map(.[0:19] + "Z" | fromdate) | .[0] - .[1] | . > 28 and . < 32' \
    true
mv "$place/away" "$folder"
run 0 dofs retry "$late"
check "when it is back it is fulfilled" await is "$late" .status FULFILLED
check "with one parcel" booked "$late" 5
check "and there are no others" nothing_else 4
stop_daemon
check "the daemon stops in order" [ "$daemon_code" -eq 0 ]

scene_done
