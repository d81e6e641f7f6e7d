/* Replays: what they move, at which rate, and what they count. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/core/replay.h"
#include "shared/limits.h"
#include "tests/lib/engine_scene.h"

#define DEAD 20

static int set_up(void **state)
{
    struct engine_scene *scene = malloc(sizeof(*scene));

    if (scene == NULL)
        return -1;
    engine_scene_init(scene, "memory");
    scene->workflow.retry.max_attempts = 1;
    for (int64_t i = 1; i <= DEAD; i++) {
        (void)engine_scene_submit(scene, engine_scene_order(i % 2 == 0 ? "even" : "odd", 1));
        (void)engine_scene_start(scene, i, NULL);
        (void)engine_scene_end(scene, i, OUTCOME_FAILED, "no stock");
    }
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    engine_scene_done(*state);
    free(*state);
    return 0;
}

static struct command replay_by(const char *filter, int64_t matched, double rate)
{
    return (struct command){.kind = COMMAND_REPLAY,
                            .replay = {.filter_text = slice_of(filter),
                                       .matched = matched,
                                       .rate = rate,
                                       .reason = SLICE("stock came")}};
}

static struct command move_of(int64_t number, size_t limit)
{
    return (struct command){.kind = COMMAND_REPLAY_MOVE,
                            .replay_move = {.number = number, .limit = limit}};
}

static bool keep_row(void *self, const struct replay_row *row)
{
    struct replay_row *out = self;

    *out = *row;
    out->by = out->reason = (struct slice){NULL, 0};
    return true;
}

static struct replay_row row_of(struct engine_scene *scene, const struct uuid *uid)
{
    struct store_reader *reader = NULL;
    struct store_page page = {.limit = PAGE_MAX};
    struct replay_row row = {0};

    assert_int_equal(store_reader_open(scene->store, &reader, NULL), OK);
    assert_int_equal(
        store_replays(reader, &(struct store_replays_ask){uid, &page, keep_row, &row}, NULL), OK);
    store_reader_close(reader);
    return row;
}

static void a_replay_by_filter_moves_what_matches(void **state)
{
    struct engine_scene *scene = *state;
    struct command begin = replay_by("customer:even", DEAD / 2, 0);
    struct command move;
    struct replay_row row;

    engine_scene_ask(scene, &begin, 1);
    assert_int_equal(begin.result, OK);
    move = move_of(begin.replay.number, 3);
    engine_scene_ask(scene, &move, 1);
    assert_int_equal(move.replay_move.moved, 3);
    assert_int_equal(move.replay_move.state, REPLAY_RUNNING);
    assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, 20), OK); /* gone before its turn */
    while (move.replay_move.state == REPLAY_RUNNING) {
        engine_scene_ask(scene, &move, 1);
        assert_int_equal(move.result, OK);
    }
    row = row_of(scene, &begin.replay.uid);
    assert_int_equal(row.state, REPLAY_DONE);
    assert_int_equal(row.moved, DEAD / 2 - 1);
    assert_int_equal(row.skipped, 1);
    assert_int_equal(engine_totals(scene->engine)->dlq_depth, DEAD / 2);
    assert_int_equal(engine_totals(scene->engine)->counts[STATUS_QUEUED], DEAD / 2 - 1);
    engine_scene_check_counts(scene);
}

static void a_replayed_order_begins_anew_and_counts_when_it_fails_again(void **state)
{
    struct engine_scene *scene = *state;
    struct command begin = replay_by("customer:odd", DEAD / 2, 0);
    struct command move;
    struct replay_row row;
    struct attempt attempt;

    engine_scene_ask(scene, &begin, 1);
    move = move_of(begin.replay.number, 100);
    engine_scene_ask(scene, &move, 1);
    assert_int_equal(move.replay_move.moved, DEAD / 2);
    assert_int_equal(move.replay_move.state, REPLAY_DONE);
    assert_int_equal(engine_scene_start(scene, 1, &attempt), OK);
    assert_int_equal(attempt.number, 1);
    assert_int_equal(engine_scene_end(scene, 1, OUTCOME_FAILED, "no stock"), OK);
    assert_int_equal(engine_scene_start(scene, 3, NULL), OK);
    assert_int_equal(engine_scene_end(scene, 3, OUTCOME_FULFILLED, NULL), OK);
    row = row_of(scene, &begin.replay.uid);
    assert_int_equal(row.moved, DEAD / 2);
    assert_int_equal(row.refailed, 1);
    assert_int_equal(row.state, REPLAY_DONE);
    engine_scene_check_counts(scene);
}

static bool keep_uid(void *self, const struct dead_letter *dead)
{
    struct uuid *uids = self;

    uids[dead->n - 1] = dead->uid;
    return true;
}

static void a_replay_by_list_takes_each_once(void **state)
{
    struct engine_scene *scene = *state;
    struct store_reader *reader = NULL;
    const struct dead_query query = {0};
    struct store_page page = {.limit = PAGE_MAX};
    struct uuid dead[DEAD] = {0};
    struct uuid uids[4];
    struct command begin = {.kind = COMMAND_REPLAY, .replay = {.uids = uids, .n_uids = 4}};
    struct command move;

    assert_int_equal(store_reader_open(scene->store, &reader, NULL), OK);
    assert_int_equal(
        store_failed(reader,
                     &(struct store_failed_ask){
                         .query = &query, .page = &page, .row = keep_uid, .self = dead},
                     NULL),
        OK);
    store_reader_close(reader);
    uids[0] = uids[1] = dead[4];
    uids[2] = dead[7];
    memset(&uids[3], 1, sizeof(uids[3]));
    engine_scene_ask(scene, &begin, 1);
    assert_int_equal(begin.result, OK);
    assert_int_equal(begin.replay.matched, 2);
    assert_int_equal(begin.replay.skipped, 1);
    move = move_of(begin.replay.number, 100);
    engine_scene_ask(scene, &move, 1);
    assert_int_equal(move.replay_move.moved, 2);
    assert_int_equal(move.replay_move.state, REPLAY_DONE);
    engine_scene_check_counts(scene);
}

