/* Business rules: which orders they reject, and what they say. */
#include "tests/lib/test.h"

#include <string.h>

#include "daemon/core/rules.h"

struct rules_case {
    const char *label;
    const char *allow, *deny; /* one pattern each, or NULL */
    const char *products[3];
    int64_t quantities[3];
    const char *want;
};

static const struct rules_case cases[] = {
    {"an order at the limit passes", NULL, NULL, {"a", "b"}, {40, 60}, ""},
    {"an order above it does not",
     NULL,
     NULL,
     {"a", "b"},
     {41, 60},
     "total quantity 101 is more than 100"},
    {"a denied product", NULL, "wpn-*", {"wpn-1", "b"}, {1, 1}, "product wpn-1 is denied"},
    {"an allowed product passes", "ok-*", NULL, {"ok-1", "ok-"}, {1, 1}, ""},
    {"another does not",
     "ok-*",
     NULL,
     {"ok-1", "no"},
     {1, 1},
     "product no is not among those allowed"},
    {"denied counts more than allowed", "*", "x", {"x"}, {1}, "product x is denied"},
    {"a product is named once", NULL, "x", {"x", "y", "x"}, {1, 1, 1}, "product x is denied"},
    {"all reasons are given",
     NULL,
     "*",
     {"x", "y"},
     {100, 1},
     "total quantity 101 is more than 100; product x is denied; product y is denied"},
};

static void check(const struct rules_case *c)
{
    struct slice allow = slice_of(c->allow);
    struct slice deny = slice_of(c->deny);
    const struct rules rules = {.max_total_quantity = 100,
                                .allow_products = &allow,
                                .n_allow = c->allow != NULL,
                                .deny_products = &deny,
                                .n_deny = c->deny != NULL};
    struct item items[3] = {0};
    struct order_draft draft = {0};
    struct buf reasons;

    for (size_t i = 0; i < 3 && c->products[i] != NULL; i++) {
        items[i] = (struct item){slice_of(c->products[i]), c->quantities[i]};
        draft.n_items = i + 1;
    }
    draft.items = items;
    buf_init(&reasons, 1024);
    rules_check(&rules, &draft, &reasons);
    if (strcmp(buf_text(&reasons), c->want) != 0)
        fail_msg("%s: '%s'", c->label, buf_text(&reasons));
    buf_done(&reasons);
}

static void rules_reject_with_every_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check(&cases[i]);
}

static void a_sum_that_overflows_is_rejected(void **state)
{
    const struct rules rules = {.max_total_quantity = 100};
    const struct item items[] = {{SLICE("a"), INT64_MAX}, {SLICE("b"), INT64_MAX}};
    const struct order_draft draft = {.items = items, .n_items = 2};
    struct buf reasons;

    (void)state;
    buf_init(&reasons, 1024);
    rules_check(&rules, &draft, &reasons);
    assert_true(reasons.len > 0);
    buf_done(&reasons);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_reject_with_every_reason),
        cmocka_unit_test(a_sum_that_overflows_is_rejected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
