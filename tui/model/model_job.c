/* A change under way: sent in batches, its outcome added up and told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/stop_if.h"
#include "shared/units.h"
#include "shared/wire_reply.h"
#include "tui/model/model.h"
#include "tui/model/model_filter.h"
#include "tui/model/model_parts.h"

struct job {
    struct dialog what; /* as it was confirmed; owns the target's ids */
    size_t at, sent;    /* ids before the batch under way, and in it */
    int64_t changed, skipped;
    bool cancelling;
    enum status status; /* of a single order, afterwards */
};

static struct slice text_of(const struct input *input)
{
    return input->n > 0 ? input_slice(input) : (struct slice){NULL, 0};
}

/* A discard takes a filter only: the group becomes a term of it. */
static struct slice whole_filter(const struct target *target, struct buf *scratch)
{
    buf_add_text(scratch, target->filter);
    if (target->group[0] != '\0') {
        buf_add_text(scratch, scratch->len > 0 ? " group:" : "group:");
        filterline_quote(scratch, slice_of(target->group));
    }
    return slice_of(buf_text(scratch));
}

static void select_orders(const struct dialog *dialog, size_t at, size_t n, struct selection *out)
{
    const struct target *target = &dialog->target;

    if (dialog->op == OP_REPLAY && dialog->preview.token[0] != '\0')
        return; /* the token says it */
    out->all = target->all;
    out->by_filter = target->by_query && !target->all;
    if (target->by_query)
        return;
    out->ids = (struct id_list){target->ids + at, n};
    out->one = target->n == 1 && dialog->op != OP_REPLAY && dialog->op != OP_DISCARD;
}

static void replay_request(const struct dialog *dialog, struct request_replay *out)
{
    const struct target *target = &dialog->target;
    bool named = dialog->preview.token[0] != '\0';

    if (named)
        out->token = slice_of(dialog->preview.token);
    if (!named && target->filter[0] != '\0')
        out->query.filter_text = slice_of(target->filter);
    if (!named && target->group[0] != '\0')
        out->query.group = slice_of(target->group);
    (void)text_number(slice_trim(input_slice(&dialog->rate)), &out->rate);
    (void)text_int(slice_trim(input_slice(&dialog->canary)), &out->canary);
    (void)stop_if_parse(slice_trim(input_slice(&dialog->brake)), &out->stop_if);
    out->reason = text_of(&dialog->reason);
}

void job_request(const struct dialog *dialog, size_t at, size_t n, struct buf *scratch,
                 struct request *out)
{
    const struct target *target = &dialog->target;
    struct slice reason = text_of(&dialog->reason);

    *out = (struct request){.op = dialog->op};
    if (dialog->op == OP_REPLAY) {
        select_orders(dialog, at, n, &out->replay.which);
        replay_request(dialog, &out->replay);
    } else if (dialog->op == OP_DISCARD) {
        select_orders(dialog, at, n, &out->discard.which);
        if (out->discard.which.by_filter)
            out->discard.which.filter_text = whole_filter(target, scratch);
        out->discard.note = reason;
    } else if (dialog->op == OP_REPLAY_CANCEL) {
        out->replay_cancel.replay_id = target->ids[0];
    } else if (dialog->op != OP_PAUSE && dialog->op != OP_RESUME) {
        select_orders(dialog, at, n, &out->change.which);
        out->change.reason = reason;
    }
}

static void send_batch(struct model *m)
{
    struct job *job = m->job;
    size_t left = job->what.target.n - job->at;
    struct uuid key = uuid_make(&m->ids, m->wall_us);
    char key_text[UUID_TEXT_LEN + 1];
    struct request request;
    struct buf scratch;

    buf_init(&scratch, (size_t)8 * INPUT_MAX_BYTES);
    job->sent = left < ORDER_IDS_MAX ? left : ORDER_IDS_MAX;
    job_request(&job->what, job->at, job->sent, &scratch, &request);
    uuid_format(&key, key_text);
    if (request.op == OP_REPLAY)
        request.replay.key = slice_of(key_text);
    (void)ask_send(m, (struct ask){.kind = ASK_CHANGE}, &request);
    buf_done(&scratch);
}

void job_start(struct model *m, struct dialog *dialog)
{
    m->job = calloc(1, sizeof *m->job);
    if (m->job == NULL)
        abort();
    m->job->what = *dialog;
    dialog->target.ids = NULL;
    m->jobs_all = m->job->what.target.n;
    m->jobs_done = 0;
    send_batch(m);
}

void job_free(struct model *m)
{
    if (m->job == NULL)
        return;
    free(m->job->what.target.ids);
    free(m->job);
    m->job = NULL;
    m->jobs_all = m->jobs_done = 0;
}

