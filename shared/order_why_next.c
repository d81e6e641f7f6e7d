/* What will happen to an order next, and when. */
#include <inttypes.h>

#include "shared/order_steps.h"
#include "shared/order_why_inside.h"
#include "shared/units.h"

static void add_time(const struct order_why_facts *facts, int64_t at, struct buf *text)
{
    char time[UNITS_TEXT_MAX];
    char in[UNITS_TEXT_MAX];

    units_format_time(at, time);
    units_format_age(at - facts->now_us, in);
    buf_printf(text, "in %s, at %s", in, time);
}

bool order_why_stopped(const struct order_why_facts *facts)
{
    return facts->paused || facts->draining;
}

/* Behind a sentence about the next attempt. */
static void add_stopped(const struct order_why_facts *facts, struct buf *text)
{
    if (order_why_stopped(facts))
        buf_printf(text, " But the daemon is %s: no attempt starts until it is resumed.",
                   facts->draining ? "draining" : "paused");
}

/* "Attempt 2 of 3 at 'pay'" */
static void add_attempt(const struct order_why_facts *facts, uint32_t number, struct buf *text)
{
    const struct order *order = facts->order;

    buf_printf(text, "Attempt %" PRIu32 " of %" PRIu32, number, order->max_attempts);
    order_why_add_aim(facts, order->step, order_undoes(order), text);
}

/* Behind a sentence about an attempt at a step: " Then comes 'ship'." */
static void add_rest(const struct order_why_facts *facts, struct buf *text)
{
    const struct order *order = facts->order;
    size_t at = order_step_at(order), n = 0;
    struct step step;

    if (!order_has_steps(order) || at == STEP_NONE)
        return;
    for (size_t i = at + 1; steps_at(order->steps, i, &step); i++, n++)
        buf_printf(text, "%s'%.*s'",
                   n > 0                               ? ", "
                   : i + 1 < steps_count(order->steps) ? " Then come "
                                                       : " Then comes ",
                   SLICE_ARGS(step.name));
    buf_add_text(text, n > 0 ? "." : " It is the last step.");
}

static void next_queued(const struct order_why_facts *facts, struct buf *text)
{
    const struct order *order = facts->order;

    add_attempt(facts, order->attempts + 1, text);
    buf_add_text(text, " starts ");
    if (order->not_before > facts->now_us) {
        buf_add_text(text, "no sooner than ");
        add_time(facts, order->not_before, text);
        buf_add_text(text, ", as the order asks.");
    } else {
        buf_add_text(text, "as soon as its turn comes.");
    }
    add_rest(facts, text);
    add_stopped(facts, text);
}

/* A noted cancel is carried out unless the last step is done. */
static void next_cancelling(const struct order *order, struct buf *text)
{
    size_t at = order_step_at(order);
    bool more = at != STEP_NONE && at + 1 < steps_count(order->steps);
    struct buf names;

    buf_init(&names, ORDER_WHY_SENTENCE_BYTES);
    buf_add_text(text, more ? "When it ends" : "If it fails");
    buf_add_text(text, ", the order is cancelled, as was asked.");
    if (order_undo_left(order, &names) > 0)
        buf_printf(text, " Then is undone: %s.", buf_text(&names));
    buf_done(&names);
}

static void next_processing(const struct order_why_facts *facts, struct buf *text)
{
    const struct order *order = facts->order;

    add_attempt(facts, order->attempts, text);
    buf_add_text(text, " is under way. ");
    if (order->cancelling) {
        next_cancelling(order, text);
        return;
    }
    if (order->attempts >= order->max_attempts)
        buf_add_text(text, "If it fails, the order goes to the dead-letter queue.");
    else
        buf_add_text(text, "If it fails, another one follows after a delay.");
    add_rest(facts, text);
}

/* " is due in 3s, at ..." */
static void add_due(const struct order_why_facts *facts, struct buf *text)
{
    buf_add_text(text, " is due ");
    if (facts->order->next_attempt_at > facts->now_us)
        add_time(facts, facts->order->next_attempt_at, text);
    else
        buf_add_text(text, "now");
    buf_add_byte(text, '.');
}

static void next_retrying(const struct order_why_facts *facts, struct buf *text)
{
    add_attempt(facts, facts->order->attempts + 1, text);
    add_due(facts, text);
    add_rest(facts, text);
    add_stopped(facts, text);
}

/* What is undone after the step it is at. */
static void add_undo_rest(const struct order_why_facts *facts, struct buf *text)
{
    struct buf names;

    buf_init(&names, ORDER_WHY_SENTENCE_BYTES);
    if (order_undo_names(facts->order->steps, order_step_at(facts->order), &names) > 0)
        buf_printf(text, " Left to undo after it: %s; then the order is cancelled.",
                   buf_text(&names));
    else
        buf_add_text(text, " Then the order is cancelled.");
    buf_done(&names);
}

static void next_undoing(const struct order_why_facts *facts, struct buf *text)
{
    const struct order *order = facts->order;
    bool running = order_why_undo_running(facts) != NULL;

    add_attempt(facts, order->attempts + !running, text);
    if (running)
        buf_add_text(text, " is under way.");
    else if (order->next_attempt_at != 0)
        add_due(facts, text);
    else
        buf_add_text(text, " starts as soon as its turn comes.");
    add_undo_rest(facts, text);
    if (!running)
        add_stopped(facts, text);
}

static void next_failed(const struct order_why_facts *facts, struct buf *text)
{
    const struct order *order = facts->order;

    if (order_why_discarded(facts))
        buf_add_text(text, "Nothing: it was dropped from the dead-letter queue.");
    else if (order_undoes(order))
        buf_printf(text,
                   "Nothing by itself: '%.*s' could not be undone. It stays in the dead-letter "
                   "queue until a replay or a cancel goes on with the undo.",
                   SLICE_ARGS(order->step));
    else
        buf_add_text(text, "Nothing by itself: it stays in the dead-letter queue until it is "
                           "replayed, discarded or cancelled.");
}

/* Where the next thing depends on the status alone. */
static const char *const fixed[STATUS_COUNT] = {
    [STATUS_HELD] = "Nothing by itself: it is held until somebody releases or cancels it.",
    [STATUS_FULFILLED] = "Nothing more: it is done.",
    [STATUS_REJECTED] = "Nothing: it broke a rule. A corrected order is submitted anew.",
    [STATUS_CANCELLED] = "Nothing more: it stays cancelled.",
};

static void (*const nexts[STATUS_COUNT])(const struct order_why_facts *facts, struct buf *text) = {
    [STATUS_QUEUED] = next_queued,     [STATUS_PROCESSING] = next_processing,
    [STATUS_RETRYING] = next_retrying, [STATUS_FAILED] = next_failed,
    [STATUS_UNDOING] = next_undoing,
};

void order_why_next(const struct order_why_facts *facts, struct arena *arena, struct buf *text,
                    struct order_why *out)
{
    enum status status = facts->order->status;

    if ((unsigned)status < STATUS_COUNT && nexts[status] != NULL)
        nexts[status](facts, text);
    else if ((unsigned)status < STATUS_COUNT && fixed[status] != NULL)
        buf_add_text(text, fixed[status]);
    out->next = order_why_keep(arena, text);
}
