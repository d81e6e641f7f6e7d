/* Workers of the real handler `worker`. */
#include "tests/sim/sim_workers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS 3
#define GIVEN_MAX 3
#define LEASES 12 /* that one remembers */
#define WAIT_US 100000
#define WORD_BYTES 16

/* A lease as its worker remembers it. */
struct held {
    struct workers *workers;
    bool there;
    int64_t order;
    struct worker_claim claim;
    char token[LEASE_TOKEN_LEN + 1];
    struct worker_end end;
    bool ending;   /* asked for, not answered */
    bool answered; /* with success: */
    enum status status;
    int64_t next_attempt_at;
};

struct asker {
    struct workers *workers;
    char name[WORD_BYTES];
    char key[WORD_BYTES];
    uint64_t n_keys;
    bool asking;
    struct worker_ask ask;
    struct worker_given given[GIVEN_MAX];
    struct held held[LEASES];
};

struct workers {
    struct world *world;
    struct asker askers[WORKERS];
};

struct workers *sim_workers_new(struct world *world)
{
    struct workers *workers = calloc(1, sizeof(*workers));

    if (workers == NULL)
        abort();
    workers->world = world;
    for (size_t i = 0; i < WORKERS; i++) {
        workers->askers[i].workers = workers;
        for (size_t k = 0; k < LEASES; k++)
            workers->askers[i].held[k].workers = workers;
        (void)snprintf(workers->askers[i].name, WORD_BYTES, "worker-%zu", i);
    }
    return workers;
}

void sim_workers_free(struct workers *workers)
{
    free(workers);
}

void sim_workers_forsaken(struct workers *workers)
{
    for (size_t i = 0; i < WORKERS; i++) {
        workers->askers[i].asking = false;
        for (size_t k = 0; k < LEASES; k++)
            workers->askers[i].held[k].ending = false;
    }
}

/* ---- leasing ---- */

/* A place for a lease: its own, a free one, or that of one which is forgotten; NULL: all wait. */
static struct held *place_of(struct asker *asker, const struct worker_given *given)
{
    struct held *place = NULL;

    for (size_t i = 0; i < LEASES; i++) {
        struct held *held = &asker->held[i];

        if (held->there && strcmp(held->token, given->token) == 0)
            return held;
        if (!held->ending && (place == NULL || !held->there))
            place = held;
    }
    return place;
}

static void take(struct asker *asker, const struct worker_given *given)
{
    struct world *world = asker->workers->world;
    const struct model_order *order = model_order(&world->model, given->attempt.order);
    struct held *held = place_of(asker, given);
    bool known = held != NULL && held->there && strcmp(held->token, given->token) == 0;

    if (!known && (order == NULL || order->attempts != given->attempt.number ||
                   (order->status != STATUS_PROCESSING && order->status != STATUS_UNDOING)))
        sim_broken(&world->verdict, "attempt %u of order %" PRId64 " is leased before its start",
                   given->attempt.number, given->attempt.order);
    if (held == NULL || known)
        return;
    *held = (struct held){.workers = asker->workers, .there = true, .order = given->attempt.order};
    (void)snprintf(held->token, sizeof(held->token), "%s", given->token);
    held->claim = (struct worker_claim){given->attempt.uid, slice_of(held->token)};
}

static void on_answer(struct worker_ask *ask)
{
    struct asker *asker = ask->self;
    struct world *world = asker->workers->world;

    asker->asking = false;
    if (disk_off(world->disk) || world->verdict.broken)
        return;
    for (size_t i = 0; i < ask->n; i++)
        take(asker, &ask->given[i]);
}

static bool never_gone(const struct worker_ask *ask)
{
    (void)ask;
    return false;
}

static bool lease(struct asker *asker)
{
    struct world *world = asker->workers->world;

    if (asker->asking)
        return false;
    if (!sim_one_in(world, 4)) /* else the answer was lost: the same again */
        asker->n_keys++;
    (void)snprintf(asker->key, WORD_BYTES, "key-%" PRIu64, asker->n_keys);
    asker->ask =
        (struct worker_ask){.worker = slice_of(asker->name),
                            .key = slice_of(asker->key),
                            .wait_us = WAIT_US,
                            .lease_us = sim_one_in(world, 2) ? 0 : 300000,
                            .serves = handler_worker_serves(world->worker, (struct slice){NULL, 0}),
                            .max = GIVEN_MAX,
                            .given = asker->given,
                            .gone = never_gone,
                            .answer = on_answer,
                            .self = asker};
    asker->asking = true;
    if (handler_worker_ask(world->worker, &asker->ask, NULL) != OK)
        asker->asking = false;
    return true;
}

