/* The commands that would change an order, and what each would do to it. */
#include "shared/order_steps.h"
#include "shared/order_why_inside.h"

#define DEAD 1U        /* only of an order in the dead-letter queue */
#define NOT_STOPPED 2U /* of no use while no attempt starts */
#define LATER_STEP 4U  /* only of an order that has done steps, and does not undo them */

struct change_of {
    enum cause cause;
    unsigned how;
    const char *verb, *more;
    const char *does; /* NULL: it depends */
    void (*tell)(const struct order *order, struct buf *text);
};

/* "pay, reserve", or nothing. */
static struct buf undo_left(const struct order *order)
{
    struct buf names;

    buf_init(&names, ORDER_WHY_SENTENCE_BYTES);
    (void)order_undo_left(order, &names);
    return names;
}

static void tell_go_on(const struct order *order, struct buf *text)
{
    struct buf names = undo_left(order);

    buf_printf(text, "goes on with the undo: %s", buf_text(&names));
    buf_done(&names);
}

static void tell_replay(const struct order *order, struct buf *text)
{
    if (order_undoes(order)) {
        tell_go_on(order, text);
        return;
    }
    buf_add_text(text, "puts it back to work");
    if (order_has_steps(order))
        buf_printf(text, " at '%.*s', with what the steps before it handed on",
                   SLICE_ARGS(order->step));
}

static void tell_cancel(const struct order *order, struct buf *text)
{
    struct buf names = undo_left(order);

    if (order_undoes(order))
        tell_go_on(order, text);
    else if (names.len > 0)
        buf_printf(text, "withdraws it and undoes what is done%s: %s",
                   order->status == STATUS_PROCESSING ? ", after the running attempt ends" : "",
                   buf_text(&names));
    else
        buf_add_text(text, "withdraws it");
    buf_done(&names);
}

static const struct change_of changes[] = {
    {CAUSE_RETRY_NOW, NOT_STOPPED, "retry", "", "starts the next attempt now", NULL},
    {CAUSE_REPLAY, DEAD, "replay", "", NULL, tell_replay},
    {CAUSE_REPLAY, DEAD | LATER_STEP, "replay", " --from start",
     "runs all its steps again, with a new key", NULL},
    {CAUSE_AMEND, DEAD, "amend", " --file FILE --reason TEXT", "corrects it", NULL},
    {CAUSE_RELEASE, 0, "release", "", "queues it again", NULL},
    {CAUSE_HOLD, 0, "hold", "", "keeps it back", NULL},
    {CAUSE_DISCARD, DEAD, "discard", " --note TEXT", "drops it from the dead-letter queue for good",
     NULL},
    {CAUSE_CANCEL, 0, "cancel", "", NULL, tell_cancel},
};

static bool later_step(const struct order *order)
{
    size_t at = order_step_at(order);

    return at != STEP_NONE && at > 0 && !order_undoes(order);
}

static bool possible(const struct order_why_facts *facts, enum cause cause, unsigned how)
{
    const struct order *order = facts->order;
    enum status status = order->status;

    if ((how & DEAD) != 0 && order_why_discarded(facts))
        return false;
    if ((how & NOT_STOPPED) != 0 && order_why_stopped(facts))
        return false;
    if ((how & LATER_STEP) != 0 && !later_step(order))
        return false;
    if (cause == CAUSE_RETRY_NOW && status == STATUS_UNDOING)
        return order->next_attempt_at != 0; /* it waits for its next attempt */
    if (cause == CAUSE_CANCEL && status == STATUS_PROCESSING)
        return !order->cancelling; /* is noted */
    return status_change(status, cause).legal;
}

static bool waits(enum status status)
{
    return status == STATUS_QUEUED || status == STATUS_RETRYING || status == STATUS_UNDOING;
}

static void add_command(struct order_why *out, struct slice line, const char *does)
{
    if (out->n_commands < ORDER_WHY_COMMANDS_MAX)
        out->commands[out->n_commands++] = (struct order_why_command){line, does};
}

static void add_change(const struct order_why_facts *facts, const struct change_of *change,
                       struct arena *arena, struct order_why *out)
{
    struct slice line, does = slice_of(change->does);
    struct buf text;
    char id[UUID_TEXT_LEN + 1];

    buf_init(&text, ORDER_WHY_SENTENCE_BYTES);
    uuid_format(&facts->order->uid, id);
    buf_printf(&text, "dofs %s %s%s", change->verb, id, change->more);
    line = order_why_keep(arena, &text);
    if (change->tell != NULL) {
        change->tell(facts->order, &text);
        does = order_why_keep(arena, &text);
    }
    add_command(out, line, does.p);
    buf_done(&text);
}

void order_why_commands(const struct order_why_facts *facts, struct arena *arena,
                        struct order_why *out)
{
    if (order_why_stopped(facts) && waits(facts->order->status))
        add_command(out, SLICE("dofs resume"), "lets attempts start again");
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        if (possible(facts, changes[i].cause, changes[i].how))
            add_change(facts, &changes[i], arena, out);
    }
}
