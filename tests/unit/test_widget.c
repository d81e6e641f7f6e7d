/* Widths of a table's columns, and what the small parts draw. */
#include "tests/lib/test.h"

#include <string.h>

#include "tests/lib/utf8_locale.h"
#include "tui/view/widget.h"

static char shown[4096];

static const char *plain(const struct canvas *c)
{
    struct buf out;

    buf_init(&out, sizeof shown - 1);
    canvas_plain(c, &out);
    memcpy(shown, out.data, out.len);
    shown[out.len > 0 ? out.len - 1 : 0] = '\0';
    buf_done(&out);
    return shown;
}

static void columns_go_and_grow_with_the_room(void **state)
{
    static const struct widget_column columns[] = {
        {.header = "ID", .min = 5, .max = 8},
        {.header = "NAME", .min = 6, .max = 20, .grow = 2, .first_out = 1},
        {.header = "WHY", .min = 4, .max = 12, .grow = 1, .first_out = 2},
    };
    static const struct {
        const char *label;
        int cols, widths[3];
    } cases[] = {
        {"just enough", 17, {5, 6, 4}},
        {"one too few: the highest goes", 16, {5, 10, 0}},
        {"two go", 11, {5, 0, 0}},
        {"what may not go is cut", 3, {3, 0, 0}},
        {"nothing", 0, {0, 0, 0}},
        {"the rest by shares, two to one", 23, {5, 10, 6}},
        {"no more than all want", 99, {5, 20, 12}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int widths[3] = {-1, -1, -1};

        widget_widths(columns, 3, cases[i].cols, widths);
        for (size_t k = 0; k < 3; k++)
            if (widths[k] != cases[i].widths[k])
                fail_msg("%s: column %zu has %d", cases[i].label, k, widths[k]);
    }
}

static void a_field_shows_where_its_cursor_is(void **state)
{
    static const struct {
        const char *label, *text;
        size_t at;
        const char *shown;
        int cursor;
    } cases[] = {
        {"short", "abc", 3, "abc", 3},
        {"the end of a long one", "abcdefgh", 8, "efgh", 4},
        {"its start", "abcdefgh", 0, "abcd…", 0},
        {"wide ones", "日本語語", 12, "語語", 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct input input = {.n = strlen(cases[i].text), .at = cases[i].at};
        struct canvas c;

        memcpy(input.text, cases[i].text, input.n);
        canvas_init(&c, 5, 1, true);
        widget_field(&c, span_of(0, 0, 5), &input, true);
        if (strcmp(plain(&c), cases[i].shown) != 0 || c.cursor_x != cases[i].cursor)
            fail_msg("%s: '%s', cursor at %d", cases[i].label, shown, c.cursor_x);
        canvas_done(&c);
    }
}

static void a_sparkline_ends_with_the_newest(void **state)
{
    static const uint32_t values[] = {9, 0, 1, 4, 8};
    struct canvas c;

    (void)state;
    canvas_init(&c, 7, 3, true);
    widget_sparkline(&c, span_of(0, 0, 7), values, 5, 0);
    widget_sparkline(&c, span_of(0, 1, 4), values, 5, 0);
    c.utf8 = false;
    widget_sparkline(&c, span_of(0, 2, 7), values, 5, 0);
    assert_string_equal(plain(&c), "  █ ▁▄█\n █▁█\n  9_148");
    canvas_done(&c);
}

static void a_bar_is_filled_by_its_share(void **state)
{
    static const struct {
        double share;
        const char *shown;
    } cases[] = {{0, "----"}, {0.5, "##--"}, {1, "####"}, {7, "####"}, {-1, "----"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct canvas c;

        canvas_init(&c, 4, 1, false);
        widget_bar(&c, span_of(0, 0, 4), cases[i].share, 0);
        assert_string_equal(plain(&c), cases[i].shown);
        canvas_done(&c);
    }
}

static void tabs_show_which_is_on(void **state)
{
    static const struct widget_tab tabs[] = {{"1 A", false}, {"2 B", true}, {"3 C", false}};
    struct canvas c;

    (void)state;
    canvas_init(&c, 20, 1, true);
    (void)widget_tabs(&c, span_of(0, 0, 20), tabs, 3);
    assert_string_equal(plain(&c), " 1 A [2 B] 3 C");
    assert_int_equal(canvas_spot_at(&c, 6, 0)->index, 1);
    canvas_done(&c);
}

static void a_box_larger_than_the_screen_is_cut_to_it(void **state)
{
    struct canvas c;
    struct rect inside;

    (void)state;
    canvas_init(&c, 8, 3, false);
    inside = widget_box(&c, 100, 100, "T");
    assert_string_equal(plain(&c), "+- T --+\n|      |\n+------+");
    assert_int_equal(inside.w, 4);
    assert_int_equal(inside.h, 1);
    canvas_done(&c);
}

static void no_part_draws_outside_of_a_tiny_canvas(void **state)
{
    static const uint32_t values[] = {1, 2, 3};
    static const struct widget_tab tabs[] = {{"1 A", false}, {"2 B", true}};
    struct input input = {.text = "abc", .n = 3, .at = 3};

    (void)state;
    for (int cols = 1; cols < 6; cols++) {
        struct canvas c;

        canvas_init(&c, cols, 1, true);
        (void)widget_tabs(&c, span_of(0, 0, cols), tabs, 2);
        widget_field(&c, span_of(0, 0, cols - 3), &input, true);
        widget_sparkline(&c, span_of(0, 0, cols - 3), values, 3, 0);
        widget_bar(&c, span_of(0, 0, cols - 3), 0.3, 0);
        widget_rule(&c, span_of(0, 0, cols), "left", "right");
        (void)widget_button(&c, span_of(0, 0, cols), "OK", true, 0);
        (void)widget_box(&c, 10, 10, "title");
        canvas_done(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_go_and_grow_with_the_room),
        cmocka_unit_test(a_field_shows_where_its_cursor_is),
        cmocka_unit_test(a_sparkline_ends_with_the_newest),
        cmocka_unit_test(a_bar_is_filled_by_its_share),
        cmocka_unit_test(tabs_show_which_is_on),
        cmocka_unit_test(a_box_larger_than_the_screen_is_cut_to_it),
        cmocka_unit_test(no_part_draws_outside_of_a_tiny_canvas),
    };

    utf8_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
