-- The histories of the shop's orders: each row that this prints is something that is wrong. `told`
-- has the entries as `dofs show --history` tells them, `orders` what became of each order.
CREATE TABLE steps (step TEXT PRIMARY KEY, place INTEGER, undo INTEGER);
INSERT INTO steps VALUES ('open', 0, 1), ('reserve', 1, 1), ('charge', 2, 1), ('ship', 3, 0);
CREATE INDEX told_order ON told (order_id, type, n);

-- What an entry follows on: the last step that was done before it, unless a replay began anew.
CREATE TABLE tried AS
    SELECT order_id, n, place,
           (SELECT max(n) FROM told AS t WHERE t.order_id = told.order_id AND t.n < told.n
                AND type = 'replayed') AS replayed,
           (SELECT max(n) FROM told AS t WHERE t.order_id = told.order_id AND t.n < told.n
                AND type = 'step_done') AS done
    FROM told JOIN steps USING (step)
    WHERE type = 'attempt_started' AND NOT EXISTS (SELECT 1 FROM told AS t
        WHERE t.order_id = told.order_id AND t.n < told.n AND type = 'undo_started');
SELECT 'tried out of turn:', tried.order_id, tried.n FROM tried
    WHERE place = 0 AND done > coalesce(replayed, 0)
       OR place > 0 AND (SELECT steps.place FROM told JOIN steps USING (step)
                         WHERE order_id = tried.order_id AND told.n = done) IS NOT place - 1;

SELECT 'no end, or more than one:', order_id, status FROM orders
    WHERE (SELECT count(*) FROM told WHERE told.order_id = orders.order_id
               AND type IN ('fulfilled', 'cancelled')) <> 1
       OR (SELECT type FROM told WHERE told.order_id = orders.order_id ORDER BY n DESC)
          IS NOT lower(status)
       OR status = 'FULFILLED' AND EXISTS (SELECT 1 FROM told
               WHERE told.order_id = orders.order_id AND type = 'undo_started');

-- Each step that was done, and has an undo, is undone once, the last one first.
CREATE TABLE undone AS
    SELECT order_id, place, n, row_number() OVER (PARTITION BY order_id ORDER BY n DESC) AS from_end
    FROM told JOIN steps USING (step) WHERE type = 'undone';
SELECT 'undone out of turn:', order_id, place FROM undone WHERE place <> from_end - 1;
SELECT 'not undone, or more than was done:', order_id FROM
    (SELECT order_id, (SELECT max(place) FROM told JOIN steps USING (step)
                       WHERE told.order_id = orders.order_id AND type = 'step_done') AS furthest,
            (SELECT max(place) FROM undone WHERE undone.order_id = orders.order_id) AS from_there
     FROM orders WHERE status = 'CANCELLED')
    WHERE from_there IS NOT furthest;
