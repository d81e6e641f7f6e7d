/* Tests of the files of submit: which lines are orders, and what is said of those that are not. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/test.h"
#include "tui/cli/cmd_submit_read.h"

#define HEADER "customer_id,product_id,quantity\n"

/* One line of the file as it was read: its number, and the first thing that is wrong with it. */
struct told {
    size_t line;
    const char *problem; /* NULL: it is an order */
};

static void assert_told(const char *label, const char *text, const struct told *wanted, size_t n)
{
    struct submit_reader *reader = NULL;
    struct submit_row row;
    size_t i = 0;
    char bytes[512];
    FILE *file = NULL;

    print_message("case: %s\n", label);
    (void)snprintf(bytes, sizeof bytes, "%s", text);
    file = fmemopen(bytes, strlen(bytes), "r");
    assert_non_null(file);
    assert_int_equal(submit_reader_open(file, "x.csv", &reader, NULL), OK);
    for (; submit_reader_next(reader, &row); i++) {
        assert_true(i < n);
        assert_int_equal(row.line, wanted[i].line);
        assert_int_equal(row.problems.n > 0, wanted[i].problem != NULL);
        if (wanted[i].problem != NULL)
            assert_string_equal(row.problems.first->text, wanted[i].problem);
    }
    assert_int_equal(i, n);
    submit_reader_close(reader);
    (void)fclose(file);
}

static void each_row_of_csv_is_an_order_or_told_by_its_line(void **state)
{
    static const struct {
        const char *label, *text;
        struct told wanted[3];
        size_t n;
    } cases[] = {
        {"two orders", HEADER "acme,p,1\nbeta,p,2\n", {{2, NULL}, {3, NULL}}, 2},
        {"ends of DOS", "customer_id,product_id,quantity\r\nacme,p,1\r\n", {{2, NULL}}, 1},
        {"no end at the end", HEADER "acme,p,1", {{2, NULL}}, 1},
        {"a CR and no more at the end", HEADER "acme,p,1\r", {{2, NULL}}, 1},
        {"an open quote", HEADER "\"acme,p,1\n", {{2, "wrong quotes"}}, 1},
        {"a CR in the middle",
         HEADER "acme,p,1\rbeta,p,2\ngamma,p,3\n",
         {{2, "a CR within the line"}, {3, NULL}},
         2},
        {"a CR, and a rest without an end",
         HEADER "acme,p,1\rbeta",
         {{2, "a CR within the line"}},
         1},
        {"a cell too few", HEADER "acme,p\n", {{2, "2 cells where the header has 3"}}, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_told(cases[i].label, cases[i].text, cases[i].wanted, cases[i].n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_of_csv_is_an_order_or_told_by_its_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
