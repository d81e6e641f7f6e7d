#!/bin/sh
# The step `charge` of docs/workflows.md: charges the customer what `reserve` said, once for each
# DOFS_KEY. Its undo gives the money back. Usage: charge.sh SHOP
set -eu
round=${DOFS_KEY#"$DOFS_ORDER_ID"-} # DOFS_KEY is ORDER-ROUND-STEP
round=${round%%-*}
if [ "${DOFS_UNDO:-0}" = 1 ]; then
    sqlite3 -bail -cmd '.timeout 10000' "$1/payments.db" <<SQL
BEGIN IMMEDIATE;
INSERT INTO rounds VALUES ('$DOFS_ORDER_ID', 9999999999)
    ON CONFLICT DO UPDATE SET round = excluded.round; -- closed: no round comes after it
UPDATE charges SET refunded = 1 WHERE order_id = '$DOFS_ORDER_ID';
COMMIT;
SQL
    exit
fi

order=$(sed "s/'/''/g") # a text in SQL
sqlite3 -bail -cmd '.timeout 10000' "$1/payments.db" <<SQL
BEGIN IMMEDIATE;
INSERT INTO rounds VALUES ('$DOFS_ORDER_ID', $round)
    ON CONFLICT DO UPDATE SET round = excluded.round;
UPDATE charges SET refunded = 1 -- what an earlier round charged
    WHERE order_id = '$DOFS_ORDER_ID' AND key <> '$DOFS_KEY';
INSERT INTO charges (key, order_id, cents)
    VALUES ('$DOFS_KEY', '$DOFS_ORDER_ID', CAST('$order' ->> '$.results.reserve' AS INTEGER))
    ON CONFLICT DO NOTHING;
COMMIT;
SELECT 'charge ' || key FROM charges WHERE key = '$DOFS_KEY';
SQL
