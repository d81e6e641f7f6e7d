/* Operations on the dead-letter queue, and what the daemon tells of itself. */
#include <string.h>

#include "tests/lib/api_scene.h"
#include "tests/lib/test.h"

static int scene_begin(void **state)
{
    *state = api_scene_open();
    return 0;
}

static int scene_end(void **state)
{
    api_scene_close(*state);
    return 0;
}

/* Three dead letters of two groups. */
static void three_dead(struct api_scene *scene, struct uuid uids[3])
{
    uids[0] = api_scene_fail(scene, "alice", "timeout after 30 s");
    uids[1] = api_scene_fail(scene, "bob", "card declined");
    uids[2] = api_scene_fail(scene, "alice", "timeout after 31 s");
}

static void failed_orders_are_listed_and_grouped(void **state)
{
    struct api_scene *scene = *state;
    struct request failed = {.op = OP_FAILED};
    struct request summary = {.op = OP_FAILED_SUMMARY};
    struct uuid uids[3];
    struct mp_reader rows;
    struct reason_group group = {0};

    three_dead(scene, uids);
    failed.failed.page.limit = 50;
    assert_int_equal(api_scene_ask(scene, &failed), OK);
    assert_int_equal(api_scene_list(scene, "failed", &rows), 3);
    assert_int_equal(api_scene_int(scene, "matched"), 3);
    failed.failed.query.customer_id = SLICE("bob");
    assert_int_equal(api_scene_ask(scene, &failed), OK);
    assert_int_equal(api_scene_list(scene, "failed", &rows), 1);

    summary.failed_summary.limit = 50;
    assert_int_equal(api_scene_ask(scene, &summary), OK);
    assert_int_equal(api_scene_list(scene, "reasons", &rows), 2);
    wire_group_read(&rows, &group);
    assert_int_equal(group.count, 2);
    assert_true(slice_is(group.group, "timeout after # s"));
    assert_true(slice_is(group.failure_reason, "timeout after 31 s"));
}

static void a_dry_run_tells_what_would_move_and_moves_nothing(void **state)
{
    struct api_scene *scene = *state;
    struct request request = {.op = OP_REPLAY};
    struct uuid uids[4];
    struct mp_reader rows;
    struct reason_group group = {0};

    three_dead(scene, uids);
    uids[3] = api_scene_submit(scene, "carol");
    request.replay.dry_run = true;
    request.replay.which.all = true;
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_int_equal(api_scene_int(scene, "matched"), 3);
    assert_int_equal(api_scene_list(scene, "reasons", &rows), 2);
    assert_int_equal(api_scene_str(scene, "token").n, UUID_TEXT_LEN);
    assert_true(api_scene_int(scene, "oldest_at") > 0);

    request.replay.which = (struct selection){.ids = {&uids[1], 3}};
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_int_equal(api_scene_int(scene, "matched"), 2);
    assert_int_equal(api_scene_list(scene, "reasons", &rows), 2);
    wire_group_read(&rows, &group);
    assert_int_equal(group.count, 1);

    request.replay.which = (struct selection){.by_filter = true};
    request.replay.query.filter_text = SLICE("customer:alice");
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_int_equal(api_scene_int(scene, "matched"), 2);
    assert_int_equal(engine_totals(scene->engine)->dlq_depth, 3);
}

static int64_t replay_moved(struct api_scene *scene)
{
    struct request request = {.op = OP_REPLAYS};
    struct replay_row row = {0};
    struct mp_reader rows;

    request.replays.page.limit = 1;
    do {
        assert_int_equal(api_scene_ask(scene, &request), OK);
        assert_int_equal(api_scene_list(scene, "replays", &rows), 1);
        wire_replay_read(&rows, &row);
    } while (row.state == REPLAY_RUNNING);
    assert_int_equal(row.state, REPLAY_DONE);
    return row.moved;
}

