/*
 * The newest orders by their customers' hashes, for what the store's index does not hold yet. One
 * batch is filled; when it is full it becomes the one that is moved into the index, bit by bit, in
 * the order of the index, and a new one is begun.
 *
 * An index over customers would have nearly each order dirty a page of its own; thousands at a
 * time, in order, share their pages.
 *
 * Thread: the writer's, but for recent_orders_find, which is any reader's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECENT_ORDERS_MAX 65536 /* in a batch */

struct recent_order {
    int64_t customer; /* a hash, not negative */
    int64_t id;
};

struct recent_orders;

/* All orders from `from` on will be told of. */
struct recent_orders *recent_orders_new(int64_t from);
void recent_orders_free(struct recent_orders *recent); /* takes NULL */

/* The lowest number that may be missing in the index. */
int64_t recent_orders_from(const struct recent_orders *recent);

/* One more; its number is at least recent_orders_from. False: the index has to have it at once, for
   its batch is on the way there. */
bool recent_orders_add(struct recent_orders *recent, struct recent_order order);

/* An order is another customer's from now on, or is gone: what waits in memory may be wrong until
   all that was added up to now is in the index, and is to be looked at on the way there. */
void recent_orders_doubt(struct recent_orders *recent, int64_t id);
bool recent_orders_doubted(const struct recent_orders *recent);

/* A transaction begins; it is rolled back: what was added in it, or taken to the index, was not. */
void recent_orders_begin(struct recent_orders *recent);
void recent_orders_roll_back(struct recent_orders *recent);

/* How many were added since it began. */
size_t recent_orders_added(const struct recent_orders *recent);

/* At most `max` that are next on the way to the index, by customer and number; they count as taken.
 *last: with them all of the batch are. */
const struct recent_order *recent_orders_take(struct recent_orders *recent, size_t max, size_t *n,
                                              bool *last);

/* The number that recent_orders_from will be, once the batch on its way is in the index. */
int64_t recent_orders_next(const struct recent_orders *recent);

/* The transaction is durable. */
void recent_orders_commit(struct recent_orders *recent);

/*
 * Those of a customer, and perhaps of another with the same hash: rising numbers from *from on,
 * each once; some may be of a transaction that is not there yet, some gone or another's by now. To
 * be called before the snapshot begins in which the index is read up to *from.
 *
 * ids      the caller's to free; NULL for none
 */
void recent_orders_find(struct recent_orders *recent, int64_t customer, int64_t **ids, size_t *n,
                        int64_t *from);
