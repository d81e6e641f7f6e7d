/* What will happen to an order next and when, and the commands that would change it. */
#include <inttypes.h>

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

static bool stopped(const struct order_why_facts *facts)
{
    return facts->paused || facts->draining;
}

/* Behind a sentence about the next attempt. */
static void add_stopped(const struct order_why_facts *facts, struct buf *text)
{
    if (stopped(facts))
        buf_printf(text, " But the daemon is %s: no attempt starts until it is resumed.",
                   facts->draining ? "draining" : "paused");
}

static void next_queued(const struct order_why_facts *facts, struct buf *text)
{
    const struct order *order = facts->order;

    buf_printf(text, "Attempt %" PRIu32 " of %" PRIu32 " starts ", order->attempts + 1,
               order->max_attempts);
    if (order->not_before > facts->now_us) {
        buf_add_text(text, "no sooner than ");
        add_time(facts, order->not_before, text);
        buf_add_text(text, ", as the order asks.");
    } else {
        buf_add_text(text, "as soon as its turn comes.");
    }
    add_stopped(facts, text);
}

static void next_processing(const struct order_why_facts *facts, struct buf *text)
{
    const struct order *order = facts->order;

    buf_printf(text, "Attempt %" PRIu32 " of %" PRIu32 " is under way. If it fails, ",
               order->attempts, order->max_attempts);
    if (order->cancelling)
        buf_add_text(text, "the order is cancelled, as was asked.");
    else if (order->attempts >= order->max_attempts)
        buf_add_text(text, "the order goes to the dead-letter queue.");
    else
        buf_add_text(text, "another one follows after a delay.");
}

static void next_retrying(const struct order_why_facts *facts, struct buf *text)
{
    const struct order *order = facts->order;

    buf_printf(text, "Attempt %" PRIu32 " of %" PRIu32 " is due ", order->attempts + 1,
               order->max_attempts);
    if (order->next_attempt_at > facts->now_us)
        add_time(facts, order->next_attempt_at, text);
    else
        buf_add_text(text, "now");
    buf_add_byte(text, '.');
    add_stopped(facts, text);
}

static void next_failed(const struct order_why_facts *facts, struct buf *text)
{
    if (order_why_discarded(facts))
        buf_add_text(text, "Nothing: it was dropped from the dead-letter queue.");
    else
        buf_add_text(text, "Nothing by itself: it stays in the dead-letter queue until it is "
                           "replayed, discarded or cancelled.");
}

/* Where the next thing depends on the status alone. */
static const char *const fixed[STATUS_COUNT] = {
    [STATUS_HELD] = "Nothing by itself: it is held until somebody releases or cancels it.",
    [STATUS_FULFILLED] = "Nothing more: it is done.",
    [STATUS_UNDOING] = "Its done steps are undone, the last one first; then it is cancelled.",
    [STATUS_REJECTED] = "Nothing: it broke a rule. A corrected order is submitted anew.",
    [STATUS_CANCELLED] = "Nothing more: it stays cancelled.",
};

static void (*const nexts[STATUS_COUNT])(const struct order_why_facts *facts, struct buf *text) = {
    [STATUS_QUEUED] = next_queued,
    [STATUS_PROCESSING] = next_processing,
    [STATUS_RETRYING] = next_retrying,
    [STATUS_FAILED] = next_failed,
};

/* ---- commands ---- */

#define DEAD 1U        /* only of an order in the dead-letter queue */
#define NOT_STOPPED 2U /* of no use while no attempt starts */

static const struct {
    enum cause cause;
    unsigned how;
    const char *verb, *more;
    const char *does;
} changes[] = {
    {CAUSE_RETRY_NOW, NOT_STOPPED, "retry", "", "starts the next attempt now"},
    {CAUSE_REPLAY, DEAD, "replay", "", "puts it back to work"},
    {CAUSE_AMEND, DEAD, "amend", " --file FILE --reason TEXT", "corrects it"},
    {CAUSE_RELEASE, 0, "release", "", "queues it again"},
    {CAUSE_HOLD, 0, "hold", "", "keeps it back"},
    {CAUSE_DISCARD, DEAD, "discard", " --note TEXT",
     "drops it from the dead-letter queue for good"},
    {CAUSE_CANCEL, 0, "cancel", "", "withdraws it"},
};

static bool possible(const struct order_why_facts *facts, enum cause cause, unsigned how)
{
    enum status status = facts->order->status;

    if ((how & DEAD) != 0 && order_why_discarded(facts))
        return false;
    if ((how & NOT_STOPPED) != 0 && stopped(facts))
        return false;
    if (cause == CAUSE_CANCEL && status == STATUS_PROCESSING)
        return !facts->order->cancelling; /* is noted */
    return status_change(status, cause).legal;
}

static bool waits(enum status status)
{
    return status == STATUS_QUEUED || status == STATUS_RETRYING;
}

static void add_command(struct order_why *out, struct slice line, const char *does)
{
    if (out->n_commands < ORDER_WHY_COMMANDS_MAX)
        out->commands[out->n_commands++] = (struct order_why_command){line, does};
}

static void add_commands(const struct order_why_facts *facts, struct arena *arena, struct buf *text,
                         struct order_why *out)
{
    enum status status = facts->order->status;
    char id[UUID_TEXT_LEN + 1];

    uuid_format(&facts->order->uid, id);
    if (stopped(facts) && waits(status))
        add_command(out, SLICE("dofs resume"), "lets attempts start again");
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        if (!possible(facts, changes[i].cause, changes[i].how))
            continue;
        buf_printf(text, "dofs %s %s%s", changes[i].verb, id, changes[i].more);
        add_command(out, order_why_keep(arena, text), changes[i].does);
    }
}

void order_why_next(const struct order_why_facts *facts, struct arena *arena, struct buf *text,
                    struct order_why *out)
{
    enum status status = facts->order->status;

    if ((unsigned)status < STATUS_COUNT && nexts[status] != NULL)
        nexts[status](facts, text);
    else if ((unsigned)status < STATUS_COUNT && fixed[status] != NULL)
        buf_add_text(text, fixed[status]);
    out->next = order_why_keep(arena, text);
    add_commands(facts, arena, text, out);
}
