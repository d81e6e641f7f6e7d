/* Business rules: what makes a well-formed order REJECTED. */
#include "daemon/core/rules.h"

#include <inttypes.h>

static bool any_matches(const struct slice *patterns, size_t n, struct slice product)
{
    for (size_t i = 0; i < n; i++) {
        if (text_match(patterns[i], product))
            return true;
    }
    return false;
}

static bool named_before(const struct order_draft *draft, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (slice_eq(draft->items[i].product_id, draft->items[at].product_id))
            return true;
    }
    return false;
}

static void add_separator(struct buf *reasons)
{
    if (reasons->len > 0)
        buf_add_text(reasons, "; ");
}

static void check_product(const struct rules *rules, struct slice product, struct buf *reasons)
{
    const char *problem = NULL;

    if (any_matches(rules->deny_products, rules->n_deny, product))
        problem = "is denied";
    else if (rules->n_allow > 0 && !any_matches(rules->allow_products, rules->n_allow, product))
        problem = "is not among those allowed";
    if (problem == NULL)
        return;
    add_separator(reasons);
    buf_printf(reasons, "product %.*s %s", SLICE_ARGS(product), problem);
}

void rules_check(const struct rules *rules, const struct order_draft *draft, struct buf *reasons)
{
    int64_t total = draft_total(draft);

    if (total > rules->max_total_quantity) {
        add_separator(reasons);
        buf_printf(reasons, "total quantity %" PRId64 " is more than %" PRId64, total,
                   rules->max_total_quantity);
    }
    if (rules->n_allow == 0 && rules->n_deny == 0)
        return;
    for (size_t i = 0; i < draft->n_items; i++) {
        if (!named_before(draft, i))
            check_product(rules, draft->items[i].product_id, reasons);
    }
}
