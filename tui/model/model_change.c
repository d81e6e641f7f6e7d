/* The dialogs that change orders: what they ask for, and when they may go on. */
#include <stdio.h>
#include <string.h>

#include "shared/steps.h"
#include "shared/stop_if.h"
#include "shared/units.h"
#include "shared/wire_order.h"
#include "tui/model/model.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_row.h"
#include "tui/model/model_undo.h"
#include "tui/model/model_window.h"

#define TYPE_FROM 10 /* up to nine orders, `y` will do */

struct change_kind {
    const char *verb; /* "Cancel" */
    enum op op;
    bool reason, required;
};

static const struct change_kind changes[] = {
    {"Cancel", OP_CANCEL, true, false},   {"Hold", OP_HOLD, true, false},
    {"Release", OP_RELEASE, true, false}, {"Try", OP_RETRY_NOW, true, false},
    {"Replay", OP_REPLAY, true, false},   {"Discard", OP_DISCARD, true, true},
};

static const struct change_kind *change_of(enum op op)
{
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        if (changes[i].op == op)
            return &changes[i];
    }
    return NULL;
}

/* Hold, or release when all that is meant, as far as it is known here, is held. */
static enum op hold_or_release(const struct model *m, const struct target *target)
{
    bool any = false;

    for (size_t i = 0; i < target->n && i < LIST_ROWS_MAX; i++) {
        enum status status = model_status(m, &target->ids[i]);

        if (status != STATUS_NONE && status != STATUS_HELD)
            return OP_HOLD;
        any = any || status == STATUS_HELD;
    }
    return any ? OP_RELEASE : OP_HOLD;
}

static enum op op_of(const struct model *m, enum action action, const struct target *target)
{
    if (action == ACTION_CANCEL)
        return model_screen(m) == SCREEN_REPLAYS ? OP_REPLAY_CANCEL : OP_CANCEL;
    if (action == ACTION_HOLD)
        return hold_or_release(m, target);
    if (action == ACTION_RETRY)
        return OP_RETRY_NOW;
    if (action == ACTION_DISCARD)
        return OP_DISCARD;
    if (action == ACTION_PAUSE)
        return m->info.paused || m->info.draining ? OP_RESUME : OP_PAUSE;
    return OP_REPLAY;
}

/* "Cancel 12 orders"; how many is not known until the preview has come. */
static void set_title(struct dialog *dialog)
{
    const struct change_kind *change = change_of(dialog->op);
    char count[UNITS_TEXT_MAX] = "…";

    if (change == NULL)
        return;
    if (dialog->count >= 0)
        units_format_count(dialog->count, count);
    (void)snprintf(dialog->title, sizeof dialog->title, "%s %s %s%s", change->verb, count,
                   dialog->count == 1 ? "order" : "orders",
                   dialog->op == OP_RETRY_NOW ? " again now" : "");
    dialog->type_count = dialog->count >= TYPE_FROM || dialog->op == OP_DISCARD;
}

static void ask_preview(struct model *m)
{
    struct dialog *dialog = &m->dialog;
    struct dialog probe = *dialog;
    struct request request;
    struct buf scratch;

    if (dialog->target.n > ORDER_IDS_MAX)
        return;
    buf_init(&scratch, (size_t)4 * INPUT_MAX_BYTES);
    probe.op = OP_REPLAY;     /* a discard's count is that of the same replay */
    input_clear(&probe.rate); /* the count does not depend on how it goes on */
    input_clear(&probe.canary);
    input_clear(&probe.brake);
    job_request(&probe, 0, dialog->target.n, &scratch, &request);
    request.replay.dry_run = true;
    dialog->asking = ask_send(m, (struct ask){.kind = ASK_PREVIEW}, &request);
    buf_done(&scratch);
}

static void pause_dialog(struct model *m, struct dialog *dialog)
{
    const int64_t *counts = m->figures.now.counts;
    char queued[UNITS_TEXT_MAX], retrying[UNITS_TEXT_MAX];

    units_format_count(counts[STATUS_QUEUED], queued);
    units_format_count(counts[STATUS_RETRYING], retrying);
    (void)snprintf(dialog->title, sizeof dialog->title, "%s the queue",
                   dialog->op == OP_PAUSE ? "Pause" : "Resume");
    if (m->figures.known)
        (void)snprintf(dialog->what, sizeof dialog->what, "%s queued and %s retrying %s", queued,
                       retrying, dialog->op == OP_PAUSE ? "will wait" : "go on");
    dialog->count = 0;
}

