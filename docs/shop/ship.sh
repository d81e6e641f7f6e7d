#!/bin/sh
# The step `ship` of docs/workflows.md: books a parcel with a carrier, who takes a file per order
# from a folder. The last step needs no undo of its own; `open` calls the one here when it closes
# the order. Usage: ship.sh SHOP
set -eu
parcel=$1/parcels/$DOFS_ORDER_ID.json
new=$(mktemp "$1/parcels/.XXXXXX") # written beside, then named: there whole or not at all
trap 'rm -f "$new"' EXIT

if [ "${DOFS_UNDO:-0}" = 1 ]; then
    echo '{"recalled":true}' >"$new"
    mv -f "$new" "$parcel" # and no link can take its place
    exit
fi

order=$(sed "s/'/''/g") # a text in SQL
sqlite3 -bail >"$new" <<SQL
SELECT json_object('order', '$DOFS_ORDER_ID', 'address', '$order' ->> '$.metadata.address',
                   'pieces', '$order' ->> '$.total_quantity');
SQL
if ! ln "$new" "$parcel" 2>/dev/null && ! cmp -s "$new" "$parcel"; then
    echo "another parcel of this order is booked, or was recalled" >&2
    exit 65
fi
printf 'parcel %s' "$DOFS_ORDER_ID"
