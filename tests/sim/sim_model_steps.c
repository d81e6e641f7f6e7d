/* What the model knows of steps: how many of an order are done, and how many undone again. */
#include <inttypes.h>

#include "shared/steps.h"
#include "tests/sim/sim_model.h"

/* How many of the first `done` steps have an undo. */
static uint32_t undos_of(const struct model *model, uint32_t done)
{
    struct step step;
    uint32_t n = 0;

    for (uint32_t i = 0; i < done && steps_at(model->list, i, &step); i++)
        n += step.undo;
    return n;
}

static void begin_undo(const struct model *model, struct model_order *order,
                       const struct event *event)
{
    if (order->undoes) /* goes on where it came to a halt */
        return;
    order->undoes = true;
    order->to_undo = undos_of(model, order->done);
    /* A cancel that was noted: the attempt may have done its step, and the event tells only of the
       undo. */
    order->maybe_more =
        event->from == STATUS_PROCESSING && undos_of(model, order->done + 1) > order->to_undo;
}

static void end_undo(const struct model *model, const struct model_order *order,
                     const struct event *event)
{
    uint32_t undone = order->undone + (event->from == STATUS_UNDOING);
    uint32_t most = order->undoes ? order->to_undo + order->maybe_more : 0;
    uint32_t least = order->undoes ? order->to_undo : undos_of(model, order->done);

    if (undone < least || undone > most)
        sim_broken(model->verdict,
                   "order %" PRId64 " is cancelled with %u steps undone of %u to be undone",
                   event->id, undone, least);
}

void model_add_step(struct model *model, struct model_order *order, const struct event *event)
{
    order->done += event->entry == ENTRY_STEP_DONE;
    order->undone += event->entry == ENTRY_UNDONE;
    if (event->entry == ENTRY_UNDO_STARTED)
        begin_undo(model, order, event);
    if (event->to == STATUS_CANCELLED)
        end_undo(model, order, event);
    if (event->to == STATUS_FULFILLED && order->done + 1 != steps_count(model->list))
        sim_broken(model->verdict, "order %" PRId64 " is fulfilled after %u steps of %zu",
                   event->id, order->done + 1, steps_count(model->list));
}
