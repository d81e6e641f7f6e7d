/* What a person does to come to each screen that has a golden text. */
#include "tests/lib/screen_scenes.h"

#include <stdio.h>

#include "tests/lib/screen_steps.h"

static void act(struct model *m, enum action action)
{
    model_act(m, action, (struct slice){NULL, 0});
}

static void type(struct model *m, const char *text)
{
    model_type(m, slice_of(text));
}

static void go_overview(struct model *m)
{
    act(m, ACTION_VIEW_OVERVIEW);
}

/* One that nobody knows of, and one that ada does. */
static void alarms_on_now(struct model *m)
{
    struct alarm_line *lines = m->alarms.lines;

    lines[0].alarm = lines[1].alarm = true;
    lines[0].value = 14417;
    lines[1].value = 540;
    lines[0].since_at = m->wall_us - 190000000;
    lines[1].since_at = m->wall_us - 480000000;
    (void)snprintf(lines[1].acknowledged_by, sizeof lines[1].acknowledged_by, "%s",
                   m->replays.lines[0].by);
}

static void go_alarms(struct model *m)
{
    act(m, ACTION_VIEW_OVERVIEW);
    alarms_on_now(m);
}

static void go_orders_alarm(struct model *m)
{
    alarms_on_now(m);
    m->alarms.lines[1].acknowledged_by[0] = '\0';
}

static void go_millions(struct model *m)
{
    act(m, ACTION_VIEW_FAILED);
    m->groups.on = true;
    m->groups.lines[0].count = 10000000;
    m->groups.lines[1].count = 200000;
    m->figures.now.dlq_depth = 10201235;
}

static void go_orders(struct model *m)
{
    act(m, ACTION_VIEW_ORDERS);
}

static void go_filter(struct model *m)
{
    act(m, ACTION_FILTER);
    type(m, "customer:acme* age<1h -sta");
}

static void go_marked(struct model *m)
{
    struct list *list = &m->lists[LIST_ORDERS];

    list->top = 2;
    list->selected = 5;
    list->n_new = 12;
    for (size_t i = 3; i < 6; i++)
        (void)marks_add(&list->marks, &list->rows[i]->uid);
    m->said =
        (struct said){SAY_DONE, m->mono_us, "3 orders held, 1 refused: the order is FULFILLED"};
}

static void go_failed(struct model *m)
{
    act(m, ACTION_VIEW_FAILED);
}

static void go_groups(struct model *m)
{
    act(m, ACTION_VIEW_FAILED);
    m->groups.on = true;
    m->groups.selected = 1;
}

static void go_replays(struct model *m)
{
    act(m, ACTION_VIEW_REPLAYS);
}

static void go_events(struct model *m)
{
    act(m, ACTION_VIEW_EVENTS);
}

static void go_detail(struct model *m)
{
    act(m, ACTION_OPEN);
}

static void go_detail_end(struct model *m)
{
    act(m, ACTION_OPEN);
    m->detail.top = 1000;
}

static void go_form(struct model *m)
{
    act(m, ACTION_NEW);
}

static void go_form_problems(struct model *m)
{
    act(m, ACTION_NEW);
    type(m, "ab");
    for (int i = 0; i < 4; i++)
        model_edit(m, EDIT_NEXT);
    type(m, "widget");
    model_edit(m, EDIT_NEXT);
    type(m, "0");
    act(m, ACTION_SEND);
}

static void go_form_unsent(struct model *m)
{
    go_form_problems(m);
    m->form->state = FORM_UNSENT;
    (void)snprintf(m->form->refused, sizeof m->form->refused, "busy: ask again in 2s");
}

static void go_amend(struct model *m)
{
    static const struct {
        enum form_kind kind;
        const char *text;
    } values[] = {{FORM_CUSTOMER, "cust-acme-tools"},
                  {FORM_REFERENCE, "PO-2026-0017"},
                  {FORM_PRIORITY, "5"},
                  {FORM_PRODUCT, "staging-widget"},
                  {FORM_QUANTITY, "3"},
                  {FORM_REASON, "wrong quantity"}};

    act(m, ACTION_NEW);
    m->form->amends = true;
    m->form->uid = m->detail.uid;
    m->form->status = STATUS_FAILED;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        while (m->form->focus != values[i].kind)
            model_edit(m, EDIT_NEXT);
        type(m, values[i].text);
    }
}

static void go_amend_unsent(struct model *m)
{
    go_amend(m);
    (void)snprintf(m->form->items[0].quantity.problem, sizeof m->form->items[0].quantity.problem,
                   "must be an integer from 1 to 1000000");
    m->form->state = FORM_UNSENT;
}

static void go_help(struct model *m)
{
    act(m, ACTION_HELP);
}

static void go_help_search(struct model *m)
{
    act(m, ACTION_HELP);
    act(m, ACTION_FILTER);
    type(m, "replay");
}

