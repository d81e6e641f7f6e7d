/*
 * The writer: takes commands, carries many out in one transaction, hands the commit over.
 *
 * What is taken waits in two chains. Starts, ends and what operators ask for go ahead of submits
 * and of what can be done at leisure: when more comes in than can be stored, what was accepted is
 * still finished, and it is the submits that wait, and then are refused. Of either chain a
 * transaction takes a bounded share, so that neither starves the other.
 *
 * A transaction that the store refuses changes nothing: its commands are refused, but for the ends
 * of attempts, which happened and are kept until they can be stored. After a commit whose outcome
 * nobody knows nothing is written any more.
 *
 * A full disk: the reserve is given up, and from then on only what ends an attempt or says how the
 * daemon stands is written, until there is room for the reserve again.
 */
#include "daemon/core/engine_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/engine_admin.h"
#include "daemon/core/engine_attempts.h"
#include "daemon/core/engine_orders.h"
#include "daemon/core/engine_replay.h"
#include "daemon/core/engine_replay_move.h"
#include "daemon/sys/slack.h"
#include "shared/log.h"
#include "shared/need.h"

#define KEPT_AGAIN_US 500000     /* when ends that could not be stored are tried again */
#define REST_US (10 * 1000000LL) /* without anything to do: what is kept for speed is let go */
#define NO_ROOM "the disk is full: only what is under way is written"

/* How much a transaction still takes of either chain. */
struct batch_room {
    size_t ahead, behind;
};

/* ---- the writer's thread ---- */

static enum err (*const carry_out[COMMAND_KINDS])(struct engine_work *work, struct command *command,
                                                  struct why *why) = {
    [COMMAND_SUBMIT] = engine_orders_submit,
    [COMMAND_SUBMIT_BATCH] = engine_orders_submit,
    [COMMAND_START] = engine_attempts_start,
    [COMMAND_END] = engine_attempts_end,
    [COMMAND_CHANGE] = engine_orders_change,
    [COMMAND_AMEND] = engine_orders_amend,
    [COMMAND_CONTROL] = engine_admin_control,
    [COMMAND_PREVIEW] = engine_replay_preview,
    [COMMAND_REPLAY] = engine_replay_begin,
    [COMMAND_REPLAY_MOVE] = engine_replay_move,
    [COMMAND_REPLAY_CANCEL] = engine_replay_cancel,
    [COMMAND_RETAIN] = engine_admin_retain,
    [COMMAND_NEWS] = engine_admin_news,
    [COMMAND_SETTINGS] = engine_admin_settings,
};

static void hand_over(struct engine_writer *writer, struct engine_handed *handed)
{
    handed->next = atomic_load_explicit(&writer->handed, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&writer->handed, &handed->next, handed,
                                                  memory_order_release, memory_order_relaxed)) {
    }
    loop_bell_ring(writer->bell);
}

static struct engine_handed *new_handed(void)
{
    struct engine_handed *handed = need(calloc(1, sizeof(*handed)));

    return handed;
}

static void refuse(struct command *command, enum err e, const struct why *why)
{
    command->result = e;
    command->why = *why;
    if (command->kind != COMMAND_SUBMIT && command->kind != COMMAND_SUBMIT_BATCH)
        return;
    for (size_t i = 0; i < command->submit.n; i++) {
        struct command_order *o = &command->submit.orders[i];

        if (o->skip)
            continue;
        o->result = e;
        o->duplicate = false;
        o->reasons = (struct slice){NULL, 0};
        o->refusal = slice_of(command->why.text);
    }
}

/* What is written to the reserve while there is no other room. */
static const bool from_reserve[COMMAND_KINDS] = {
    [COMMAND_END] = true,
    [COMMAND_CONTROL] = true,
    [COMMAND_NEWS] = true,
    [COMMAND_SETTINGS] = true,
};

static bool in_need(const struct engine_writer *writer)
{
    return writer->refill_at != 0;
}

/* Returns OK, or that the transaction must be rolled back. */
static enum err run_one(struct engine_writer *writer, struct command *command)
{
    struct why full = {0};

    command->why.text[0] = '\0';
    command->why.retry_after_us = 0;
    command->result = ERR_INTERNAL;
    if (in_need(writer) && (unsigned)command->kind < COMMAND_KINDS &&
        !from_reserve[command->kind]) {
        refuse(command, err_set(&full, ERR_READ_ONLY, NO_ROOM), &full);
        return OK;
    }
    if ((unsigned)command->kind < COMMAND_KINDS)
        command->result = carry_out[command->kind](&writer->work, command, &command->why);
    return engine_work_fatal(command->result) ? command->result : OK;
}

