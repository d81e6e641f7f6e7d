/* Business rules: what makes a well-formed order REJECTED. */
#pragma once

#include "shared/buf.h"
#include "shared/order.h"

struct rules {
    int64_t max_total_quantity;
    const struct slice *allow_products; /* patterns with `*`; none: all */
    size_t n_allow;
    const struct slice *deny_products;
    size_t n_deny;
};

/*
 * Appends every reason for rejecting the draft, joined by "; "; nothing when it passes. Values in
 * the reasons are the draft's own (clean) text. Thread: any.
 */
void rules_check(const struct rules *rules, const struct order_draft *draft, struct buf *reasons);
