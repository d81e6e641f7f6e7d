/* What is remembered from one start to the next: a line for each, `name=value`. */
#include <stdio.h>
#include <string.h>

#include "tui/model/model.h"
#include "tui/model/model_parts.h"

static const char *const list_names[LIST_KINDS] = {
    [LIST_ORDERS] = "orders.columns", [LIST_FAILED] = "failed.columns"};
static const char *const time_names[TIMES_STYLES] = {
    [TIMES_RELATIVE] = "relative", [TIMES_LOCAL] = "local", [TIMES_UTC] = "utc"};

static void read_columns(struct list *list, struct slice value)
{
    unsigned columns = 1U << COLUMN_ID;

    while (value.p != NULL) {
        struct slice name = slice_trim(slice_cut(&value, ','));

        for (unsigned i = 0; i < COLUMN_COUNT; i++) {
            if (slice_is(name, column_row((enum column)i)->name))
                columns |= 1U << i;
        }
    }
    list->columns = columns;
}

static void read_line(struct model *m, struct slice name, struct slice value)
{
    for (unsigned i = 0; i < LIST_KINDS; i++) {
        if (slice_is(name, list_names[i]))
            read_columns(&m->lists[i], value);
    }
    for (unsigned i = 0; i < TIMES_STYLES && slice_is(name, "time"); i++) {
        if (slice_is(value, time_names[i]))
            m->time_style = (enum time_style)i;
    }
    for (unsigned i = SORT_NEWEST; i <= SORT_UPDATED && slice_is(name, "sort"); i++) {
        if (slice_is(value, list_sort_name((enum list_sort)i)))
            m->lists[LIST_ORDERS].sort = (enum list_sort)i;
    }
    if (slice_is(name, "mouse"))
        m->mouse = slice_is(value, "on");
    if (slice_is(name, "groups"))
        m->groups.on = slice_is(value, "on");
}

/* What is not understood is left out: another version may have written it. */
void prefs_read(struct model *m, struct slice text)
{
    while (text.p != NULL) {
        struct slice value = slice_cut(&text, '\n');
        struct slice name = slice_trim(slice_cut(&value, '='));

        if (value.p != NULL)
            read_line(m, name, slice_trim(value));
    }
}

void prefs_write(const struct model *m, struct buf *out)
{
    for (unsigned i = 0; i < LIST_KINDS; i++) {
        const char *comma = "";

        buf_printf(out, "%s=", list_names[i]);
        for (unsigned column = 0; column < COLUMN_COUNT; column++) {
            if (!list_column(&m->lists[i], (enum column)column))
                continue;
            buf_printf(out, "%s%s", comma, column_row((enum column)column)->name);
            comma = ",";
        }
        buf_add_byte(out, '\n');
    }
    buf_printf(out, "time=%s\nsort=%s\nmouse=%s\ngroups=%s\n", time_names[m->time_style],
               list_sort_name(m->lists[LIST_ORDERS].sort), m->mouse ? "on" : "off",
               m->groups.on ? "on" : "off");
}