/* The next command of the transaction, whose share of either chain is counted down; NULL: it has
   its share. */
static struct command *next_of(struct engine_writer *writer, struct batch_room *room)
{
    bool ahead = writer->ahead.first != NULL && room->ahead > 0;
    struct engine_chain *chain = ahead ? &writer->ahead : &writer->behind;
    size_t *left = ahead ? &room->ahead : &room->behind;
    struct command *command = NULL;
    size_t weight = 0;

    if (chain->first == NULL || *left == 0)
        return NULL;
    command = engine_chain_pop(chain);
    weight = engine_chain_weight_of(command);
    *left -= weight < *left ? weight : *left;
    return command;
}

/* Carries out what is next. All that was begun with is in *batch. */
static enum err run_batch(struct engine_writer *writer, struct engine_chain *batch, struct why *why)
{
    struct batch_room room = {ENGINE_AHEAD_MAX, ENGINE_BEHIND_MAX};
    enum err e = engine_work_begin(&writer->work, why);
    struct command *command = NULL;

    while ((command = next_of(writer, &room)) != NULL) {
        engine_chain_add(batch, command, command);
        if (e != OK) /* no transaction: it goes with the others */
            continue;
        e = run_one(writer, command);
        if (e != OK)
            *why = command->why;
        if (e != OK || writer->alone > 0)
            break;
    }
    if (e != OK)
        engine_work_rollback(&writer->work);
    else
        e = engine_work_commit(&writer->work, writer->result, why);
    return e;
}

/* The transaction failed: `e` is what becomes of its commands. */
static void refuse_batch(struct engine_writer *writer, struct engine_chain *batch, enum err e,
                         const struct why *why)
{
    struct engine_chain refused = {0};

    while (batch->first != NULL) {
        struct command *command = engine_chain_pop(batch);
        /* A worker that ends its lease is told, and asks again. */
        bool keep = command->kind == COMMAND_END && command->end.op == LEASE_NOT &&
                    e == ERR_READ_ONLY && !inbox_closed(writer->inbox) &&
                    !atomic_load(&writer->dead);

        if (!keep)
            refuse(command, e, why);
        engine_chain_add(keep ? &writer->kept : &refused, command, command);
    }
    *batch = refused;
}

static void note_dead(struct engine_writer *writer, struct engine_handed *handed,
                      const struct why *why)
{
    atomic_store(&writer->dead, true);
    handed->failed = ERR_OUTCOME_UNKNOWN;
    (void)memcpy(handed->text, why->text, sizeof(handed->text));
}

/* No space: the reserve goes, and what was kept is tried again with it. */
static void give_way(struct engine_writer *writer)
{
    if (writer->ballast == NULL || !ballast_held(writer->ballast))
        return;
    ballast_release(writer->ballast);
    writer->refill_at = clock_mono(writer->clock) + KEPT_AGAIN_US;
    writer->alone = engine_chain_count(&writer->kept);
    engine_chain_prepend(&writer->ahead, &writer->kept);
}

static void note_read_only(struct engine_handed *handed, const char *text)
{
    handed->read_only = true;
    (void)snprintf(handed->text, sizeof(handed->text), "%s", text);
}

/* One transaction of what there is to do, and its handing over. */
static void transact(struct engine_writer *writer)
{
    struct engine_chain batch = {0};
    struct why why = {0};
    enum err e = OK;

    writer->result = new_handed();
    e = run_batch(writer, &batch, &why);
    writer->alone -= writer->alone > 0;
    if (e == ERR_INTERNAL && batch.first != batch.last) {
        /* One of them may be the cause, such as a broken row: the others need not suffer. */
        writer->alone = engine_chain_count(&batch);
        engine_chain_prepend(&writer->ahead, &batch);
        engine_work_free_handed(writer->result);
        return;
    }
    if (e == ERR_OUTCOME_UNKNOWN)
        note_dead(writer, writer->result, &why);
    if (e == ERR_READ_ONLY)
        note_read_only(writer->result, why.text);
    else if (e == OK && in_need(writer))
        note_read_only(writer->result, NO_ROOM);
    if (e != OK)
        refuse_batch(writer, &batch, e, &why);
    if (e == ERR_READ_ONLY)
        give_way(writer);
    writer->result->weight = engine_chain_weight(&batch);
    writer->result->commit.commands = batch.first;
    hand_over(writer, writer->result);
}

static bool has_todo(const struct engine_writer *writer)
{
    return writer->ahead.first != NULL || writer->behind.first != NULL;
}

