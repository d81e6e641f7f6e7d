/* The handler `worker` behind dispatch: ends that the store refuses, ends that are told twice. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/core/dispatch.h"
#include "daemon/handler/handler_worker.h"
#include "tests/lib/engine_scene.h"
#include "tests/lib/store_faulty.h"

#define LEASES 4

struct shop {
    struct engine_scene engine;
    struct readers *readers;
    struct control *control;
    struct dispatch *dispatch;
    struct worker *worker;
    struct store_faulty *faulty;
    struct worker_ask ask;
    struct worker_given given[LEASES];
    bool answered, gone;
    size_t ended;
};

static void on_commit(void *self, const struct commit *commit)
{
    struct shop *shop = self;

    dispatch_committed(shop->dispatch, commit);
}

static int set_up(void **state)
{
    struct shop *shop = calloc(1, sizeof(*shop));
    struct engine_scene *scene = NULL;
    const struct dispatch_settings settings = {.concurrency = 1};
    const struct worker_step step = {SLICE("fulfil"), 3600000000};
    struct dispatch_parts parts;
    struct worker_parts ground;

    if (shop == NULL)
        return -1;
    scene = &shop->engine;
    engine_scene_init(scene, "sqlite");
    assert_int_equal(readers_open(&shop->readers, scene->store, scene->loop, 2, NULL), OK);
    shop->control = control_new(scene->engine, false);
    parts = (struct dispatch_parts){.loop = scene->loop,
                                    .clock = &scene->clock.clock,
                                    .engine = scene->engine,
                                    .readers = shop->readers,
                                    .control = shop->control};
    assert_int_equal(dispatch_open(&shop->dispatch, &parts, NULL), OK);
    ground = (struct worker_parts){scene->loop, &scene->clock.clock,
                                   dispatch_handler_listener(shop->dispatch)};
    assert_int_equal(handler_worker_new(&ground, &shop->worker, NULL), OK);
    dispatch_add_pool(shop->dispatch, 0, &settings, handler_worker_pool(shop->worker, &step));
    scene->committed = on_commit;
    scene->committed_self = shop;
    dispatch_begin(shop->dispatch);
    *state = shop;
    return 0;
}

static int tear_down(void **state)
{
    struct shop *shop = *state;

    readers_close(shop->readers);
    engine_close(shop->engine.engine);
    shop->engine.engine = NULL;
    shop->engine.committed = NULL;
    if (shop->faulty != NULL)
        store_faulty_free(shop->faulty);
    dispatch_close(shop->dispatch);
    handler_worker_free(shop->worker);
    control_free(shop->control);
    store_close(shop->engine.store);
    engine_scene_done(&shop->engine);
    free(shop);
    return 0;
}

/* ---- a worker ---- */

static void on_answer(struct worker_ask *ask)
{
    struct shop *shop = ask->self;

    shop->answered = true;
}

static bool has_gone(const struct worker_ask *ask)
{
    const struct shop *shop = ask->self;

    return shop->gone;
}

static bool is_answered(void *self)
{
    const struct shop *shop = self;

    return shop->answered;
}

static void begin_asking(struct shop *shop, size_t max)
{
    shop->answered = false;
    shop->ask =
        (struct worker_ask){.worker = SLICE("w"),
                            .wait_us = 3600000000,
                            .serves = handler_worker_serves(shop->worker, (struct slice){NULL, 0}),
                            .max = max,
                            .given = shop->given,
                            .gone = has_gone,
                            .answer = on_answer,
                            .self = shop};
    assert_int_equal(handler_worker_ask(shop->worker, &shop->ask, NULL), OK);
}

static struct worker_claim lease_one(struct shop *shop)
{
    (void)engine_scene_submit(&shop->engine, engine_scene_order("cust", 1));
    begin_asking(shop, 1);
    engine_scene_run(&shop->engine, is_answered, shop);
    assert_int_equal(shop->ask.n, 1);
    return (struct worker_claim){shop->given[0].attempt.uid, slice_of(shop->given[0].token)};
}

static void on_ended(struct worker_end *end)
{
    struct shop *shop = end->self;

    shop->ended++;
}

static struct worker_end end_of(struct shop *shop, struct worker_claim claim, enum lease_op op)
{
    return (struct worker_end){.claim = claim,
                               .op = op,
                               .by = SLICE("packer"),
                               .result = SLICE("parcel"),
                               .reason = SLICE("no parcel"),
                               .retry_after_us = -1,
                               .done = on_ended,
                               .self = shop};
}

