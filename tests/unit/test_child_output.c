/* What is kept of what a program says, however it comes in. */
#include "tests/lib/test.h"

#include <string.h>

#include "shared/child_output.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static void add(struct child_line *line, const char *text, size_t step)
{
    size_t n = strlen(text);

    for (size_t i = 0; i < n; i += step)
        child_line_add(line, text + i, step < n - i ? step : n - i);
}

static void check(const char *text, size_t step, const char *last)
{
    struct child_line line = {0};

    add(&line, text, step);
    if (!slice_eq(child_line_last(&line), slice_of(last)))
        fail_msg("'%s' in steps of %zu gave '%.*s'", text, step,
                 SLICE_ARGS(child_line_last(&line)));
}

static void the_last_line_that_says_something_is_kept(void **state)
{
    static const struct {
        const char *text, *last; /* NULL: none does */
    } cases[] = {
        {"", NULL},
        {"\n\n \t\r\n", NULL},
        {"one", "one"},
        {"one\n", "one"},
        {"one\ntwo\n", "two"},
        {"one\ntwo", "two"},
        {"one\n\n  \n", "one"},
        {"one\n   \t", "one"},
        {"  one \t\r\n", "one"},
        {"one\rtwo\n", "one\rtwo"},
        {"\n\n\none\n\n\n", "one"},
    };

    (void)state;
    for (size_t step = 1; step < 8; step++) {
        for (size_t i = 0; i < LENGTH(cases); i++)
            check(cases[i].text, step, cases[i].last);
    }
}

static void a_line_without_end_is_cut(void **state)
{
    struct child_line line = {0};

    (void)state;
    for (int i = 0; i < 100000; i++)
        child_line_add(&line, "long", 4);
    assert_int_equal(child_line_last(&line).n, EXEC_LINE_BYTES);
    child_line_add(&line, "\nshort\n", 7);
    assert_true(slice_is(child_line_last(&line), "short"));
}

static void of_the_output_the_start_is_kept(void **state)
{
    static char chunk[10000];
    struct buf kept = {.max = EXEC_KEPT_BYTES + 1};

    (void)state;
    memset(chunk, 'x', sizeof(chunk));
    child_output_keep(&kept, "start", 5);
    for (int i = 0; i < 1000; i++)
        child_output_keep(&kept, chunk, sizeof(chunk));
    assert_int_equal(kept.len, EXEC_KEPT_BYTES);
    assert_memory_equal(kept.data, "startx", 6);
    assert_int_equal(strlen(buf_text(&kept)), EXEC_KEPT_BYTES);
    buf_done(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_line_that_says_something_is_kept),
        cmocka_unit_test(a_line_without_end_is_cut),
        cmocka_unit_test(of_the_output_the_start_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
