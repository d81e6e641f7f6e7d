/* Submits as the engine takes them: keys, references, batches, room. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine_scene.h"

static struct engine_scene *scene_of(void **state)
{
    return *state;
}

static int set_up(void **state, const char *url)
{
    struct engine_scene *scene = malloc(sizeof(*scene));

    if (scene == NULL)
        return -1;
    engine_scene_init(scene, url);
    *state = scene;
    return 0;
}

static int set_up_memory(void **state)
{
    return set_up(state, "memory");
}

static int tear_down(void **state)
{
    engine_scene_done(*state);
    free(*state);
    return 0;
}

static void check_history(struct engine_scene *scene, const struct uuid *uid, const char *want)
{
    char got[512];

    engine_scene_history(scene, uid, got);
    assert_string_equal(got, want);
}

static struct command_order keyed(const char *customer, int64_t quantity, const char *key,
                                  uint64_t digest)
{
    struct command_order o = engine_scene_order(customer, quantity);

    o.key = slice_of(key);
    o.digest = digest;
    return o;
}

static void a_key_gives_the_first_order_again(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order first = engine_scene_submit(scene, keyed("cust", 1, "k", 1));
    struct command_order again = engine_scene_submit(scene, keyed("cust", 1, "k", 1));
    struct command_order other = engine_scene_submit(scene, keyed("else", 1, "k", 2));

    assert_false(first.duplicate);
    assert_int_equal(again.result, OK);
    assert_true(again.duplicate);
    assert_memory_equal(&again.uid, &first.uid, sizeof(first.uid));
    assert_int_equal(other.result, ERR_CONFLICT);
    hand_clock_turn(&scene->clock, 24LL * 3600 * 1000000);
    other = engine_scene_submit(scene, keyed("else", 1, "k", 2));
    assert_int_equal(other.result, OK);
    assert_false(other.duplicate);
    engine_scene_check_counts(scene);
}

static void a_rejected_order_uses_its_key_up(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order first = engine_scene_submit(scene, keyed("cust", 101, "k", 1));
    struct command_order again = engine_scene_submit(scene, keyed("cust", 101, "k", 1));

    assert_int_equal(first.result, OK);
    assert_int_equal(first.status, STATUS_REJECTED);
    assert_true(again.duplicate);
    assert_int_equal(again.status, STATUS_REJECTED);
    check_history(scene, &first.uid, "received validated stored rejected");
    assert_int_equal(engine_totals(scene->engine)->rejected, 1);
    assert_int_equal(engine_totals(scene->engine)->accepted, 0);
}

static void a_batch_stands_order_by_order(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order orders[] = {
        keyed("cust", 1, "k", 1),     keyed("cust", 1, "k", 1),     keyed("else", 1, "k", 2),
        engine_scene_order("cu3", 1), engine_scene_order("cu4", 1), engine_scene_order("cu5", 101),
    };
    struct command command = {.kind = COMMAND_SUBMIT_BATCH, .submit = {orders, 6}};

    orders[3].skip = true;
    orders[3].result = ERR_INVALID;
    orders[4].draft.reference = SLICE("r1");
    orders[5].draft.reference = SLICE("r1"); /* rules come before the reference */
    engine_scene_ask(scene, &command, 1);
    assert_int_equal(command.result, OK);
    assert_int_equal(orders[0].result, OK);
    assert_true(orders[1].duplicate);
    assert_memory_equal(&orders[1].uid, &orders[0].uid, sizeof(struct uuid));
    assert_int_equal(orders[2].result, ERR_CONFLICT);
    assert_int_equal(orders[3].result, ERR_INVALID);
    assert_int_equal(orders[4].status, STATUS_QUEUED);
    assert_int_equal(orders[5].status, STATUS_REJECTED);
    assert_int_equal(scene->n_events, 3);
    engine_scene_check_counts(scene);
}

static void a_reference_belongs_to_one_order_until_it_is_cancelled(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct command_order asked = engine_scene_order("cust", 1);
    struct command command = {.kind = COMMAND_SUBMIT, .submit = {&asked, 1}};
    struct command_order first;
    char holder[UUID_TEXT_LEN + 1];

    asked.draft.reference = SLICE("r1");
    first = engine_scene_submit(scene, asked);
    uuid_format(&first.uid, holder);
    engine_scene_ask(scene, &command, 1);
    assert_int_equal(command.result, ERR_CONFLICT);
    assert_non_null(strstr(command.why.text, holder));
    assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, 1), OK);
    assert_int_equal(engine_scene_submit(scene, asked).result, OK);
}

static void a_full_backlog_is_busy(void **state)
{
    struct engine_scene *scene = scene_of(state);
    struct engine_settings limits = {.max_inbox = 10000, .max_backlog = 1};

    engine_set_limits(scene->engine, &limits);
    assert_int_equal(engine_scene_submit(scene, engine_scene_order("cust", 1)).result, OK);
    assert_int_equal(engine_scene_submit(scene, engine_scene_order("cust", 1)).result, ERR_BUSY);
    assert_int_equal(engine_scene_change(scene, CAUSE_CANCEL, 1), OK);
    assert_int_equal(engine_scene_submit(scene, engine_scene_order("cust", 1)).result, OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_key_gives_the_first_order_again, set_up_memory,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_rejected_order_uses_its_key_up, set_up_memory, tear_down),
        cmocka_unit_test_setup_teardown(a_batch_stands_order_by_order, set_up_memory, tear_down),
        cmocka_unit_test_setup_teardown(a_reference_belongs_to_one_order_until_it_is_cancelled,
                                        set_up_memory, tear_down),
        cmocka_unit_test_setup_teardown(a_full_backlog_is_busy, set_up_memory, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
