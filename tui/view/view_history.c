/* An order's history as lines, grouped by step where there are several. */
#include "tui/view/view_history.h"

#include <inttypes.h>
#include <stdio.h>

#include "shared/order_steps.h"

static unsigned entry_style(enum entry_type type)
{
    static const unsigned styles[ENTRY_COUNT] = {
        [ENTRY_ATTEMPT_STARTED] = COLOUR_STATUS + STATUS_PROCESSING,
        [ENTRY_ATTEMPT_FAILED] = COLOUR_STATUS + STATUS_RETRYING,
        [ENTRY_DEAD_LETTERED] = COLOUR_STATUS + STATUS_FAILED,
        [ENTRY_FULFILLED] = COLOUR_STATUS + STATUS_FULFILLED,
        [ENTRY_HELD] = COLOUR_STATUS + STATUS_HELD,
        [ENTRY_CANCELLED] = COLOUR_STATUS + STATUS_CANCELLED,
        [ENTRY_REJECTED] = COLOUR_STATUS + STATUS_REJECTED,
        [ENTRY_RECOVERED] = COLOUR_STATUS + STATUS_RETRYING,
        [ENTRY_STEP_DONE] = COLOUR_STATUS + STATUS_FULFILLED,
        [ENTRY_UNDO_STARTED] = COLOUR_STATUS + STATUS_UNDOING,
        [ENTRY_UNDONE] = COLOUR_STATUS + STATUS_UNDOING,
        [ENTRY_UNDO_FAILED] = COLOUR_STATUS + STATUS_RETRYING};

    return styles[type];
}

/* "03:26:31.429   +2ms  1 attempt_failed   Fulfillment simulation failed  by root" */
static void entry_line(const struct model *m, struct view_pen *pen, size_t i)
{
    const struct entry *entry = &m->detail.entries[i];
    struct span at = view_pen_line(pen);
    char clock[VIEW_PART_MAX], gap[VIEW_PART_MAX], attempt[16] = "";
    int x = at.x + 1, end = at.x + at.w;

    if (at.w < 2)
        return;
    view_clock(m, entry->at, clock);
    view_step(detail_gap(&m->detail, i), gap);
    if (entry->attempt > 0)
        (void)snprintf(attempt, sizeof attempt, "%" PRIu32, entry->attempt);
    x += canvas_printf(pen->c, span_of(x, at.y, end - x), COLOUR_FAINT, "%s %7s%s ", clock,
                       i > 0 ? gap : "", i > 0 ? "" : " ");
    x += canvas_printf(pen->c, span_of(x, at.y, end - x), COLOUR_FAINT, "%3s ", attempt);
    x += canvas_printf(pen->c, span_of(x, at.y, end - x), entry_style(entry->type), "%-16s",
                       entry_name(entry->type));
    if (entry->step.n > 0 && !order_has_steps(&m->detail.order) && !slice_is(entry->step, "fulfil"))
        x += canvas_printf(pen->c, span_of(x, at.y, end - x), COLOUR_PLAIN, "%.*s ",
                           SLICE_ARGS(entry->step));
    if (entry->detail.n > 0)
        x +=
            canvas_put_cut(pen->c, span_of(x + 1, at.y, end - x - 1), entry->detail, COLOUR_PLAIN) +
            1;
    if (entry->by.n > 0 && !slice_is(entry->by, "dofsd"))
        (void)canvas_printf(pen->c, span_of(x + 1, at.y, end - x - 1), COLOUR_FAINT, "by %.*s",
                            SLICE_ARGS(entry->by));
}

/* Entries in a row that belong to one step, or to its undo. */
struct stage {
    struct slice step; /* absent: the intake */
    bool undo;
    size_t from, to, last; /* `last`: what ended it, or came last */
    uint32_t attempts;
    enum entry_type end; /* what came of it: of the entry that ended it, else ENTRY_COUNT */
};

static bool ends(enum entry_type type)
{
    return type == ENTRY_STEP_DONE || type == ENTRY_FULFILLED || type == ENTRY_DEAD_LETTERED ||
           type == ENTRY_UNDONE || type == ENTRY_CANCELLED;
}

