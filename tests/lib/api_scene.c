/* The operations over a store that forgets: no sockets, no attempts but those a test makes. */
#include "tests/lib/api_scene.h"

#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"
#include "tests/lib/test.h"

#define DEADLINE_US 20000000

static void too_late(void *self)
{
    (void)self;
    fail_msg("no reply in time");
}

static void committed(void *self, const struct commit *commit)
{
    struct api_scene *scene = self;
    const struct store_totals *from = &commit->totals;
    struct metrics_totals totals = {
        .dlq_depth = from->dlq_depth,
        .last_seq = from->last_seq,
        .accepted = from->accepted,
        .fulfilled = from->fulfilled,
        .failed = from->failed,
        .retried = from->retried,
        .rejected = from->rejected,
    };

    memcpy(totals.counts, from->counts, sizeof(totals.counts));
    metrics_committed(scene->metrics, commit->events, commit->n_events, &totals);
}

static void store_failed_now(void *self, enum err code, const char *text)
{
    (void)self;
    fail_msg("the store failed: %s: %s", err_name(code), text);
}

static enum err reload(void *self, struct buf *changed, uint32_t *n, struct why *why)
{
    (void)self;
    (void)why;
    mp_put_text(changed, "rules.max_total_quantity");
    *n = 1;
    return OK;
}

static enum err store_health(void *self, struct why *why)
{
    (void)self;
    (void)why;
    return OK;
}

static void fill_parts(struct api_scene *scene)
{
    scene->parts = (struct api_parts){
        .loop = scene->loop,
        .clock = &scene->clock,
        .store = scene->store,
        .engine = scene->engine,
        .readers = scene->readers,
        .control = scene->control,
        .dispatch = scene->dispatch,
        .replays = scene->replays,
        .metrics = scene->metrics,
        .alarms = scene->alarms,
        .net = scene->net,
        .instance = "test",
        .epoch = "epoch-1",
        .handler = "simulate",
        .started_at = 1700000000000000,
        .reload = reload,
        .store_health = store_health,
        .self = scene,
    };
}

static void open_engine(struct api_scene *scene, struct why *why)
{
    const struct store_settings store = {.directory = ".", .now_us = clock_wall(&scene->clock)};
    const struct engine_settings engine = {.max_inbox = 10000};
    struct engine_parts parts = {0};
    const struct engine_listener listener = {
        .committed = committed, .failed = store_failed_now, .self = scene};

    scene->workflow = (struct workflow_settings){
        .rules = {.max_total_quantity = 100},
        .retry = {.max_attempts = 3, .interval_us = 1000000, .backoff_rate = 2.0},
    };
    assert_int_equal(store_open("memory", &store, &scene->store, why), OK);
    parts = (struct engine_parts){
        .store = scene->store, .loop = scene->loop, .clock = &scene->clock, .listener = listener};
    assert_int_equal(engine_open(&scene->engine, &parts, &engine, &scene->workflow, why), OK);
    assert_int_equal(readers_open(&scene->readers, scene->store, scene->loop, 2, why), OK);
}

struct api_scene *api_scene_open(void)
{
    struct api_scene *scene = calloc(1, sizeof(*scene));
    struct dispatch_parts parts = {0};
    const struct sp_settings net = {.max_peers = 4};
    const struct alarm_settings alarms = {.at = {[ALARM_DLQ_DEPTH] = 2}};
    struct why why = {0};

    assert_non_null(scene);
    clock_init(&scene->clock);
    assert_int_equal(loop_open(&scene->loop, &why), OK);
    assert_int_equal(loop_add_timer(scene->loop, too_late, scene, &scene->deadline), OK);
    scene->metrics = metrics_new(&scene->clock);
    scene->alarms = alarms_new(&scene->clock, &alarms);
    open_engine(scene, &why);
    scene->control = control_new(scene->engine, false);
    parts = (struct dispatch_parts){.loop = scene->loop,
                                    .clock = &scene->clock,
                                    .engine = scene->engine,
                                    .readers = scene->readers,
                                    .control = scene->control};
    assert_int_equal(dispatch_open(&scene->dispatch, &parts, &why), OK);
    assert_int_equal(replay_open(&scene->replays, scene->loop, &scene->clock, scene->engine, &why),
                     OK);
    assert_int_equal(sp_net_open(&scene->net, scene->loop, &scene->clock, &net, &why), OK);
    fill_parts(scene);
    return scene;
}

void api_scene_close(struct api_scene *scene)
{
    readers_close(scene->readers);
    engine_close(scene->engine);
    replay_close(scene->replays);
    dispatch_close(scene->dispatch);
    control_free(scene->control);
    sp_net_close(scene->net);
    metrics_free(scene->metrics);
    alarms_free(scene->alarms);
    store_close(scene->store);
    loop_source_free(scene->deadline);
    loop_close(scene->loop);
    free(scene->reply);
    free(scene);
}

static void wait_over(struct api_scene *scene)
{
    loop_timer_set(scene->deadline, clock_mono(&scene->clock) + DEADLINE_US);
    (void)loop_run(scene->loop);
    loop_timer_set(scene->deadline, INT64_MAX);
}

