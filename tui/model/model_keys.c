/* What a person does: actions, text, edits, clicks; to the part that has the focus. */
#include "tui/model/model.h"
#include "tui/model/model_filter.h"
#include "tui/model/model_page.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_window.h"

#define SAID_STAYS_US 2000000 /* read before it is gone by the next key */

static void moved_on(struct model *m)
{
    if (m->said.level != SAY_NOTHING && m->mono_us - m->said.at > SAID_STAYS_US)
        m->said.level = SAY_NOTHING;
    m->version++;
}

void model_act(struct model *m, enum action action, struct slice arg)
{
    moved_on(m);
    if (action != ACTION_NONE && action < ACTION_COUNT)
        act_do(m, action, arg);
    detail_follow(m);
}

/* The filter line that has the focus; NULL: none. */
static struct list_filter *filter_line(struct model *m)
{
    struct list *list = model_list(m);

    if (list != NULL)
        return list->filter.editing ? &list->filter : NULL;
    return model_base(m) == SCREEN_EVENTS && m->tail.filter.editing ? &m->tail.filter : NULL;
}

static void filtered(struct model *m)
{
    if (model_list(m) != NULL)
        list_apply(m, model_list(m));
    else
        tail_filter(m);
}

/* The screen is too small for dialogs and lines: what is not seen is left, and never confirmed. */
static bool unseen(const struct model *m)
{
    return model_layout(m).step == WIDTH_TINY;
}

void model_type(struct model *m, struct slice text)
{
    struct list_filter *line = filter_line(m);

    moved_on(m);
    if (model_input_mode(m) == INPUT_KEYS || unseen(m))
        return;
    if (m->dialog.kind != DIALOG_NONE)
        dialog_type(m, text);
    else if (m->command.open)
        command_type(m, text);
    else if (model_screen(m) == SCREEN_FORM)
        form_type(m, text);
    else if (model_screen(m) == SCREEN_HELP)
        help_type(m, text);
    else if (line != NULL && filterline_type(line, text))
        filtered(m);
    detail_follow(m);
}

void model_edit(struct model *m, enum edit edit)
{
    struct list_filter *line = filter_line(m);

    moved_on(m);
    if (model_input_mode(m) == INPUT_KEYS || (unseen(m) && edit != EDIT_ESCAPE))
        return;
    if (m->dialog.kind != DIALOG_NONE)
        dialog_edit(m, edit);
    else if (m->command.open)
        command_edit(m, edit);
    else if (model_screen(m) == SCREEN_FORM)
        form_edit(m, edit);
    else if (model_screen(m) == SCREEN_HELP)
        (void)help_edit(m, edit);
    else if (line != NULL && filterline_edit(line, edit))
        filtered(m);
    detail_follow(m);
}

/* A row of the list that is up. */
static void click_row(struct model *m, size_t index)
{
    struct list *list = model_list(m);

    if (model_base(m) == SCREEN_FAILED && m->groups.on && index < m->groups.n)
        m->groups.selected = index;
    else if (list != NULL && index < list->n)
        list->selected = index;
    else if (model_base(m) == SCREEN_REPLAYS && index < m->replays.n)
        m->replays.selected = index;
    else if (model_base(m) == SCREEN_EVENTS && index < m->tail.n_shown)
        m->tail.selected = index;
}

static void click_column(struct model *m, size_t column)
{
    struct list *list = model_list(m);

    if (list == NULL || list->kind != LIST_ORDERS)
        return;
    if (column == COLUMN_CHANGED)
        list->sort = SORT_UPDATED;
    else if (column == COLUMN_AGE || column == COLUMN_ID)
        list->sort = list->sort == SORT_NEWEST ? SORT_OLDEST : SORT_NEWEST;
    else
        return;
    list_apply(m, list);
    model_save(m);
}

void model_click(struct model *m, enum spot spot, size_t index)
{
    moved_on(m);
    if (m->dialog.kind != DIALOG_NONE) {
        if (spot == SPOT_BUTTON)
            dialog_press(m, index);
        return;
    }
    switch (spot) {
    case SPOT_TAB:
        if (index <= SCREEN_EVENTS)
            model_go(m, (enum screen)index);
        break;
    case SPOT_ROW:
        if (model_base(m) == SCREEN_ORDERS)
            m->pane = PANE_LIST;
        click_row(m, index);
        break;
    case SPOT_FAILED_ROW:
        m->pane = PANE_FAILED;
        click_row(m, index);
        break;
    case SPOT_COLUMN:
        click_column(m, index);
        break;
    case SPOT_BUTTON:
        if (model_screen(m) == SCREEN_FORM)
            form_send(m);
        break;
    case SPOT_NONE:
        break;
    }
    detail_follow(m);
}

void model_scroll(struct model *m, int lines)
{
    if (m->dialog.kind != DIALOG_NONE)
        return;
    for (; lines > 0; lines--)
        model_act(m, ACTION_DOWN, (struct slice){NULL, 0});
    for (; lines < 0; lines++)
        model_act(m, ACTION_UP, (struct slice){NULL, 0});
}

void model_resize(struct model *m, int cols, int rows)
{
    struct layout layout;

    m->cols = cols;
    m->rows = rows;
    layout = model_layout(m);
    if ((m->pane == PANE_DETAIL && layout.detail.h == 0) ||
        (m->pane == PANE_FAILED && model_base(m) == SCREEN_ORDERS && layout.failed.h == 0))
        m->pane = model_base(m) == SCREEN_FAILED ? PANE_FAILED : PANE_LIST;
    for (unsigned i = 0; i < LIST_KINDS; i++) {
        if (m->lists[i].loaded)
            window_show_selected(&m->lists[i], model_visible(m, &m->lists[i]));
    }
    detail_follow(m);
    m->version++;
}