static void replay_cancel_dialog(struct model *m, struct dialog *dialog)
{
    const struct replay_line *line = replays_selected(&m->replays);
    char left[UNITS_TEXT_MAX], id[UUID_TEXT_LEN + 1];

    uuid_format(&line->uid, id);
    units_format_count(line->matched - line->moved - line->skipped, left);
    (void)snprintf(dialog->title, sizeof dialog->title, "Cancel the replay");
    (void)snprintf(dialog->what, sizeof dialog->what, "%s: %s orders stay failed", id, left);
}

/* By words only what has a preview: its count is exact. */
static bool set_target(struct model *m, enum action action, struct slice arg, struct dialog *dialog)
{
    bool by_words = action == ACTION_REPLAY || action == ACTION_DISCARD;

    if (action == ACTION_PAUSE)
        return true;
    if (arg.n > 0 && !by_words) {
        model_say(m, SAY_PROBLEM, "filter and mark the orders first: / then *");
        return false;
    }
    if (arg.n > 0 && !target_by_words(m, arg, dialog))
        return false;
    if (dialog->target.by_query)
        return true;
    if (target_here(m, action, dialog))
        return true;
    model_say(m, SAY_PROBLEM, "no order is selected");
    return false;
}

/* The target is known: the rest follows from it. */
static void open_for(struct model *m, enum action action)
{
    struct dialog *dialog = &m->dialog;
    const struct change_kind *change = NULL;

    dialog->action = action;
    dialog->op = op_of(m, action, &dialog->target);
    dialog->kind = dialog->op == OP_REPLAY ? DIALOG_REPLAY : DIALOG_CHANGE;
    change = change_of(dialog->op);
    dialog->has_reason = change != NULL && change->reason;
    dialog->reason_required = change != NULL && change->required;
    dialog->focus = DIALOG_ON_CANCEL;
    if (action == ACTION_PAUSE)
        pause_dialog(m, dialog);
    else if (dialog->op == OP_REPLAY_CANCEL)
        replay_cancel_dialog(m, dialog);
    else
        set_title(dialog);
    undo_tell(m, dialog);
    if (dialog->op == OP_REPLAY || (dialog->op == OP_DISCARD && dialog->target.by_query))
        ask_preview(m);
}

void change_open(struct model *m, enum action action, struct slice arg)
{
    dialog_close(m);
    if (set_target(m, action, arg, &m->dialog))
        open_for(m, action);
    else
        dialog_close(m);
}

void change_open_one(struct model *m, enum action action, const struct uuid *uid)
{
    dialog_close(m);
    target_one(m, uid, &m->dialog);
    open_for(m, action);
}

static void not_yet(struct dialog *dialog, enum dialog_focus focus, const char *problem)
{
    ROW_TEXT(dialog->problem, slice_of(problem));
    dialog->focus = focus;
}

/* The preview -----------------------------------------------------------------------------------
 */

/* "pay: timeout"; of the usual step the reason alone. */
static void preview_group_name(const struct reason_group *group, char *out, size_t size)
{
    char text[FAILURE_REASON_MAX * 4 + STEP_NAME_MAX * 4 + 4];
    bool usual = group->step.n == 0 || slice_eq(group->step, STEP_DEFAULT);

    (void)snprintf(text, sizeof text, "%.*s%s%.*s", usual ? 0 : (int)group->step.n,
                   usual ? "" : group->step.p, usual ? "" : ": ", SLICE_ARGS(group->group));
    row_text(out, size, slice_of(text));
}

static void read_groups(struct mp_reader *r, uint32_t n, struct preview *preview)
{
    for (; n > 0 && !mp_failed(r); n--) {
        struct reason_group group = {0};

        wire_group_read(r, &group);
        if (preview->n == PREVIEW_GROUPS) {
            preview->other += group.count;
            continue;
        }
        preview->groups[preview->n].count = group.count;
        preview_group_name(&group, preview->groups[preview->n].group,
                           sizeof preview->groups[preview->n].group);
        preview->n++;
    }
}

