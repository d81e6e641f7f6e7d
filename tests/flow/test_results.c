/* Orders whose steps handed on more than a reply can hold, read and leased. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"
#include "tests/lib/step_scene.h"

/* As many steps as there can be. The undo of the last but one has fifteen results, and its own. */
#define SIXTEEN                                                                                    \
    "[fulfilment]\nhandler = worker\ntimeout = 1h\n"                                               \
    "[steps]\norder = a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p\n[step \"o\"]\nundo = worker\n"

/* Of two bytes each, after one of one byte: a cut at a whole number of KiB is within a character.
 */
static void fill(char *text, size_t n)
{
    text[0] = 'x';
    for (size_t i = 1; i + 1 < n; i += 2)
        memcpy(text + i, "\xC3\xA9", 2);
    text[n - 1] = '\0';
}

/* Does all steps before `last`, each with as large a result as may be. */
static void do_steps(struct daemon_proc *proc, const char *last)
{
    static char text[RESULT_MAX_BYTES];
    struct held held;

    fill(text, sizeof text);
    for (char step[2] = "a"; step[0] < last[0]; step[0]++) {
        held = step_scene_lease(proc, step);
        step_scene_complete(proc, &held, text);
    }
}

static size_t length_at(const struct json *v, const char *path)
{
    return strlen(text_at(v, path));
}

static void results_without_room_in_a_reply_are_cut_and_named(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    const struct json *order = NULL;
    struct held held;

    do_steps(proc, "p");
    order = step_scene_get(proc, name.id); /* fifteen of them do have room */
    assert_null(json_get(order, "truncated"));
    assert_int_equal(length_at(order, "results.o"), RESULT_MAX_BYTES - 1);
    held = step_scene_lease(proc, "p");
    (void)ask_ok(proc, "'op': 'complete', 'result': '%065536d', %s", 7, held_is(&held));
    order = step_scene_get(proc, name.id);
    assert_string_equal(text_at(order, "status"), "FULFILLED");
    assert_int_equal(json_size(at(order, "truncated")), 16);
    assert_string_equal(text_at(order, "truncated.0"), "a");
    assert_string_equal(text_at(order, "truncated.15"), "p");
    assert_int_equal(length_at(order, "results.a"), RESULT_CUT_BYTES - 1);
    assert_int_equal(length_at(order, "results.p"), RESULT_CUT_BYTES);
    assert_int_equal(length_at(order, "result"), RESULT_MAX_BYTES);
}

static void an_undo_of_such_an_order_is_leased_with_the_whole_result_of_its_step(void **state)
{
    struct daemon_proc *proc = *state;
    struct order_name name = submit_one(proc, "cust-001");
    const struct json *lease = NULL;

    do_steps(proc, "p");
    (void)ask_ok(proc, "'op': 'cancel', 'order_id': '%s'", name.id);
    lease =
        at(ask_ok(proc, "'op': 'lease', 'worker': 'w', 'max': 1, 'wait_ms': 20000"), "leases.0");
    assert_true(true_at(lease, "undo"));
    assert_string_equal(text_at(lease, "step"), "o");
    assert_int_equal(json_size(at(lease, "order.truncated")), 15);
    assert_int_equal(length_at(lease, "order.results.o"), RESULT_CUT_BYTES - 1);
    assert_int_equal(length_at(lease, "order.result"), RESULT_MAX_BYTES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STEP_TEST(results_without_room_in_a_reply_are_cut_and_named, SIXTEEN),
        STEP_TEST(an_undo_of_such_an_order_is_leased_with_the_whole_result_of_its_step, SIXTEEN),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
