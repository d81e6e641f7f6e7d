/* What happened to an order, in sentences: failures in a row are one of them. */
#include "shared/order_why.h"

#include <inttypes.h>

#include "shared/order_steps.h"
#include "shared/order_why_inside.h"
#include "shared/units.h"

#define DETAIL_MAX 256 /* characters of one: an amendment tells more than a sentence holds */

/* Failed attempts with nothing but their retries between them. */
struct failures {
    uint32_t n;
    uint32_t first, last; /* attempt numbers */
    int64_t at;           /* of the last */
    struct slice step;    /* of all of them */
    bool undo;            /* of all of them */
    struct slice reason;  /* of the last */
    bool alike;           /* all have that reason */
};

struct story {
    const struct order_why_facts *facts;
    struct arena *arena;
    struct buf *text;
    struct order_why *out;
    struct failures failures;
    bool undoing; /* from `undo_started` on */
    size_t left_out;
};

struct slice order_why_keep(struct arena *arena, struct buf *text)
{
    struct slice kept = {arena_copy(arena, text->data, text->len), text->len};

    buf_clear(text);
    return kept;
}

bool order_why_discarded(const struct order_why_facts *facts)
{
    bool discarded = false;

    for (size_t i = 0; i < facts->n_entries; i++) {
        enum entry_type type = facts->entries[i].type;

        if (type == ENTRY_DISCARDED)
            discarded = true;
        else if (type == ENTRY_DEAD_LETTERED)
            discarded = false;
    }
    return discarded && facts->order->status == STATUS_FAILED;
}

/* The sentence is over. Of too many the first stays, and the newest ones. */
static void end_sentence(struct story *story)
{
    struct order_why *out = story->out;

    if (story->text->len > 0 && story->text->data[story->text->len - 1] != '.')
        buf_add_byte(story->text, '.');
    if (out->n_happened == ORDER_WHY_HAPPENED_MAX) {
        /* The second place says how many are missing. */
        for (size_t i = 2; i + 1 < ORDER_WHY_HAPPENED_MAX; i++)
            out->happened[i] = out->happened[i + 1];
        out->n_happened--;
        story->left_out += story->left_out == 0 ? 2 : 1;
    }
    out->happened[out->n_happened++] = order_why_keep(story->arena, story->text);
}

static void add_age(const struct story *story, int64_t at)
{
    char age[UNITS_TEXT_MAX];
    int64_t us = story->facts->now_us - at;

    units_format_age(us > 0 ? us : 0, age);
    buf_printf(story->text, " %s ago", age);
}

static void add_by(const struct story *story, struct slice by)
{
    if (by.n > 0)
        buf_printf(story->text, " by %.*s", SLICE_ARGS(by));
}

static void add_detail(const struct story *story, struct slice detail)
{
    struct slice start = utf8_valid(detail) ? utf8_cut(detail, DETAIL_MAX) : detail;

    if (detail.n == 0)
        return;
    buf_printf(story->text, ": %.*s", SLICE_ARGS(start));
    if (start.n < detail.n)
        buf_add_text(story->text, "...");
}

void order_why_add_aim(const struct order_why_facts *facts, struct slice step, bool undo,
                       struct buf *text)
{
    if (undo)
        buf_printf(text, " to undo '%.*s'", SLICE_ARGS(step));
    else if (order_has_steps(facts->order))
        buf_printf(text, " at '%.*s'", SLICE_ARGS(step));
}

static void tell_failures(struct story *story)
{
    struct failures *f = &story->failures;

    if (f->n == 0)
        return;
    if (f->n == 1)
        buf_printf(story->text, "Attempt %" PRIu32, f->last);
    else
        buf_printf(story->text, "Attempts %" PRIu32 " to %" PRIu32, f->first, f->last);
    order_why_add_aim(story->facts, f->step, f->undo, story->text);
    buf_add_text(story->text, f->n == 1 ? " failed" : " failed, the last");
    add_age(story, f->at);
    if (!f->alike)
        buf_add_text(story->text, ", for several reasons, at last");
    add_detail(story, f->reason);
    end_sentence(story);
    *f = (struct failures){0};
}

static void note_failure(struct story *story, const struct entry *entry)
{
    struct failures *f = &story->failures;

    if (f->n == 0)
        *f = (struct failures){
            .first = entry->attempt, .step = entry->step, .undo = story->undoing, .alike = true};
    else
        f->alike = f->alike && slice_eq(f->reason, entry->detail);
    f->n++;
    f->last = entry->attempt;
    f->at = entry->at;
    f->reason = entry->detail;
}

/* How an entry is told. */
enum way {
    WAY_SILENT,  /* said by its neighbours */
    WAY_FAILURE, /* gathered with those beside it */
    WAY_IT,      /* "It was held 3m ago by ana: a look." */
    WAY_ATTEMPT, /* "Attempt 2 fulfilled it 3m ago." */
    WAY_STEP,    /* "'charge' was done 3m ago." */
};

