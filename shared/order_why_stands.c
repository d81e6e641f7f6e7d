/* Where an order is in its steps, and what the done ones handed on. */
#include "shared/order_steps.h"
#include "shared/order_why_inside.h"

#define RESULT_MAX 60 /* characters of a result's first line */

/* " 'reserve' (4711),": a done step. */
static void add_done(const struct order *order, struct slice name, bool first, struct buf *text)
{
    struct slice result = order_result_of(order, name);
    struct slice line = slice_trim(slice_cut(&result, '\n'));
    struct slice start = utf8_valid(line) ? utf8_cut(line, RESULT_MAX) : (struct slice){NULL, 0};

    buf_printf(text, "%s'%.*s'", first ? " " : ", ", SLICE_ARGS(name));
    if (start.n > 0)
        buf_printf(text, " (%.*s%s)", SLICE_ARGS(start), start.n < line.n ? "..." : "");
}

/* The steps before the `before`-th, behind "Done:", with the sentence's stop. */
static void add_all_done(const struct order *order, size_t before, struct buf *text)
{
    struct step step;

    for (size_t i = 0; i < before && steps_at(order->steps, i, &step); i++)
        add_done(order, step.name, i == 0, text);
    buf_add_byte(text, '.');
}

void order_why_stands(const struct order_why_facts *facts, struct arena *arena, struct buf *text,
                      struct order_why *out)
{
    const struct order *order = facts->order;
    size_t n = steps_count(order->steps), at = order_step_at(order);
    bool undoes = order_undoes(order);

    if (n == 1 || at == STEP_NONE || order->status == STATUS_REJECTED ||
        order->status == STATUS_CANCELLED)
        return;
    if (order->status == STATUS_FULFILLED) {
        buf_printf(text, "All its %zu steps are done:", n);
        add_all_done(order, n, text);
    } else {
        buf_printf(text, "It is at step %zu of %zu, %s'%.*s'.", at + 1, n,
                   undoes ? "the undo of " : "", SLICE_ARGS(order->step));
        at += undoes;
        if (at > 0) {
            buf_add_text(text, " Done:");
            add_all_done(order, at, text);
        }
    }
    out->stands = order_why_keep(arena, text);
}
