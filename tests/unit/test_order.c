/* Drafts compared, totals, and the topics of events. */
#include "tests/lib/test.h"

#include "shared/order.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define S(text)                                                                                    \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

static const struct item items[] = {{S("p-1"), 2}, {S("p-2"), 3}};
static const struct item other_items[] = {{S("p-1"), 2}, {S("p-2"), 4}};
static const struct pair meta[] = {{S("a"), S("1")}, {S("b"), S("2")}};
static const struct pair turned[] = {{S("b"), S("2")}, {S("a"), S("1")}};
static const struct pair other_meta[] = {{S("a"), S("1")}, {S("b"), S("3")}};

static struct order_draft draft(void)
{
    return (struct order_draft){.customer_id = S("acme"),
                                .items = items,
                                .n_items = LENGTH(items),
                                .metadata = meta,
                                .n_metadata = LENGTH(meta),
                                .priority = 5};
}

static void drafts_are_the_same_whatever_the_order_of_metadata(void **state)
{
    struct order_draft a = draft(), b = draft();

    (void)state;
    b.metadata = turned;
    assert_true(draft_same(&a, &b));
}

static void any_difference_makes_another_draft(void **state)
{
    struct order_draft a = draft(), others[7];

    (void)state;
    for (size_t i = 0; i < LENGTH(others); i++)
        others[i] = draft();
    others[0].customer_id = SLICE("acm");
    others[1].reference = SLICE("");
    others[2].items = other_items;
    others[3].n_items = 1;
    others[4].metadata = other_meta;
    others[5].priority = 4;
    others[6].not_before = 1;
    for (size_t i = 0; i < LENGTH(others); i++) {
        if (draft_same(&a, &others[i]) || draft_same(&others[i], &a))
            fail_msg("difference %zu is not seen", i);
    }
}

static void a_total_is_the_sum_and_saturates(void **state)
{
    static const struct item huge[] = {{S("p"), INT64_MAX}, {S("q"), 1}};
    struct order_draft a = draft();

    (void)state;
    assert_int_equal(draft_total(&a), 5);
    a.items = huge;
    assert_true(draft_total(&a) == INT64_MAX);
}

static void events_go_to_their_topics(void **state)
{
    static const struct {
        const char *label;
        struct event event;
        unsigned topics;
    } cases[] = {
        {"accepted", {.to = STATUS_QUEUED, .entry = ENTRY_QUEUED}, STATUS_BIT(STATUS_QUEUED)},
        {"dead",
         {.to = STATUS_FAILED, .entry = ENTRY_DEAD_LETTERED, .dlq_added = true},
         STATUS_BIT(STATUS_FAILED) | 1U << TOPIC_DLQ},
        {"replayed",
         {.from = STATUS_FAILED, .to = STATUS_QUEUED, .entry = ENTRY_QUEUED, .dlq_removed = true},
         STATUS_BIT(STATUS_QUEUED) | 1U << TOPIC_DLQ},
        {"discarded",
         {.from = STATUS_FAILED, .to = STATUS_FAILED, .entry = ENTRY_DISCARDED},
         1U << TOPIC_DLQ},
        {"replay", {.news = NEWS_REPLAY_PROGRESS}, 1U << TOPIC_REPLAY},
        {"alarm", {.news = NEWS_ALARM_ACKNOWLEDGED}, 1U << TOPIC_ALARM},
        {"control", {.news = NEWS_DRAIN_STARTED}, 1U << TOPIC_CONTROL},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        if (event_topics(&cases[i].event) != cases[i].topics)
            fail_msg("%s goes elsewhere", cases[i].label);
    }
}

static void names_are_parsed_back(void **state)
{
    enum topic topic = TOPIC_COUNT;
    enum news news = NEWS_COUNT;
    enum replay_state replay = REPLAY_STATES;

    (void)state;
    for (unsigned i = 1; i < TOPIC_COUNT; i++) {
        assert_true(topic_parse(slice_of(topic_name((enum topic)i)), &topic));
        assert_int_equal(topic, i);
    }
    for (unsigned i = 1; i < NEWS_COUNT; i++) {
        assert_true(news_parse(slice_of(news_name((enum news)i)), &news));
        assert_int_equal(news, i);
    }
    for (unsigned i = 0; i < REPLAY_STATES; i++) {
        assert_true(replay_state_parse(slice_of(replay_state_name((enum replay_state)i)), &replay));
        assert_int_equal(replay, i);
    }
    assert_string_equal(topic_name((enum topic)STATUS_RETRYING), "order.RETRYING");
    assert_false(topic_parse(SLICE(""), &topic));
    assert_false(topic_parse(SLICE("order."), &topic));
    assert_false(news_parse(SLICE(""), &news));
}

static void an_event_is_named_by_its_entry_or_its_news(void **state)
{
    struct event order = {.entry = ENTRY_RETRIED_NOW}, paused = {.news = NEWS_PAUSED};

    (void)state;
    assert_string_equal(event_type_name(&order), "retried_now");
    assert_string_equal(event_type_name(&paused), "paused");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drafts_are_the_same_whatever_the_order_of_metadata),
        cmocka_unit_test(any_difference_makes_another_draft),
        cmocka_unit_test(a_total_is_the_sum_and_saturates),
        cmocka_unit_test(events_go_to_their_topics),
        cmocka_unit_test(names_are_parsed_back),
        cmocka_unit_test(an_event_is_named_by_its_entry_or_its_news),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
