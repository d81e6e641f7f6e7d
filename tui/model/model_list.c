/* What views ask of a list, and its columns. */
#include "tui/model/model_list.h"

static const struct column_row columns[COLUMN_COUNT] = {
    [COLUMN_ID] = {"id", "ORDER", {true, true}, {true, true}},
    [COLUMN_CUSTOMER] = {"customer", "CUSTOMER", {true, true}, {true, true}},
    [COLUMN_REFERENCE] = {"reference", "REFERENCE", {true, true}, {false, false}},
    [COLUMN_QUANTITY] = {"quantity", "QTY", {true, false}, {true, false}},
    [COLUMN_STATUS] = {"status", "STATUS", {true, false}, {true, false}},
    [COLUMN_TRY] = {"try", "TRY", {true, true}, {true, true}},
    [COLUMN_REASON] = {"reason", "REASON", {true, true}, {true, true}},
    [COLUMN_AGE] = {"age", "AGE", {true, true}, {true, true}},
    [COLUMN_CHANGED] = {"changed", "CHANGED", {true, false}, {false, false}},
    [COLUMN_NEXT] = {"next", "NEXT", {true, false}, {false, false}},
    [COLUMN_PRIORITY] = {"priority", "PRI", {true, false}, {false, false}},
    [COLUMN_STEP] = {"step", "STEP", {true, true}, {false, false}},
    [COLUMN_REPLAYS] = {"replays", "REPLAYS", {true, true}, {false, true}},
};

const struct column_row *column_row(enum column column)
{
    return &columns[column];
}

bool list_column(const struct list *list, enum column column)
{
    return column == COLUMN_ID ||
           (columns[column].in[list->kind] && (list->columns & 1U << column) != 0);
}

const struct row *list_selected(const struct list *list)
{
    return list->selected < list->n ? list->rows[list->selected] : NULL;
}

bool list_held(const struct list *list)
{
    return list->top > 0 || list->selected > 0 || list->marks.n > 0 || list->ranging;
}

const char *list_sort_name(enum list_sort sort)
{
    static const char *const names[] = {
        [SORT_NEWEST] = "newest", [SORT_OLDEST] = "oldest", [SORT_UPDATED] = "updated"};

    return (unsigned)sort <= SORT_UPDATED ? names[sort] : "";
}
