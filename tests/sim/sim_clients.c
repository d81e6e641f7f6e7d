/* Those who ask something of the daemon: clients that submit and repeat themselves, operators. */
#include "tests/sim/sim_clients.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"

#define ORDERS_MAX 4
#define UIDS_MAX 8
#define REPLAYS_MAX 64
#define WORD_BYTES 32

/* A replay that was asked for with a key. */
struct asked_replay {
    bool answered;
    struct uuid uid;
    int64_t canary;
};

struct clients {
    struct asked_replay replays[REPLAYS_MAX];
    size_t n_replays;
};

/* A command with all that it borrows. */
struct ask {
    struct command command;
    struct world *world;
    struct command_order orders[ORDERS_MAX];
    int64_t requests[ORDERS_MAX];
    struct item items[ORDERS_MAX];
    char customers[ORDERS_MAX][WORD_BYTES];
    char references[ORDERS_MAX][WORD_BYTES];
    char keys[ORDERS_MAX][WORD_BYTES];
    struct uuid uids[UIDS_MAX];
    size_t replay; /* which of the asked ones */
};

struct clients *sim_clients_new(void)
{
    struct clients *clients = calloc(1, sizeof(*clients));

    if (clients == NULL)
        abort();
    return clients;
}

void sim_clients_free(struct clients *clients)
{
    free(clients);
}

static struct ask *new_ask(struct world *world, enum command_kind kind,
                           void (*done)(struct command *command))
{
    struct ask *ask = calloc(1, sizeof(*ask));

    if (ask == NULL)
        abort();
    ask->world = world;
    ask->command.kind = kind;
    ask->command.by = SLICE("ann");
    ask->command.done = done;
    ask->command.owner = ask;
    return ask;
}

static void post(struct ask *ask)
{
    if (engine_post(ask->world->engine, &ask->command, NULL) != OK)
        free(ask);
}

/* Did it come to an answer? Not when the machine is dead by now. Else it must be one of those that
   may be; `refused` is one more that may. */
static bool answered(const struct command *command, enum err result, enum err refused)
{
    const struct ask *ask = command->owner;
    struct world *world = ask->world;

    if (disk_off(world->disk) || world->verdict.broken)
        return false;
    if (result != OK && result != refused && result != ERR_BUSY && result != ERR_READ_ONLY &&
        result != ERR_OUTCOME_UNKNOWN)
        sim_broken(&world->verdict, "command %d is answered %s: %s", (int)command->kind,
                   err_name(result), command->why.text);
    return result == OK;
}

/* ---- submits ---- */

/* A request's order is always the same, by its number. */
static void fill_order(struct ask *ask, size_t i, int64_t number)
{
    struct world *world = ask->world;
    struct command_order *o = &ask->orders[i];
    struct rng rng;

    rng_seed(&rng, rng_mix(world->seed, (uint64_t)number, 1));
    ask->requests[i] = number;
    ask->items[i] = (struct item){SLICE("widget"), 1 + rng_upto(&rng, 9)};
    if (rng_upto(&rng, 15) == 0)
        ask->items[i].quantity = 200; /* breaks a rule */
    (void)snprintf(ask->customers[i], WORD_BYTES, SIM_CUSTOMER "%" PRId64, number);
    *o = (struct command_order){.draft = {.customer_id = slice_of(ask->customers[i]),
                                          .items = &ask->items[i],
                                          .n_items = 1,
                                          .priority = rng_upto(&rng, PRIORITY_MAX)},
                                .received_at = clock_wall(&world->clock.clock),
                                .validated_at = clock_wall(&world->clock.clock)};
    if (rng_upto(&rng, 7) == 0) {
        (void)snprintf(ask->references[i], WORD_BYTES, "ref-%" PRId64, rng_upto(&rng, 20));
        o->draft.reference = slice_of(ask->references[i]);
    }
    if (rng_upto(&rng, 9) == 0)
        o->draft.not_before = HAND_CLOCK_WALL + rng_upto(&rng, 20000000);
    if (world->model.requests[number].keyed) {
        (void)snprintf(ask->keys[i], WORD_BYTES, "key-%" PRId64, number);
        o->key = slice_of(ask->keys[i]);
        o->digest = rng_mix(world->seed, (uint64_t)number, 2);
    }
}