static void go_cancel(struct model *m)
{
    m->lists[LIST_ORDERS].selected = 3;
    act(m, ACTION_CANCEL);
}

static void go_replay(struct model *m)
{
    struct preview *preview = &m->dialog.preview;

    act(m, ACTION_VIEW_FAILED);
    act(m, ACTION_MARK_RANGE);
    m->lists[LIST_FAILED].selected = 11;
    act(m, ACTION_MARK_RANGE);
    act(m, ACTION_REPLAY);
    preview->loaded = true;
    preview->matched = 12;
    preview->oldest_at = m->wall_us - 540000000;
    preview->n = 2;
    preview->groups[0].count = 9;
    preview->groups[1].count = 2;
    (void)snprintf(preview->groups[0].group, sizeof preview->groups[0].group, "%s",
                   m->groups.lines[0].group);
    (void)snprintf(preview->groups[1].group, sizeof preview->groups[1].group, "timeout");
    preview->other = 1;
    model_edit(m, EDIT_NEXT);
    model_edit(m, EDIT_NEXT);
    type(m, "10");
    model_edit(m, EDIT_NEXT);
    type(m, "1");
    model_edit(m, EDIT_NEXT);
    type(m, "50%/20");
}

static void go_replay_wrong(struct model *m)
{
    go_replay(m);
    type(m, "0");
    model_edit(m, EDIT_NEXT);
    type(m, "12");
    model_edit(m, EDIT_ENTER);
}

static void go_discard(struct model *m)
{
    go_failed(m);
    act(m, ACTION_DISCARD);
    model_edit(m, EDIT_NEXT);
    type(m, "written off with the customer");
}

static void go_pause(struct model *m)
{
    act(m, ACTION_PAUSE);
}

static void go_replay_cancel(struct model *m)
{
    act(m, ACTION_VIEW_REPLAYS);
    act(m, ACTION_CANCEL);
}

static void go_columns(struct model *m)
{
    act(m, ACTION_COLUMNS);
}

static void go_copy(struct model *m)
{
    act(m, ACTION_COPY);
}

static void go_command(struct model *m)
{
    act(m, ACTION_COMMAND);
    type(m, "view");
}

static void go_offline(struct model *m)
{
    model_link_down(m, m->mono_us + 3000000, "no daemon at ipc:///run/dofs/staging/request.sock");
}

static void go_stale(struct model *m)
{
    m->link.state = LINK_STALE;
    m->link.heard_at = m->mono_us - 4000000;
}

static void go_paused(struct model *m)
{
    m->info.paused = true;
    m->frozen = true;
    m->frozen_events = 1234;
}

static void go_utc(struct model *m)
{
    m->time_style = TIMES_UTC;
}

static void go_all_columns(struct model *m)
{
    m->lists[LIST_ORDERS].columns = (1U << COLUMN_COUNT) - 1;
}

const struct screen_scene screen_scenes[] = {
    {"overview", go_overview},
    {"overview-alarms", go_alarms},
    {"orders", go_orders},
    {"orders-alarm", go_orders_alarm},
    {"orders-filter", go_filter},
    {"orders-marked", go_marked},
    {"orders-utc", go_utc},
    {"orders-columns", go_all_columns},
    {"failed", go_failed},
    {"failed-groups", go_groups},
    {"failed-millions", go_millions},
    {"replays", go_replays},
    {"events", go_events},
    {"order", go_detail},
    {"order-end", go_detail_end},
    {"form", go_form},
    {"form-problems", go_form_problems},
    {"form-unsent", go_form_unsent},
    {"amend", go_amend},
    {"amend-unsent", go_amend_unsent},
    {"help", go_help},
    {"help-search", go_help_search},
    {"dialog-cancel", go_cancel},
    {"dialog-replay", go_replay},
    {"dialog-replay-wrong", go_replay_wrong},
    {"dialog-discard", go_discard},
    {"dialog-pause", go_pause},
    {"dialog-replay-cancel", go_replay_cancel},
    {"choice-columns", go_columns},
    {"choice-copy", go_copy},
    {"command", go_command},
    {"offline", go_offline},
    {"stale", go_stale},
    {"paused", go_paused},
    {"steps-overview", screen_steps_overview},
    {"steps-overview-many", screen_steps_many},
    {"steps-failed", screen_steps_groups},
    {"steps-orders", screen_steps_preview},
    {"steps-order", screen_steps_order},
    {"steps-order-end", screen_steps_history},
    {"steps-cancel", screen_steps_cancel},
    {"steps-cancel-running", screen_steps_cancel_running},
    {"steps-cancel-marked", screen_steps_cancel_marked},
};

const size_t n_screen_scenes = sizeof screen_scenes / sizeof screen_scenes[0];
