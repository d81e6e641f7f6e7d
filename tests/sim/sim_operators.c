/* Operators: cancel, hold, release, amend, pause, replay, and change their mind. */
#include "tests/sim/sim_operators.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "shared/limits.h"
#include "tests/sim/sim_ask.h"

#define REPLAYS_MAX 64

/* A replay that was asked for with a key. */
struct asked_replay {
    bool answered;
    struct uuid uid;
};

struct operators {
    struct asked_replay replays[REPLAYS_MAX];
    size_t n_replays;
};

struct operators *sim_operators_new(void)
{
    struct operators *operators = calloc(1, sizeof(*operators));

    if (operators == NULL)
        abort();
    return operators;
}

void sim_operators_free(struct operators *operators)
{
    free(operators);
}

/* ---- what is asked of orders ---- */

static void check_cancel(struct world *world, const struct command *command)
{
    const struct ask *ask = command->owner;
    struct model_order *order = NULL;

    for (int64_t n = 1; n <= world->model.totals.last_order && order == NULL; n++) {
        if (uuid_compare(&world->model.orders[n - 1].uid, &ask->uids[0]) == 0)
            order = &world->model.orders[n - 1];
    }
    if (order == NULL)
        sim_broken(&world->verdict, "an order is cancelled that is not there");
    else if (!command->change.cancelling && order->status != STATUS_CANCELLED &&
             order->status != STATUS_UNDOING && order->status != STATUS_FAILED)
        sim_broken(&world->verdict, "a cancelled order is %s", status_name(order->status));
    else if (command->change.cancelling && order->status == STATUS_PROCESSING)
        order->cancelling = true;
}

static void change_done(struct command *command)
{
    struct ask *ask = command->owner;
    struct world *world = ask->world;

    if (sim_ask_answered(command, command->result, ERR_WRONG_STATE)) {
        if (command->change.changed + command->change.skipped != (int64_t)command->change.n)
            sim_broken(&world->verdict, "of %zu orders %" PRId64 " changed and %" PRId64 " not",
                       command->change.n, command->change.changed, command->change.skipped);
        if (command->change.n == 1 && command->change.cause == CAUSE_CANCEL)
            check_cancel(world, command);
    }
    free(ask);
}

/* Any order, rather one that is not at its end. */
static struct uuid any_uid(struct world *world)
{
    const struct model_order *order = NULL;

    for (int tries = 0; tries < 3 && (order == NULL || !model_unfinished(order)); tries++)
        order = &world->model.orders[sim_draw(world, world->model.totals.last_order - 1)];
    return order->uid;
}

static void change(struct world *world)
{
    static const enum cause causes[] = {CAUSE_CANCEL,    CAUSE_HOLD,    CAUSE_HOLD,
                                        CAUSE_RELEASE,   CAUSE_RELEASE, CAUSE_RETRY_NOW,
                                        CAUSE_RETRY_NOW, CAUSE_DISCARD};
    struct ask *ask = sim_ask_new(world, COMMAND_CHANGE, change_done);
    size_t n = sim_one_in(world, 2) ? 1 : 1 + (size_t)sim_draw(world, ASK_UIDS_MAX - 1);

    ask->command.change.cause = causes[sim_draw(world, sizeof(causes) / sizeof(causes[0]) - 1)];
    ask->command.change.uids = ask->uids;
    ask->command.change.n = n;
    ask->command.change.reason = SLICE("because");
    for (size_t i = 0; i < n; i++)
        ask->uids[i] = any_uid(world);
    sim_ask_post(ask);
}

static void amend_done(struct command *command)
{
    const struct ask *ask = command->owner;

    (void)sim_ask_answered(command, command->result,
                           command->result == ERR_CONFLICT ? ERR_CONFLICT : ERR_WRONG_STATE);
    free(command->owner);
    (void)ask;
}

static void amend(struct world *world)
{
    struct ask *ask = sim_ask_new(world, COMMAND_AMEND, amend_done);
    int64_t number = sim_draw(world, world->model.totals.last_order - 1);
    const struct model_order *order = &world->model.orders[number];

    sim_ask_order(ask, 0, order->request);
    ask->items[0].quantity = 1 + sim_draw(world, 9);
    ask->orders[0].draft.priority = sim_draw(world, PRIORITY_MAX);
    ask->command.amend.uid = order->uid;
    ask->command.amend.draft = ask->orders[0].draft;
    ask->command.amend.reason = SLICE("corrected");
    sim_ask_post(ask);
}

/* ---- control ---- */

static void control_done(void *self, enum err result, const struct why *why)
{
    struct world *world = self;

    (void)why;
    if (result == OK && world->dispatch != NULL)
        dispatch_control_changed(world->dispatch);
}

