/* An order's history in two lines. */
#include "tui/view/view_timeline.h"

#include <inttypes.h>
#include <stdio.h>

#include "shared/order_steps.h"

#include "tui/view/view_parts.h"

#define STRETCHES 12 /* the latest that are kept */
#define STRETCH_MAX 96
#define GAP 3
#define MORE_W 2 /* where earlier ones are left out */

/* "try 1 03:26:31 failed": from one entry to what ended it. */
struct stretch {
    char text[STRETCH_MAX];
    size_t n;
    bool open; /* an attempt that is under way */
};

struct stretches {
    struct stretch ring[STRETCHES];
    size_t n; /* ever */
};

/* Words that end an attempt, by entry; others stand for themselves. */
static const char *const endings[ENTRY_COUNT] = {
    [ENTRY_ATTEMPT_FAILED] = "failed", [ENTRY_FULFILLED] = "fulfilled",
    [ENTRY_DEAD_LETTERED] = "-> DLQ",  [ENTRY_GIVEN_BACK] = "given back",
    [ENTRY_RECOVERED] = "cut short",   [ENTRY_STEP_DONE] = "done",
    [ENTRY_UNDONE] = "undone",         [ENTRY_UNDO_FAILED] = "undo failed",
};

static size_t intake_end(const struct detail *d)
{
    size_t i = 0;

    while (i < d->n_entries && d->entries[i].type != ENTRY_ATTEMPT_STARTED)
        i++;
    return i;
}

void view_timeline_intake(const struct model *m, struct canvas *c, struct span at)
{
    const struct detail *d = &m->detail;
    int x = at.x, end = at.x + at.w;

    for (size_t i = 0; i < intake_end(d) && x < end; i++) {
        char text[VIEW_PART_MAX];
        bool same_second = i > 0 && d->entries[i].at / 1000000 == d->entries[i - 1].at / 1000000;

        view_clock(m, d->entries[i].at, text);
        x += canvas_printf(c, span_of(x, at.y, end - x), COLOUR_FAINT, "%.*s ",
                           same_second ? 4 : 12, same_second ? text + 8 : text);
        x += canvas_printf(c, span_of(x, at.y, end - x), COLOUR_PLAIN, "%s ",
                           entry_name(d->entries[i].type));
    }
}

static struct stretch *begin(struct stretches *all)
{
    struct stretch *stretch = &all->ring[all->n++ % STRETCHES];

    *stretch = (struct stretch){.n = 0};
    return stretch;
}

static struct stretch *last_of(struct stretches *all)
{
    return all->n > 0 ? &all->ring[(all->n - 1) % STRETCHES] : NULL;
}

static void add(struct stretch *stretch, const char *text)
{
    if (stretch->n + 1 < STRETCH_MAX)
        stretch->n += (size_t)snprintf(stretch->text + stretch->n, STRETCH_MAX - stretch->n, "%s%s",
                                       stretch->n > 0 ? " " : "", text);
}

static void take(const struct model *m, struct stretches *all, const struct entry *entry)
{
    struct stretch *stretch = last_of(all);
    char text[VIEW_PART_MAX], clock[VIEW_PART_MAX];
    bool steps = order_has_steps(&m->detail.order);

    view_clock(m, entry->at, clock);
    if (entry->type == ENTRY_RETRY_SCHEDULED)
        return;
    if (entry->type == ENTRY_ATTEMPT_STARTED) {
        (void)snprintf(text, sizeof text, "%.*s%stry %" PRIu32 " %.8s",
                       steps ? (int)entry->step.n : 0, entry->step.n > 0 ? entry->step.p : "",
                       steps ? " " : "", entry->attempt, clock);
        stretch = begin(all);
        add(stretch, text);
        stretch->open = true;
    } else if (endings[entry->type] != NULL && stretch != NULL) {
        add(stretch, endings[entry->type]);
        stretch->open = false;
    } else {
        (void)snprintf(text, sizeof text, "%.8s %.40s", clock, entry_name(entry->type));
        add(begin(all), text);
    }
}

static int cells_of(const struct stretch *stretch)
{
    return canvas_cells((struct slice){stretch->text, stretch->n});
}

/* The first one from which on all fit. */
static size_t first_shown(const struct stretches *all, int cells)
{
    size_t first = all->n;

    while (first > 0 && all->n - first < STRETCHES) {
        int w = cells_of(&all->ring[(first - 1) % STRETCHES]) + (first < all->n ? GAP : 0);

        if (w > cells)
            break;
        cells -= w;
        first--;
    }
    return first;
}

void view_timeline_tries(const struct model *m, struct canvas *c, struct span at)
{
    struct stretches all = {.n = 0};
    int x = at.x, end = at.x + at.w;
    size_t first = 0;

    for (size_t i = intake_end(&m->detail); i < m->detail.n_entries; i++)
        take(m, &all, &m->detail.entries[i]);
    if (all.n == 0)
        return;
    if (last_of(&all)->open)
        add(last_of(&all), "running");
    first = first_shown(&all, at.w - MORE_W);
    if (first > 0)
        x += MORE_W + canvas_put(c, span_of(x, at.y, 1), slice_of(c->utf8 ? "…" : "~"), 0) - 1;
    for (size_t i = first; i < all.n && x < end; i++) {
        const struct stretch *stretch = &all.ring[i % STRETCHES];

        x += GAP + canvas_put_cut(c, span_of(x, at.y, end - x),
                                  (struct slice){stretch->text, stretch->n}, COLOUR_PLAIN);
    }
}
