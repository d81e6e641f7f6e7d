/* What a person's correction does to an order: its fields, and the difference as text. */
#pragma once

#include "shared/buf.h"
#include "shared/order.h"

#define AMEND_TEXT_MAX 4096 /* bytes of what an amendment's history entry says */

/*
 * Appends the reason and each difference, such as
 *
 *   wrong size; customer_id: "acme" -> "bolt"; items[1]: none -> "p-2" x 3; priority: 5 -> 0
 *
 * A long value is cut, and so is the whole, at AMEND_TEXT_MAX; each with `…`. Thread: any.
 */
void amend_describe(const struct order *before, const struct order_draft *after,
                    struct slice reason, struct buf *out);

/* Takes over all that the draft says; slices and lists are borrowed from it. */
void amend_apply(struct order *order, const struct order_draft *draft);
