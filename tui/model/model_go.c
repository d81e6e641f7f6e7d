/* Which screen is up, and which pane has the keys. */
#include "tui/model/model.h"
#include "tui/model/model_parts.h"

enum screen model_screen(const struct model *m)
{
    return m->screens[m->depth - 1];
}

enum screen model_base(const struct model *m)
{
    return m->screens[0];
}

/* What a view needs that is not kept up all the time. */
static void entered(struct model *m, enum screen screen)
{
    if (m->link.state != LINK_LIVE && m->link.state != LINK_STALE)
        return;
    if (screen == SCREEN_EVENTS)
        tail_ask(m);
    if (screen == SCREEN_OVERVIEW)
        model_alarms_ask(m);
}

void model_go(struct model *m, enum screen screen)
{
    m->depth = 1;
    m->screens[0] = screen;
    m->pane = screen == SCREEN_FAILED ? PANE_FAILED : PANE_LIST;
    entered(m, screen);
}

void model_push(struct model *m, enum screen screen)
{
    if (model_screen(m) == screen || m->depth == SCREENS_DEEP)
        return;
    m->screens[m->depth++] = screen;
}

bool model_pop(struct model *m)
{
    if (m->depth == 1)
        return false;
    m->depth--;
    return true;
}

struct layout model_layout(const struct model *m)
{
    enum screen base = model_base(m);
    bool with_order = base == SCREEN_ORDERS || base == SCREEN_FAILED || base == SCREEN_EVENTS;

    return layout_of(m->cols, m->rows, with_order, base == SCREEN_ORDERS);
}

const struct list *model_list_of(const struct model *m)
{
    if (model_base(m) == SCREEN_FAILED ||
        (model_base(m) == SCREEN_ORDERS && m->pane == PANE_FAILED))
        return &m->lists[LIST_FAILED];
    return model_base(m) == SCREEN_ORDERS ? &m->lists[LIST_ORDERS] : NULL;
}

struct list *model_list(struct model *m)
{
    const struct list *list = model_list_of(m);

    return list != NULL ? &m->lists[list->kind] : NULL;
}

size_t model_visible(const struct model *m, const struct list *list)
{
    struct layout layout = model_layout(m);
    bool beside = list != NULL && list->kind == LIST_FAILED && model_base(m) == SCREEN_ORDERS;
    int rows = layout_list_rows(beside ? layout.failed : layout.list);

    return rows > 0 ? (size_t)rows : 1;
}

enum input_mode model_input_mode(const struct model *m)
{
    const struct list *list = model_list_of(m);

    if (m->dialog.kind != DIALOG_NONE)
        return INPUT_DIALOG;
    if (m->command.open)
        return INPUT_TEXT;
    if (model_screen(m) == SCREEN_FORM || (model_screen(m) == SCREEN_HELP && m->help.searching))
        return INPUT_TEXT;
    if (m->depth > 1)
        return INPUT_KEYS;
    if ((list != NULL && list->filter.editing) ||
        (model_base(m) == SCREEN_EVENTS && m->tail.filter.editing))
        return INPUT_TEXT;
    return INPUT_KEYS;
}
