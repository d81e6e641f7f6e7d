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

static void each_limit_holds_on_both_sides(void **state)
{
    struct order_draft draft = good();
    struct item item = one;

    (void)state;
    draft.items = &item;
    draft.customer_id = of(128);
    check(&draft, NULL, "customer of 128");
    draft.customer_id = of(129);
    check(&draft, "customer_id", "customer of 129");
    draft.customer_id = (struct slice){NULL, 0};
    check(&draft, "customer_id", "no customer");
    draft.customer_id = of(3);
    item.product_id = of(128);
    item.quantity = 1000000;
    check(&draft, NULL, "product of 128, quantity of 1000000");
    item.product_id = of(129);
    check(&draft, "items[0].product_id", "product of 129");
    item.product_id = of(0);
    check(&draft, "items[0].product_id", "product of 0");
    item.product_id = of(1);
    item.quantity = 1000001;
    check(&draft, "items[0].quantity", "quantity of 1000001");
    item.quantity = 0;
    check(&draft, "items[0].quantity", "quantity of 0");
    item.quantity = -1;
    check(&draft, "items[0].quantity", "quantity of -1");
    item.quantity = 1;
    draft.reference = of(64);
    check(&draft, NULL, "reference of 64");
    draft.reference = of(65);
    check(&draft, "reference", "reference of 65");
    draft.reference = of(0);
    check(&draft, "reference", "reference of 0");
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

static void metadata_keeps_to_32_pairs_and_8_kib(void **state)
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
    draft.n_metadata = 1;
    pairs[0] = (struct pair){of(1), of(8191)};
    check(&draft, NULL, "8192 bytes");
    pairs[0].value = of(8192);
    check(&draft, "metadata", "8193 bytes");
    pairs[0] = (struct pair){of(0), of(1)};
    check(&draft, "metadata.", "an empty key");
    pairs[0] = (struct pair){of(129), of(1)};
    draft.n_metadata = 1;
    pairs[0] = (struct pair){SLICE("k"), SLICE("a\tb")};
    check(&draft, "metadata.k", "a tab in a value");
    pairs[0] = (struct pair){SLICE("k\x01"), SLICE("v")};
    check(&draft, "metadata.k\x01", "a control in a key");
    pairs[0] = (struct pair){SLICE("k"), {NULL, 0}};
    check(&draft, "metadata.k", "no value");
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
        cmocka_unit_test(metadata_keeps_to_32_pairs_and_8_kib),
        cmocka_unit_test(a_field_with_a_problem_gets_no_second_one),
        cmocka_unit_test(problems_are_told_safely_and_in_order),
        cmocka_unit_test(the_list_of_problems_has_an_end),
    };

    return cmocka_run_group_tests(tests, fill_xs, NULL);
}
