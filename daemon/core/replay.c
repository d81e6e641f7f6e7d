/*
 * Brings dead letters back to work: running replays, evenly spaced at their rate.
 *
 * Each replay has at most one command under way. What a stall kept from moving is not made up for:
 * the rate is a promise to those downstream, not an average.
 */
#include "daemon/core/replay.h"

#include <stdlib.h>

#include "shared/limits.h"
#include "shared/log.h"
#include "shared/need.h"

#define MOVE_MAX 250     /* orders a command, so that others have their turn in the commit */
#define TICK_US 10000LL  /* commands of one replay come no closer than this, if it has a rate */
#define AGAIN_US 1000000 /* after a failure */
#define BURST_US (2 * TICK_US)

struct run {
    struct run *next;
    struct replay_runner *runner; /* NULL: closed */
    int64_t number;
    double rate;
    int64_t next_at; /* by clock_mono: when the next order may move */
    bool asked;      /* the command is the engine's */
    bool waits;      /* for its canary */
    bool told;       /* of news, since the command was posted */
    struct command command;
};

struct replay_runner {
    struct loop_source *timer;
    const struct clock *clock;
    struct engine *engine;
    struct run *runs;
};

static void go_on(void *self);

static void unlink_run(struct replay_runner *runner, struct run *run)
{
    struct run **at = &runner->runs;

    while (*at != run)
        at = &(*at)->next;
    *at = run->next;
}

static void set_timer(struct replay_runner *runner)
{
    int64_t next = INT64_MAX;

    for (const struct run *run = runner->runs; run != NULL; run = run->next) {
        if (!run->asked && !run->waits && run->next_at < next)
            next = run->next_at;
    }
    loop_timer_set(runner->timer, next);
}

static int64_t interval_us(const struct run *run)
{
    return run->rate > 0 ? (int64_t)(1e6 / run->rate) : 0;
}

/* When the next may move, after `moved` did. */
static void advance(struct run *run, size_t moved)
{
    int64_t now = clock_mono(run->runner->clock);

    if (run->rate <= 0) {
        run->next_at = now;
        return;
    }
    if (now - run->next_at > BURST_US)
        run->next_at = now - BURST_US;
    run->next_at += (int64_t)((double)moved * 1e6 / run->rate);
}

static void done(struct command *command)
{
    struct run *run = command->owner;
    struct replay_runner *runner = run->runner;
    bool ended = command->result == OK && command->replay_move.state != REPLAY_RUNNING;

    run->asked = false;
    if (runner == NULL) {
        free(run);
        return;
    }
    if (command->result != OK && command->result != ERR_NOT_FOUND)
        log_warning("a replay waits: %s", command->why.text);
    if (ended || command->result == ERR_NOT_FOUND) {
        unlink_run(runner, run);
        free(run);
    } else if (command->result == OK) {
        /* The news may have come with the very commit that says that it waits. */
        run->waits = command->replay_move.waits && !run->told;
        advance(run, command->replay_move.moved);
    } else {
        run->next_at = clock_mono(runner->clock) + AGAIN_US;
    }
    go_on(runner);
}

/* How many may move now: what the rate allows up to the next tick. */
static size_t allowance(const struct run *run, int64_t now)
{
    int64_t interval = interval_us(run);
    int64_t n = interval > 0 ? (now - run->next_at) / interval + 1 : MOVE_MAX;

    if (interval > 0 && interval < TICK_US)
        n += TICK_US / interval - 1;
    return n < MOVE_MAX ? (size_t)n : MOVE_MAX;
}

static void move(struct replay_runner *runner, struct run *run, int64_t now)
{
    enum err e = OK;
    struct why why = {0};

    run->command =
        (struct command){.kind = COMMAND_REPLAY_MOVE,
                         .can_wait = true,
                         .replay_move = {.number = run->number, .limit = allowance(run, now)},
                         .done = done,
                         .owner = run};
    e = engine_post(runner->engine, &run->command, &why);
    run->asked = e == OK;
    run->told = false;
    if (e != OK)
        run->next_at = now + (e == ERR_BUSY ? why.retry_after_us : AGAIN_US);
}

static void go_on(void *self)
{
    struct replay_runner *runner = self;
    int64_t now = clock_mono(runner->clock);

    for (struct run *run = runner->runs; run != NULL; run = run->next) {
        if (!run->asked && !run->waits && run->next_at <= now)
            move(runner, run, now);
    }
    set_timer(runner);
}

enum err replay_open(struct replay_runner **out, struct loop *loop, const struct clock *clock,
                     struct engine *engine, struct why *why)
{
    struct replay_runner *runner = need(calloc(1, sizeof(*runner)));

    runner->clock = clock;
    runner->engine = engine;
    if (loop_add_timer(loop, go_on, runner, &runner->timer) != OK) {
        free(runner);
        return err_set(why, ERR_INTERNAL, "cannot make the replays' timer");
    }
    *out = runner;
    return OK;
}

void replay_close(struct replay_runner *runner)
{
    if (runner == NULL)
        return;
    for (struct run *run = runner->runs, *next = NULL; run != NULL; run = next) {
        next = run->next;
        run->runner = NULL;
        if (!run->asked) /* else it is freed when its command comes back */
            free(run);
    }
    loop_source_free(runner->timer);
    free(runner);
}

static struct run *find(const struct replay_runner *runner, int64_t number)
{
    struct run *run = runner->runs;

    while (run != NULL && run->number != number)
        run = run->next;
    return run;
}

void replay_run(struct replay_runner *runner, int64_t number, double rate)
{
    struct run *run = find(runner, number);

    if (run != NULL)
        return;
    run = need(calloc(1, sizeof(*run)));
    *run = (struct run){.next = runner->runs,
                        .runner = runner,
                        .number = number,
                        .rate = rate < RATE_MAX ? rate : RATE_MAX,
                        .next_at = clock_mono(runner->clock)};
    runner->runs = run;
    go_on(runner);
}

void replay_committed(struct replay_runner *runner, const struct commit *commit)
{
    bool any = false;

    for (size_t i = 0; runner->runs != NULL && i < commit->n_events; i++) {
        const struct event *event = &commit->events[i];
        struct run *run = NULL;

        if (event->news == NEWS_REPLAY_ENDED || event->news == NEWS_REPLAY_PROGRESS)
            run = find(runner, event->id);
        if (run == NULL)
            continue;
        run->told = true;
        run->waits = false; /* its next move says how it stands */
        any = true;
    }
    if (any)
        go_on(runner);
}

/* ---- after a restart ---- */

static bool resume_row(void *self, const struct replay_row *row)
{
    struct replay_runner *runner = self;

    if (row->state == REPLAY_RUNNING)
        replay_run(runner, row->id, row->rate);
    return true;
}

/* By a reader: the writer's functions are its thread's by now. */
enum err replay_resume(struct replay_runner *runner, struct store *store, struct why *why)
{
    struct store_reader *reader = NULL;
    struct store_page page = {.limit = PAGE_MAX};
    char cursor[STORE_CURSOR_MAX];
    enum err e = store_reader_open(store, &reader, why);
    bool more = e == OK;

    while (more) {
        e = store_replays(
            reader, &(struct store_replays_ask){.page = &page, .row = resume_row, .self = runner},
            why);
        more = e == OK && page.next_cursor[0] != '\0';
        for (size_t i = 0; more && i < sizeof(cursor); i++)
            cursor[i] = page.next_cursor[i];
        page.cursor = more ? slice_of(cursor) : page.cursor;
    }
    store_reader_close(reader);
    return e;
}
