/* The leases that are held: found by token, by order and by the key they were asked for with. */
#include "daemon/handler/worker_leases.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/need.h"
#include "shared/rng.h"

#define BUCKETS 4096
#define UNTIMED SIZE_MAX

struct worker_round {
    struct worker_round *chained;
    struct worker_lease *first, *last;
    size_t bucket;
    size_t n_worker, n_key;
    char text[]; /* the worker's name, then the key */
};

struct worker_leases {
    size_t n;
    struct worker_lease *tokens[BUCKETS], *orders[BUCKETS];
    struct worker_round *rounds[BUCKETS];
    struct worker_lease **heap; /* soonest first */
    size_t n_heap, cap_heap;
};

/* ---- the heap of those that will expire ---- */

static void put(struct worker_leases *leases, size_t at, struct worker_lease *lease)
{
    leases->heap[at] = lease;
    lease->at = at;
}

static void rise(struct worker_leases *leases, size_t at)
{
    struct worker_lease *lease = leases->heap[at];

    while (at > 0 && lease->ends_at < leases->heap[(at - 1) / 2]->ends_at) {
        put(leases, at, leases->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(leases, at, lease);
}

static void sink(struct worker_leases *leases, size_t at)
{
    struct worker_lease *lease = leases->heap[at];
    size_t child = 2 * at + 1;

    while (child < leases->n_heap) {
        if (child + 1 < leases->n_heap &&
            leases->heap[child + 1]->ends_at < leases->heap[child]->ends_at)
            child++;
        if (leases->heap[child]->ends_at >= lease->ends_at)
            break;
        put(leases, at, leases->heap[child]);
        at = child;
        child = 2 * at + 1;
    }
    put(leases, at, lease);
}

void worker_leases_untime(struct worker_leases *leases, struct worker_lease *lease)
{
    size_t at = lease->at;

    if (at == UNTIMED)
        return;
    lease->at = UNTIMED;
    if (at == --leases->n_heap)
        return;
    put(leases, at, leases->heap[leases->n_heap]);
    sink(leases, at);
    rise(leases, at);
}

void worker_leases_time(struct worker_leases *leases, struct worker_lease *lease, int64_t ends_at)
{
    worker_leases_untime(leases, lease);
    lease->ends_at = ends_at;
    if (leases->n_heap == leases->cap_heap) {
        leases->cap_heap = leases->cap_heap > 0 ? 2 * leases->cap_heap : 64;
        leases->heap =
            need(realloc(leases->heap, leases->cap_heap * sizeof(struct worker_lease *)));
    }
    put(leases, leases->n_heap++, lease);
    rise(leases, lease->at);
}

struct worker_lease *worker_leases_soonest(const struct worker_leases *leases)
{
    return leases->n_heap > 0 ? leases->heap[0] : NULL;
}

/* ---- rounds: what a key got ---- */

/* FNV-1a; keys are made by workers, who gain nothing by a collision but a slower look. */
static size_t bucket_of(struct slice worker, struct slice key)
{
    uint64_t hash = 0xcbf29ce484222325ULL;

    for (size_t i = 0; i < worker.n; i++)
        hash = (hash ^ (uint8_t)worker.p[i]) * 0x100000001b3ULL;
    for (size_t i = 0; i < key.n; i++)
        hash = (hash ^ (uint8_t)key.p[i]) * 0x100000001b3ULL;
    return (size_t)(hash ^ (hash >> 32)) % BUCKETS;
}

static bool is_of(const struct worker_round *round, const struct worker_ask *ask)
{
    return round->n_worker == ask->worker.n && round->n_key == ask->key.n &&
           memcmp(round->text, ask->worker.p, ask->worker.n) == 0 &&
           memcmp(round->text + ask->worker.n, ask->key.p, ask->key.n) == 0;
}

static struct worker_round *find_round(const struct worker_leases *leases,
                                       const struct worker_ask *ask)
{
    struct worker_round *round = leases->rounds[bucket_of(ask->worker, ask->key)];

    while (round != NULL && !is_of(round, ask))
        round = round->chained;
    return round;
}

static struct worker_round *add_round(struct worker_leases *leases, const struct worker_ask *ask)
{
    size_t bucket = bucket_of(ask->worker, ask->key);
    struct worker_round *round = need(malloc(sizeof(*round) + ask->worker.n + ask->key.n));

    *round = (struct worker_round){.chained = leases->rounds[bucket],
                                   .bucket = bucket,
                                   .n_worker = ask->worker.n,
                                   .n_key = ask->key.n};
    memcpy(round->text, ask->worker.p, ask->worker.n);
    memcpy(round->text + ask->worker.n, ask->key.p, ask->key.n);
    leases->rounds[bucket] = round;
    return round;
}

static void join_round(struct worker_leases *leases, struct worker_lease *lease,
                       const struct worker_ask *ask)
{
    struct worker_round *round = find_round(leases, ask);

    if (round == NULL)
        round = add_round(leases, ask);
    lease->round = round;
    lease->prev = round->last;
    if (round->last != NULL)
        round->last->next = lease;
    else
        round->first = lease;
    round->last = lease;
}

static void leave_round(struct worker_leases *leases, struct worker_lease *lease)
{
    struct worker_round *round = lease->round;
    struct worker_round **at = NULL;

    if (round == NULL)
        return;
    if (lease->next != NULL)
        lease->next->prev = lease->prev;
    else
        round->last = lease->prev;
    if (lease->prev != NULL)
        lease->prev->next = lease->next;
    else
        round->first = lease->next;
    if (round->first != NULL)
        return;
    at = &leases->rounds[round->bucket];
    while (*at != round)
        at = &(*at)->chained;
    *at = round->chained;
    free(round);
}

struct worker_lease *worker_leases_round(const struct worker_leases *leases,
                                         const struct worker_ask *ask)
{
    const struct worker_round *round = find_round(leases, ask);

    return round != NULL ? round->first : NULL;
}

/* ---- the table ---- */

/* The token's first half is as good as any hash of it. */
static size_t token_bucket(const char *token)
{
    size_t sum = 0;

    for (size_t i = 0; i < LEASE_TOKEN_LEN / 2; i++)
        sum = sum * 16 + (size_t)(token[i] <= '9' ? token[i] - '0' : token[i] - 'a' + 10);
    return sum % BUCKETS;
}

static size_t order_bucket(int64_t order)
{
    return (size_t)order % BUCKETS;
}

struct worker_leases *worker_leases_new(void)
{
    struct worker_leases *leases = need(calloc(1, sizeof(*leases)));

    return leases;
}

struct worker_lease *worker_leases_any(const struct worker_leases *leases)
{
    return worker_leases_soonest(leases); /* what is held is timed */
}

static void free_leases(struct worker_lease *lease)
{
    while (lease != NULL) {
        struct worker_lease *next = lease->by_order;

        free(lease);
        lease = next;
    }
}

static void free_rounds(struct worker_round *round)
{
    while (round != NULL) {
        struct worker_round *next = round->chained;

        free(round);
        round = next;
    }
}

void worker_leases_free(struct worker_leases *leases)
{
    if (leases == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        free_leases(leases->orders[i]);
        free_rounds(leases->rounds[i]);
    }
    free(leases->heap);
    free(leases);
}

size_t worker_leases_count(const struct worker_leases *leases)
{
    return leases->n;
}

struct worker_lease *worker_leases_add(struct worker_leases *leases, const struct attempt *attempt,
                                       const struct worker_ask *ask)
{
    struct worker_lease *lease = need(calloc(1, sizeof(*lease)));
    struct worker_lease **token = NULL;
    struct worker_lease **order = &leases->orders[order_bucket(attempt->order)];

    lease->attempt = *attempt;
    lease->at = UNTIMED;
    lease->holders = 1;
    (void)snprintf(lease->token, sizeof(lease->token), "%016" PRIx64 "%016" PRIx64, rng_entropy(),
                   rng_entropy());
    token = &leases->tokens[token_bucket(lease->token)];
    lease->by_token = *token;
    *token = lease;
    lease->by_order = *order;
    *order = lease;
    if (ask->key.p != NULL)
        join_round(leases, lease, ask);
    leases->n++;
    return lease;
}

void worker_leases_remove(struct worker_leases *leases, struct worker_lease *lease)
{
    struct worker_lease **at = &leases->tokens[token_bucket(lease->token)];

    while (*at != lease)
        at = &(*at)->by_token;
    *at = lease->by_token;
    at = &leases->orders[order_bucket(lease->attempt.order)];
    while (*at != lease)
        at = &(*at)->by_order;
    *at = lease->by_order;
    worker_leases_untime(leases, lease);
    leave_round(leases, lease);
    leases->n--;
    free(lease);
}

/* A token is as long as ours are, of the digits that ours have. */
static bool is_token(struct slice token)
{
    if (token.n != LEASE_TOKEN_LEN)
        return false;
    for (size_t i = 0; i < token.n; i++) {
        bool digit = token.p[i] >= '0' && token.p[i] <= '9';

        if (!digit && (token.p[i] < 'a' || token.p[i] > 'f'))
            return false;
    }
    return true;
}

struct worker_lease *worker_leases_find(const struct worker_leases *leases,
                                        const struct worker_claim *claim)
{
    struct worker_lease *lease = NULL;

    if (!is_token(claim->token))
        return NULL;
    lease = leases->tokens[token_bucket(claim->token.p)];
    while (lease != NULL && memcmp(lease->token, claim->token.p, LEASE_TOKEN_LEN) != 0)
        lease = lease->by_token;
    return lease != NULL && uuid_compare(&lease->attempt.uid, &claim->uid) == 0 ? lease : NULL;
}

struct worker_lease *worker_leases_of(const struct worker_leases *leases, int64_t order)
{
    struct worker_lease *lease = leases->orders[order_bucket(order)];

    while (lease != NULL && lease->attempt.order != order)
        lease = lease->by_order;
    return lease;
}
