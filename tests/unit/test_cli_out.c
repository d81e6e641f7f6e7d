/* What commands print: cells, cutting, alignment, and nothing unsafe. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tui/cli/cli_out.h"

/* Standard output goes to a file while `print` runs; its text is put into `out`. */
static void capture(void (*print)(void), char *out, size_t size)
{
    FILE *file = tmpfile();
    int saved = -1;
    size_t n = 0;

    assert_non_null(file);
    (void)fflush(stdout);
    saved = dup(STDOUT_FILENO);
    assert_int_not_equal(dup2(fileno(file), STDOUT_FILENO), -1);
    print();
    (void)fflush(stdout);
    assert_int_not_equal(dup2(saved, STDOUT_FILENO), -1);
    (void)close(saved);
    rewind(file);
    n = fread(out, 1, size - 1, file);
    out[n] = '\0';
    (void)fclose(file);
}

static void cells_are_counted_by_unicode(void **state)
{
    static const struct {
        const char *label, *text;
        size_t cells;
    } rows[] = {
        {"ascii", "order", 5},
        {"accented", "caf\xc3\xa9", 4},
        {"combining", "cafe\xcc\x81", 4},
        {"wide", "\xe6\xb3\xa8\xe6\x96\x87", 4},
        {"wide and narrow", "a\xe6\xb3\xa8", 3},
        {"emoji", "\xf0\x9f\x93\xa6", 2},
        {"empty", "", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (out_cells(slice_of(rows[i].text)) != rows[i].cells)
            fail_msg("%s takes %zu cells", rows[i].label, out_cells(slice_of(rows[i].text)));
}

static void a_cut_never_splits_a_character(void **state)
{
    struct slice wide = slice_of("\xe6\xb3\xa8\xe6\x96\x87");
    struct slice combining = slice_of("e\xcc\x81x");

    (void)state;
    assert_int_equal(out_cut(wide, 4).n, 6);
    assert_int_equal(out_cut(wide, 3).n, 3);
    assert_int_equal(out_cut(wide, 1).n, 0);
    assert_int_equal(out_cut(combining, 1).n, 3); /* the mark stays with its letter */
}

static const struct column columns[] = {
    {"NAME", COLUMN_LEFT, 8},
    {"QTY", COLUMN_RIGHT, 0},
    {"NOTE", COLUMN_LEFT, 0},
};

static void print_table(void)
{
    struct table *table = table_new(columns, 3);

    table_cell(table, slice_of("\xe6\xb3\xa8\xe6\x96\x87"));
    table_cell_text(table, "%d", 7);
    table_cell(table, slice_of("wide"));
    table_cell(table, slice_of("a very long name"));
    table_cell_text(table, "%d", 12345);
    table_cell(table, (struct slice){0});
    table_print(table, false);
    table_cell(table, slice_of("x"));
    table_cell_text(table, "%d", 1);
    table_cell(table, slice_of("second page"));
    table_print(table, false);
    table_print(table, false);
    table_free(table);
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
    char text[512];

    (void)state;
    capture(print_table, text, sizeof text);
    assert_string_equal(text, "NAME        QTY  NOTE\n"
                              "\xe6\xb3\xa8\xe6\x96\x87          7  wide\n"
                              "a ver...  12345\n"
                              "x             1  second page\n");
}

static void print_hostile(void)
{
    static const char reversed[] = {'\xe2', '\x80', '\xae', 'g', 'n', 'p'};
    struct table *table = table_new(columns + 2, 1);

    table_cell(table, slice_of("\x1b[2J\x1b]0;title\a"));
    table_cell(table, slice_of("line\nbreak\r"));
    table_cell(table, (struct slice){reversed, sizeof reversed});
    table_cell(table, slice_of("bad\xff utf8\xc3"));
    table_cell(table, slice_of("\xc2\x9b"
                               "31m"));
    table_print(table, false);
    out_pair_slice("note", slice_of("\x1b]52;c;AAAA\a"));
    out_safe(0, slice_of("a\tb\x7f"));
    table_free(table);
}

static void hostile_text_reaches_no_terminal(void **state)
{
    char text[1024];

    (void)state;
    capture(print_hostile, text, sizeof text);
    for (const char *c = text; *c != '\0'; c++)
        assert_true(*c == '\n' || (*c >= ' ' && *c < 0x7f)); /* all of it became visible ASCII */
    assert_non_null(strstr(text, "\\x1b[2J"));
    assert_non_null(strstr(text, "line\\nbreak"));
    assert_non_null(strstr(text, "\\u{202e}gnp"));
}

static void print_statuses(void)
{
    out_status(STATUS_FAILED, false);
    (void)putchar('|');
    out_status(STATUS_FAILED, true);
}

static void a_status_is_a_mark_and_a_word_with_or_without_colour(void **state)
{
    char text[128];

    (void)state;
    capture(print_statuses, text, sizeof text);
    assert_string_equal(text, "! FAILED|\033[31m! FAILED\033[0m");
}

static void ages_are_of_the_past_or_the_future(void **state)
{
    char text[64];

    (void)state;
    out_age(1000000, 29000000, text);
    assert_string_equal(text, "28s ago");
    out_age(29000000, 1000000, text);
    assert_string_equal(text, "in 28s");
    out_age(0, 1000000, text);
    assert_string_equal(text, "");
}

static int set_up(void **state)
{
    (void)state;
    out_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_counted_by_unicode),
        cmocka_unit_test(a_cut_never_splits_a_character),
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(hostile_text_reaches_no_terminal),
        cmocka_unit_test(a_status_is_a_mark_and_a_word_with_or_without_colour),
        cmocka_unit_test(ages_are_of_the_past_or_the_future),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
