/* Actions: each is done by the part whose it is. */
#include <stdio.h>
#include <string.h>

#include "tui/model/model.h"
#include "tui/model/model_filter.h"
#include "tui/model/model_page.h"
#include "tui/model/model_parts.h"

static void act_view(struct model *m, enum action action, struct slice arg)
{
    enum screen screen = (enum screen)((unsigned)action - ACTION_VIEW_OVERVIEW);

    (void)arg;
    model_go(m, screen);
}

static void act_turn(struct model *m, enum action action, struct slice arg)
{
    unsigned n = SCREEN_EVENTS + 1, base = model_base(m);

    (void)arg;
    model_go(m, (enum screen)((base + (action == ACTION_VIEW_NEXT ? 1 : n - 1)) % n));
}

static bool pane_there(const struct model *m, enum pane pane)
{
    struct layout layout = model_layout(m);
    enum screen base = model_base(m);

    if (pane == PANE_LIST)
        return base != SCREEN_FAILED;
    if (pane == PANE_FAILED)
        return base == SCREEN_FAILED || layout.failed.h > 0;
    return layout.detail.h > 0;
}

static void act_pane(struct model *m, enum action action, struct slice arg)
{
    unsigned step = action == ACTION_PANE_NEXT ? 1 : PANE_COUNT - 1;
    unsigned pane = m->pane;

    (void)arg;
    do {
        pane = (pane + step) % PANE_COUNT;
    } while (!pane_there(m, (enum pane)pane));
    m->pane = (enum pane)pane;
}

static void act_open(struct model *m, enum action action, struct slice arg)
{
    (void)action;
    (void)arg;
    if (model_base(m) == SCREEN_FAILED && m->depth == 1 && groups_selected(&m->groups) != NULL)
        groups_open(m);
    else if (model_screen(m) != SCREEN_DETAIL)
        detail_open(m);
}

/* One level back: a dialog or line (closed before this), a pane, a range, marks, a filter. */
static bool back_in_list(struct model *m, struct list *list)
{
    if (list->ranging)
        list->ranging = false;
    else if (list->marks.n > 0)
        marking_clear(m, list);
    else if (list->filter.text[0] != '\0' || list->filter.input.n > 0) {
        if (filterline_set(&list->filter, SLICE("")))
            list_apply(m, list);
    } else {
        return false;
    }
    return true;
}

static bool back(struct model *m)
{
    struct list *list = model_list(m);

    if (export_stop(m)) {
        model_say(m, SAY_NOTE, "the export is stopped; its file is not complete");
        return true;
    }
    if (model_pop(m))
        return true;
    if (model_base(m) == SCREEN_ORDERS && m->pane != PANE_LIST) {
        m->pane = PANE_LIST;
        return true;
    }
    if (model_base(m) == SCREEN_FAILED && m->pane == PANE_DETAIL) {
        m->pane = PANE_FAILED;
        return true;
    }
    if (model_base(m) == SCREEN_EVENTS && m->tail.filter.input.n > 0) {
        if (filterline_set(&m->tail.filter, SLICE("")))
            tail_filter(m);
        return true;
    }
    return list != NULL && back_in_list(m, list);
}

static void act_back(struct model *m, enum action action, struct slice arg)
{
    (void)action;
    (void)arg;
    (void)back(m);
}

static void act_quit(struct model *m, enum action action, struct slice arg)
{
    (void)action;
    (void)arg;
    if (!model_pop(m))
        (void)wish_add(m, WISH_QUIT);
}

static void set_filter(struct model *m, struct slice text)
{
    struct list *list = model_list(m);

    if (list != NULL && filterline_set(&list->filter, text))
        list_apply(m, list);
    else if (model_base(m) == SCREEN_EVENTS && filterline_set(&m->tail.filter, text))
        tail_filter(m);
}

static void act_filter(struct model *m, enum action action, struct slice arg)
{
    struct list *list = model_list(m);

    (void)action;
    if (arg.n > 0)
        set_filter(m, arg);
    else if (list != NULL)
        filterline_open(&list->filter);
    else if (model_base(m) == SCREEN_EVENTS)
        filterline_open(&m->tail.filter);
}

static void act_marking(struct model *m, enum action action, struct slice arg)
{
    struct list *list = model_list(m);

    (void)arg;
    if (list != NULL && m->depth == 1 && !(list->kind == LIST_FAILED && m->groups.on))
        marking_action(m, list, action);
}

static void act_list(struct model *m, enum action action, struct slice arg)
{
    (void)arg;
    if (action == ACTION_SORT)
        orders_action(m, action);
    else
        groups_toggle(m);
}

static void act_follow(struct model *m, enum action action, struct slice arg)
{
    (void)action;
    (void)arg;
    detail_toggle_follow(m);
}