void change_preview(struct model *m, const struct answer *answer)
{
    struct dialog *dialog = &m->dialog;
    int64_t meant = dialog->confirmed ? dialog->count : -1;
    struct mp_reader r;
    uint32_t n = 0;

    dialog->asking = 0;
    dialog->confirmed = false;
    dialog->problem[0] = '\0'; /* "still counting" */
    if (answer->none || answer->code != OK) {
        ROW_TEXT(dialog->problem, slice_of(answer_problem(answer)));
        return;
    }
    dialog->preview = (struct preview){.loaded = true};
    dialog->preview.matched = answer_int(answer, "matched", 0);
    dialog->preview.oldest_at = answer_int(answer, "oldest_at", 0);
    if (wire_reply_find(answer->bytes.p, answer->bytes.n, "token", &r) && mp_peek(&r) == MP_STR)
        ROW_TEXT(dialog->preview.token, mp_str(&r));
    if (answer_list(answer, "reasons", &r, &n))
        read_groups(&r, n, &dialog->preview);
    dialog->count = dialog->preview.matched;
    set_title(dialog);
    if (meant == dialog->count)
        change_confirm(m);
    else if (meant >= 0)
        not_yet(dialog, DIALOG_ON_CANCEL, "not as many as were meant: look again");
}

/* OK --------------------------------------------------------------------------------------------
 */

static bool count_typed(const struct dialog *dialog)
{
    char digits[UNITS_TEXT_MAX] = "";
    size_t n = 0;
    int64_t value = 0;

    for (const char *p = dialog->typed.text; *p != '\0' && n + 1 < sizeof digits; p++) {
        if (*p != ',' && *p != ' ')
            digits[n++] = *p;
    }
    return text_int((struct slice){digits, n}, &value) && value == dialog->count;
}

static bool rate_good(struct dialog *dialog)
{
    double rate = 0;

    if (dialog->rate.n == 0)
        return true;
    return text_number(slice_trim(input_slice(&dialog->rate)), &rate) && rate > 0 &&
           rate <= RATE_MAX;
}

static bool canary_good(const struct dialog *dialog)
{
    int64_t n = 0;

    if (dialog->canary.n == 0)
        return true;
    return text_int(slice_trim(input_slice(&dialog->canary)), &n) && n >= 1 && n <= CANARY_MAX;
}

static bool brake_good(const struct dialog *dialog)
{
    struct request_stop_if stop;

    return dialog->brake.n == 0 || stop_if_parse(slice_trim(input_slice(&dialog->brake)), &stop);
}

/* More ids than a request takes are several replays: each would have a canary and a brake of its
   own. */
static bool one_replay(const struct dialog *dialog)
{
    return dialog->target.n <= ORDER_IDS_MAX || (dialog->canary.n == 0 && dialog->brake.n == 0);
}

/* What is missing, told in the dialog; the focus goes there. */
static bool complete(struct model *m, struct dialog *dialog)
{
    const char *why_not = why_ever(m, dialog->action);
    char text[80];

    if (dialog->asking != 0 || dialog->count < 0)
        not_yet(dialog, dialog->focus, "still counting");
    else if (change_of(dialog->op) != NULL && dialog->count == 0)
        not_yet(dialog, DIALOG_ON_CANCEL, "no orders are meant");
    else if (why_not != NULL)
        not_yet(dialog, DIALOG_ON_CANCEL, why_not);
    else if (dialog->reason_required && dialog->reason.n == 0)
        not_yet(dialog, DIALOG_ON_REASON, "a reason is needed");
    else if (utf8_count(input_slice(&dialog->reason)) > REASON_MAX)
        not_yet(dialog, DIALOG_ON_REASON, "the reason has over 256 characters");
    else if (!rate_good(dialog))
        not_yet(dialog, DIALOG_ON_RATE, "orders per second, such as 10, or nothing");
    else if (!canary_good(dialog))
        not_yet(dialog, DIALOG_ON_CANARY, "how many orders go first, such as 1, or nothing");
    else if (!brake_good(dialog))
        not_yet(dialog, DIALOG_ON_BRAKE, "a share and a number, such as 50%/20, or nothing");
    else if (!one_replay(dialog))
        not_yet(dialog, DIALOG_ON_CANARY, "over 1,000 marked: canary and brake need a filter");
    else if (dialog->type_count && !count_typed(dialog)) {
        (void)snprintf(text, sizeof text, "type %lld to go on", (long long)dialog->count);
        not_yet(dialog, DIALOG_ON_COUNT, text);
    } else {
        return true;
    }
    return false;
}

void change_confirm(struct model *m)
{
    struct dialog *dialog = &m->dialog;

    if (!complete(m, dialog)) {
        dialog->confirmed = dialog->asking != 0 && dialog->count >= 0;
        return;
    }
    job_start(m, dialog);
    dialog_close(m);
}