/* Does the entry begin another stage? What comes before the first attempt is the intake's. */
static bool begins(const struct stage *stage, const struct entry *entry)
{
    if (entry->type == ENTRY_UNDO_STARTED)
        return true;
    if (stage->step.n == 0 && entry->type != ENTRY_ATTEMPT_STARTED)
        return false;
    return entry->step.n > 0 && !slice_eq(entry->step, stage->step);
}

/* A replay may begin it once more. */
static void note(struct stage *stage, const struct entry *entry)
{
    if (entry->type == ENTRY_ATTEMPT_STARTED) {
        stage->attempts++;
        stage->end = ENTRY_COUNT;
    } else if (ends(entry->type)) {
        stage->end = entry->type;
    }
    if (stage->end == ENTRY_COUNT || ends(entry->type))
        stage->last = stage->to;
}

/* The one that begins with entry `from`. */
static struct stage stage_from(const struct detail *d, size_t from, bool undo)
{
    struct stage stage = {.undo = undo, .from = from, .to = from, .end = ENTRY_COUNT};

    if (from > 0 || d->entries[from].type == ENTRY_ATTEMPT_STARTED)
        stage.step = d->entries[from].step;
    for (; stage.to < d->n_entries; stage.to++) {
        const struct entry *entry = &d->entries[stage.to];

        if (stage.to > from && begins(&stage, entry))
            break;
        note(&stage, entry);
    }
    return stage;
}

static const char *end_word(const struct stage *stage)
{
    static const char *const words[ENTRY_COUNT] = {[ENTRY_STEP_DONE] = "done",
                                                   [ENTRY_FULFILLED] = "done",
                                                   [ENTRY_UNDONE] = "undone",
                                                   [ENTRY_DEAD_LETTERED] = "failed",
                                                   [ENTRY_CANCELLED] = "cancelled"};

    return stage->end == ENTRY_COUNT ? "so far" : words[stage->end];
}

/* "pay: 2 attempts, done in 3.2s: receipt 12" */
static void stage_heading(const struct model *m, struct view_pen *pen, const struct stage *stage)
{
    const struct detail *d = &m->detail;
    struct span at = view_pen_line(pen);
    bool done = stage->end == ENTRY_STEP_DONE || stage->end == ENTRY_FULFILLED;
    struct slice result = done ? order_result_of(&d->order, stage->step) : (struct slice){NULL, 0};
    struct slice line = slice_cut(&result, '\n');
    char took[VIEW_PART_MAX];
    int x = at.x + 1, end = at.x + at.w;

    if (at.w < 2)
        return;
    view_step(d->entries[stage->last].at - d->entries[stage->from].at, took);
    x += canvas_printf(pen->c, span_of(x, at.y, end - x), STYLE_BOLD,
                       "%s%.*s: ", stage->undo ? "undo of " : "", SLICE_ARGS(stage->step));
    x += canvas_printf(pen->c, span_of(x, at.y, end - x), COLOUR_PLAIN,
                       "%" PRIu32 " attempt%s, %s%s%s", stage->attempts,
                       stage->attempts == 1 ? "" : "s", end_word(stage),
                       stage->end == ENTRY_COUNT ? " " : " in ", took);
    if (line.n > 0)
        (void)canvas_printf(pen->c, span_of(x, at.y, end - x), COLOUR_ACCENT, ": %.*s",
                            SLICE_ARGS(line));
}

void view_history(const struct model *m, struct view_pen *pen)
{
    const struct detail *d = &m->detail;
    bool steps = order_has_steps(&d->order), undo = false;
    size_t i = 0;

    while (i < d->n_entries) {
        struct stage stage = {.to = d->n_entries};

        undo = undo || d->entries[i].type == ENTRY_UNDO_STARTED;
        if (steps)
            stage = stage_from(d, i, undo);
        if (stage.step.n > 0)
            stage_heading(m, pen, &stage);
        for (; i < stage.to; i++)
            entry_line(m, pen, i);
    }
}