static void act_new(struct model *m, enum action action, struct slice arg)
{
    (void)action;
    (void)arg;
    form_open(m);
}

static void act_send(struct model *m, enum action action, struct slice arg)
{
    (void)action;
    (void)arg;
    form_send(m);
}

static void act_freeze(struct model *m, enum action action, struct slice arg)
{
    (void)action;
    (void)arg;
    m->frozen = !m->frozen;
    if (!m->frozen && m->frozen_events > 0)
        m->resync = true;
    m->frozen_events = 0;
}

static void act_time(struct model *m, enum action action, struct slice arg)
{
    (void)action;
    (void)arg;
    m->time_style = (enum time_style)((m->time_style + 1U) % TIMES_STYLES);
    model_save(m);
}

static void act_mouse(struct model *m, enum action action, struct slice arg)
{
    (void)action;
    (void)arg;
    m->mouse = !m->mouse;
    wish_add(m, WISH_MOUSE)->on = m->mouse;
    model_save(m);
}

static void act_command(struct model *m, enum action action, struct slice arg)
{
    (void)action;
    (void)arg;
    command_open(m);
}

static void act_help(struct model *m, enum action action, struct slice arg)
{
    (void)action;
    (void)arg;
    if (model_screen(m) == SCREEN_HELP)
        return;
    m->help = (struct help){0};
    model_push(m, SCREEN_HELP);
}

static void act_refresh(struct model *m, enum action action, struct slice arg)
{
    (void)arg;
    if (action == ACTION_REDRAW)
        (void)wish_add(m, WISH_REDRAW);
    else
        m->resync = true;
}

/* By action; those without a row move in what is up. */
static void (*const acts[ACTION_COUNT])(struct model *m, enum action action, struct slice arg) = {
    [ACTION_VIEW_OVERVIEW] = act_view,
    [ACTION_VIEW_ORDERS] = act_view,
    [ACTION_VIEW_FAILED] = act_view,
    [ACTION_VIEW_REPLAYS] = act_view,
    [ACTION_VIEW_EVENTS] = act_view,
    [ACTION_VIEW_NEXT] = act_turn,
    [ACTION_VIEW_PREVIOUS] = act_turn,
    [ACTION_PANE_NEXT] = act_pane,
    [ACTION_PANE_PREVIOUS] = act_pane,
    [ACTION_OPEN] = act_open,
    [ACTION_BACK] = act_back,
    [ACTION_MARK] = act_marking,
    [ACTION_MARK_RANGE] = act_marking,
    [ACTION_MARK_ALL] = act_marking,
    [ACTION_UNMARK] = act_marking,
    [ACTION_FILTER] = act_filter,
    [ACTION_SORT] = act_list,
    [ACTION_GROUP] = act_list,
    [ACTION_COLUMNS] = choice_open,
    [ACTION_FOLLOW] = act_follow,
    [ACTION_NEW] = act_new,
    [ACTION_SEND] = act_send,
    [ACTION_REPLAY] = change_open,
    [ACTION_CANCEL] = change_open,
    [ACTION_HOLD] = change_open,
    [ACTION_DISCARD] = change_open,
    [ACTION_RETRY] = change_open,
    [ACTION_PAUSE] = change_open,
    [ACTION_AMEND] = amend_open,
    [ACTION_ALARM_ACK] = model_alarms_acknowledge,
    [ACTION_FREEZE] = act_freeze,
    [ACTION_COPY] = choice_open,
    [ACTION_EXPORT] = choice_open,
    [ACTION_TIME_STYLE] = act_time,
    [ACTION_MOUSE] = act_mouse,
    [ACTION_COMMAND] = act_command,
    [ACTION_HELP] = act_help,
    [ACTION_REFRESH] = act_refresh,
    [ACTION_REDRAW] = act_refresh,
    [ACTION_QUIT] = act_quit,
};

/* Said and not done: the action is shown with its reason all the same. By words a change names
   its own orders, so that of the cursor does not matter. */
static bool refuse(struct model *m, enum action action, struct slice arg)
{
    bool by_words = arg.n > 0 && (action == ACTION_REPLAY || action == ACTION_DISCARD ||
                                  action == ACTION_ALARM_ACK);
    const char *why = by_words ? why_ever(m, action) : model_why_not(m, action);

    if (why == NULL || action == ACTION_SEND) /* the form keeps its draft and says why itself */
        return false;
    model_say(m, SAY_PROBLEM, "%s: %s", action_row(action)->name, why);
    return true;
}

void act_do(struct model *m, enum action action, struct slice arg)
{
    bool search = model_screen(m) == SCREEN_HELP && action == ACTION_FILTER;

    if (search || acts[action] == NULL) {
        act_move(m, action);
        return;
    }
    if (!refuse(m, action, arg))
        acts[action](m, action, arg);
}