static void take_reply(struct call *call, const void *reply, size_t len)
{
    struct api_scene *scene = call->origin;

    free(scene->reply);
    scene->reply = malloc(len > 0 ? len : 1);
    assert_non_null(scene->reply);
    memcpy(scene->reply, reply, len);
    scene->reply_len = len;
    scene->answers++;
    if (--scene->waiting == 0)
        loop_stop(scene->loop, 0);
}

static bool is_gone(const struct call *call)
{
    const struct api_scene *scene = call->origin;

    return scene->gone;
}

void api_scene_send(struct api_scene *scene, unsigned rights, struct slice frame)
{
    const struct router_frame router = {
        .bytes = frame.p,
        .len = frame.n,
        .rights = rights,
        .actor = SLICE("tester"),
        .received_mono = clock_mono(&scene->clock),
        .send = take_reply,
        .gone = is_gone,
        .origin = scene,
    };

    scene->waiting++;
    router_take(&scene->parts, &router);
}

void api_scene_wait(struct api_scene *scene)
{
    if (scene->waiting > 0)
        wait_over(scene);
}

enum err api_scene_ask_bytes(struct api_scene *scene, unsigned rights, struct slice frame)
{
    struct mp_reader body;
    uint32_t pairs = 0;

    api_scene_send(scene, rights, frame);
    api_scene_wait(scene);
    scene->why = (struct why){0};
    assert_in_range(scene->reply_len, 1, FRAME_MAX_BYTES);
    assert_int_equal(mp_check(scene->reply, scene->reply_len, &scene->why), OK);
    return wire_reply_head(scene->reply, scene->reply_len, &body, &pairs, &scene->why);
}

enum err api_scene_ask(struct api_scene *scene, const struct request *request)
{
    struct buf frame;
    enum err e = OK;

    buf_init(&frame, (size_t)FRAME_MAX_BYTES);
    wire_request_write(&frame, request, ROLE_NONE);
    assert_false(frame.failed);
    e = api_scene_ask_bytes(scene, API_SCENE_ALL, (struct slice){buf_text(&frame), frame.len});
    buf_done(&frame);
    return e;
}

static struct mp_reader value_of(const struct api_scene *scene, const char *key)
{
    struct mp_reader value;

    if (!wire_reply_find(scene->reply, scene->reply_len, key, &value))
        fail_msg("the reply has no '%s'", key);
    return value;
}

int64_t api_scene_int(const struct api_scene *scene, const char *key)
{
    struct mp_reader value = value_of(scene, key);
    int64_t number = mp_int(&value);

    assert_false(mp_failed(&value));
    return number;
}

struct slice api_scene_str(const struct api_scene *scene, const char *key)
{
    struct mp_reader value = value_of(scene, key);
    struct slice text = mp_str(&value);

    assert_false(mp_failed(&value));
    return text;
}

bool api_scene_bool(const struct api_scene *scene, const char *key)
{
    struct mp_reader value = value_of(scene, key);
    bool answer = mp_bool(&value);

    assert_false(mp_failed(&value));
    return answer;
}

uint32_t api_scene_list(const struct api_scene *scene, const char *key, struct mp_reader *values)
{
    uint32_t n = 0;

    *values = value_of(scene, key);
    n = mp_list(values);
    assert_false(mp_failed(values));
    return n;
}

bool api_scene_nil(const struct api_scene *scene, const char *key)
{
    struct mp_reader value = value_of(scene, key);

    return mp_nil(&value);
}

struct uuid api_scene_submit(struct api_scene *scene, const char *customer)
{
    const struct item item = {SLICE("widget"), 2};
    struct request request = {.op = OP_SUBMIT};
    struct reply_submit reply;
    struct arena arena = {0};

    request.submit.draft = (struct order_draft){.customer_id = slice_of(customer),
                                                .items = &item,
                                                .n_items = 1,
                                                .priority = PRIORITY_DEFAULT};
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_int_equal(wire_read_submit(scene->reply, scene->reply_len, &arena, &reply, &scene->why),
                     OK);
    arena_done(&arena);
    assert_int_equal(reply.status, STATUS_QUEUED);
    return reply.order_id;
}

static void command_done(struct command *command)
{
    struct api_scene *scene = command->owner;

    loop_stop(scene->loop, 0);
}

void api_scene_command(struct api_scene *scene, struct command *command)
{
    struct why why = {0};

    command->by = SLICE("tester");
    command->owner = scene;
    command->done = command_done;
    assert_int_equal(engine_post(scene->engine, command, &why), OK);
    wait_over(scene);
    assert_int_equal(command->result, OK);
}

struct uuid api_scene_fail(struct api_scene *scene, const char *customer, const char *reason)
{
    struct uuid uid = api_scene_submit(scene, customer);
    struct command start = {.kind = COMMAND_START};
    struct command end = {.kind = COMMAND_END};

    start.start.order = engine_totals(scene->engine)->last_order;
    api_scene_command(scene, &start);
    end.end.order = start.start.order;
    end.end.outcome = OUTCOME_FAILED_FOR_GOOD;
    end.end.reason = slice_of(reason);
    end.end.retry_after_us = -1;
    api_scene_command(scene, &end);
    return uid;
}
