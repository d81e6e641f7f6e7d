/* What a cancel of the meant orders would undo, from what is known of them here. */
#include "tui/model/model_undo.h"

#include <stdio.h>

#include "shared/order_steps.h"
#include "shared/units.h"
#include "tui/model/model.h"
#include "tui/model/model_row.h"
#include "tui/model/model_window.h"

#define NAMES_BYTES (2 * WIRE_STEPS_TEXT_MAX)

/* An order as a row tells it, with today's list: its own is known only once it was opened. */
static bool from_row(const struct model *m, const struct uuid *uid, struct order *out)
{
    for (unsigned kind = 0; kind < LIST_KINDS; kind++) {
        const struct list *list = &m->lists[kind];
        size_t at = window_find(list, uid);

        if (at == list->n)
            continue;
        *out = (struct order){.uid = *uid,
                              .status = list->rows[at]->status,
                              .cancelling = list->rows[at]->cancelling,
                              .step = slice_of(list->rows[at]->step)};
        if (m->info.steps[0] != '\0')
            out->steps = slice_of(m->info.steps);
        return true;
    }
    return false;
}

/* Would a cancel of it undo? `names`: what. */
static bool would_undo(const struct order *order, struct buf *names)
{
    bool legal = status_change(order->status, CAUSE_UNDO).legal;

    return legal && order_undo_left(order, names) > 0;
}

static const char *when_of(const struct order *order)
{
    if (order_undoes(order))
        return "will go on with the undo: ";
    return order->status == STATUS_PROCESSING ? "after the running attempt ends, will undo: "
                                              : "will undo: ";
}

static void tell_one(const struct model *m, struct dialog *dialog)
{
    const struct uuid *uid = &dialog->target.ids[0];
    bool whole = m->detail.have && uuid_compare(&m->detail.uid, uid) == 0;
    struct order order = {0};
    struct buf names;

    if (whole)
        order = m->detail.order;
    else if (!from_row(m, uid, &order))
        return;
    buf_init(&names, NAMES_BYTES);
    if (order_step_at(&order) == STEP_NONE && m->info.steps[0] != '\0')
        (void)snprintf(dialog->undo, sizeof dialog->undo, "what is done of it is undone");
    else if (would_undo(&order, &names))
        (void)snprintf(dialog->undo, sizeof dialog->undo, "%s%s%s", when_of(&order),
                       buf_text(&names), whole ? "" : " (by today's steps)");
    buf_done(&names);
}

/* How many of today's steps may be done: the undo begins with the last of them. */
static size_t reach_of(const struct order *order)
{
    size_t at = order_step_at(order);

    return order_undoes(order) || order->status == STATUS_PROCESSING ? at + 1 : at;
}

static void tell_many(const struct model *m, struct dialog *dialog)
{
    size_t n = 0, furthest = 0;
    bool all_known = true;
    char count[UNITS_TEXT_MAX];
    struct buf names;

    buf_init(&names, NAMES_BYTES);
    for (size_t i = 0; i < dialog->target.n; i++) {
        struct order order;

        buf_clear(&names);
        if (!from_row(m, &dialog->target.ids[i], &order) || order_step_at(&order) == STEP_NONE) {
            all_known = false;
        } else if (would_undo(&order, &names)) {
            n++;
            furthest = reach_of(&order) > furthest ? reach_of(&order) : furthest;
        }
    }
    buf_clear(&names);
    (void)order_undo_names(slice_of(m->info.steps), furthest, &names);
    units_format_count((int64_t)n, count);
    if (n > 0)
        (void)snprintf(dialog->undo, sizeof dialog->undo,
                       "will undo in %s%s of them what is done of: %s", count,
                       all_known ? "" : " or more", buf_text(&names));
    else if (!all_known && m->info.steps[0] != '\0')
        (void)snprintf(dialog->undo, sizeof dialog->undo,
                       "what is done of them is undone: not all of them are known here");
    buf_done(&names);
}

void undo_tell(const struct model *m, struct dialog *dialog)
{
    dialog->undo[0] = '\0';
    if (dialog->op != OP_CANCEL || dialog->target.n == 0)
        return;
    if (dialog->target.n == 1)
        tell_one(m, dialog);
    else
        tell_many(m, dialog);
}
