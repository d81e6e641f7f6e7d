#!/bin/sh
# One step of several, or its undo: a line in the ledger, what it was given, and a result that names
# it. Waits while the file hold-NAME is there, fails for good while fail-NAME is.
dir=$1
name=$DOFS_STEP${DOFS_UNDO:+-undo}

cat >"$dir/input-$name"
: >"$dir/run-$name-$$"
printf '%s %s\n' "$name" "$DOFS_KEY" >>"$dir/ledger"
find "$dir" -name "run-$name-*" | wc -l >>"$dir/most-$name"
while [ -e "$dir/hold-$name" ]; do
    sleep 0.02
done
rm -f "$dir/run-$name-$$"
if [ -e "$dir/fail-$name" ]; then
    echo "$name says no" >&2
    exit 65
fi
printf '%s done' "$name"