/* Nothing is written any more. */
static void refuse_all(struct engine_writer *writer)
{
    struct why why = {0};

    (void)err_set(&why, ERR_READ_ONLY, "the store failed: nothing is written until a restart");
    if (!has_todo(writer) && writer->kept.first == NULL)
        return;
    engine_chain_prepend(&writer->behind, &writer->ahead);
    engine_chain_prepend(&writer->behind, &writer->kept);
    writer->result = new_handed();
    refuse_batch(writer, &writer->behind, ERR_READ_ONLY, &why);
    writer->result->weight = engine_chain_weight(&writer->behind);
    writer->result->commit.commands = writer->behind.first;
    writer->behind = (struct engine_chain){0};
    hand_over(writer, writer->result);
}

static void take(struct engine_writer *writer, struct command *first)
{
    while (first != NULL) {
        struct command *next = first->next;

        engine_chain_add(engine_chain_goes_behind(first) ? &writer->behind : &writer->ahead, first,
                         first);
        first = next;
    }
}

/* Once after all that it did: an idle daemon is small, and is not woken. */
static void rest(struct engine_writer *writer)
{
    writer->rested = true;
    engine_cache_clear(writer->work.cache);
    store_rest(writer->work.store);
    slack_give_back();
}

/* How long it waits for something to do. */
static int64_t patience_of(const struct engine_writer *writer)
{
    if (writer->kept.first != NULL || in_need(writer))
        return KEPT_AGAIN_US;
    return writer->rested ? INT64_MAX : REST_US;
}

/* Takes what there is to do; `wait`: until there is something, or it has rested. */
static void collect(struct engine_writer *writer, bool wait)
{
    int64_t patience = patience_of(writer);
    struct command *first = NULL;

    if (has_todo(writer)) {
        take(writer, inbox_take(writer->inbox, 0, 0));
        return;
    }
    atomic_store(&writer->busy_since, 0);
    first = inbox_take(writer->inbox, wait ? ENGINE_SHARE_US : 0, wait ? patience : 0);
    atomic_store(&writer->busy_since, clock_mono(writer->clock));
    if (first != NULL)
        writer->rested = false;
    else if (wait && patience == REST_US && !atomic_load(&writer->dead))
        rest(writer);
    /* Is there space again? Not in company of what takes more space than they do. */
    writer->alone = engine_chain_count(&writer->kept);
    engine_chain_prepend(&writer->ahead, &writer->kept);
    take(writer, first);
}

/* Is there room again? Then a transaction, be it empty, tells that the store can be written. */
static void refill(struct engine_writer *writer)
{
    if (!in_need(writer) || clock_mono(writer->clock) < writer->refill_at)
        return;
    writer->refill_at = clock_mono(writer->clock) + KEPT_AGAIN_US;
    if (!ballast_refill(writer->ballast))
        return;
    writer->refill_at = 0;
    transact(writer);
}

bool engine_writer_turn(struct engine_writer *writer, bool wait)
{
    collect(writer, wait);
    if (!has_todo(writer) && inbox_closed(writer->inbox) && inbox_empty(writer->inbox))
        return false;
    atomic_store(&writer->busy_since, clock_mono(writer->clock));
    if (!atomic_load(&writer->dead))
        refill(writer);
    if (atomic_load(&writer->dead))
        refuse_all(writer);
    else if (has_todo(writer))
        transact(writer);
    if (!atomic_load(&writer->dead))
        store_checkpoint(writer->work.store, !has_todo(writer) && inbox_empty(writer->inbox));
    return true;
}

static struct engine_handed *turn_round(struct engine_handed *newest)
{
    struct engine_handed *oldest = NULL;

    while (newest != NULL) {
        struct engine_handed *next = newest->next;

        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

struct engine_handed *engine_writer_handed(struct engine_writer *writer)
{
    return turn_round(atomic_exchange_explicit(&writer->handed, NULL, memory_order_acquire));
}

void engine_writer_init(struct engine_writer *writer, struct store *store,
                        const struct clock *clock, const struct workflow_settings *workflow)
{
    *writer = (struct engine_writer){.clock = clock};
    writer->inbox = inbox_new();
    engine_work_init(&writer->work, store, clock, workflow);
}

void engine_writer_reserve(struct engine_writer *writer, struct ballast *ballast)
{
    writer->ballast = ballast;
    if (ballast != NULL && !ballast_held(ballast))
        writer->refill_at = clock_mono(writer->clock);
}

void engine_writer_done(struct engine_writer *writer)
{
    loop_bell_free(writer->bell);
    inbox_free(writer->inbox);
    engine_work_done(&writer->work);
}
