/* Corrections of orders: the text of the difference, and what becomes of the order. */
#include "tests/lib/test.h"

#include <string.h>

#include "daemon/core/amend.h"
#include "tests/lib/workflow_scene.h"

#define TIME_TEXT "2026-01-31T12:00:00.000000Z"
#define TIME_US 1769860800000000LL

static const struct item items[] = {{{"p-1", 3}, 2}, {{"p-2", 3}, 1}};
static const struct item more[] = {{{"p-1", 3}, 2}, {{"p-2", 3}, 4}, {{"p-3", 3}, 1}};
static const struct item other[] = {{{"p-9", 3}, 2}};
static const struct pair pairs[] = {{{"a", 1}, {"1", 1}}, {{"b", 1}, {"2", 1}}};
static const struct pair turned[] = {{{"b", 1}, {"2", 1}}, {{"a", 1}, {"1", 1}}};
static const struct pair changed[] = {{{"b", 1}, {"", 0}}, {{"c", 1}, {"3", 1}}};

static struct order order_before(enum status status)
{
    struct order order = workflow_scene_order(status);

    order.customer_id = SLICE("acme");
    order.reference = SLICE("r-1");
    order.items = items;
    order.n_items = 2;
    order.metadata = pairs;
    order.n_metadata = 2;
    order.priority = 5;
    order.total_quantity = 3;
    return order;
}

static struct order_draft same_draft(void)
{
    return (struct order_draft){.customer_id = SLICE("acme"),
                                .reference = SLICE("r-1"),
                                .items = items,
                                .n_items = 2,
                                .metadata = pairs,
                                .n_metadata = 2,
                                .priority = 5};
}

static void check(const char *label, const struct order_draft *draft, const char *wanted)
{
    const struct order before = order_before(STATUS_HELD);
    struct buf text;

    buf_init(&text, 1 << 16);
    amend_describe(&before, draft, SLICE("slip"), &text);
    if (strcmp(buf_text(&text), wanted) != 0)
        fail_msg("%s: '%s', not '%s'", label, buf_text(&text), wanted);
    buf_done(&text);
}

static void the_text_names_each_difference(void **state)
{
    struct order_draft draft = same_draft();

    (void)state;
    check("nothing", &draft, "slip");
    draft.metadata = turned;
    check("metadata in another order", &draft, "slip");
    draft = same_draft();
    draft.customer_id = SLICE("bolt");
    draft.reference = (struct slice){NULL, 0};
    check("texts", &draft, "slip; customer_id: \"acme\" -> \"bolt\"; reference: \"r-1\" -> none");
    draft = same_draft();
    draft.items = more;
    draft.n_items = 3;
    check("items more", &draft,
          "slip; items[1]: \"p-2\" x 1 -> \"p-2\" x 4; items[2]: none -> \"p-3\" x 1");
    draft.items = other;
    draft.n_items = 1;
    check("items fewer", &draft,
          "slip; items[0]: \"p-1\" x 2 -> \"p-9\" x 2; items[1]: \"p-2\" x 1 -> none");
    draft = same_draft();
    draft.metadata = changed;
    check("metadata", &draft,
          "slip; metadata.a: \"1\" -> none; metadata.b: \"2\" -> \"\"; metadata.c: none -> \"3\"");
    draft = same_draft();
    draft.priority = 0;
    draft.not_before = TIME_US;
    check("numbers", &draft, "slip; priority: 5 -> 0; not_before: none -> " TIME_TEXT);
}

static void a_long_value_is_cut(void **state)
{
    static char text[300];
    struct order_draft draft = same_draft();
    const struct order before = order_before(STATUS_HELD);
    struct buf out;

    (void)state;
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = i % 2 == 0 ? (char)0xc3 : (char)0xa9;
    draft.customer_id = (struct slice){text, sizeof(text)};
    buf_init(&out, 1 << 16);
    amend_describe(&before, &draft, SLICE("slip"), &out);
    assert_int_equal(out.len, strlen("slip; customer_id: \"acme\" -> \"\"") + 200 + strlen("…"));
    assert_true(utf8_valid((struct slice){buf_text(&out), out.len}));
    buf_done(&out);
}

