/* Rows of the lists: made, moved on, held against a filter. */
#include "tui/model/model_row.h"

#include <stdlib.h>
#include <string.h>

#include "shared/steps.h"

void row_text(char *out, size_t size, struct slice text)
{
    size_t n = text.n < size ? text.n : size - 1;

    if (text.p == NULL)
        n = 0;
    while (n > 0 && n < text.n && ((unsigned char)text.p[n] & 0xc0U) == 0x80U)
        n--;
    if (n > 0)
        memcpy(out, text.p, n);
    out[n] = '\0';
}

static struct row *row_new(void)
{
    struct row *row = calloc(1, sizeof *row);

    if (row == NULL)
        abort();
    return row;
}

struct row *row_of_order(const struct order *order)
{
    struct row *row = row_new();

    row->uid = order->uid;
    row->status = order->status;
    row->cancelling = order->cancelling;
    row->priority = order->priority;
    row->attempts = order->attempts;
    row->max_attempts = order->max_attempts;
    row->replays = order->replays;
    row->total_quantity = order->total_quantity;
    row->created_at = order->created_at;
    row->updated_at = order->updated_at;
    row->not_before = order->not_before;
    row->next_attempt_at = order->next_attempt_at;
    row->seq = order->seq;
    ROW_TEXT(row->customer, order->customer_id);
    ROW_TEXT(row->reference, order->reference);
    ROW_TEXT(row->reason, order->failure_reason);
    ROW_TEXT(row->step, order->step);
    return row;
}

struct row *row_of_dead(const struct dead_letter *dead)
{
    struct row *row = row_new();

    row->uid = dead->uid;
    row->status = STATUS_FAILED;
    row->attempts = dead->attempts; /* of how many, the row does not tell */
    row->replays = dead->replays;
    row->failed_at = row->updated_at = dead->failed_at;
    ROW_TEXT(row->customer, dead->customer_id);
    ROW_TEXT(row->reference, dead->reference);
    ROW_TEXT(row->reason, dead->failure_reason);
    ROW_TEXT(row->group, dead->group);
    ROW_TEXT(row->step, dead->step);
    return row;
}

static void put_group(struct row *row)
{
    struct buf group;

    buf_init(&group, sizeof row->group * 2);
    text_group(&group, slice_of(row->reason));
    ROW_TEXT(row->group, ((struct slice){(const char *)group.data, group.len}));
    buf_done(&group);
}

struct row *row_of_event(const struct event *event, enum list_kind kind)
{
    struct row *row = row_new();

    row->uid = event->uid;
    row->priority = PRIORITY_DEFAULT;
    row->total_quantity = event->total_quantity;
    row->created_at = event->created_at;
    ROW_TEXT(row->customer, event->customer_id);
    ROW_TEXT(row->reference, event->reference);
    row_move_on(row, event);
    if (kind == LIST_FAILED) {
        row->failed_at = event->at;
        put_group(row);
    }
    return row;
}

/* On to another step, or back. */
static bool moves_step(const struct event *event)
{
    return event->entry == ENTRY_STEP_DONE || event->entry == ENTRY_UNDO_STARTED ||
           event->entry == ENTRY_UNDONE;
}

/* Only the end of an attempt, or a rejection, says why the order failed; a reason given with a
   hold or a cancel is the operator's. */
static void move_reason(struct row *row, const struct event *event)
{
    bool failed = event->entry == ENTRY_RETRY_SCHEDULED || event->entry == ENTRY_DEAD_LETTERED ||
                  event->entry == ENTRY_REJECTED;
    bool again = event->from == STATUS_FAILED && event->to == STATUS_QUEUED;

    if (failed)
        ROW_TEXT(row->reason, event->reason);
    else if (again || moves_step(event) || event->entry == ENTRY_FULFILLED)
        row->reason[0] = '\0';
}

/* What an amendment can change, and an event tells; a dead letter's quantity is not known. */
static void move_amended(struct row *row, const struct event *event)
{
    ROW_TEXT(row->customer, event->customer_id);
    ROW_TEXT(row->reference, event->reference);
    if (row->total_quantity > 0)
        row->total_quantity = event->total_quantity;
}

