/* What stops a replay, and what a dry run's token names: the engine's part, step by step. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/core/replay.h"
#include "shared/limits.h"
#include "tests/lib/engine_scene.h"

#define DEAD 20
#define HOUR (3600 * 1000000LL)

static int set_up(void **state)
{
    struct engine_scene *scene = malloc(sizeof(*scene));

    if (scene == NULL)
        return -1;
    engine_scene_init(scene, "memory");
    scene->workflow.retry.max_attempts = 1;
    for (int64_t i = 1; i <= DEAD; i++) {
        (void)engine_scene_submit(scene, engine_scene_order("cust", 1));
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

static struct command replay_all(void)
{
    return (struct command){.kind = COMMAND_REPLAY, .replay = {.matched = DEAD}};
}

static struct command begin(struct engine_scene *scene, struct command command)
{
    engine_scene_ask(scene, &command, 1);
    assert_int_equal(command.result, OK);
    return command;
}

static struct command move(struct engine_scene *scene, int64_t number, size_t limit)
{
    struct command command = {.kind = COMMAND_REPLAY_MOVE,
                              .replay_move = {.number = number, .limit = limit}};

    engine_scene_ask(scene, &command, 1);
    assert_int_equal(command.result, OK);
    return command;
}

static void end(struct engine_scene *scene, int64_t order, enum outcome outcome)
{
    assert_int_equal(engine_scene_start(scene, order, NULL), OK);
    assert_int_equal(engine_scene_end(scene, order, outcome, "again"), OK);
}

static bool keep_row(void *self, const struct replay_row *row)
{
    struct replay_row *out = self;

    *out = *row;
    out->by = out->reason = (struct slice){NULL, 0};
    return true;
}

static struct replay_row row_of(struct engine_scene *scene, const struct command *begun)
{
    struct store_reader *reader = NULL;
    struct store_page page = {.limit = PAGE_MAX};
    struct replay_row row = {0};

    assert_int_equal(store_reader_open(scene->store, &reader, NULL), OK);
    assert_int_equal(
        store_replays(reader,
                      &(struct store_replays_ask){&begun->replay.uid, &page, keep_row, &row}, NULL),
        OK);
    store_reader_close(reader);
    return row;
}

/* ---- the canary ---- */

static void the_rest_waits_until_the_canary_is_fulfilled(void **state)
{
    struct engine_scene *scene = *state;
    struct command command = replay_all();
    struct command moved;

    command.replay.canary = 3;
    command = begin(scene, command);
    moved = move(scene, command.replay.number, 100);
    assert_int_equal(moved.replay_move.moved, 3);
    for (int64_t i = 1; i <= 3; i++) {
        moved = move(scene, command.replay.number, 100);
        assert_true(moved.replay_move.waits);
        assert_int_equal(moved.replay_move.moved, 0);
        end(scene, i, OUTCOME_FULFILLED);
    }
    assert_int_equal(scene->events[scene->n_events - 1].news, NEWS_REPLAY_PROGRESS);
    moved = move(scene, command.replay.number, 100);
    assert_int_equal(moved.replay_move.moved, DEAD - 3);
    assert_int_equal(moved.replay_move.state, REPLAY_DONE);
}

static void a_canary_that_ends_otherwise_stops_the_rest(void **state)
{
    static const enum cause causes[] = {CAUSE_GIVE_UP, CAUSE_CANCEL};
    struct engine_scene *scene = *state;

    for (size_t i = 0; i < 2; i++) {
        struct command command = replay_all();
        struct replay_row row;
        int64_t first = (int64_t)(i * 2 + 1);

        command.replay.canary = 2;
        command = begin(scene, command);
        (void)move(scene, command.replay.number, 100);
        end(scene, first, OUTCOME_FULFILLED);
        assert_int_equal(row_of(scene, &command).state, REPLAY_RUNNING);
        if (causes[i] == CAUSE_CANCEL)
            assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, first + 1), OK);
        else
            end(scene, first + 1, OUTCOME_FAILED_FOR_GOOD);
        row = row_of(scene, &command);
        assert_int_equal(row.state, REPLAY_STOPPED);
        assert_int_equal(row.moved, 2);
        assert_int_equal(row.refailed, causes[i] == CAUSE_GIVE_UP);
        assert_true(row.finished_at > 0);
        assert_int_equal(scene->events[scene->n_events - 1].news, NEWS_REPLAY_ENDED);
        assert_int_equal(move(scene, command.replay.number, 100).replay_move.state, REPLAY_STOPPED);
    }
    engine_scene_check_counts(scene);
}