/* What is told ---------------------------------------------------------------------------------
 */

static const char *done_word(enum op op)
{
    static const struct {
        enum op op;
        const char *word;
    } words[] = {
        {OP_CANCEL, "cancelled"},    {OP_HOLD, "held"},        {OP_RELEASE, "released"},
        {OP_RETRY_NOW, "tried now"}, {OP_REPLAY, "replay of"}, {OP_DISCARD, "discarded"},
        {OP_PAUSE, "paused"},        {OP_RESUME, "resumed"},   {OP_REPLAY_CANCEL, "cancelled"},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (words[i].op == op)
            return words[i].word;
    }
    return "done";
}

static void tell_one(struct model *m, const struct job *job)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(&job->what.target.ids[0], id);
    if (job->cancelling)
        model_say(m, SAY_DONE, "%.13s: the cancel is noted, its attempt goes on", id);
    else
        model_say(m, SAY_DONE, "%.13s %s: it is %s", id, done_word(job->what.op),
                  status_name(job->status));
}

static void tell_many(struct model *m, const struct job *job)
{
    char changed[UNITS_TEXT_MAX], skipped[UNITS_TEXT_MAX + 16] = "";
    const char *orders = job->changed == 1 ? "order" : "orders";

    units_format_count(job->changed, changed);
    if (job->skipped > 0) {
        char n[UNITS_TEXT_MAX];

        units_format_count(job->skipped, n);
        (void)snprintf(skipped, sizeof skipped, ", %s skipped", n);
    }
    if (job->what.op == OP_REPLAY)
        model_say(m, SAY_DONE, "replay of %s %s started%s", changed, orders, skipped);
    else
        model_say(m, SAY_DONE, "%s %s %s%s", changed, orders, done_word(job->what.op), skipped);
}

static void tell_done(struct model *m)
{
    const struct job *job = m->job;
    enum op op = job->what.op;

    if (op == OP_PAUSE || op == OP_RESUME)
        model_say(m, SAY_DONE, "the queue is %s", done_word(op));
    else if (op == OP_REPLAY_CANCEL)
        model_say(m, SAY_DONE, "the replay is cancelled; what has moved stays moved");
    else if (job->status != STATUS_NONE)
        tell_one(m, job);
    else
        tell_many(m, job);
}

/* In a batch that was refused, or lost, nothing more is sent. */
static void tell_failed(struct model *m, const struct answer *answer)
{
    const struct job *job = m->job;
    char before[64] = "";

    if (job->changed > 0)
        (void)snprintf(before, sizeof before, "%lld done, then: ", (long long)job->changed);
    if (answer->none)
        model_say(m, SAY_PROBLEM, "%snot known to be done: %s; asking again is safe", before,
                  answer_problem(answer));
    else
        model_say(m, SAY_PROBLEM, "%s%s", before, answer_problem(answer));
}

static void add_up(struct job *job, const struct answer *answer)
{
    struct reply_change_one one = {0};

    if (job->what.op == OP_REPLAY) {
        job->changed += answer_int(answer, "matched", 0);
        job->skipped += answer_int(answer, "skipped", 0);
    } else if (job->what.op == OP_DISCARD) {
        int64_t n = answer_int(answer, "discarded", 0);

        job->changed += n;
        if (!job->what.target.by_query)
            job->skipped += (int64_t)job->sent - n;
    } else if (wire_read_change_one(answer->bytes.p, answer->bytes.n, &one, NULL) == OK) {
        job->changed++;
        job->status = one.status;
        job->cancelling = one.cancelling;
    } else {
        job->changed += answer_int(answer, "changed", 0);
        job->skipped += answer_int(answer, "skipped", 0);
    }
}

static void finish(struct model *m)
{
    struct list *list = model_list(m);

    if (m->job->what.op == OP_PAUSE)
        m->info.paused = true;
    if (m->job->what.op == OP_RESUME)
        m->info.paused = m->info.draining = false;
    if (m->job->what.target.n > 1 && list != NULL)
        marks_clear(&list->marks);
    tell_done(m);
    detail_refresh(m);
}

void job_answer(struct model *m, const struct answer *answer)
{
    struct job *job = m->job;

    if (job == NULL)
        return;
    if (answer->none || answer->code != OK) {
        tell_failed(m, answer);
        job_free(m);
        return;
    }
    add_up(job, answer);
    job->at += job->sent;
    m->jobs_done = job->at;
    if (job->at < job->what.target.n) {
        send_batch(m);
        return;
    }
    finish(m);
    job_free(m);
}
