-- The books of the shop against its orders: each row that this prints is something that is wrong.
-- `lines` has the orders as they were submitted, `folder` the parcels; 1,000,000 pieces of each
-- product were there.
CREATE TABLE known AS SELECT order_id, reference, status FROM daemon.orders_view;
CREATE INDEX known_reference ON known (reference);
CREATE TABLE items AS
    SELECT order_id, status, value ->> 'product_id' AS product, sum(value ->> 'quantity') AS pieces
    FROM lines JOIN known ON reference = line ->> '$.reference', json_each(line, '$.items')
    GROUP BY order_id, product;
CREATE TABLE orders AS
    SELECT order_id, status, sum(items.pieces) AS pieces, sum(items.pieces * price) AS cents
    FROM items JOIN stock.stock USING (product) GROUP BY order_id;
CREATE TABLE parcels AS
    SELECT replace(replace(name, rtrim(name, replace(name, '/', '')), ''), '.json', '') AS order_id,
           data ->> '$.recalled' IS NOT NULL AS recalled, data ->> '$.pieces' AS pieces
    FROM folder WHERE name LIKE '%.json';
CREATE UNIQUE INDEX orders_id ON orders (order_id);
CREATE INDEX parcels_id ON parcels (order_id);
CREATE INDEX items_id ON items (order_id, product);

SELECT 'submitted, but not one order:', line ->> '$.reference' FROM lines
    WHERE (SELECT count(*) FROM known WHERE reference = line ->> '$.reference') <> 1;
SELECT 'half done:', order_id, status FROM orders WHERE status NOT IN ('FULFILLED', 'CANCELLED');

SELECT 'money:', order_id, status, 'costs', cents, 'charged', kept, 'by', times
    FROM (SELECT orders.order_id, status, orders.cents, coalesce(sum(charges.cents), 0) AS kept,
                 count(key) AS times
          FROM orders LEFT JOIN payments.charges AS charges
               ON charges.order_id = orders.order_id AND refunded = 0 GROUP BY 1)
    WHERE (times <> 1 OR kept <> cents) AND status = 'FULFILLED'
       OR times <> 0 AND status <> 'FULFILLED';
SELECT 'money of nobody:', key FROM payments.charges WHERE order_id NOT IN
    (SELECT order_id FROM orders);

SELECT 'not taken:', * FROM (SELECT order_id, product, pieces FROM items
    WHERE status = 'FULFILLED' EXCEPT SELECT order_id, product, pieces FROM stock.taken);
SELECT 'taken:', * FROM (SELECT order_id, product, pieces FROM stock.taken
    EXCEPT SELECT order_id, product, pieces FROM items WHERE status = 'FULFILLED');
SELECT 'stock:', product, shelf.pieces, 'and sold', sold
    FROM stock.stock AS shelf LEFT JOIN
         (SELECT product, sum(pieces) AS sold FROM items WHERE status = 'FULFILLED' GROUP BY product)
         USING (product)
    WHERE shelf.pieces + coalesce(sold, 0) <> 1000000;

SELECT 'parcel:', orders.order_id, status, orders.pieces, 'booked', parcels.pieces
    FROM orders LEFT JOIN parcels USING (order_id)
    WHERE status = 'FULFILLED' AND parcels.pieces IS NOT orders.pieces
       OR status <> 'FULFILLED' AND parcels.pieces IS NOT NULL;
SELECT 'parcel of nobody:', order_id FROM parcels WHERE order_id NOT IN
    (SELECT order_id FROM orders);
