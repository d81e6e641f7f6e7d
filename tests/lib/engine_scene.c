/* An engine on a store of its own, with a clock turned by hand, and a loop that runs until. */
#include "tests/lib/engine_scene.h"

#include <stdio.h>
#include <string.h>

#include "shared/limits.h"
#include "tests/lib/test.h"

#define PATIENCE_US (30 * 1000000LL)
#define CHAIN_MAX 2048

static void on_committed(void *self, const struct commit *commit)
{
    struct engine_scene *scene = self;

    for (size_t i = 0; i < commit->n_events && scene->n_events < SCENE_EVENTS_MAX; i++)
        scene->events[scene->n_events++] = commit->events[i];
    scene->n_commits++;
    if (scene->committed != NULL)
        scene->committed(scene->committed_self, commit);
}

static void on_failed(void *self, enum err code, const char *text)
{
    struct engine_scene *scene = self;

    (void)text;
    scene->failed = code;
}

static void on_pass(void *self)
{
    struct engine_scene *scene = self;

    if (scene->until != NULL && scene->until(scene->until_self))
        loop_stop(scene->loop, 0);
}

static void on_deadline(void *self)
{
    struct engine_scene *scene = self;

    scene->late = true;
    loop_stop(scene->loop, 1);
}

void engine_scene_open(struct engine_scene *scene)
{
    const struct store_settings settings = {.directory = scene->dir.path,
                                            .now_us = clock_wall(&scene->clock.clock)};
    struct engine_parts parts = {.loop = scene->loop,
                                 .clock = &scene->clock.clock,
                                 .listener = {on_committed, on_failed, scene}};
    struct why why = {0};

    if (store_open(scene->url, &settings, &scene->store, &why) != OK)
        fail_msg("%s", why.text);
    parts.store = scene->store;
    if (engine_open(&scene->engine, &parts, &scene->limits, &scene->workflow, &why) != OK)
        fail_msg("%s", why.text);
}

void engine_scene_close(struct engine_scene *scene)
{
    engine_close(scene->engine);
    store_close(scene->store);
    scene->engine = NULL;
    scene->store = NULL;
}

void engine_scene_init(struct engine_scene *scene, const char *url)
{
    memset(scene, 0, sizeof(*scene));
    tmpdir_init(&scene->dir);
    scene->url = url;
    hand_clock_init(&scene->clock);
    scene->limits = (struct engine_settings){.max_inbox = 10000};
    scene->workflow = (struct workflow_settings){.rules = {.max_total_quantity = 100},
                                                 .retry = {.max_attempts = 3,
                                                           .interval_us = 1000000,
                                                           .backoff_rate = 2.0,
                                                           .max_delay_us = 300000000},
                                                 .seed = 7,
                                                 .has_seed = true};
    assert_int_equal(loop_open(&scene->loop, NULL), OK);
    assert_int_equal(loop_add_pass(scene->loop, on_pass, scene, &scene->pass), OK);
    assert_int_equal(loop_add_timer(scene->loop, on_deadline, scene, &scene->deadline), OK);
    engine_scene_open(scene);
}

void engine_scene_done(struct engine_scene *scene)
{
    if (scene->engine != NULL)
        engine_scene_close(scene);
    loop_close(scene->loop);
    tmpdir_done(&scene->dir);
}

void engine_scene_run(struct engine_scene *scene, bool (*until)(void *self), void *self)
{
    struct clock real;

    if (until(self))
        return;
    clock_init(&real);
    scene->until = until;
    scene->until_self = self;
    scene->late = false;
    loop_timer_set(scene->deadline, clock_mono(&real) + PATIENCE_US);
    (void)loop_run(scene->loop);
    loop_timer_set(scene->deadline, INT64_MAX);
    scene->until = NULL;
    assert_false(scene->late);
}

static void on_done(struct command *command)
{
    struct engine_scene *scene = command->owner;

    scene->n_done++;
}

struct awaited {
    struct engine_scene *scene;
    size_t n;
};

static bool all_done(void *self)
{
    const struct awaited *awaited = self;

    return awaited->scene->n_done >= awaited->n;
}

void engine_scene_ask(struct engine_scene *scene, struct command *commands, size_t n)
{
    struct awaited awaited = {scene, scene->n_done + n};

    for (size_t i = 0; i < n; i++) {
        commands[i].next = i + 1 < n ? &commands[i + 1] : NULL;
        commands[i].done = on_done;
        commands[i].owner = scene;
        if (commands[i].by.p == NULL)
            commands[i].by = SLICE("ann");
    }
    assert_int_equal(engine_post(scene->engine, commands, NULL), OK);
    engine_scene_run(scene, all_done, &awaited);
}

struct command_order engine_scene_order(const char *customer, int64_t quantity)
{
    static struct item items[CHAIN_MAX]; /* drafts borrow them; one after the other */
    static size_t next;
    struct item *item = &items[next++ % CHAIN_MAX];

    *item = (struct item){SLICE("prod"), quantity};
    return (struct command_order){.draft = {.customer_id = slice_of(customer),
                                            .items = item,
                                            .n_items = 1,
                                            .priority = PRIORITY_DEFAULT},
                                  .received_at = HAND_CLOCK_WALL,
                                  .validated_at = HAND_CLOCK_WALL};
}