static bool two_ended(void *self)
{
    const struct shop *shop = self;

    return shop->ended >= 2;
}

static bool one_ended(void *self)
{
    const struct shop *shop = self;

    return shop->ended >= 1;
}

/* ---- tests ---- */

static void an_end_that_the_store_refuses_leaves_the_lease_held(void **state)
{
    struct shop *shop = *state;
    struct worker_claim claim = lease_one(shop);
    struct worker_end end = end_of(shop, claim, LEASE_COMPLETED);
    int64_t expires_at = 0;
    bool cancel = true;

    shop->faulty = store_faulty_new(shop->engine.store, FAULT_REFUSED, 1, 1);
    assert_int_equal(handler_worker_end(shop->worker, &end), OK);
    engine_scene_run(&shop->engine, one_ended, shop);
    assert_int_equal(end.err, ERR_READ_ONLY);
    assert_int_equal(handler_worker_heartbeat(shop->worker, &claim, &expires_at, &cancel), OK);
    assert_false(cancel);
    assert_int_equal(dispatch_in_flight(shop->dispatch), 1);
    end = end_of(shop, claim, LEASE_FAILED);
    assert_int_equal(handler_worker_end(shop->worker, &end), OK);
    engine_scene_run(&shop->engine, two_ended, shop);
    assert_int_equal(end.err, OK);
    assert_int_equal(end.status, STATUS_RETRYING);
    assert_true(end.next_attempt_at > 0);
    assert_int_equal(handler_worker_heartbeat(shop->worker, &claim, &expires_at, &cancel),
                     ERR_LEASE_LOST);
    engine_scene_check_counts(&shop->engine);
}

static void an_end_told_twice_at_once_is_one_end_and_two_answers(void **state)
{
    struct shop *shop = *state;
    struct worker_claim claim = lease_one(shop);
    struct worker_end first = end_of(shop, claim, LEASE_COMPLETED), second = first;
    struct worker_end other = end_of(shop, claim, LEASE_FAILED);
    char history[512];

    assert_int_equal(handler_worker_end(shop->worker, &first), OK);
    assert_int_equal(handler_worker_end(shop->worker, &second), OK);
    assert_int_equal(handler_worker_end(shop->worker, &other), ERR_LEASE_LOST);
    engine_scene_run(&shop->engine, two_ended, shop);
    assert_int_equal(first.status, STATUS_FULFILLED);
    assert_int_equal(second.status, STATUS_FULFILLED);
    engine_scene_history(&shop->engine, &claim.uid, history);
    assert_string_equal(history, "received validated stored queued attempt_started fulfilled");
}

static bool is_given_back(void *self)
{
    struct shop *shop = self;

    return engine_totals(shop->engine.engine)->counts[STATUS_QUEUED] == 1 &&
           dispatch_in_flight(shop->dispatch) == 0;
}

static void what_nobody_is_left_to_take_is_given_back(void **state)
{
    struct shop *shop = *state;
    struct worker_claim claim = lease_one(shop);
    struct arena arena = {0};

    handler_worker_return(shop->worker, &shop->given[0]);
    engine_scene_run(&shop->engine, is_given_back, shop);
    assert_int_equal(engine_scene_get(&shop->engine, &claim.uid, &arena).attempts, 0);
    begin_asking(shop, 1);
    engine_scene_run(&shop->engine, is_answered, shop);
    assert_int_equal(shop->given[0].attempt.number, 1);
    assert_memory_equal(&shop->given[0].attempt.uid, &claim.uid, sizeof claim.uid);
    arena_done(&arena);
}

static void who_has_gone_is_answered_before_anything_starts(void **state)
{
    struct shop *shop = *state;
    struct command_order o;

    begin_asking(shop, LEASES);
    shop->gone = true;
    o = engine_scene_submit(&shop->engine, engine_scene_order("cust", 1));
    engine_scene_run(&shop->engine, is_answered, shop);
    assert_int_equal(shop->ask.n, 0);
    assert_int_equal(o.status, STATUS_QUEUED);
    assert_int_equal(engine_totals(shop->engine.engine)->counts[STATUS_QUEUED], 1);
    assert_int_equal(dispatch_in_flight(shop->dispatch), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_end_that_the_store_refuses_leaves_the_lease_held),
        TEST(an_end_told_twice_at_once_is_one_end_and_two_answers),
        TEST(what_nobody_is_left_to_take_is_given_back),
        TEST(who_has_gone_is_answered_before_anything_starts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