static const struct {
    enum way way;
    const char *words;
} ways[ENTRY_COUNT] = {
    [ENTRY_QUEUED] = {WAY_SILENT, NULL},
    [ENTRY_REJECTED] = {WAY_IT, "was rejected"},
    [ENTRY_ATTEMPT_FAILED] = {WAY_FAILURE, NULL},
    [ENTRY_RECOVERED] = {WAY_FAILURE, NULL},
    [ENTRY_FULFILLED] = {WAY_ATTEMPT, "fulfilled it"},
    [ENTRY_GIVEN_BACK] = {WAY_ATTEMPT, "was given back by a stop, and does not count,"},
    [ENTRY_DEAD_LETTERED] = {WAY_IT, "was given up and went to the dead-letter queue"},
    [ENTRY_REPLAYED] = {WAY_IT, "was replayed"},
    [ENTRY_RETRIED_NOW] = {WAY_IT, "was queued for its next attempt at once"},
    [ENTRY_AMENDED] = {WAY_IT, "was amended"},
    [ENTRY_HELD] = {WAY_IT, "was held"},
    [ENTRY_RELEASED] = {WAY_IT, "was released"},
    [ENTRY_DISCARDED] = {WAY_IT, "was dropped from the dead-letter queue for good"},
    [ENTRY_CANCELLED] = {WAY_IT, "was cancelled"},
    [ENTRY_STEP_DONE] = {WAY_STEP, "was done"},
    [ENTRY_UNDO_STARTED] = {WAY_IT, "began to be undone"},
    [ENTRY_UNDONE] = {WAY_STEP, "was undone"},
    [ENTRY_UNDO_FAILED] = {WAY_FAILURE, NULL},
};

/* What the daemon itself decides needs no name. */
static bool asked_for(const struct entry *entry)
{
    return !slice_is(entry->by, "dofsd");
}

static void tell_entry(struct story *story, const struct entry *entry)
{
    enum way way = ways[entry->type].way;

    if (entry->type == ENTRY_UNDO_STARTED)
        story->undoing = true;
    if (way == WAY_SILENT)
        return;
    if (way == WAY_FAILURE) {
        note_failure(story, entry);
        return;
    }
    tell_failures(story);
    if (way == WAY_IT)
        buf_add_text(story->text, "It");
    else if (way == WAY_STEP)
        buf_printf(story->text, "'%.*s'", SLICE_ARGS(entry->step));
    else
        buf_printf(story->text, "Attempt %" PRIu32, entry->attempt);
    if (way == WAY_ATTEMPT)
        order_why_add_aim(story->facts, entry->step, story->undoing, story->text);
    buf_printf(story->text, " %s", ways[entry->type].words);
    add_age(story, entry->at);
    if (way == WAY_IT && asked_for(entry))
        add_by(story, entry->by);
    add_detail(story, entry->detail);
    end_sentence(story);
}

static void tell_submit(struct story *story)
{
    const struct order_why_facts *facts = story->facts;
    const struct entry *first = facts->n_entries > 0 ? &facts->entries[0] : NULL;

    buf_add_text(story->text, "It was submitted");
    add_age(story, first != NULL ? first->at : facts->order->created_at);
    if (first != NULL)
        add_by(story, first->by);
    if (facts->order->status != STATUS_REJECTED)
        buf_add_text(story->text, " and accepted");
    end_sentence(story);
}

const struct entry *order_why_undo_running(const struct order_why_facts *facts)
{
    const struct entry *last = facts->n_entries > 0 ? &facts->entries[facts->n_entries - 1] : NULL;

    return facts->order->status == STATUS_UNDOING && last != NULL &&
                   last->type == ENTRY_ATTEMPT_STARTED
               ? last
               : NULL;
}

static void tell_running(struct story *story)
{
    const struct order_why_facts *facts = story->facts;
    const struct order *order = facts->order;
    const struct entry *undo = order_why_undo_running(facts);

    if (order->status != STATUS_PROCESSING && undo == NULL)
        return;
    buf_printf(story->text, "Attempt %" PRIu32, undo != NULL ? undo->attempt : order->attempts);
    order_why_add_aim(facts, order->step, undo != NULL, story->text);
    buf_add_text(story->text, " began");
    add_age(story, undo != NULL ? undo->at : order->updated_at);
    end_sentence(story);
}

void order_why(const struct order_why_facts *facts, struct arena *arena, struct order_why *out)
{
    struct buf text;
    struct story story = {.facts = facts, .arena = arena, .text = &text, .out = out};

    *out = (struct order_why){0};
    buf_init(&text, ORDER_WHY_SENTENCE_BYTES);
    tell_submit(&story);
    for (size_t i = 0; i < facts->n_entries; i++)
        tell_entry(&story, &facts->entries[i]);
    tell_failures(&story);
    tell_running(&story);
    if (story.left_out > 0) {
        buf_printf(&text, "(%zu more sentences are left out: the history has all.)",
                   story.left_out);
        out->happened[1] = order_why_keep(arena, &text);
    }
    order_why_stands(facts, arena, &text, out);
    order_why_next(facts, arena, &text, out);
    order_why_commands(facts, arena, out);
    buf_done(&text);
}