struct command_order engine_scene_submit(struct engine_scene *scene, struct command_order order)
{
    struct command command = {.kind = COMMAND_SUBMIT, .submit = {&order, 1}};

    engine_scene_ask(scene, &command, 1);
    assert_int_equal(command.result, order.result);
    return order;
}

enum err engine_scene_start(struct engine_scene *scene, int64_t order, struct attempt *out)
{
    struct command command = {.kind = COMMAND_START, .can_wait = true, .start = {.order = order}};

    engine_scene_ask(scene, &command, 1);
    if (out != NULL)
        *out = command.start.attempt;
    return command.result;
}

enum err engine_scene_end(struct engine_scene *scene, int64_t order, enum outcome outcome,
                          const char *reason)
{
    struct command command = {
        .kind = COMMAND_END,
        .can_wait = true,
        .end = {
            .order = order, .outcome = outcome, .reason = slice_of(reason), .retry_after_us = -1}};

    engine_scene_ask(scene, &command, 1);
    return command.result;
}

enum err engine_scene_change(struct engine_scene *scene, enum cause cause, int64_t order)
{
    struct command command = {
        .kind = COMMAND_CHANGE,
        .change = {.cause = cause, .orders = &order, .n = 1, .reason = SLICE("because")}};

    engine_scene_ask(scene, &command, 1);
    return command.result;
}

struct order engine_scene_get(struct engine_scene *scene, const struct uuid *uid,
                              struct arena *arena)
{
    struct store_reader *reader = NULL;
    struct order order;

    assert_int_equal(store_reader_open(scene->store, &reader, NULL), OK);
    assert_int_equal(store_get(reader, uid, arena, &order, NULL), OK);
    store_reader_close(reader);
    return order;
}

static bool add_entry(void *self, const struct entry *entry)
{
    char *out = self;
    size_t n = strlen(out);

    (void)snprintf(out + n, 512 - n, "%s%s", n > 0 ? " " : "", entry_name(entry->type));
    return true;
}

void engine_scene_history(struct engine_scene *scene, const struct uuid *uid, char out[512])
{
    struct store_reader *reader = NULL;
    struct store_page page = {.limit = PAGE_MAX};

    out[0] = '\0';
    assert_int_equal(store_reader_open(scene->store, &reader, NULL), OK);
    assert_int_equal(
        store_history(reader, &(struct store_history_ask){uid, &page, add_entry, out}, NULL), OK);
    store_reader_close(reader);
}

static bool count_row(void *self, const struct order *order)
{
    int64_t *n = self;

    (void)order;
    ++*n;
    return true;
}

int64_t engine_scene_count(struct engine_scene *scene, enum status status)
{
    struct store_reader *reader = NULL;
    const struct request_list query = {.statuses = STATUS_BIT(status)};
    struct store_page page = {.limit = PAGE_MAX};
    char cursor[STORE_CURSOR_MAX];
    int64_t n = 0;

    assert_int_equal(store_reader_open(scene->store, &reader, NULL), OK);
    do {
        memcpy(cursor, page.next_cursor, sizeof(cursor));
        page.cursor = slice_of(cursor[0] != '\0' ? cursor : NULL);
        assert_int_equal(
            store_list(reader,
                       &(struct store_list_ask){&query, clock_wall(&scene->clock.clock), &page,
                                                count_row, &n},
                       NULL),
            OK);
    } while (page.next_cursor[0] != '\0');
    store_reader_close(reader);
    return n;
}

static bool count_dead(void *self, const struct dead_letter *dead)
{
    int64_t *n = self;

    (void)dead;
    ++*n;
    return true;
}

void engine_scene_check_counts(struct engine_scene *scene)
{
    const struct store_totals *totals = engine_totals(scene->engine);
    struct store_reader *reader = NULL;
    const struct dead_query query = {0};
    struct store_page page = {.limit = PAGE_MAX};
    int64_t dead = 0;

    for (unsigned status = 1; status < STATUS_COUNT; status++) {
        int64_t n = engine_scene_count(scene, (enum status)status);
        int64_t at_steps = status_final((enum status)status) ? n : 0;

        if (totals->counts[status] != n)
            fail_msg("%s: %lld, but there are %lld", status_name((enum status)status),
                     (long long)totals->counts[status], (long long)n);
        for (unsigned step = 0; step < STEPS_EVER_MAX; step++)
            at_steps += totals->by_step[step][status];
        if (at_steps != n)
            fail_msg("%s: %lld at the steps, but there are %lld", status_name((enum status)status),
                     (long long)at_steps, (long long)n);
    }
    assert_int_equal(store_reader_open(scene->store, &reader, NULL), OK);
    assert_int_equal(
        store_failed(reader,
                     &(struct store_failed_ask){.query = &query,
                                                .now_us = clock_wall(&scene->clock.clock),
                                                .page = &page,
                                                .row = count_dead,
                                                .self = &dead},
                     NULL),
        OK);
    store_reader_close(reader);
    if (totals->dlq_depth <= PAGE_MAX)
        assert_int_equal(totals->dlq_depth, dead);
}