/* ---- ending ---- */

static void check_answer(struct held *held, enum status status, int64_t next_attempt_at)
{
    struct world *world = held->workers->world;

    if (held->answered && (held->status != status || held->next_attempt_at != next_attempt_at))
        sim_broken(&world->verdict,
                   "the end of a lease of order %" PRId64 " is answered twice: %s, %s", held->order,
                   status_name(held->status), status_name(status));
    world->figures->leases += !held->answered;
    world->figures->leases_again += held->answered;
    held->answered = true;
    held->status = status;
    held->next_attempt_at = next_attempt_at;
}

/* The handler does not know it: the store may, as the operation `complete` asks it. */
static void look_up(struct held *held)
{
    struct world *world = held->workers->world;
    struct store_reader *reader = NULL;
    struct lease_end end = {.token = held->claim.token};
    enum err e = store_reader_open(world->store, &reader, NULL);

    if (e == OK)
        e = store_find_lease(reader, &held->claim.uid, &end, NULL);
    store_reader_close(reader);
    if (e == OK && end.op == held->end.op)
        check_answer(held, end.status, end.next_attempt_at);
    else if (held->answered && !disk_off(world->disk))
        sim_broken(&world->verdict, "the end of a lease of order %" PRId64 " is forgotten",
                   held->order);
    if (!held->answered)
        held->there = false; /* it was too late */
}

static void on_end(struct worker_end *end)
{
    struct held *held = end->self;
    struct world *world = held->workers->world;

    held->ending = false;
    if (end->err == OK && !disk_off(world->disk) && !world->verdict.broken)
        check_answer(held, end->status, end->next_attempt_at);
}

/* The first time, or once more: always the same end. */
static bool finish(struct held *held)
{
    struct world *world = held->workers->world;
    bool first = held->end.op == LEASE_NOT;
    enum lease_op op = held->end.op;
    enum err e = OK;

    if (!held->there || held->ending)
        return false;
    if (first)
        op = sim_draw(world, 7) < world->profile.good ? LEASE_COMPLETED : LEASE_FAILED;
    held->end = (struct worker_end){.claim = held->claim,
                                    .op = op,
                                    .by = SLICE("bob"),
                                    .result = SLICE("parcel"),
                                    .reason = SLICE("no van"),
                                    .permanent = first && sim_one_in(world, 8),
                                    .retry_after_us = -1,
                                    .done = on_end,
                                    .self = held};
    held->ending = true;
    e = handler_worker_end(world->worker, &held->end);
    if (e == OK)
        return true;
    held->ending = false;
    look_up(held);
    return true;
}

static bool finish_any(struct asker *asker, bool fresh)
{
    for (size_t i = 0; i < LEASES; i++) {
        struct held *held = &asker->held[i];

        if ((!fresh || !held->answered) && finish(held))
            return true;
    }
    return false;
}

static void heartbeat(struct asker *asker)
{
    struct world *world = asker->workers->world;
    const struct held *held = &asker->held[sim_draw(world, LEASES - 1)];
    int64_t expires_at = 0;
    bool cancel = false;

    if (held->there)
        (void)handler_worker_heartbeat(world->worker, &held->claim, &expires_at, &cancel);
}

void sim_workers_act(struct workers *workers)
{
    struct world *world = workers->world;
    struct asker *asker = &workers->askers[sim_draw(world, WORKERS - 1)];
    struct held *held = &asker->held[sim_draw(world, LEASES - 1)];

    switch (sim_draw(world, 7)) {
    case 0:
        heartbeat(asker);
        break;
    case 1: /* forgets it: it expires */
        held->there = held->there && held->ending;
        break;
    case 2:
    case 3:
        (void)lease(asker);
        break;
    default:
        (void)finish_any(asker, !sim_one_in(world, 4));
        break;
    }
}

bool sim_workers_go_on(struct workers *workers)
{
    bool any = false;

    for (size_t i = 0; i < WORKERS && !any; i++)
        any = finish_any(&workers->askers[i], true);
    for (size_t i = 0; i < WORKERS && !any; i++)
        any = lease(&workers->askers[i]);
    return any;
}
