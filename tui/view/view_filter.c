/* The line of a list's filter: its text, how many match, what is new, its order. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shared/limits.h"
#include "tui/view/view.h"
#include "tui/view/view_parts.h"
#include "tui/view/view_rows.h"
#include "tui/view/widget.h"

#define RIGHT_MAX 160

/* "14 of 48,210", "more than 10,000", "12,481". */
static void matched_text(const struct model *m, const struct list *list, char out[VIEW_PART_MAX])
{
    int64_t all = list->kind == LIST_ORDERS ? figures_orders(&m->figures)
                  : m->figures.known        ? m->figures.now.dlq_depth
                                            : -1;
    char count[UNITS_TEXT_MAX], of[UNITS_TEXT_MAX];

    out[0] = '\0';
    if (list->matched == LIST_MATCHED_MANY && list->filter.text[0] != '\0') {
        (void)snprintf(out, VIEW_PART_MAX, "more than 10,000");
        return;
    }
    if (list->filter.text[0] == '\0' && all >= 0) {
        units_format_count(all, count);
        (void)snprintf(out, VIEW_PART_MAX, "%s orders", count);
        return;
    }
    if (list->matched < 0)
        return;
    units_format_count(list->matched, count);
    if (all < list->matched) { /* what is counted moves on between two answers */
        (void)snprintf(out, VIEW_PART_MAX, "%s", count);
        return;
    }
    units_format_count(all, of);
    (void)snprintf(out, VIEW_PART_MAX, "%s of %s", count, of);
}

static void new_text(int64_t n_new, bool more, char out[VIEW_PART_MAX])
{
    char count[UNITS_TEXT_MAX];

    out[0] = '\0';
    if (n_new == 0 && !more)
        return;
    units_format_count(n_new, count);
    if (n_new == 0)
        (void)snprintf(out, VIEW_PART_MAX, "+new");
    else
        (void)snprintf(out, VIEW_PART_MAX, "+%s%s new", count, more ? " or more" : "");
}

/* Cells for the right side: what is typed comes first, then what is filtered by. */
static int right_room(struct span at, const struct list_filter *filter)
{
    int text_w = canvas_cells(input_slice(&filter->input));

    if (filter->editing)
        return at.w / 3;
    return at.w - 5 - (text_w < at.w / 3 ? text_w : at.w / 3);
}

/* Parts of the right side, two blanks between them: those that fit, the first ones first. */
static void join(char *out, int room, const char *const *parts, size_t n)
{
    size_t most = room > 0 && room < RIGHT_MAX ? (size_t)room : RIGHT_MAX - 1, len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        size_t more = strlen(parts[i]) + (len > 0 ? 2 : 0);

        if (parts[i][0] == '\0' || len + more > most)
            continue;
        if (len > 0)
            memcpy(out + len, "  ", 3);
        memcpy(out + len + more - strlen(parts[i]), parts[i], strlen(parts[i]) + 1);
        len += more;
    }
}

static void draw(struct canvas *c, struct span at, const struct list_filter *filter,
                 const char *right)
{
    int right_w = canvas_cells(slice_of(right));
    int left_w = at.w - right_w - 5;
    const char *problem = filter->problem;

    (void)canvas_put(c, span_of(at.x + 1, at.y, 1), SLICE("/"),
                     filter->editing ? STYLE_BOLD : COLOUR_FAINT);
    if (filter->editing)
        widget_field(c, span_of(at.x + 3, at.y, left_w), &filter->input, true);
    else
        (void)canvas_put_cut(c, span_of(at.x + 3, at.y, left_w), input_slice(&filter->input), 0);
    if (problem[0] != '\0')
        (void)canvas_put_cut(c, span_of(at.x + at.w / 2, at.y, at.w / 2 - 1), slice_of(problem),
                             COLOUR_BAD);
    else
        (void)canvas_put_right(c, span_of(at.x + 3 + left_w, at.y, at.w - left_w - 4),
                               slice_of(right), COLOUR_PLAIN);
}

static void list_line(const struct model *m, struct canvas *c, struct span at,
                      const struct list *list)
{
    char matched[VIEW_PART_MAX], fresh[VIEW_PART_MAX], marked[VIEW_PART_MAX] = "";
    char sort[VIEW_PART_MAX], right[RIGHT_MAX];
    char count[UNITS_TEXT_MAX];
    const char *parts[] = {fresh, marked, matched, sort};

    matched_text(m, list, matched);
    new_text(list->n_new, list->new_some, fresh);
    units_format_count((int64_t)list->marks.n, count);
    if (list->marks.n > 0)
        (void)snprintf(marked, sizeof marked, "%s marked", count);
    (void)snprintf(sort, sizeof sort, "sort: %s", list_sort_name(list->sort));
    join(right, right_room(at, &list->filter), parts, sizeof parts / sizeof parts[0]);
    draw(c, at, &list->filter, right);
}

static void tail_line(const struct model *m, struct canvas *c, struct span at)
{
    const struct tail *tail = &m->tail;
    char matched[VIEW_PART_MAX], fresh[VIEW_PART_MAX], right[RIGHT_MAX];
    const char *parts[] = {fresh, matched};

    (void)snprintf(matched, sizeof matched, "%zu of the last %zu", tail->n_shown, tail->n);
    new_text(tail->n_new, false, fresh);
    join(right, right_room(at, &tail->filter), parts, 2);
    draw(c, at, &tail->filter, right);
}

void view_filter_line(const struct model *m, struct canvas *c, struct span at)
{
    enum screen base = model_base(m);

    if (base == SCREEN_ORDERS || base == SCREEN_FAILED) {
        bool failed = base == SCREEN_FAILED || m->pane == PANE_FAILED;

        list_line(m, c, at, &m->lists[failed ? LIST_FAILED : LIST_ORDERS]);
    } else if (base == SCREEN_EVENTS) {
        tail_line(m, c, at);
    }
}