static void a_replay_of_nothing_is_done_at_once(void **state)
{
    struct engine_scene *scene = *state;
    struct command begin = replay_by("customer:none", 0, 0);

    engine_scene_ask(scene, &begin, 1);
    assert_int_equal(row_of(scene, &begin.replay.uid).state, REPLAY_DONE);
    assert_int_equal(scene->events[scene->n_events - 2].news, NEWS_REPLAY_STARTED);
    assert_int_equal(scene->events[scene->n_events - 1].news, NEWS_REPLAY_ENDED);
}

static void a_key_gives_the_first_replay_again(void **state)
{
    struct engine_scene *scene = *state;
    struct command first = replay_by("customer:odd", DEAD / 2, 0);
    struct command again = replay_by("customer:odd", DEAD / 2, 0);
    struct command_order o = engine_scene_order("cust", 1);

    first.replay.key = again.replay.key = o.key = SLICE("k");
    engine_scene_ask(scene, &first, 1);
    engine_scene_ask(scene, &again, 1);
    assert_false(first.replay.duplicate);
    assert_true(again.replay.duplicate);
    assert_int_equal(again.replay.number, first.replay.number);
    assert_int_equal(engine_scene_submit(scene, o).result, ERR_CONFLICT);
}

static void a_cancelled_replay_moves_no_more(void **state)
{
    struct engine_scene *scene = *state;
    struct command begin = replay_by("customer:odd", DEAD / 2, 0);
    struct command cancel = {.kind = COMMAND_REPLAY_CANCEL};
    struct command move;

    engine_scene_ask(scene, &begin, 1);
    move = move_of(begin.replay.number, 2);
    engine_scene_ask(scene, &move, 1);
    cancel.replay_cancel.uid = begin.replay.uid;
    engine_scene_ask(scene, &cancel, 1);
    assert_int_equal(cancel.result, OK);
    assert_int_equal(cancel.replay_cancel.state, REPLAY_CANCELLED);
    engine_scene_ask(scene, &move, 1);
    assert_int_equal(move.replay_move.moved, 0);
    assert_int_equal(move.replay_move.state, REPLAY_CANCELLED);
    engine_scene_ask(scene, &cancel, 1);
    assert_int_equal(cancel.result, OK);
    assert_int_equal(engine_totals(scene->engine)->dlq_depth, DEAD - 2);
}

/* ---- at a rate ---- */

struct awaited {
    struct engine_scene *scene;
    int64_t queued;
};

static bool queued(void *self)
{
    const struct awaited *awaited = self;

    return engine_totals(awaited->scene->engine)->counts[STATUS_QUEUED] >= awaited->queued;
}

static void a_rate_spaces_the_moves_evenly(void **state)
{
    struct engine_scene *scene = *state;
    struct command begin = replay_by("customer:odd", DEAD / 2, 5);
    struct replay_runner *runner = NULL;
    struct awaited awaited = {scene, 1};

    engine_scene_ask(scene, &begin, 1);
    assert_int_equal(replay_open(&runner, scene->loop, &scene->clock.clock, scene->engine, NULL),
                     OK);
    replay_run(runner, begin.replay.number, 5);
    for (; awaited.queued <= DEAD / 2; awaited.queued++) {
        engine_scene_run(scene, queued, &awaited);
        assert_int_equal(engine_totals(scene->engine)->counts[STATUS_QUEUED], awaited.queued);
        hand_clock_turn(&scene->clock, 200000);
    }
    replay_close(runner);
    engine_scene_check_counts(scene);
}

static bool done(void *self)
{
    const struct engine_scene *scene = self;

    return scene->n_events > 0 && scene->events[scene->n_events - 1].news == NEWS_REPLAY_ENDED;
}

static void a_replay_goes_on_after_a_restart(void **state)
{
    struct engine_scene *scene = *state;
    struct command begin = replay_by(NULL, DEAD, 0);
    struct replay_runner *runner = NULL;

    engine_scene_ask(scene, &begin, 1);
    assert_int_equal(replay_open(&runner, scene->loop, &scene->clock.clock, scene->engine, NULL),
                     OK);
    assert_int_equal(replay_resume(runner, scene->store, NULL), OK);
    engine_scene_run(scene, done, scene);
    assert_int_equal(engine_totals(scene->engine)->counts[STATUS_QUEUED], DEAD);
    replay_close(runner);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_replay_by_filter_moves_what_matches),
        TEST(a_replayed_order_begins_anew_and_counts_when_it_fails_again),
        TEST(a_replay_by_list_takes_each_once),
        TEST(a_replay_of_nothing_is_done_at_once),
        TEST(a_key_gives_the_first_replay_again),
        TEST(a_cancelled_replay_moves_no_more),
        TEST(a_rate_spaces_the_moves_evenly),
        TEST(a_replay_goes_on_after_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
