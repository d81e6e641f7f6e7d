#!/bin/sh
# The step `open` of docs/workflows.md: looks at the order and changes nothing. Its undo closes the
# order: whatever the other steps did, by whichever attempt, is undone, and what one of them still
# may try comes too late. Usage: open.sh SHOP
set -eu
shop=$1

if [ "${DOFS_UNDO:-0}" = 1 ]; then
    for step in ship charge reserve; do
        "$(dirname "$0")/$step.sh" "$shop" </dev/null
    done
    exit
fi

order=$(sed "s/'/''/g") # a text in SQL
address=$(
    sqlite3 -bail <<SQL
SELECT '$order' ->> '$.metadata.address';
SQL
)
if [ -z "$address" ]; then # trying again does not help: a person has to
    echo "no address to send it to" >&2
    exit 65
fi
