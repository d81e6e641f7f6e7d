/* The state table against its golden text, and the names of its parts. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "shared/status.h"

static const char *from_name(enum status status)
{
    return status == STATUS_NONE ? "NONE" : status_name(status);
}

/* The next line that says something. */
static void next_line(FILE *file, char line[200])
{
    do {
        if (fgets(line, 200, file) == NULL)
            fail_msg("the golden text is too short");
        line[strcspn(line, "\n")] = '\0';
    } while (line[0] == '#' || line[0] == '\0');
}

static void every_cause_does_to_every_status_what_the_golden_text_says(void **state)
{
    FILE *file = fopen("tests/golden/status.txt", "re");
    char want[200], got[200];

    (void)state;
    assert_non_null(file);
    for (unsigned from = 0; from < STATUS_COUNT; from++) {
        for (unsigned cause = 0; cause < CAUSE_COUNT; cause++) {
            struct change change = status_change((enum status)from, (enum cause)cause);

            (void)snprintf(got, sizeof got, "%s %s %s%s%s", from_name((enum status)from),
                           cause_name((enum cause)cause),
                           change.legal ? status_name(change.to) : "-", change.legal ? " " : "",
                           change.legal ? entry_name(change.entry) : "");
            next_line(file, want);
            assert_string_equal(got, want);
        }
    }
    assert_int_equal(fclose(file), 0);
}

static void a_fulfilled_order_cannot_be_cancelled(void **state)
{
    (void)state;
    assert_false(status_change(STATUS_FULFILLED, CAUSE_CANCEL).legal);
}

static void no_change_leads_out_of_a_final_status(void **state)
{
    (void)state;
    for (unsigned from = 1; from < STATUS_COUNT; from++) {
        for (unsigned cause = 0; cause < CAUSE_COUNT; cause++) {
            if (status_final((enum status)from))
                assert_false(status_change((enum status)from, (enum cause)cause).legal);
        }
    }
}

static void what_is_outside_the_table_is_not_legal(void **state)
{
    (void)state;
    assert_false(status_change((enum status)STATUS_COUNT, CAUSE_START).legal);
    assert_false(status_change(STATUS_QUEUED, (enum cause)CAUSE_COUNT).legal);
    assert_string_equal(status_name((enum status)99), "");
    assert_string_equal(entry_name((enum entry_type)99), "");
}

static void names_are_parsed_back(void **state)
{
    (void)state;
    for (unsigned i = 1; i < STATUS_COUNT; i++) {
        enum status status = STATUS_NONE;

        assert_true(status_parse(slice_of(status_name((enum status)i)), &status));
        assert_int_equal(status, i);
    }
    for (unsigned i = 1; i < ENTRY_COUNT; i++) {
        enum entry_type entry = ENTRY_NONE;

        assert_true(entry_parse(slice_of(entry_name((enum entry_type)i)), &entry));
        assert_int_equal(entry, i);
    }
}

static void other_names_are_none(void **state)
{
    static const char *const others[] = {"", "queued", "QUEUED ", "QUEUE", "NONE", NULL};
    enum status status = STATUS_HELD;
    enum entry_type entry = ENTRY_HELD;

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(status_parse(slice_of(others[i]), &status));
    assert_false(entry_parse(SLICE("HELD"), &entry));
    assert_int_equal(status, STATUS_HELD);
    assert_int_equal(entry, ENTRY_HELD);
}

static void only_failed_is_settled_but_not_final(void **state)
{
    (void)state;
    for (unsigned i = 1; i < STATUS_COUNT; i++) {
        bool end = i == STATUS_FULFILLED || i == STATUS_REJECTED || i == STATUS_CANCELLED;

        assert_int_equal(status_final((enum status)i), end);
        assert_int_equal(status_settled((enum status)i), end || i == STATUS_FAILED);
    }
}

static void marks_differ(void **state)
{
    char seen[STATUS_COUNT + 1] = {0};

    (void)state;
    for (unsigned i = 1; i < STATUS_COUNT; i++) {
        assert_null(strchr(seen, status_mark((enum status)i)));
        seen[i - 1] = status_mark((enum status)i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cause_does_to_every_status_what_the_golden_text_says),
        cmocka_unit_test(a_fulfilled_order_cannot_be_cancelled),
        cmocka_unit_test(no_change_leads_out_of_a_final_status),
        cmocka_unit_test(what_is_outside_the_table_is_not_legal),
        cmocka_unit_test(names_are_parsed_back),
        cmocka_unit_test(other_names_are_none),
        cmocka_unit_test(only_failed_is_settled_but_not_final),
        cmocka_unit_test(marks_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
