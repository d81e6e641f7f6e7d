#!/usr/bin/env bash
# Another client of the same library family: orders and events by nngcat and bytes made by hand.
. "$(dirname "$0")/../lib/scene.sh"

write_config <<'CONF'
[fulfilment]
success_rate = 1
CONF
start_daemon

# {"v": 1, "op": "submit", "order": {"customer_id": "cust-nng", "items": [{"product_id": "p-1",
# "quantity": 2}]}}
printf '%b' '\x83\xa1v\x01\xa2op\xa6submit\xa5order\x82\xabcustomer_id\xa8cust-nng\xa5items\x91' \
    '\x82\xaaproduct_id\xa3p-1\xa8quantity\x02' >"$place/submit"
# {"v": 1, "op": "stats"}
printf '%b' '\x82\xa1v\x01\xa2op\xa5stats' >"$place/stats"
printf 'this is no msgpack' >"$place/garbage"

ask() {
    nngcat --req --dial "$DOFS_REQUEST" --recv-timeout 10 --raw --file "$1" >"$place/reply"
}

reply_starts() { # with these bytes
    local n=$((${#1} / 2))
    [ "$(head -c "$n" "$place/reply" | od -An -tx1 | tr -d ' \n')" = "$1" ]
}

an_order_is_taken() {
    ask "$place/submit" || return 1
    # a map of 6: "v" 1, "ok" true, "order_id" and 36 characters
    reply_starts 86a17601a26f6bc3a86f726465725f6964d924 || return 1
    has "$(tr -d '\0' <"$place/reply")" status QUEUED duplicate
}

it_is_stored() {
    run 0 dofs list --json customer:cust-nng || return 1
    json 'length == 1 and .[0].total_quantity == 2'
}

figures_are_told() {
    ask "$place/stats" || return 1
    has "$(tr -d '\0' <"$place/reply")" accepted_total dlq_depth FULFILLED
}

garbage_is_answered() {
    ask "$place/garbage" || return 1
    has "$(tr -d '\0' <"$place/reply")" error malformed
}

# A message of this topic: its name, then a NUL (heartbeats name topics inside).
came() {
    grep -aqP "$1\\x00" "$place/events"
}

events_come() {
    nngcat --sub --dial "$DOFS_EVENTS" --subscribe '' --raw >"$place/events" 2>/dev/null &
    local sub=$!
    await came heartbeat && ask "$place/submit" &&
        await came order.FULFILLED
    local code=$?
    kill "$sub" && wait "$sub" 2>/dev/null
    [ "$code" -eq 0 ] && came order.QUEUED && came order.PROCESSING &&
        grep -aq cust-nng "$place/events"
}

one_topic_comes_alone() {
    nngcat --sub --dial "$DOFS_EVENTS" --subscribe order.FULFILLED --subscribe heartbeat --raw \
        >"$place/events" 2>/dev/null &
    local sub=$!
    await came heartbeat && ask "$place/submit" &&
        await came order.FULFILLED
    local code=$?
    kill "$sub" && wait "$sub" 2>/dev/null
    [ "$code" -eq 0 ] && ! came order.QUEUED
}

check "nngcat's order is taken, with the reply of the protocol" an_order_is_taken
check "nngcat's order is stored" it_is_stored
check "nngcat is told the figures" figures_are_told
check "nngcat's garbage is answered as malformed" garbage_is_answered
check "nngcat sees each change of an order" events_come
check "nngcat sees only the topics it subscribed to" one_topic_comes_alone
scene_done
