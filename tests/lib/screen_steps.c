/* Screens of an instance whose orders have several steps. */
#include "tests/lib/screen_steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST "reserve<,charge<,ship"
#define SECOND_US INT64_C(1000000)

static void act(struct model *m, enum action action)
{
    model_act(m, action, (struct slice){NULL, 0});
}

void screen_steps_overview(struct model *m)
{
    static const struct step_figures steps[] = {
        {"reserve", 4, 1, 0, 0, 0, 0, 41.2, 540000},
        {"charge", 2, 2, 2, 1, 14402, 1, 29.04, 12000},
        {"ship", 0, 0, 0, 0, 15, 0, 1234.5, 0},
    };

    memcpy(m->figures.now.steps, steps, sizeof steps);
    m->figures.now.n_steps = sizeof steps / sizeof steps[0];
    act(m, ACTION_VIEW_OVERVIEW);
}

void screen_steps_many(struct model *m)
{
    for (int i = 0; i < 20; i++) {
        struct step_figures *step = &m->figures.now.steps[i];

        (void)snprintf(step->name, sizeof step->name, "step-%d%s", i + 1,
                       i == 1 ? "-with-a-name-that-is-long" : "");
        step->queued = i == 1 ? 123456789 : i;
        step->oldest_ms = i * INT64_C(1000);
    }
    m->figures.now.n_steps = 20;
    act(m, ACTION_VIEW_OVERVIEW);
}

void screen_steps_groups(struct model *m)
{
    static const char *const steps[] = {"ship", "charge", "charge", "reserve"};

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        (void)snprintf(m->groups.lines[i].step, sizeof m->groups.lines[i].step, "%s", steps[i]);
    act(m, ACTION_VIEW_FAILED);
    m->groups.on = true;
    m->groups.selected = 1;
}

/* Reserved, charged at the second attempt; `ship` failed for good. */
static const struct {
    enum entry_type type;
    uint32_t attempt;
    const char *step;
    int64_t after_us;
    const char *by, *detail;
} story[] = {
    {ENTRY_RECEIVED, 0, NULL, 0, "ada", NULL},
    {ENTRY_VALIDATED, 0, NULL, 1100, "dofsd", NULL},
    {ENTRY_STORED, 0, NULL, 400, "dofsd", NULL},
    {ENTRY_QUEUED, 0, "reserve", 20, "dofsd", NULL},
    {ENTRY_ATTEMPT_STARTED, 1, "reserve", 2000, "dofsd", NULL},
    {ENTRY_STEP_DONE, 1, "reserve", 250000, "dofsd", NULL},
    {ENTRY_ATTEMPT_STARTED, 1, "charge", 3000, "dofsd", NULL},
    {ENTRY_ATTEMPT_FAILED, 1, "charge", 90000, "dofsd", "timeout"},
    {ENTRY_RETRY_SCHEDULED, 1, "charge", 0, "dofsd", NULL},
    {ENTRY_ATTEMPT_STARTED, 2, "charge", 1400000, "dofsd", NULL},
    {ENTRY_STEP_DONE, 2, "charge", 120000, "dofsd", NULL},
    {ENTRY_ATTEMPT_STARTED, 1, "ship", 2000, "dofsd", NULL},
    {ENTRY_ATTEMPT_FAILED, 1, "ship", 430000, "dofsd", "no such address"},
    {ENTRY_DEAD_LETTERED, 1, "ship", 0, "dofsd", "no such address"},
    /* from here on only where it is cancelled */
    {ENTRY_UNDO_STARTED, 0, "charge", 4000000, "ada", "customer asked"},
    {ENTRY_ATTEMPT_STARTED, 1, "charge", 5000, "dofsd", NULL},
    {ENTRY_UNDO_FAILED, 1, "charge", 70000, "dofsd", "locked"},
    {ENTRY_RETRY_SCHEDULED, 1, "charge", 0, "dofsd", NULL},
};
#define STORY_ALL (sizeof story / sizeof story[0])
#define STORY_FAILED 14U

static void tell(struct model *m, size_t n)
{
    static const struct pair results[] = {{{"reserve", 7}, {"bin 7\nshelf 2", 13}},
                                          {{"charge", 6}, {"receipt 12", 10}}};
    struct detail *d = &m->detail;
    int64_t at = m->wall_us - 28 * SECOND_US;

    free(d->entries);
    d->entries = calloc(STORY_ALL, sizeof *d->entries);
    if (d->entries == NULL)
        abort();
    for (size_t i = 0; i < n; i++) {
        at += story[i].after_us;
        d->entries[i] = (struct entry){.seq = (int64_t)i + 1,
                                       .type = story[i].type,
                                       .at = at,
                                       .attempt = story[i].attempt,
                                       .step = slice_of(story[i].step),
                                       .by = slice_of(story[i].by),
                                       .detail = slice_of(story[i].detail)};
    }
    d->n_entries = n;
    d->order.steps = SLICE(LIST);
    d->order.step = SLICE("ship");
    d->order.attempts = 1;
    d->order.replays = 0;
    d->order.failure_reason = SLICE("no such address");
    d->order.result = (struct slice){NULL, 0};
    d->order.results = results;
    d->order.n_results = 2;
    (void)snprintf(m->info.steps, sizeof m->info.steps, "%s", LIST);
}

static void tell_undo(struct model *m)
{
    struct order *order = &m->detail.order;

    tell(m, STORY_ALL);
    order->status = STATUS_UNDOING;
    order->cancelling = true;
    order->step = SLICE("charge");
    order->failure_reason = SLICE("locked");
    order->next_attempt_at = m->wall_us + 3 * SECOND_US;
    m->lists[LIST_ORDERS].rows[0]->status = STATUS_UNDOING;
    m->lists[LIST_ORDERS].rows[0]->cancelling = true;
    m->lists[LIST_ORDERS].rows[0]->next_attempt_at = order->next_attempt_at;
}

void screen_steps_preview(struct model *m)
{
    tell_undo(m);
}

void screen_steps_order(struct model *m)
{
    tell_undo(m);
    act(m, ACTION_OPEN);
}

void screen_steps_history(struct model *m)
{
    tell_undo(m);
    act(m, ACTION_OPEN);
    m->detail.top = 1000;
}

void screen_steps_cancel(struct model *m)
{
    tell(m, STORY_FAILED);
    act(m, ACTION_CANCEL);
}

void screen_steps_cancel_running(struct model *m)
{
    tell(m, 7);
    m->detail.order.status = STATUS_PROCESSING;
    m->detail.order.step = SLICE("charge");
    m->detail.order.seq = 7;
    act(m, ACTION_CANCEL);
}

void screen_steps_cancel_marked(struct model *m)
{
    struct list *list = &m->lists[LIST_ORDERS];
    static const char *const at[] = {"ship", "charge", "charge", "reserve"};

    tell(m, STORY_FAILED);
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(list->rows[i]->step, sizeof list->rows[i]->step, "%s", at[i]);
        (void)marks_add(&list->marks, &list->rows[i]->uid);
    }
    act(m, ACTION_CANCEL);
}