static void move_attempts(struct row *row, const struct event *event)
{
    if (event->max_attempts > 0)
        row->max_attempts = event->max_attempts;
    if (event->from == STATUS_FAILED && event->to == STATUS_QUEUED) {
        row->attempts = 0;
        row->replays++;
    } else if (moves_step(event)) {
        row->attempts = 0; /* those of another step */
    } else if (event->attempt > 0) {
        row->attempts = event->attempt - (event->entry == ENTRY_GIVEN_BACK);
    }
}

/* Noted, under way, or come to a halt at an undo. */
static bool moves_cancelling(const struct row *row, const struct event *event)
{
    if (event->to == STATUS_UNDOING)
        return true;
    if (event->to == STATUS_FAILED)
        return event->from == STATUS_UNDOING || row->cancelling;
    return event->to == STATUS_PROCESSING && row->cancelling;
}

void row_move_on(struct row *row, const struct event *event)
{
    if (event->seq <= row->seq)
        return;
    row->seq = event->seq;
    row->status = event->to;
    row->updated_at = event->at;
    row->next_attempt_at = event->next_attempt_at;
    row->cancelling = moves_cancelling(row, event);
    if (event->step.p != NULL)
        ROW_TEXT(row->step, event->step);
    move_attempts(row, event);
    move_reason(row, event);
    if (event->entry == ENTRY_AMENDED)
        move_amended(row, event);
}

void row_next_step(struct row *row, const struct event *event, struct slice today)
{
    size_t at = event->step.p != NULL ? steps_find(today, event->step) : STEP_NONE;
    struct step step;

    if (event->entry != ENTRY_STEP_DONE && event->entry != ENTRY_UNDONE)
        return;
    if (row->seq != event->seq)
        return;
    row->step[0] = '\0';
    if (at == STEP_NONE)
        return;
    at = event->entry == ENTRY_STEP_DONE ? at + 1 : steps_undo_before(today, at);
    if (at != STEP_NONE && steps_at(today, at, &step))
        ROW_TEXT(row->step, step.name);
}

/* Filters ---------------------------------------------------------------------------------------
 */

static enum verdict term_verdict(const struct filter_term *term,
                                 const struct filter_subject *subject, int64_t now_us)
{
    const struct filter one = {1, term};
    bool matches = filter_matches(&one, subject, now_us);

    if (term->field == FILTER_PRODUCT || term->field == FILTER_BY ||
        (term->field == FILTER_STEP && subject->step.p == NULL))
        return VERDICT_MAYBE;
    if (term->field == FILTER_WORD && matches == term->negated) /* a product may begin with it */
        return VERDICT_MAYBE;
    return matches ? VERDICT_YES : VERDICT_NO;
}

static struct slice known(const char *text)
{
    return text[0] == '\0' ? (struct slice){NULL, 0} : slice_of(text);
}

enum verdict row_verdict(const struct row *row, const struct filter *filter, int64_t now_us)
{
    enum verdict all = VERDICT_YES;
    struct filter_subject subject = {
        .uid = &row->uid,
        .status = row->status,
        .customer_id = known(row->customer),
        .reference = known(row->reference),
        .reason = known(row->reason),
        .group = known(row->group),
        .step = known(row->step),
        .attempts = row->attempts,
        .created_at = row->created_at,
    };

    for (size_t i = 0; i < filter->n; i++) {
        enum verdict one = term_verdict(&filter->terms[i], &subject, now_us);

        if (one == VERDICT_NO)
            return VERDICT_NO;
        if (one == VERDICT_MAYBE)
            all = VERDICT_MAYBE;
    }
    return all;
}

bool filter_moves(const struct filter *filter)
{
    const unsigned moving = 1U << FILTER_STATUS | 1U << FILTER_REASON | 1U << FILTER_GROUP |
                            1U << FILTER_STEP | 1U << FILTER_BY | 1U << FILTER_ATTEMPTS;

    for (size_t i = 0; i < filter->n; i++) {
        if ((moving & 1U << filter->terms[i].field) != 0)
            return true;
    }
    return false;
}
