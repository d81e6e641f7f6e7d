/* The leases that are held: found by token, by order and by the key they were asked for with. */
#pragma once

#include "daemon/handler/handler_worker.h"

struct worker_round; /* the leases that one key of one worker got */

struct worker_lease {
    struct attempt attempt;
    char token[LEASE_TOKEN_LEN + 1];
    int64_t lasts_us;
    int64_t ends_at;         /* by clock_mono */
    int64_t expires_at;      /* wall µs */
    bool cancel;             /* its order's cancel was noted */
    uint32_t holders;        /* askers it was given to */
    enum lease_op op;        /* LEASE_NOT: it is held; else its end is on its way to the store */
    struct worker_end *ends; /* those who wait for that */
    /* the table's */
    struct worker_lease *by_token, *by_order; /* chained */
    size_t at;                                /* in the heap; SIZE_MAX: not there */
    struct worker_round *round;               /* NULL: it was asked for without a key */
    struct worker_lease *next, *prev;         /* of its round */
};

struct worker_leases;

struct worker_leases *worker_leases_new(void);
void worker_leases_free(struct worker_leases *leases); /* takes NULL; frees all leases */
size_t worker_leases_count(const struct worker_leases *leases);

/* A new lease with a token of its own, for `ask`; ends_at is set by worker_leases_time. */
struct worker_lease *worker_leases_add(struct worker_leases *leases, const struct attempt *attempt,
                                       const struct worker_ask *ask);
void worker_leases_remove(struct worker_leases *leases, struct worker_lease *lease);

struct worker_lease *worker_leases_find(const struct worker_leases *leases,
                                        const struct worker_claim *claim);
struct worker_lease *worker_leases_of(const struct worker_leases *leases, int64_t order);
struct worker_lease *worker_leases_any(const struct worker_leases *leases); /* held; NULL: none */

/* The first lease of the round of the ask's worker and key, the others follow in the order in which
   they were added; NULL: there is none. */
struct worker_lease *worker_leases_round(const struct worker_leases *leases,
                                         const struct worker_ask *ask);

/* It ends at `ends_at`; untimed: it is not looked at any more. */
void worker_leases_time(struct worker_leases *leases, struct worker_lease *lease, int64_t ends_at);
void worker_leases_untime(struct worker_leases *leases, struct worker_lease *lease);
struct worker_lease *worker_leases_soonest(const struct worker_leases *leases);