static void ask_control(struct world *world, enum control_change change)
{
    const struct control_listener listener = {control_done, world};

    (void)control_ask(world->control, change, SLICE("ann"), listener, NULL);
}

static void control(struct world *world)
{
    if (control_get(world->control).paused || control_get(world->control).draining)
        ask_control(world, CONTROL_RESUME);
    else
        ask_control(world, sim_one_in(world, 4) ? CONTROL_DRAIN : CONTROL_PAUSE);
}

/* ---- replays ---- */

static void replay_done(struct command *command)
{
    struct ask *ask = command->owner;
    struct world *world = ask->world;
    struct asked_replay *asked = &world->operators->replays[ask->replay];

    if (sim_ask_answered(command, command->result, OK)) {
        if (asked->answered && uuid_compare(&asked->uid, &command->replay.uid) != 0)
            sim_broken(&world->verdict, "a replay asked for again is another one");
        if (asked->answered && !command->replay.duplicate)
            sim_broken(&world->verdict, "a replay is begun twice");
        asked->answered = true;
        asked->uid = command->replay.uid;
        if (!command->replay.duplicate)
            replay_run(world->replays, command->replay.number, command->replay.rate);
    }
    free(ask);
}

static void replay(struct world *world)
{
    struct ask *ask = sim_ask_new(world, COMMAND_REPLAY, replay_done);
    struct operators *operators = world->operators;
    bool again =
        operators->n_replays == REPLAYS_MAX || (operators->n_replays > 0 && sim_one_in(world, 3));
    size_t at =
        again ? (size_t)sim_draw(world, (int64_t)operators->n_replays - 1) : operators->n_replays++;
    struct rng rng;

    rng_seed(&rng, rng_mix(world->seed, at, 3));
    ask->replay = at;
    ask->command.replay.matched = world->model.totals.dlq_depth;
    ask->command.replay.rate = rng_upto(&rng, 1) == 0 ? 0 : 50;
    ask->command.replay.canary = rng_upto(&rng, 3) == 0 ? 2 : 0;
    ask->command.replay.reason = SLICE("mended");
    if (rng_upto(&rng, 1) == 0) {
        ask->command.replay.uids = ask->uids;
        ask->command.replay.n_uids = ASK_UIDS_MAX;
    }
    for (size_t i = 0; i < ASK_UIDS_MAX; i++)
        ask->uids[i] = any_uid(world);
    (void)snprintf(ask->keys[0], ASK_WORD_BYTES, "replay-%zu", at);
    ask->command.replay.key = slice_of(ask->keys[0]);
    ask->command.replay.digest = at;
    sim_ask_post(ask);
}

static void replay_cancel_done(struct command *command)
{
    struct ask *ask = command->owner;

    if (sim_ask_answered(command, command->result, OK) &&
        command->replay_cancel.state == REPLAY_RUNNING)
        sim_broken(&ask->world->verdict, "a cancelled replay runs on");
    free(ask);
}

static void replay_cancel(struct world *world)
{
    const struct operators *operators = world->operators;
    size_t at = (size_t)sim_draw(world, REPLAYS_MAX - 1);
    struct ask *ask = NULL;

    if (at >= operators->n_replays || !operators->replays[at].answered)
        return;
    ask = sim_ask_new(world, COMMAND_REPLAY_CANCEL, replay_cancel_done);
    ask->command.replay_cancel.uid = operators->replays[at].uid;
    sim_ask_post(ask);
}

void sim_operators_operate(struct world *world)
{
    static void (*const wishes[])(struct world * world) = {
        change, change, change, change, change, amend, control, replay, replay, replay_cancel,
    };

    if (world->model.totals.last_order > 0)
        wishes[sim_draw(world, sizeof(wishes) / sizeof(wishes[0]) - 1)](world);
}

static void release_some(struct world *world)
{
    struct ask *ask = NULL;

    for (int64_t n = 1; n <= world->model.totals.last_order; n++) {
        const struct model_order *order = model_order(&world->model, n);

        if (order->status != STATUS_HELD)
            continue;
        if (ask == NULL)
            ask = sim_ask_new(world, COMMAND_CHANGE, change_done);
        ask->uids[ask->command.change.n++] = order->uid;
        if (ask->command.change.n == ASK_UIDS_MAX)
            break;
    }
    if (ask == NULL)
        return;
    ask->command.change.cause = CAUSE_RELEASE;
    ask->command.change.uids = ask->uids;
    sim_ask_post(ask);
}

void sim_operators_calm(struct world *world)
{
    if (control_get(world->control).paused || control_get(world->control).draining)
        ask_control(world, CONTROL_RESUME);
    release_some(world);
}