static void the_whole_is_cut(void **state)
{
    static struct item many[100];
    static char product[128];
    struct order_draft draft = same_draft();
    const struct order before = order_before(STATUS_HELD);
    struct buf out;

    (void)state;
    memset(product, 'x', sizeof(product));
    for (size_t i = 0; i < 100; i++)
        many[i] = (struct item){{product, sizeof(product)}, 1};
    draft.items = many;
    draft.n_items = 100;
    buf_init(&out, 1 << 20);
    amend_describe(&before, &draft, SLICE("slip"), &out);
    assert_true(out.len <= AMEND_TEXT_MAX && out.len > AMEND_TEXT_MAX - 8);
    assert_true(utf8_valid((struct slice){buf_text(&out), out.len}));
    assert_memory_equal(out.data + out.len - 3, "…", 3);
    buf_done(&out);
}

static enum err amend(struct workflow_scene *scene, struct order *order,
                      const struct order_draft *draft, struct decision *decision, struct why *why)
{
    static struct buf text;
    const struct workflow_amendment ask = {draft, SLICE("slip"), &text};

    buf_done(&text);
    buf_init(&text, 1 << 16);
    return workflow_amend(&scene->now, &ask, order, decision, why);
}

static void it_stays_where_it_is_and_has_what_the_draft_says(void **state)
{
    static const enum status statuses[] = {STATUS_HELD, STATUS_FAILED};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct workflow_scene scene;
        struct order order = order_before(statuses[i]);
        const struct order before = order;
        struct order_draft draft = same_draft();
        struct decision decision;

        workflow_scene_init(&scene);
        draft.items = more;
        draft.n_items = 3;
        draft.customer_id = SLICE("bolt");
        assert_int_equal(amend(&scene, &order, &draft, &decision, NULL), OK);
        assert_true(decision.changed && !decision.dead_add && !decision.dead_remove);
        assert_int_equal(order.status, statuses[i]);
        assert_int_equal(decision.to, decision.from);
        assert_int_equal(order.due_at, before.due_at);
        assert_int_equal(order.attempts, before.attempts);
        assert_int_equal(order.total_quantity, 7);
        assert_int_equal(order.n_items, 3);
        assert_int_equal(order.updated_at, SCENE_WALL);
        assert_true(slice_is(order.customer_id, "bolt"));
        assert_true(slice_is(decision.told, "slip"));
        assert_string_equal(workflow_scene_history(&decision), "amended");
        assert_true(slice_starts(decision.entries[0].detail, SLICE("slip; customer_id: \"acme\"")));
    }
}

static void no_other_status_can_be_amended(void **state)
{
    static const enum status statuses[] = {STATUS_QUEUED,    STATUS_PROCESSING, STATUS_RETRYING,
                                           STATUS_FULFILLED, STATUS_REJECTED,   STATUS_CANCELLED};

    (void)state;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        struct workflow_scene scene;
        struct order order = order_before(statuses[i]);
        const struct order_draft draft = same_draft();
        struct decision decision;
        struct why why = {0};

        workflow_scene_init(&scene);
        assert_int_equal(amend(&scene, &order, &draft, &decision, &why), ERR_WRONG_STATE);
        assert_non_null(strstr(why.text, status_name(statuses[i])));
    }
}

static void one_that_breaks_a_rule_is_not_taken(void **state)
{
    static const struct item too_many[] = {{{"p-1", 3}, 101}};
    struct workflow_scene scene;
    struct order order = order_before(STATUS_HELD);
    struct order_draft draft = same_draft();
    struct decision decision;
    struct why why = {0};

    (void)state;
    workflow_scene_init(&scene);
    draft.items = too_many;
    draft.n_items = 1;
    assert_int_equal(amend(&scene, &order, &draft, &decision, &why), ERR_INVALID);
    assert_non_null(strstr(why.text, "total quantity 101 is more than 100"));
    assert_false(decision.changed);
    assert_int_equal(order.n_items, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_names_each_difference),
        cmocka_unit_test(a_long_value_is_cut),
        cmocka_unit_test(the_whole_is_cut),
        cmocka_unit_test(it_stays_where_it_is_and_has_what_the_draft_says),
        cmocka_unit_test(no_other_status_can_be_amended),
        cmocka_unit_test(one_that_breaks_a_rule_is_not_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
