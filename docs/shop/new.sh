#!/bin/sh
# Makes the worked shop of docs/workflows.md: its stock, a payment service to try it with, and the
# folder from which a carrier takes parcels. Usage: new.sh SHOP. Needs sqlite3.
set -eu
shop=$1
mkdir -p "$shop/parcels"

# In both: the last round of each order that was heard of. What a program of an earlier round does is
# refused, and an order that was closed has a round that none comes after.
rounds='
CREATE TABLE rounds (order_id TEXT PRIMARY KEY, round INTEGER NOT NULL) STRICT;
CREATE TRIGGER too_late BEFORE UPDATE ON rounds WHEN new.round < old.round
BEGIN
    SELECT raise(ABORT, "too late: the order has gone on");
END;'

sqlite3 -bail "$shop/stock.db" <<SQL >/dev/null
PRAGMA journal_mode = WAL;
$rounds
CREATE TABLE stock (
    product TEXT PRIMARY KEY,
    price   INTEGER NOT NULL, -- of a piece, in cents
    pieces  INTEGER NOT NULL CONSTRAINT "not enough in stock" CHECK (pieces >= 0)
) STRICT;
CREATE TABLE taken ( -- by orders, out of stock
    order_id TEXT,
    product  TEXT,
    pieces   INTEGER NOT NULL,
    price    INTEGER CONSTRAINT "no such product" CHECK (price IS NOT NULL),
    PRIMARY KEY (order_id, product)
) STRICT;
CREATE TRIGGER take AFTER INSERT ON taken
BEGIN
    UPDATE stock SET pieces = pieces - new.pieces WHERE product = new.product;
END;
CREATE TRIGGER put_back AFTER DELETE ON taken
BEGIN
    UPDATE stock SET pieces = pieces + old.pieces WHERE product = old.product;
END;
SQL

sqlite3 -bail "$shop/payments.db" <<SQL >/dev/null
PRAGMA journal_mode = WAL;
$rounds
CREATE TABLE charges (
    key      TEXT PRIMARY KEY, -- asked again under the same key, it is the same charge
    order_id TEXT NOT NULL,
    cents    INTEGER NOT NULL,
    refunded INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX charges_of ON charges (order_id);
SQL
