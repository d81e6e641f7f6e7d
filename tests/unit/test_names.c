/* Numbers that no table has, as an older program may be handed by a newer one: a name is still
   there to be shown, and nothing is read behind a table's end. */
#include "tests/lib/test.h"

#include <string.h>

#include "shared/alarm.h"
#include "shared/filter_names.h"
#include "shared/log.h"
#include "shared/op.h"
#include "shared/order.h"
#include "shared/status.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define BEYOND 999

static void a_number_beyond_the_table_has_a_harmless_name(void **state)
{
    const struct {
        const char *label, *got, *wanted;
    } rows[] = {
        {"err", err_name((enum err)BEYOND), "internal"},
        {"log level", log_level_name((enum log_level)BEYOND), "unknown"},
        {"operation", op_name((enum op)BEYOND), ""},
        {"role", role_name((enum role)BEYOND), "none"},
        {"alarm", alarm_name((enum alarm_id)BEYOND), ""},
        {"filter field", filter_field_name((enum filter_field)BEYOND), ""},
        {"comparison", filter_cmp_name((enum filter_cmp)BEYOND), ""},
        {"replay state", replay_state_name((enum replay_state)BEYOND), ""},
        {"topic", topic_name((enum topic)BEYOND), ""},
        {"news", news_name((enum news)BEYOND), ""},
        {"status", status_name((enum status)BEYOND), ""},
        {"cause", cause_name((enum cause)BEYOND), ""},
        {"entry", entry_name((enum entry_type)BEYOND), ""},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++)
        if (strcmp(rows[i].got, rows[i].wanted) != 0)
            fail_msg("%s: '%s', not '%s'", rows[i].label, rows[i].got, rows[i].wanted);
    assert_int_equal(status_mark((enum status)BEYOND), status_mark(STATUS_NONE));
}

static void who_is_unknown_may_nothing_and_what_is_unknown_is_for_administrators(void **state)
{
    (void)state;
    assert_int_equal(op_right((enum op)BEYOND), RIGHT_ADMIN);
    assert_int_equal(role_rights((enum role)BEYOND), 0);
    assert_int_equal(role_of_rights(0), ROLE_NONE);
    assert_int_equal(role_of_rights(1U << 31), ROLE_NONE);
}

static void what_is_not_known_goes_to_no_topic(void **state)
{
    const struct event news = {.news = (enum news)BEYOND}, nothing = {.to = STATUS_NONE};
    const struct event gone = {.to = STATUS_NONE, .dlq_removed = true};

    (void)state;
    assert_int_equal(event_topics(&news), 0);
    assert_int_equal(event_topics(&nothing), 0);
    assert_int_equal(event_topics(&gone), 1U << TOPIC_DLQ);
}

static void other_texts_are_no_names(void **state)
{
    static const char *const others[] = {"", "x", "RUNNINGS", "runnin", "admins", "dlq.", "order"};
    enum replay_state replay = REPLAY_RUNNING;
    enum news news = NEWS_PAUSED;
    enum topic topic = TOPIC_DLQ;

    (void)state;
    for (size_t i = 0; i < LENGTH(others); i++) {
        assert_false(replay_state_parse(slice_of(others[i]), &replay));
        assert_false(news_parse(slice_of(others[i]), &news));
        assert_false(topic_parse(slice_of(others[i]), &topic));
    }
    assert_int_equal(replay, REPLAY_RUNNING);
    assert_int_equal(news, NEWS_PAUSED);
    assert_int_equal(topic, TOPIC_DLQ);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_beyond_the_table_has_a_harmless_name),
        cmocka_unit_test(who_is_unknown_may_nothing_and_what_is_unknown_is_for_administrators),
        cmocka_unit_test(what_is_not_known_goes_to_no_topic),
        cmocka_unit_test(other_texts_are_no_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
