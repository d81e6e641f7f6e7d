/* The canvas: any text on any cells, and nothing out of its place. */
#include "tests/lib/test.h"

#include <string.h>

#include "tests/lib/utf8_locale.h"
#include "tui/view/canvas.h"

static char shown[4096];

/* The canvas as plain text, its last line end cut. */
static const char *plain(const struct canvas *c)
{
    struct buf out;

    buf_init(&out, sizeof shown - 1);
    canvas_plain(c, &out);
    assert_false(out.failed);
    memcpy(shown, out.data, out.len);
    shown[out.len > 0 ? out.len - 1 : 0] = '\0';
    buf_done(&out);
    return shown;
}

/* U+202E, which turns the order of what follows it round. */
static const char override[] = {'a', '\xe2', '\x80', '\xae', 'b'};

static void each_text_takes_the_cells_it_is_said_to(void **state)
{
    static const struct {
        const char *label, *text;
        size_t n; /* 0: to its NUL */
        const char *utf8, *ascii;
        int cells;
    } cases[] = {
        {"plain", "abc", 0, "abc|", "abc|", 3},
        {"escape", "a\033[31mb", 0, "a·[31mb|", "a.[31mb|", 7},
        {"line end", "a\nb\r\tc", 0, "a·b··c|", "a.b..c|", 6},
        {"NUL", "a\0b", 3, "a·b|", "a.b|", 3},
        {"C1",
         "a\xc2\x9b"
         "b",
         0, "a·b|", "a.b|", 3},
        {"right-to-left override", override, sizeof override, "a·b|", "a.b|", 3},
        {"zero width space",
         "a\xe2\x80\x8b"
         "b",
         0, "a·b|", "a.b|", 3},
        {"not UTF-8",
         "a\xff\xfe"
         "b",
         0, "a··b|", "a..b|", 4},
        {"cut off in the middle", "a\xe2\x82", 0, "a··|", "a..|", 3},
        {"wide", "日本", 0, "日本|", "??|", 4},
        {"combining", "e\xcc\x81x", 0, "e\xcc\x81x|", "ex|", 2},
        {"combining first", "\xcc\x81x", 0, "·x|", "x|", 2},
        {"emoji with a selector", "☺\xef\xb8\x8fx", 0, "☺x|", "?x|", 2},
        {"nothing", "", 0, "|", "|", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t n = cases[i].n > 0 ? cases[i].n : strlen(cases[i].text);
        struct slice text = {cases[i].text, n};
        struct canvas c;
        int taken = 0;

        canvas_init(&c, 12, 1, true);
        taken = canvas_put(&c, span_of(0, 0, 12), text, 0);
        (void)canvas_put(&c, span_of(taken, 0, 1), SLICE("|"), 0);
        if (strcmp(plain(&c), cases[i].utf8) != 0 || taken != cases[i].cells)
            fail_msg("%s: '%s', %d cells", cases[i].label, shown, taken);
        assert_int_equal(canvas_cells(text), cases[i].cells);
        canvas_done(&c);

        canvas_init(&c, 12, 1, false);
        taken = canvas_put(&c, span_of(0, 0, 12), text, 0);
        (void)canvas_put(&c, span_of(taken, 0, 1), SLICE("|"), 0);
        assert_string_equal(plain(&c), cases[i].ascii);
        canvas_done(&c);
    }
}

static void a_text_that_does_not_fit_ends_in_a_mark(void **state)
{
    struct canvas c;

    (void)state;
    canvas_init(&c, 10, 4, true);
    assert_int_equal(canvas_put_cut(&c, span_of(0, 0, 5), SLICE("abcde"), 0), 5);
    assert_int_equal(canvas_put_cut(&c, span_of(0, 1, 5), SLICE("abcdef"), 0), 5);
    assert_int_equal(canvas_put_cut(&c, span_of(0, 2, 4), SLICE("日本語"), 0), 3);
    assert_int_equal(canvas_put_right(&c, span_of(2, 3, 8), SLICE("right"), 0), 5);
    assert_string_equal(plain(&c), "abcde\nabcd…\n日…\n     right");
    canvas_done(&c);
}

static void a_wide_character_never_hangs_over_an_edge(void **state)
{
    struct canvas c;

    (void)state;
    canvas_init(&c, 3, 2, true);
    assert_int_equal(canvas_put(&c, span_of(2, 0, 5), SLICE("日"), 0), 0);
    assert_int_equal(canvas_put(&c, span_of(0, 1, 3), SLICE("日本"), 0), 2);
    assert_string_equal(plain(&c), "\n日");
    canvas_done(&c);
}

static void half_of_a_wide_character_goes_with_the_other(void **state)
{
    struct canvas c;

    (void)state;
    canvas_init(&c, 4, 2, true);
    (void)canvas_put(&c, span_of(0, 0, 4), SLICE("日本"), 0);
    (void)canvas_put(&c, span_of(1, 0, 1), SLICE("x"), 0);
    (void)canvas_put(&c, span_of(0, 1, 4), SLICE("日本"), 0);
    (void)canvas_put(&c, span_of(1, 1, 2), SLICE("語"), 0);
    assert_string_equal(plain(&c), " x本\n 語");
    canvas_done(&c);
}

static void what_lies_outside_is_not_drawn(void **state)
{
    struct canvas c;

    (void)state;
    canvas_init(&c, 3, 1, true);
    (void)canvas_put(&c, span_of(0, -1, 3), SLICE("a"), 0);
    (void)canvas_put(&c, span_of(0, 1, 3), SLICE("a"), 0);
    (void)canvas_put(&c, span_of(3, 0, 3), SLICE("a"), 0);
    (void)canvas_put(&c, span_of(0, 0, -3), SLICE("a"), 0);
    canvas_fill(&c, span_of(-5, 0, 6), "x", 0);
    canvas_add_style(&c, span_of(-1, 0, 99), STYLE_REVERSE);
    canvas_cursor(&c, 3, 0);
    assert_string_equal(plain(&c), "x");
    assert_false(c.cursor_on);
    canvas_done(&c);
}

static void a_size_of_nothing_is_one_cell(void **state)
{
    struct canvas c;

    (void)state;
    canvas_init(&c, 0, -4, true);
    (void)canvas_put(&c, span_of(0, 0, 80), SLICE("abc"), 0);
    assert_string_equal(plain(&c), "a");
    canvas_done(&c);
}

static void combining_ones_past_the_room_of_a_cell_are_left_out(void **state)
{
    char text[1 + 100 * 2];
    struct canvas c;

    (void)state;
    text[0] = 'e';
    for (size_t i = 1; i < sizeof text; i += 2) {
        text[i] = '\xcc';
        text[i + 1] = '\x81';
    }
    canvas_init(&c, 3, 1, true);
    assert_int_equal(canvas_put(&c, span_of(0, 0, 3), (struct slice){text, sizeof text}, 0), 1);
    assert_true(c.cells[0].n <= CELL_MAX_BYTES);
    assert_int_equal(strlen(plain(&c)), c.cells[0].n);
    canvas_done(&c);
}

static void the_last_spot_noted_takes_the_click(void **state)
{
    struct canvas c;

    (void)state;
    canvas_init(&c, 10, 2, true);
    canvas_note_spot(&c, (struct canvas_spot){0, 0, 10, 1, 7});
    canvas_note_spot(&c, (struct canvas_spot){2, 0, 3, 2, 8});
    assert_int_equal(canvas_spot_at(&c, 1, 0)->index, 7);
    assert_int_equal(canvas_spot_at(&c, 4, 0)->index, 8);
    assert_null(canvas_spot_at(&c, 4, 1));
    canvas_done(&c);
}

static void colours_are_set_and_ended_in_each_line(void **state)
{
    struct canvas c;
    struct buf out;

    (void)state;
    canvas_init(&c, 4, 2, true);
    buf_init(&out, 1024);
    (void)canvas_put(&c, span_of(0, 0, 4), SLICE("ab"), style_status(STATUS_FAILED) | STYLE_BOLD);
    (void)canvas_put(&c, span_of(0, 1, 4), SLICE("c"), 0);
    canvas_ansi(&c, &out);
    assert_string_equal(buf_text(&out), "\033[0;1;31mab\033[0m\nc\n");
    buf_done(&out);
    canvas_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_text_takes_the_cells_it_is_said_to),
        cmocka_unit_test(a_text_that_does_not_fit_ends_in_a_mark),
        cmocka_unit_test(a_wide_character_never_hangs_over_an_edge),
        cmocka_unit_test(half_of_a_wide_character_goes_with_the_other),
        cmocka_unit_test(what_lies_outside_is_not_drawn),
        cmocka_unit_test(a_size_of_nothing_is_one_cell),
        cmocka_unit_test(combining_ones_past_the_room_of_a_cell_are_left_out),
        cmocka_unit_test(the_last_spot_noted_takes_the_click),
        cmocka_unit_test(colours_are_set_and_ended_in_each_line),
    };

    utf8_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
