#!/bin/sh
# Books a parcel with a carrier for each order: a program for `handler = exec`. docs/handlers.md
# goes through it. Usage: book-parcel.sh FOLDER
#
# The carrier takes a file per parcel from FOLDER; the file's name is the booking's key, so the same
# parcel booked twice is one parcel. Needs jq.
set -eu
folder=$1
order=$(cat)

address=$(printf '%s' "$order" | jq -r '.metadata.address // empty')
if [ -z "$address" ]; then # trying again does not help: a person has to
    echo "no address to send it to" >&2
    exit 65
fi

if [ ! -d "$folder" ]; then # the carrier is away: that is not the order's fault
    echo "the carrier's folder is not there" >&2
    echo '{"retry_after": "30s"}'
    exit 75
fi

# Whole or not at all, wherever this is cut short: written beside, then renamed.
printf '%s' "$order" |
    jq '{order: .order_id, address: .metadata.address, pieces: .total_quantity}' \
        >"$folder/.$DOFS_KEY"
mv "$folder/.$DOFS_KEY" "$folder/$DOFS_KEY.json"

printf 'parcel %s' "$DOFS_KEY" # what `dofs show` has as the order's result