static void submit_done(struct command *command)
{
    struct ask *ask = command->owner;
    struct world *world = ask->world;

    for (size_t i = 0; i < command->submit.n; i++) {
        const struct command_order *o = &ask->orders[i];
        enum err result = command->kind == COMMAND_SUBMIT ? command->result : o->result;
        bool refusable = o->draft.reference.p != NULL;

        if (answered(command, result, refusable ? ERR_CONFLICT : OK))
            model_answer(&world->model, ask->requests[i], o);
    }
    free(ask);
}

/* A new one, or an old one that may be repeated. */
static int64_t choose_request(struct world *world)
{
    struct model *model = &world->model;
    bool spent = (int64_t)model->n_requests >= world->profile.lives;

    for (int tries = 0; tries < 8 && model->n_requests > 0; tries++) {
        int64_t number = sim_draw(world, (int64_t)model->n_requests - 1);

        if (!spent && !sim_one_in(world, 3))
            break;
        if (model->requests[number].keyed)
            return number;
    }
    return spent ? -1 : model_ask(model, !sim_one_in(world, 8));
}

static struct ask *new_submit(struct world *world, enum command_kind kind)
{
    struct ask *ask = new_ask(world, kind, submit_done);
    size_t n = kind == COMMAND_SUBMIT ? 1 : 1 + (size_t)sim_draw(world, ORDERS_MAX - 1);

    ask->command.can_wait = sim_one_in(world, 2);
    ask->command.submit.orders = ask->orders;
    for (size_t i = 0; i < n; i++) {
        int64_t number = choose_request(world);

        if (number >= 0)
            fill_order(ask, ask->command.submit.n++, number);
    }
    if (ask->command.submit.n > 0)
        return ask;
    free(ask);
    return NULL;
}

void sim_clients_submit(struct world *world)
{
    size_t n = 1 + (size_t)sim_draw(world, 2);

    for (size_t i = 0; i < n; i++) {
        struct ask *ask =
            new_submit(world, sim_one_in(world, 4) ? COMMAND_SUBMIT_BATCH : COMMAND_SUBMIT);

        if (ask != NULL)
            post(ask);
    }
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

    if (answered(command, command->result, ERR_WRONG_STATE)) {
        if (command->change.changed + command->change.skipped != (int64_t)command->change.n)
            sim_broken(&world->verdict, "of %zu orders %" PRId64 " changed and %" PRId64 " not",
                       command->change.n, command->change.changed, command->change.skipped);
        if (command->change.n == 1 && command->change.cause == CAUSE_CANCEL)
            check_cancel(world, command);
    }
    free(ask);
}

static struct uuid any_uid(struct world *world)
{
    return world->model.orders[sim_draw(world, world->model.totals.last_order - 1)].uid;
}

static void change(struct world *world)
{
    static const enum cause causes[] = {CAUSE_CANCEL,  CAUSE_HOLD,      CAUSE_HOLD,   CAUSE_RELEASE,
                                        CAUSE_RELEASE, CAUSE_RETRY_NOW, CAUSE_DISCARD};
    struct ask *ask = new_ask(world, COMMAND_CHANGE, change_done);
    size_t n = sim_one_in(world, 2) ? 1 : 1 + (size_t)sim_draw(world, UIDS_MAX - 1);

    ask->command.change.cause = causes[sim_draw(world, sizeof(causes) / sizeof(causes[0]) - 1)];
    ask->command.change.uids = ask->uids;
    ask->command.change.n = n;
    ask->command.change.reason = SLICE("because");
    for (size_t i = 0; i < n; i++)
        ask->uids[i] = any_uid(world);
    post(ask);
}