static void a_canary_of_all_there_are_is_done_when_the_last_has_moved(void **state)
{
    struct engine_scene *scene = *state;
    struct command command = replay_all();

    command.replay.canary = DEAD + 5;
    command = begin(scene, command);
    assert_int_equal(move(scene, command.replay.number, 100).replay_move.state, REPLAY_DONE);
    end(scene, 1, OUTCOME_FAILED_FOR_GOOD);
    assert_int_equal(row_of(scene, &command).state, REPLAY_DONE);
    assert_int_equal(row_of(scene, &command).refailed, 1);
}

static bool all_moved(void *self)
{
    struct engine_scene *scene = self;

    return engine_totals(scene->engine)->dlq_depth == 0;
}

static bool canary_moved(void *self)
{
    struct engine_scene *scene = self;

    return engine_totals(scene->engine)->dlq_depth == DEAD - 2;
}

static void on_commit(void *self, const struct commit *commit)
{
    replay_committed(*(struct replay_runner **)self, commit);
}

/* After a restart, too: it is found RUNNING, and nobody remembers that it waited. */
static void the_runner_goes_on_when_the_canary_is_fulfilled(void **state)
{
    struct engine_scene *scene = *state;
    struct command command = replay_all();
    struct replay_runner *runner = NULL;

    command.replay.canary = 2;
    command = begin(scene, command);
    assert_int_equal(replay_open(&runner, scene->loop, &scene->clock.clock, scene->engine, NULL),
                     OK);
    scene->committed = on_commit;
    scene->committed_self = &runner;
    assert_int_equal(replay_resume(runner, scene->store, NULL), OK);
    engine_scene_run(scene, canary_moved, scene);
    end(scene, 1, OUTCOME_FULFILLED);
    end(scene, 2, OUTCOME_FULFILLED);
    engine_scene_run(scene, all_moved, scene);
    assert_int_equal(row_of(scene, &command).state, REPLAY_DONE);
    scene->committed = NULL;
    replay_close(runner);
}

/* ---- stop_if ---- */

struct stop_case {
    const char *label;
    const char *ends; /* + fulfilled, - failed again, x cancelled */
    double share;
    int64_t of_last;
    size_t stops; /* after so many ends; 0: never */
};

static void end_as(struct engine_scene *scene, int64_t order, char how)
{
    if (how == 'x')
        assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, order), OK);
    else
        end(scene, order, how == '-' ? OUTCOME_FAILED : OUTCOME_FULFILLED);
}

static void check_stop(const struct stop_case *row)
{
    void *state = NULL;
    struct command command = replay_all();

    if (set_up(&state) != 0 || state == NULL) {
        fail();
        return;
    }
    command.replay.failed_share = row->share;
    command.replay.of_last = row->of_last;
    command = begin(state, command);
    (void)move(state, command.replay.number, DEAD - 2);
    for (size_t k = 0; row->ends[k] != '\0'; k++) {
        bool stopped = row->stops > 0 && k + 1 >= row->stops;

        end_as(state, (int64_t)k + 1, row->ends[k]);
        if ((row_of(state, &command).state == REPLAY_STOPPED) != stopped)
            fail_msg("%s: after %zu ends", row->label, k + 1);
    }
    assert_int_equal(row_of(state, &command).moved, DEAD - 2);
    (void)tear_down(&state);
}

