/* Where an order stands in its steps, and what an undo of it comes to. */
#include "shared/order_steps.h"

#include "shared/limits.h"

#define REST_MAX_BYTES (128 * 1024) /* far above what else there is in an order's map */

_Static_assert(RESULT_MAX_BYTES + REST_MAX_BYTES + (STEPS_MAX * RESULT_CUT_BYTES) <=
                   FRAME_MAX_BYTES,
               "an order with cut results fits into a reply");

bool order_has_steps(const struct order *order)
{
    return steps_count(order->steps) > 1;
}

size_t order_step_at(const struct order *order)
{
    return steps_find(order->steps, order->step);
}

struct slice order_result_of(const struct order *order, struct slice step)
{
    for (size_t i = 0; i < order->n_results; i++) {
        if (slice_eq(order->results[i].key, step))
            return order->results[i].value;
    }
    if (order->status == STATUS_FULFILLED && slice_eq(step, order->step)) /* the last one's */
        return order->result;
    return (struct slice){NULL, 0};
}

/* At the end of a character. */
static struct slice cut_text(struct slice text, size_t max)
{
    while (max > 0 && ((unsigned char)text.p[max] & 0xC0U) == 0x80U)
        max--;
    return (struct slice){text.p, max};
}

void order_cut_results(struct order *order, struct arena *arena)
{
    const size_t max = (size_t)RESULT_CUT_BYTES;
    struct pair *results = NULL;

    if (order->n_results == 0)
        return;
    results = arena_alloc(arena, order->n_results * sizeof(*results));
    for (size_t i = 0; i < order->n_results; i++) {
        results[i] = order->results[i];
        if (results[i].value.n > max) {
            results[i].value = cut_text(results[i].value, max);
            order->cut |= 1U << i;
        }
    }
    order->results = results;
}

size_t order_undo_names(struct slice steps, size_t before, struct buf *out)
{
    size_t n = 0;

    if (before == STEP_NONE)
        return 0;
    for (size_t i = steps_undo_before(steps, before); i != STEP_NONE;
         i = steps_undo_before(steps, i)) {
        struct step step;

        if (!steps_at(steps, i, &step))
            break;
        buf_printf(out, "%s%.*s", n > 0 ? ", " : "", SLICE_ARGS(step.name));
        n++;
    }
    return n;
}

size_t order_undo_left(const struct order *order, struct buf *out)
{
    size_t at = order_step_at(order);
    struct step step;

    if (at == STEP_NONE || !steps_at(order->steps, at, &step))
        return 0;
    if (order_undoes(order))
        return order_undo_names(order->steps, at + 1, out);
    if (order->status != STATUS_PROCESSING || !step.undo || at + 1 == steps_count(order->steps))
        return order_undo_names(order->steps, at, out);
    buf_printf(out, "%.*s (if done)", SLICE_ARGS(step.name));
    if (steps_undo_before(order->steps, at) != STEP_NONE)
        buf_add_text(out, ", ");
    return 1 + order_undo_names(order->steps, at, out);
}
