/* What an order's row, and the rows beside it, sum to; and whether they still do. */
#pragma once

#include "daemon/store/store_sqlite.h"

/* Of what is never or seldom changed: goes into order->fixed. Items and metadata as stored. */
uint64_t sum_fixed(struct buf *scratch, const struct order *order, struct slice items,
                   struct slice metadata);
/* Of all of a row; `cancel` as stored. */
uint64_t sum_order(struct buf *scratch, const struct order *order, struct slice cancel);
/* Of a row of `history`, and of one of `results`. What an order has of a kind is added up, in
   order->spilled and order->handed. */
uint64_t sum_spilled(struct buf *scratch, int64_t order, int64_t seq, struct slice entries);
uint64_t sum_handed(struct buf *scratch, int64_t order, const struct pair *result);

/*
 * Does the row at hand, of WHOLE_COLUMNS, hold? Fills the sums of `order`, which was read from it.
 * One of version 1 that nobody has written since has none, and holds. `uid`: whose it must be;
 * NULL: any. ERR_DAMAGED.
 */
enum err sum_check(struct conn *conn, sqlite3_stmt *stmt, struct order *order,
                   const struct uuid *uid, struct why *why);
/* Are the rows beside it those that it was written with? In its snapshot. ERR_DAMAGED. */
enum err sum_check_history(struct conn *conn, const struct order *order, struct why *why);
enum err sum_check_results(struct conn *conn, const struct order *order, struct why *why);
enum err sum_damaged(const struct uuid *uid, struct why *why);

/* As store_verify, on any connection (store_sqlite_verify.c). */
enum err verify_some(struct conn *conn, struct store_verify_ask *ask, struct why *why);