static void amend_done(struct command *command)
{
    const struct ask *ask = command->owner;

    (void)answered(command, command->result,
                   command->result == ERR_CONFLICT ? ERR_CONFLICT : ERR_WRONG_STATE);
    free(command->owner);
    (void)ask;
}

static void amend(struct world *world)
{
    struct ask *ask = new_ask(world, COMMAND_AMEND, amend_done);
    int64_t number = sim_draw(world, world->model.totals.last_order - 1);
    const struct model_order *order = &world->model.orders[number];

    fill_order(ask, 0, order->request);
    ask->items[0].quantity = 1 + sim_draw(world, 9);
    ask->orders[0].draft.priority = sim_draw(world, PRIORITY_MAX);
    ask->command.amend.uid = order->uid;
    ask->command.amend.draft = ask->orders[0].draft;
    ask->command.amend.reason = SLICE("corrected");
    post(ask);
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
    struct asked_replay *asked = &world->clients->replays[ask->replay];

    if (answered(command, command->result, OK)) {
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
    struct ask *ask = new_ask(world, COMMAND_REPLAY, replay_done);
    struct clients *clients = world->clients;
    bool again =
        clients->n_replays == REPLAYS_MAX || (clients->n_replays > 0 && sim_one_in(world, 3));
    size_t at =
        again ? (size_t)sim_draw(world, (int64_t)clients->n_replays - 1) : clients->n_replays++;
    struct rng rng;

    rng_seed(&rng, rng_mix(world->seed, at, 3));
    ask->replay = at;
    ask->command.replay.matched = world->model.totals.dlq_depth;
    ask->command.replay.rate = rng_upto(&rng, 1) == 0 ? 0 : 50;
    ask->command.replay.canary = rng_upto(&rng, 3) == 0 ? 2 : 0;
    ask->command.replay.reason = SLICE("mended");
    if (rng_upto(&rng, 1) == 0) {
        ask->command.replay.uids = ask->uids;
        ask->command.replay.n_uids = UIDS_MAX;
    }
    for (size_t i = 0; i < UIDS_MAX; i++)
        ask->uids[i] = any_uid(world);
    (void)snprintf(ask->keys[0], WORD_BYTES, "replay-%zu", at);
    ask->command.replay.key = slice_of(ask->keys[0]);
    ask->command.replay.digest = at;
    post(ask);
}

static void replay_cancel_done(struct command *command)
{
    struct ask *ask = command->owner;

    if (answered(command, command->result, OK) && command->replay_cancel.state == REPLAY_RUNNING)
        sim_broken(&ask->world->verdict, "a cancelled replay runs on");
    free(ask);
}

static void replay_cancel(struct world *world)
{
    const struct clients *clients = world->clients;
    size_t at = (size_t)sim_draw(world, REPLAYS_MAX - 1);
    struct ask *ask = NULL;

    if (at >= clients->n_replays || !clients->replays[at].answered)
        return;
    ask = new_ask(world, COMMAND_REPLAY_CANCEL, replay_cancel_done);
    ask->command.replay_cancel.uid = clients->replays[at].uid;
    post(ask);
}

void sim_clients_operate(struct world *world)
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
            ask = new_ask(world, COMMAND_CHANGE, change_done);
        ask->uids[ask->command.change.n++] = order->uid;
        if (ask->command.change.n == UIDS_MAX)
            break;
    }
    if (ask == NULL)
        return;
    ask->command.change.cause = CAUSE_RELEASE;
    ask->command.change.uids = ask->uids;
    post(ask);
}

void sim_clients_calm(struct world *world)
{
    if (control_get(world->control).paused || control_get(world->control).draining)
        ask_control(world, CONTROL_RESUME);
    release_some(world);
}
