/* Which orders wait or run, for the files of the SQLite store (store_sqlite_work.c). */
#pragma once

#include "daemon/store/store_sqlite.h"

/* The lane of what is under way; of what waits in a pool. 0: none. */
#define LANE_RUNNING 10
#define LANE(pool, priority) (16 * ((int64_t)(pool) + 1) + (priority))

/* Where an order has its place; false: at a step that is not known. */
bool work_place(const struct step_names *steps, const struct order *order, struct queue_place *out);

/* An order of the newest that waits or runs; its place is not in the table. */
struct work_fresh {
    int64_t id;
    enum status status;
    struct queue_place place;
};
/* All of them, by number, in the caller's snapshot. */
enum err work_fresh(struct conn *conn, const struct step_names *steps,
                    void (*each)(void *self, const struct work_fresh *fresh), void *self);

/* One was added or changed: its row is written, order->place is still that of before. */
enum err work_changed(struct sqlite_store *store, struct order *order, struct why *why);

/* Open reads the names of the steps first; close takes a half-open store. Before each commit: move.
 */
enum err work_open(struct sqlite_store *store, int64_t newest, struct why *why);
void work_close(struct sqlite_store *store);
enum err work_move(struct sqlite_store *store, struct why *why);
void work_rolled_back(struct sqlite_store *store);
