/* The list of steps as text, and the key that names a step. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "daemon/handler/attempt_key.h"
#include "shared/limits.h"
#include "shared/steps.h"

#define LONG_NAME "abcdefghijklmnopqrstuvwxyz012345" /* 32 */

static void a_name_is_short_and_plain_and_no_undo(void **state)
{
    static const struct {
        const char *name;
        bool ok;
    } rows[] = {
        {"fulfil", true},       {"a", true},      {"pack-2_b", true}, {LONG_NAME, true},
        {LONG_NAME "6", false}, {"", false},      {"2pack", false},   {"-pack", false},
        {"Pack", false},        {"pack<", false}, {"a,b", false},     {"p\xc3\xa4k", false},
        {"pack-undo", false},   {"-undo", false}, {"undo", true},     {"pack-undone", true},
        {"pack undo", false},
    };

    (void)state;
    assert_int_equal(strlen(LONG_NAME), STEP_NAME_MAX);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (step_name_ok(slice_of(rows[i].name)) != rows[i].ok)
            fail_msg("'%s' is %s", rows[i].name, rows[i].ok ? "refused" : "taken");
    }
}

static void a_list_is_written_as_it_is_read(void **state)
{
    static const struct step steps[] = {
        {{"reserve", 7}, true}, {{"charge", 6}, true}, {{"ship", 4}, false}};
    struct buf text;
    struct step got;

    (void)state;
    buf_init(&text, 256);
    for (size_t i = 0; i < 3; i++)
        steps_add(&text, &steps[i]);
    assert_string_equal(buf_text(&text), "reserve<,charge<,ship");
    for (size_t i = 0; i < 3; i++) {
        assert_true(steps_at(slice_of(buf_text(&text)), i, &got));
        assert_true(slice_eq(got.name, steps[i].name) && got.undo == steps[i].undo);
    }
    assert_false(steps_at(slice_of(buf_text(&text)), 3, &got));
    assert_int_equal(steps_count(slice_of(buf_text(&text))), 3);
    buf_done(&text);
}

static void no_list_is_the_usual_one(void **state)
{
    const struct slice none = {NULL, 0};
    struct step got;

    (void)state;
    assert_int_equal(steps_count(none), 1);
    assert_true(steps_at(none, 0, &got));
    assert_true(slice_is(got.name, "fulfil") && !got.undo);
    assert_false(steps_at(none, 1, &got));
    assert_int_equal(steps_find(none, SLICE("fulfil")), 0);
    assert_true(steps_undo_before(none, 1) == STEP_NONE);
}

static void a_step_is_found_and_so_is_the_undo_before_it(void **state)
{
    static const struct {
        const char *list, *step;
        size_t at, undo_before;
    } rows[] = {
        {"reserve<,charge<,ship", "reserve", 0, STEP_NONE},
        {"reserve<,charge<,ship", "charge", 1, 0},
        {"reserve<,charge<,ship", "ship", 2, 1},
        {"reserve<,charge,ship", "ship", 2, 0},
        {"reserve,charge,ship<", "ship", 2, STEP_NONE},
        {"reserve,charge,ship<", "shi", STEP_NONE, 2},
        {"reserve,charge,ship<", "ship<", STEP_NONE, 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t at = steps_find(slice_of(rows[i].list), slice_of(rows[i].step));

        if (at != rows[i].at ||
            steps_undo_before(slice_of(rows[i].list), at) != rows[i].undo_before)
            fail_msg("%s in %s", rows[i].step, rows[i].list);
    }
}

static void a_key_names_the_round_and_the_step_unless_it_is_the_usual_one(void **state)
{
#define ID "01890a5d-ac96-774b-bcce-b302099a8057"
    static const struct {
        const char *step;
        uint32_t replays;
        bool undo;
        const char *key;
    } rows[] = {
        {"fulfil", 0, false, ID "-0"},
        {"", 2, false, ID "-2"},
        {"fulfil", 0, true, ID "-0-fulfil-undo"},
        {"charge", 1, false, ID "-1-charge"},
        {"charge", 1, true, ID "-1-charge-undo"},
        {LONG_NAME, 4294967295U, true, ID "-4294967295-" LONG_NAME "-undo"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct attempt attempt = {.replays = rows[i].replays, .undo = rows[i].undo};
        char key[ATTEMPT_KEY_LEN + 1];

        assert_true(uuid_parse(ID, UUID_TEXT_LEN, &attempt.uid));
        (void)snprintf(attempt.step, sizeof(attempt.step), "%s", rows[i].step);
        attempt_key(&attempt, key);
        assert_string_equal(key, rows[i].key);
    }
#undef ID
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_short_and_plain_and_no_undo),
        cmocka_unit_test(a_list_is_written_as_it_is_read),
        cmocka_unit_test(no_list_is_the_usual_one),
        cmocka_unit_test(a_step_is_found_and_so_is_the_undo_before_it),
        cmocka_unit_test(a_key_names_the_round_and_the_step_unless_it_is_the_usual_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
