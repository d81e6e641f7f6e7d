/* Small choices: columns, what to copy, how to export. */
#include <stdio.h>
#include <string.h>

#include "shared/order_json.h"
#include "shared/units.h"
#include "tui/model/model.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_row.h"

/* By dialog->choice. */
static const char *const copy_choices[] = {"id", "row", "JSON"};
static const char *const export_choices[] = {"CSV", "JSON Lines"};

static void offer(struct dialog *dialog, const char *title, const char *const *choices, size_t n)
{
    (void)snprintf(dialog->title, sizeof dialog->title, "%s", title);
    memcpy(dialog->choices, choices, n * sizeof *choices);
    dialog->n_choices = n;
}

/* Which column a choice is: those that the list has, but the id, which always shows. */
static enum column column_at(const struct list *list, size_t choice)
{
    size_t n = 0;

    for (unsigned i = COLUMN_ID + 1; i < COLUMN_COUNT; i++) {
        if (column_row((enum column)i)->in[list->kind] && n++ == choice)
            return (enum column)i;
    }
    return COLUMN_COUNT;
}

static void offer_columns(struct dialog *dialog, const struct list *list)
{
    (void)snprintf(dialog->title, sizeof dialog->title, "Columns");
    dialog->many = true;
    for (size_t i = 0; i < CHOICES_MAX; i++) {
        enum column column = column_at(list, i);

        if (column == COLUMN_COUNT)
            break;
        dialog->choices[i] = column_row(column)->name;
        dialog->n_choices = i + 1;
        if (list_column(list, column))
            dialog->chosen |= 1U << i;
    }
}

/* What the command line gave: the choice whose name starts so. */
static bool choose_by_word(struct model *m, struct slice arg)
{
    struct dialog *dialog = &m->dialog;

    for (size_t i = 0; i < dialog->n_choices && !dialog->many; i++) {
        struct slice name = slice_of(dialog->choices[i]);

        if (arg.n > 0 && arg.n <= name.n && strncasecmp(name.p, arg.p, arg.n) == 0) {
            dialog->choice = i;
            choice_done(m);
            return true;
        }
    }
    return false;
}

void choice_open(struct model *m, enum action action, struct slice arg)
{
    const struct list *list = model_list(m);
    struct dialog *dialog = &m->dialog;

    dialog_close(m);
    if (list == NULL && action != ACTION_COPY)
        return;
    dialog->kind = DIALOG_CHOICE;
    dialog->action = action;
    if (action == ACTION_COLUMNS && list != NULL)
        offer_columns(dialog, list);
    else if (action == ACTION_COPY)
        offer(dialog, "Copy", copy_choices, 3);
    else
        offer(dialog, "Export what is listed", export_choices, 2);
    (void)choose_by_word(m, arg);
}

/* Copying --------------------------------------------------------------------------------------
 */

static const struct row *selected_row(const struct model *m)
{
    const struct list *list = model_list_of(m);

    return list != NULL ? list_selected(list) : NULL;
}

static void put_row(const struct model *m, const struct row *row, struct buf *out)
{
    char id[UUID_TEXT_LEN + 1], at[UNITS_TEXT_MAX];

    (void)m;
    uuid_format(&row->uid, id);
    units_format_time(row->failed_at != 0 ? row->failed_at : row->created_at, at);
    buf_printf(out, "%s\t%s\t%s\t%s\t%u", id, status_name(row->status), row->customer,
               row->reference, (unsigned)row->attempts);
    if (row->max_attempts > 0)
        buf_printf(out, "/%u", (unsigned)row->max_attempts);
    buf_printf(out, "\t%s\t%s", row->reason, at);
}

/* The whole order as `dofs show --json` gives it, once it is known. */
static bool put_json(const struct model *m, const struct uuid *uid, struct buf *out)
{
    const struct detail *detail = &m->detail;
    struct json_writer w;
    struct mp_reader r;
    struct buf order;

    if (!detail->have || uuid_compare(&detail->uid, uid) != 0)
        return false;
    buf_init(&order, (size_t)FRAME_MAX_BYTES);
    wire_order_write(&order, &detail->order, ORDER_WHOLE);
    mp_reader_init(&r, order.data, order.len);
    json_writer_init(&w, out);
    order_json_write(&w, &r, NULL);
    buf_done(&order);
    return true;
}

static void copy(struct model *m, size_t what)
{
    const struct row *row = selected_row(m);
    struct uuid uid;
    struct wish *wish = NULL;
    char id[UUID_TEXT_LEN + 1];

    if (!detail_uid(m, &uid)) {
        model_say(m, SAY_PROBLEM, "no order is selected");
        return;
    }
    uuid_format(&uid, id);
    if (row != NULL && uuid_compare(&row->uid, &uid) != 0)
        row = NULL;
    wish = wish_add(m, WISH_COPY);
    if (what == 1 && row != NULL)
        put_row(m, row, &wish->bytes);
    else if (what != 2 || !put_json(m, &uid, &wish->bytes))
        buf_add_text(&wish->bytes, id);
    model_say(m, SAY_DONE, "copied %s of %.13s", wish->bytes.len == UUID_TEXT_LEN ? "the id" : "it",
              id);
}

static void set_columns(struct model *m, unsigned chosen)
{
    struct list *list = model_list(m);

    if (list == NULL)
        return;
    list->columns = 1U << COLUMN_ID;
    for (size_t i = 0; i < CHOICES_MAX; i++) {
        if ((chosen & 1U << i) != 0 && column_at(list, i) != COLUMN_COUNT)
            list->columns |= 1U << column_at(list, i);
    }
    model_save(m);
}

void choice_done(struct model *m)
{
    enum action action = m->dialog.action;
    unsigned chosen = m->dialog.chosen;
    size_t choice = m->dialog.choice;

    dialog_close(m);
    if (action == ACTION_COLUMNS)
        set_columns(m, chosen);
    else if (action == ACTION_COPY)
        copy(m, choice);
    else
        export_start(m, choice == 0);
}
