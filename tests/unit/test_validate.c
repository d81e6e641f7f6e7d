/* Every limit of an order, on both sides of it, and how problems are told. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "shared/limits.h"
#include "shared/validate.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define E_ACUTE "\xC3\xA9" /* two bytes, one character */

static char xs[10000];

static int fill_xs(void **state)
{
    (void)state;
    memset(xs, 'x', sizeof xs);
    return 0;
}

static struct slice of(size_t n)
{
    return (struct slice){xs, n};
}

static const struct item one = {{"p", 1}, 1};

static struct order_draft good(void)
{
    return (struct order_draft){
        .customer_id = SLICE("acme"), .items = &one, .n_items = 1, .priority = 5};
}

/* The only problem there must be is that of `field`; NULL: there must be none. */
static void check(const struct order_draft *draft, const char *field, const char *label)
{
    struct arena arena = {NULL};
    struct problems problems = {.arena = &arena};

    validate_draft(draft, &problems);
    if (field == NULL && problems.n != 0)
        fail_msg("%s: %s: %s", label, problems.first->field, problems.first->text);
    if (field != NULL && (problems.n != 1 || !problems_has(&problems, field)))
        fail_msg("%s: %zu problems, first of %s", label, problems.n,
                 problems.n > 0 ? problems.first->field : "none");
    arena_done(&arena);
}

static void texts_keep_their_lengths_in_characters(void **state)
{
    static const struct {
        const char *label;
        const char *text;
        bool fine;
    } cases[] = {
        {"two", "ab", false},
        {"three", "abc", true},
        {"three of two bytes", E_ACUTE E_ACUTE E_ACUTE, true},
        {"two of two bytes", E_ACUTE E_ACUTE, false},
        {"no UTF-8", "abc\xFF", false},
        {"overlong", "ab\xC0\xAF", false},
        {"newline", "ab\nc", false},
        {"DEL in a run of eight", "abcdefg\x7F", false},
        {"C1", "abc\xC2\x85", false},
        {"no-break space", "abc\xC2\xA0", true},
        {"escape late", "abcdefghijklmnop\x1B", false},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct order_draft draft = good();

        draft.customer_id = slice_of(cases[i].text);
        check(&draft, cases[i].fine ? NULL : "customer_id", cases[i].label);
    }
}

static void check_customer(struct slice customer, const char *field, const char *label)
{
    struct order_draft draft = good();

    draft.customer_id = customer;
    check(&draft, field, label);
}

static void check_item(struct item item, const char *field, const char *label)
{
    struct order_draft draft = good();

    draft.items = &item;
    check(&draft, field, label);
}

static void check_reference(size_t n, const char *field, const char *label)
{
    struct order_draft draft = good();

    draft.reference = of(n);
    check(&draft, field, label);
}

static void each_limit_holds_on_both_sides(void **state)
{
    (void)state;
    check_customer(of(3), NULL, "customer of 3");
    check_customer(of(128), NULL, "customer of 128");
    check_customer(of(129), "customer_id", "customer of 129");
    check_customer((struct slice){NULL, 0}, "customer_id", "no customer");
    check_item((struct item){of(128), 1000000}, NULL, "product of 128, quantity of 1000000");
    check_item((struct item){of(129), 1}, "items[0].product_id", "product of 129");
    check_item((struct item){of(0), 1}, "items[0].product_id", "product of 0");
    check_item((struct item){of(1), 1000001}, "items[0].quantity", "quantity of 1000001");
    check_item((struct item){of(1), 0}, "items[0].quantity", "quantity of 0");
    check_item((struct item){of(1), -1}, "items[0].quantity", "quantity of -1");
    check_reference(1, NULL, "reference of 1");
    check_reference(64, NULL, "reference of 64");
    check_reference(65, "reference", "reference of 65");
    check_reference(0, "reference", "reference of 0");
}

static void numbers_hold_their_ranges(void **state)
{
    struct order_draft draft = good();

    (void)state;
    draft.priority = 0;
    check(&draft, NULL, "priority 0");
    draft.priority = 9;
    check(&draft, NULL, "priority 9");
    draft.priority = 10;
    check(&draft, "priority", "priority 10");
    draft.priority = -1;
    check(&draft, "priority", "priority -1");
    draft.priority = 5;
    draft.not_before = -1;
    check(&draft, "not_before", "not before -1");
    draft.not_before = 253402300799999999;
    check(&draft, NULL, "the end of 9999");
    draft.not_before = INT64_MAX;
    check(&draft, "not_before", "after 9999");
}

