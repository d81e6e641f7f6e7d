/* The small parts of the model: a line of text, marks, places on the screen, actions' names. */
#include "tests/lib/test.h"

#include <string.h>

#include "tests/lib/model_scene.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static void typed_text_is_cleaned(void **state)
{
    static const struct {
        const char *typed, *kept;
    } cases[] = {
        {"plain", "plain"},
        {"a\tb\nc", "a b c"},
        {"a\x1b[31mb", "a[31mb"},
        {"\xff\xfe", ""},
        {"z\xe2\x80\x8b!", "z!"},
        {"\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9"},
        {"a\xc2\x85"
         "b",
         "ab"},
        {"\xe6\x97\xa5", "\xe6\x97\xa5"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct input input = {0};

        input_type(&input, slice_of(cases[i].typed));
        if (strcmp(input.text, cases[i].kept) != 0)
            fail_msg("case %zu kept '%s'", i, input.text);
    }
}

static void the_cursor_stays_between_whole_characters(void **state)
{
    struct input input = {0};

    (void)state;
    input_set(&input, SLICE("a\xc3\xa9 \xe6\x97\xa5"));
    assert_int_equal(input.at, 7);
    assert_true(input_edit(&input, EDIT_LEFT));
    assert_int_equal(input.at, 4);
    assert_true(input_edit(&input, EDIT_BACKSPACE));
    assert_true(input_edit(&input, EDIT_BACKSPACE));
    assert_string_equal(input.text, "a\xe6\x97\xa5");
    assert_true(input_edit(&input, EDIT_DELETE));
    assert_string_equal(input.text, "a");
    assert_true(input_edit(&input, EDIT_DELETE));
    assert_true(input_edit(&input, EDIT_RIGHT));
    assert_int_equal(input.at, 1);
    assert_false(input_edit(&input, EDIT_ENTER));
}

static void words_and_ends_are_cut(void **state)
{
    static const struct {
        enum edit edit;
        const char *left;
        size_t at;
    } cases[] = {
        {EDIT_DELETE_WORD, "one  three", 4},    {EDIT_DELETE_START, " three", 0},
        {EDIT_DELETE_END, "one two", 7},        {EDIT_WORD_LEFT, "one two three", 4},
        {EDIT_WORD_RIGHT, "one two three", 13}, {EDIT_HOME, "one two three", 0},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct input input = {0};

        input_set(&input, SLICE("one two three"));
        input.at = 7;
        assert_true(input_edit(&input, cases[i].edit));
        assert_string_equal(input.text, cases[i].left);
        assert_int_equal(input.at, cases[i].at);
    }
}

static void a_full_line_takes_no_half_character(void **state)
{
    struct input input = {0};

    (void)state;
    for (int i = 0; i < 400; i++)
        input_type(&input, SLICE("\xe6\x97\xa5"));
    assert_int_equal(input.n, INPUT_MAX_BYTES / 3 * 3);
    assert_true(utf8_valid(input_slice(&input)));
}

static void marks_are_a_set(void **state)
{
    struct marks marks = {0};
    struct uuid uid;

    (void)state;
    for (int64_t k = 0; k < 3000; k++) {
        uid = scene_uid(k * 7919 % 1000);
        assert_true(marks_add(&marks, &uid));
    }
    assert_int_equal(marks.n, 1000);
    for (int64_t k = 0; k < 1000; k += 2) {
        uid = scene_uid(k);
        marks_remove(&marks, &uid);
    }
    for (int64_t k = 0; k < 1000; k++) {
        uid = scene_uid(k);
        assert_int_equal(marks_has(&marks, &uid), k % 2);
    }
    for (int64_t k = 2000; marks.n < MARKS_MAX; k++) {
        uid = scene_uid(k);
        assert_true(marks_add(&marks, &uid));
    }
    uid = scene_uid(1000000);
    assert_false(marks_add(&marks, &uid));
    marks_clear(&marks);
}

static void no_part_of_the_screen_lies_over_another(void **state)
{
    (void)state;
    for (int cols = 60; cols <= 300; cols++) {
        for (int rows = 15; rows <= 60; rows += 3) {
            struct layout l = layout_of(cols, rows, true, true);

            assert_true(l.list.w > 0 && l.list.h > 1 && l.list.y == 3);
            assert_int_equal(l.list.y + l.list.h + l.preview.h, l.message_y);
            if (l.step != WIDTH_WIDE)
                continue;
            assert_int_equal(l.failed.x, l.list.x + l.list.w + 1);
            assert_int_equal(l.detail.x, l.failed.x + l.failed.w + 1);
            assert_int_equal(l.detail.x + l.detail.w, cols);
        }
    }
}

static void the_width_steps_are_those_of_the_page(void **state)
{
    static const struct {
        int cols, rows;
        enum width_step step;
    } cases[] = {
        {59, 40, WIDTH_TINY},   {60, 14, WIDTH_TINY},    {60, 15, WIDTH_NARROW},
        {79, 40, WIDTH_NARROW}, {80, 15, WIDTH_NORMAL},  {149, 40, WIDTH_NORMAL},
        {150, 40, WIDTH_WIDE},  {1000, 400, WIDTH_WIDE}, {0, 0, WIDTH_TINY},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_int_equal(layout_of(cases[i].cols, cases[i].rows, true, true).step, cases[i].step);
    assert_int_equal(layout_of(80, 24, true, true).preview.h, 4);
    assert_int_equal(layout_of(79, 24, true, true).preview.h, 0);
}

static void a_name_of_an_action_may_be_cut_short(void **state)
{
    static const struct {
        const char *name;
        enum action action;
    } cases[] = {
        {"replay", ACTION_REPLAY}, {"repl", ACTION_REPLAY},     {"re", ACTION_NONE},
        {"quit", ACTION_QUIT},     {"page", ACTION_NONE},       {"", ACTION_NONE},
        {"mark", ACTION_MARK},     {"mark a", ACTION_MARK_ALL}, {"xyz", ACTION_NONE},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        if (action_parse(slice_of(cases[i].name)) != cases[i].action)
            fail_msg("'%s' is %s", cases[i].name,
                     action_row(action_parse(slice_of(cases[i].name)))->name);
    }
}

static void every_action_has_a_name_of_its_own_and_help(void **state)
{
    (void)state;
    for (unsigned i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        const struct action_row *row = action_row((enum action)i);

        assert_true(row->name[0] != '\0' && row->help[0] != '\0');
        assert_int_equal(action_parse(slice_of(row->name)), i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typed_text_is_cleaned),
        cmocka_unit_test(the_cursor_stays_between_whole_characters),
        cmocka_unit_test(words_and_ends_are_cut),
        cmocka_unit_test(a_full_line_takes_no_half_character),
        cmocka_unit_test(marks_are_a_set),
        cmocka_unit_test(no_part_of_the_screen_lies_over_another),
        cmocka_unit_test(the_width_steps_are_those_of_the_page),
        cmocka_unit_test(a_name_of_an_action_may_be_cut_short),
        cmocka_unit_test(every_action_has_a_name_of_its_own_and_help),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