static void it_stops_once_more_than_the_share_failed_again(void **state)
{
    static const struct stop_case rows[] = {
        {"more than half of four", "---", 0.5, 4, 3},
        {"just half of four", "--++--++", 0.5, 4, 0},
        {"spread out", "-+-+-+-+", 0.5, 4, 0},
        {"the oldest leave", "-+++-+++", 0.25, 4, 0},
        {"the oldest left too late", "-++-++++", 0.25, 4, 4},
        {"a cancelled one did not fail", "x-x-xxxx", 0.5, 4, 0},
        {"none may fail", "++-", 0, 10, 3},
        {"all may fail", "--------", 1, 3, 0},
        {"fewer than the last", "-----", 0.5, 10, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_stop(&rows[i]);
}

static void ends_of_one_commit_count_in_their_order(void **state)
{
    struct engine_scene *scene = *state;
    struct command command = replay_all();
    struct command ends[8];
    struct replay_row row;

    command.replay.failed_share = 0.5;
    command.replay.of_last = 4;
    command = begin(scene, command);
    (void)move(scene, command.replay.number, DEAD - 2);
    for (int64_t i = 0; i < 8; i++) {
        assert_int_equal(engine_scene_start(scene, i + 1, NULL), OK);
        ends[i] = (struct command){.kind = COMMAND_END,
                                   .end = {.order = i + 1,
                                           .outcome = i < 3 ? OUTCOME_FAILED : OUTCOME_FULFILLED,
                                           .reason = SLICE("again"),
                                           .retry_after_us = -1}};
    }
    engine_scene_ask(scene, ends, 8);
    row = row_of(scene, &command);
    assert_int_equal(row.state, REPLAY_STOPPED);
    assert_int_equal(row.refailed, 3);
    end(scene, 9, OUTCOME_FAILED);
    assert_int_equal(row_of(scene, &command).refailed, 4); /* goes on counting */
    engine_scene_check_counts(scene);
}

/* ---- tokens ---- */

static struct command preview(struct engine_scene *scene, const int64_t *ns, size_t n)
{
    struct command command = {
        .kind = COMMAND_PREVIEW,
        .preview = {.ns = ns, .n_ns = n, .upto = DEAD, .matched = n > 0 ? (int64_t)n : DEAD}};

    engine_scene_ask(scene, &command, 1);
    assert_int_equal(command.result, OK);
    return command;
}

static void a_token_moves_those_alone_that_are_dead_as_they_were(void **state)
{
    static const int64_t ns[] = {2, 4, 6, 8};
    struct engine_scene *scene = *state;
    struct command token = preview(scene, ns, 4);
    struct command other = begin(scene, replay_all());
    struct command command = {.kind = COMMAND_REPLAY, .replay = {.has_token = true}};
    struct replay_row row;

    (void)move(scene, other.replay.number, 4); /* 1 to 4 */
    end(scene, 4, OUTCOME_FAILED);             /* is dead again, with another letter */
    assert_int_equal(engine_scene_change(scene, CAUSE_DISCARD, 8), OK);
    command.replay.token = token.preview.token;
    command = begin(scene, command);
    assert_int_equal(command.replay.matched, 4);
    assert_int_equal(move(scene, command.replay.number, 100).replay_move.moved, 1);
    row = row_of(scene, &command);
    assert_int_equal(row.state, REPLAY_DONE);
    assert_int_equal(row.moved, 1);
    assert_int_equal(row.skipped, 3);
    engine_scene_check_counts(scene);
}

static void a_token_of_all_leaves_out_what_failed_since(void **state)
{
    struct engine_scene *scene = *state;
    struct command token = preview(scene, NULL, 0);
    struct command command = {.kind = COMMAND_REPLAY, .replay = {.has_token = true}};

    for (int64_t i = 1; i <= 10; i++) {
        (void)engine_scene_submit(scene, engine_scene_order("late", 1));
        end(scene, DEAD + i, OUTCOME_FAILED);
    }
    command.replay.token = token.preview.token;
    command = begin(scene, command);
    assert_int_equal(move(scene, command.replay.number, 100).replay_move.moved, DEAD);
    assert_int_equal(engine_totals(scene->engine)->dlq_depth, 10);
}

static void a_token_holds_for_an_hour(void **state)
{
    static const struct {
        int64_t later;
        enum err want;
    } rows[] = {{HOUR - 1, OK}, {1, ERR_NOT_FOUND}};
    static const int64_t ns[] = {2};
    struct engine_scene *scene = *state;
    struct command token = preview(scene, ns, 1);

    for (size_t i = 0; i < 2; i++) {
        struct command command = {.kind = COMMAND_REPLAY, .replay = {.has_token = true}};

        hand_clock_turn(&scene->clock, rows[i].later);
        command.replay.token = token.preview.token;
        engine_scene_ask(scene, &command, 1);
        assert_int_equal(command.result, rows[i].want);
    }
}

static void of_two_replays_only_one_moves_an_order(void **state)
{
    struct engine_scene *scene = *state;
    struct command first = begin(scene, replay_all());
    struct command second = begin(scene, replay_all());
    size_t moved[2] = {0, 0};

    for (int i = 0; i < 12; i++) {
        moved[0] += move(scene, first.replay.number, 2).replay_move.moved;
        if (i < 10) /* dead again, before the second one's turn comes */
            end(scene, 2 * i + 1, OUTCOME_FAILED);
        moved[1] += move(scene, second.replay.number, 3).replay_move.moved;
    }
    assert_int_equal(moved[0] + moved[1], DEAD);
    assert_int_equal(row_of(scene, &first).state, REPLAY_DONE);
    assert_int_equal(row_of(scene, &second).state, REPLAY_DONE);
    assert_int_equal(row_of(scene, &first).moved + row_of(scene, &first).skipped, DEAD);
    assert_int_equal(row_of(scene, &second).moved + row_of(scene, &second).skipped, DEAD);
    engine_scene_check_counts(scene);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_rest_waits_until_the_canary_is_fulfilled),
        TEST(a_canary_that_ends_otherwise_stops_the_rest),
        TEST(a_canary_of_all_there_are_is_done_when_the_last_has_moved),
        TEST(the_runner_goes_on_when_the_canary_is_fulfilled),
        cmocka_unit_test(it_stops_once_more_than_the_share_failed_again),
        TEST(ends_of_one_commit_count_in_their_order),
        TEST(a_token_moves_those_alone_that_are_dead_as_they_were),
        TEST(a_token_of_all_leaves_out_what_failed_since),
        TEST(a_token_holds_for_an_hour),
        TEST(of_two_replays_only_one_moves_an_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