static void there_are_1_to_100_items(void **state)
{
    struct order_draft draft = good();
    struct item items[101];

    (void)state;
    for (size_t i = 0; i < LENGTH(items); i++)
        items[i] = one;
    draft.items = items;
    draft.n_items = 100;
    check(&draft, NULL, "100 items");
    draft.n_items = 101;
    check(&draft, "items", "101 items");
    draft.n_items = 0;
    check(&draft, "items", "0 items");
    draft.items = NULL;
    check(&draft, "items", "none at all");
}

static void metadata_keeps_to_32_pairs(void **state)
{
    struct order_draft draft = good();
    struct pair pairs[33];

    (void)state;
    for (size_t i = 0; i < LENGTH(pairs); i++)
        pairs[i] = (struct pair){of(i + 1), SLICE("")};
    draft.metadata = pairs;
    draft.n_metadata = 32;
    check(&draft, NULL, "32 pairs");
    draft.n_metadata = 33;
    check(&draft, "metadata", "33 pairs");
}

static void check_pair(struct pair pair, const char *field, const char *label)
{
    struct order_draft draft = good();

    draft.metadata = &pair;
    draft.n_metadata = 1;
    check(&draft, field, label);
}

static void each_pair_of_metadata_keeps_its_limits(void **state)
{
    (void)state;
    check_pair((struct pair){of(1), of(8191)}, NULL, "8192 bytes");
    check_pair((struct pair){of(1), of(8192)}, "metadata", "8193 bytes");
    check_pair((struct pair){of(0), of(1)}, NULL, "an empty key");
    check_pair((struct pair){of(8192), of(0)}, NULL, "a key of 8192 bytes");
    check_pair((struct pair){of(8193), of(0)}, "metadata", "a key of 8193 bytes");
    check_pair((struct pair){SLICE("k"), SLICE("a\tb")}, "metadata.k", "a tab in a value");
    check_pair((struct pair){SLICE("k\x01"), SLICE("v")}, "metadata.k\x01", "a control in a key");
    check_pair((struct pair){SLICE("k"), {NULL, 0}}, "metadata.k", "no value");
}

static void a_field_with_a_problem_gets_no_second_one(void **state)
{
    struct arena arena = {NULL};
    struct problems problems = {.arena = &arena};
    struct order_draft draft = good();

    (void)state;
    draft.customer_id = (struct slice){NULL, 0};
    problems_add(&problems, "customer_id", "must be a string");
    validate_draft(&draft, &problems);
    assert_int_equal(problems.n, 1);
    arena_done(&arena);
}

static void problems_are_told_safely_and_in_order(void **state)
{
    struct arena arena = {NULL};
    struct problems problems = {.arena = &arena};
    struct why why;

    (void)state;
    problems_add(&problems, "a\x1B", "not '%s'", "\xFF");
    assert_int_equal(problems_why(&problems, &why), ERR_INVALID);
    assert_string_equal(why.text, "a\\x1b: not '\\xff'");
    problems_add(&problems, "b", "two");
    (void)problems_why(&problems, &why);
    assert_string_equal(why.text, "2 problems: a\\x1b: not '\\xff'; b: two");
    arena_done(&arena);
}

static void the_list_of_problems_has_an_end(void **state)
{
    struct arena arena = {NULL};
    struct problems problems = {.arena = &arena};
    size_t kept = 0;

    (void)state;
    for (int i = 0; i < 2000; i++)
        problems_add(&problems, "f", "p");
    for (const struct problem *p = problems.first; p != NULL; p = p->next)
        kept++;
    assert_int_equal(problems.n, 2000);
    assert_int_equal(kept, 500);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_keep_their_lengths_in_characters),
        cmocka_unit_test(each_limit_holds_on_both_sides),
        cmocka_unit_test(numbers_hold_their_ranges),
        cmocka_unit_test(there_are_1_to_100_items),
        cmocka_unit_test(metadata_keeps_to_32_pairs),
        cmocka_unit_test(each_pair_of_metadata_keeps_its_limits),
        cmocka_unit_test(a_field_with_a_problem_gets_no_second_one),
        cmocka_unit_test(problems_are_told_safely_and_in_order),
        cmocka_unit_test(the_list_of_problems_has_an_end),
    };

    return cmocka_run_group_tests(tests, fill_xs, NULL);
}
