/* What backups are called, which are too many, and when the next one is due. */
#include "tests/lib/test.h"

#include "daemon/core/backup_name.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define SECOND 1000000LL
#define HOUR (3600 * SECOND)
#define AT 1795395723000000LL /* 2026-11-23T01:02:03Z */

static void a_name_says_what_it_is_and_when_it_was_begun(void **state)
{
    static const struct {
        int64_t at_us;
        const char *name;
        enum backup_kind kind;
        unsigned n;
    } cases[] = {
        {AT, "orders-2026-11-23T01:02:03Z.db", BACKUP_SCHEDULED, 1},
        {AT + SECOND - 1, "orders-2026-11-23T01:02:03Z.db", BACKUP_SCHEDULED, 1},
        {AT, "manual-2026-11-23T01:02:03Z.db", BACKUP_ASKED, 1},
        {AT, "manual-2026-11-23T01:02:03Z-2.db", BACKUP_ASKED, 2},
        {0, "manual-1970-01-01T00:00:00Z-99.db", BACKUP_ASKED, 99},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char name[BACKUP_NAME_MAX];
        enum backup_kind kind = BACKUP_SCHEDULED;
        int64_t at_us = -1;

        backup_name(cases[i].kind, cases[i].at_us, cases[i].n, name);
        assert_string_equal(name, cases[i].name);
        assert_true(backup_name_read(slice_of(name), &kind, &at_us));
        assert_int_equal(kind, cases[i].kind);
        assert_int_equal(at_us, cases[i].at_us - cases[i].at_us % SECOND);
    }
}

static void what_is_not_named_exactly_so_is_not_ours(void **state)
{
    static const char *const names[] = {
        "",
        "orders.db",
        "orders-",
        "orders-2026-11-23T01:02:03Z",
        "orders-2026-11-23T01:02:03Z.db.gz",
        "orders-2026-11-23T01:02:03Z.db-wal",
        "orders-2026-11-23T01:02:03Z-1.db",
        "orders-2026-11-23T01:02:03Z-02.db",
        "orders-2026-11-23T01:02:03Z-1000.db",
        "orders-2026-11-23T01:02:03Z-x.db",
        "orders-2026-11-23T01:02:03.5Z.db",
        "orders-2026-02-30T01:02:03Z.db",
        "orders-2026-11-23T25:02:03Z.db",
        "Orders-2026-11-23T01:02:03Z.db",
        "my-orders-2026-11-23T01:02:03Z.db",
        "automatic-2026-11-23T01:02:03Z.db",
        ".dofs-part-abcdef",
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(names); i++) {
        enum backup_kind kind = BACKUP_SCHEDULED;
        int64_t at_us = 0;

        if (backup_name_read(slice_of(names[i]), &kind, &at_us))
            fail_msg("'%s' is taken for ours", names[i]);
    }
}

static void the_newest_are_kept(void **state)
{
    struct backup_found found[] = {{"b", 2}, {"d", 4}, {"a", 1}, {"c", 3}};

    (void)state;
    assert_int_equal(backup_sort(found, LENGTH(found), 3), 3);
    assert_string_equal(found[0].name, "d");
    assert_string_equal(found[1].name, "c");
    assert_string_equal(found[2].name, "b");
    assert_string_equal(found[3].name, "a");
    assert_int_equal(backup_sort(found, LENGTH(found), 7), 4);
    assert_int_equal(backup_sort(found, 0, 7), 0);
}

static void the_next_is_due_when_the_last_is_old_enough(void **state)
{
    static const struct {
        const char *label;
        struct backup_times times;
        int64_t due;
    } cases[] = {
        {"no schedule", {0, AT, AT, AT}, INT64_MAX},
        {"never one: once it has settled", {HOUR, 0, 0, AT}, AT},
        {"long overdue: once it has settled", {HOUR, AT - 9 * HOUR, 0, AT}, AT},
        {"a fresh one", {HOUR, AT, 0, AT + SECOND}, AT + HOUR},
        {"one failed: again in five minutes", {HOUR, 0, AT, AT}, AT + 300 * SECOND},
        {"one failed, and they are often", {SECOND, 0, AT, AT}, AT + SECOND},
        {"one failed long ago", {HOUR, AT, AT - HOUR, AT}, AT + HOUR},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        if (backup_due(&cases[i].times) != cases[i].due)
            fail_msg("%s: due at %lld", cases[i].label, (long long)backup_due(&cases[i].times));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_says_what_it_is_and_when_it_was_begun),
        cmocka_unit_test(what_is_not_named_exactly_so_is_not_ours),
        cmocka_unit_test(the_newest_are_kept),
        cmocka_unit_test(the_next_is_due_when_the_last_is_old_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
