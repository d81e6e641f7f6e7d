#!/bin/sh
# The step `reserve` of docs/workflows.md: takes the order's items out of stock, and prints what
# they cost. Its undo puts them back. Usage: reserve.sh SHOP
set -eu
order=$(sed "s/'/''/g")              # a text in SQL
round=${DOFS_KEY#"$DOFS_ORDER_ID"-} # DOFS_KEY is ORDER-ROUND-STEP
round=${round%%-*}
if [ "${DOFS_UNDO:-0}" = 1 ]; then
    round=9999999999 # closed: no round comes after it
    order='{}'
fi

# Done twice it is done once: all that the order holds goes back, then it is taken anew.
sqlite3 -bail -cmd '.timeout 10000' "$1/stock.db" <<SQL
BEGIN IMMEDIATE;
INSERT INTO rounds VALUES ('$DOFS_ORDER_ID', $round)
    ON CONFLICT DO UPDATE SET round = excluded.round;
DELETE FROM taken WHERE order_id = '$DOFS_ORDER_ID';
INSERT INTO taken
    SELECT '$DOFS_ORDER_ID', item.value ->> 'product_id', sum(item.value ->> 'quantity'), price
    FROM json_each('$order', '$.items') AS item
    LEFT JOIN stock ON product = item.value ->> 'product_id' GROUP BY 2;
COMMIT;
SELECT sum(pieces * price) FROM taken WHERE order_id = '$DOFS_ORDER_ID';
SQL