static void a_replay_moves_what_was_chosen(void **state)
{
    static const struct {
        const char *label, *filter, *reason, *group, *search;
        bool all, from_epoch;
        int64_t moved;
    } rows[] = {
        {.label = "all", .all = true, .moved = 3},
        {.label = "by filter", .filter = "customer:alice", .moved = 2},
        {.label = "by reason", .reason = "card declined", .moved = 1},
        {.label = "by group", .group = "timeout after # s", .moved = 2},
        {.label = "by search", .search = "bo", .moved = 1},
        {.label = "by time, none", .from_epoch = true, .moved = 0},
        {.label = "by search, none", .search = "zz", .moved = 0},
        {.label = "by filter, none", .filter = "customer:zz", .moved = 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct api_scene *scene = api_scene_open();
        struct request request = {.op = OP_REPLAY};
        struct uuid uids[3];

        three_dead(scene, uids);
        request.replay.which.all = rows[i].all;
        request.replay.which.by_filter = !rows[i].all;
        request.replay.query.filter_text = slice_of(rows[i].filter);
        request.replay.query.reason = slice_of(rows[i].reason);
        request.replay.query.group = slice_of(rows[i].group);
        request.replay.query.search = slice_of(rows[i].search);
        request.replay.query.to = rows[i].from_epoch ? 1000 : 0;
        if (api_scene_ask(scene, &request) != OK)
            fail_msg("%s: %s", rows[i].label, scene->why.text);
        if (api_scene_int(scene, "matched") != rows[i].moved)
            fail_msg("%s: matched %lld", rows[i].label, (long long)api_scene_int(scene, "matched"));
        assert_int_equal(replay_moved(scene), rows[i].moved);
        assert_int_equal(engine_totals(scene->engine)->dlq_depth, 3 - rows[i].moved);
        api_scene_close(scene);
    }
    (void)state;
}

static void a_repeated_key_starts_no_second_replay(void **state)
{
    struct api_scene *scene = *state;
    struct request request = {.op = OP_REPLAY};
    char first[UUID_TEXT_LEN];
    struct uuid uids[3];

    three_dead(scene, uids);
    request.replay.which.ids = (struct id_list){uids, 2};
    request.replay.key = SLICE("key-1");
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_int_equal(api_scene_int(scene, "matched"), 2);
    assert_int_equal(api_scene_int(scene, "skipped"), 0);
    memcpy(first, api_scene_str(scene, "replay_id").p, sizeof(first));
    assert_int_equal(replay_moved(scene), 2);
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_memory_equal(api_scene_str(scene, "replay_id").p, first, sizeof(first));
    assert_int_equal(api_scene_int(scene, "matched"), 2);
    request.replay.which.ids.n = 3;
    assert_int_equal(api_scene_ask(scene, &request), ERR_CONFLICT);
}

static void a_cancelled_replay_stays_cancelled(void **state)
{
    struct api_scene *scene = *state;
    struct request request = {.op = OP_REPLAY};
    struct request cancel = {.op = OP_REPLAY_CANCEL};
    struct request replays = {.op = OP_REPLAYS};
    struct uuid uids[3];

    three_dead(scene, uids);
    request.replay.which.all = true;
    request.replay.rate = 0.001;
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_true(uuid_parse(api_scene_str(scene, "replay_id").p, UUID_TEXT_LEN,
                           &cancel.replay_cancel.replay_id));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(api_scene_ask(scene, &cancel), OK);
        assert_true(slice_is(api_scene_str(scene, "state"), "CANCELLED"));
    }
    cancel.replay_cancel.replay_id.bytes[15] ^= 1;
    assert_int_equal(api_scene_ask(scene, &cancel), ERR_NOT_FOUND);
    replays.replays.has_id = true;
    replays.replays.replay_id = cancel.replay_cancel.replay_id;
    replays.replays.page.limit = 50;
    assert_int_equal(api_scene_ask(scene, &replays), ERR_NOT_FOUND);
}

static void discarded_orders_leave_the_queue_and_stay_failed(void **state)
{
    struct api_scene *scene = *state;
    struct request request = {.op = OP_DISCARD};
    struct uuid uids[3];

    three_dead(scene, uids);
    request.discard.note = SLICE("known fault");
    request.discard.which.by_filter = true;
    request.discard.which.filter_text = SLICE("reason:timeout*");
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_int_equal(api_scene_int(scene, "discarded"), 2);
    request.discard.which = (struct selection){.ids = {uids, 1}};
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_int_equal(api_scene_int(scene, "discarded"), 0);
    request.discard.which = (struct selection){.all = true};
    assert_int_equal(api_scene_ask(scene, &request), OK);
    assert_int_equal(api_scene_int(scene, "discarded"), 1);
    assert_int_equal(engine_totals(scene->engine)->dlq_depth, 0);
    assert_int_equal(engine_totals(scene->engine)->counts[STATUS_FAILED], 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(failed_orders_are_listed_and_grouped),
        TEST(a_dry_run_tells_what_would_move_and_moves_nothing),
        cmocka_unit_test(a_replay_moves_what_was_chosen),
        TEST(a_repeated_key_starts_no_second_replay),
        TEST(a_cancelled_replay_stays_cancelled),
        TEST(discarded_orders_leave_the_queue_and_stay_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
