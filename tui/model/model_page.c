/* Pages of the lists, asked for. */
#include "tui/model/model_page.h"

#include <string.h>

#include "tui/model/model.h"
#include "tui/model/model_window.h"

#define SOON_US 500000

void page_query(const struct list *list, struct request *request)
{
    struct slice filter = slice_of(list->filter.text);

    *request = (struct request){0};
    if (filter.n == 0)
        filter.p = NULL;
    if (list->kind == LIST_ORDERS) {
        request->op = OP_LIST;
        request->list.filter_text = filter;
        request->list.filter = list->filter.filter;
        request->list.sort = list->sort;
    } else {
        request->op = OP_FAILED;
        request->failed.query.filter_text = filter;
        request->failed.query.filter = list->filter.filter;
    }
    page_of(list, request)->limit = LIST_PAGE;
}

struct page *page_of(const struct list *list, struct request *request)
{
    return list->kind == LIST_ORDERS ? &request->list.page : &request->failed.page;
}

void page_set_after(const struct list *list, struct request *request, const struct uuid *uid)
{
    if (list->kind == LIST_ORDERS) {
        request->list.has_after = true;
        request->list.after = *uid;
    } else {
        request->failed.has_after = true;
        request->failed.after = *uid;
    }
}

static void set_opposite(const struct list *list, struct request *request)
{
    if (list->kind == LIST_ORDERS)
        request->list.sort = window_opposite(list->sort);
}

static uint64_t send(struct model *m, const struct list *list, enum page_way way,
                     const struct request *request)
{
    return ask_send(m, (struct ask){.kind = ASK_PAGE, .a = list->kind, .b = way}, request);
}

static void forget(struct model *m, struct list *list)
{
    for (unsigned side = 0; side < LIST_SIDES; side++) {
        if (list->edges[side].asking != 0)
            ask_forget(m, list->edges[side].asking);
        list->edges[side].asking = 0;
    }
}

/* All rows are going to be replaced by what `request` brings. */
static void replace(struct model *m, struct list *list, enum page_way way,
                    const struct request *request)
{
    forget(m, list);
    list->reload_at = 0;
    list->reloading = true;
    list->edges[LIST_DOWN].asking = send(m, list, way, request);
}

void page_top(struct model *m, struct list *list)
{
    struct request request;

    list->has_keep = false;
    list->seek_last = false;
    list->ranging = false;
    page_query(list, &request);
    replace(m, list, PAGE_TOP, &request);
}

void page_here(struct model *m, struct list *list)
{
    struct request request;
    const struct row *selected = list_selected(list);

    list->has_keep = selected != NULL && list_held(list);
    if (list->has_keep)
        list->keep = selected->uid;
    page_query(list, &request);
    if (list->top == 0) {
        replace(m, list, PAGE_TOP, &request);
        return;
    }
    page_set_after(list, &request, &list->rows[list->top - 1]->uid);
    replace(m, list, PAGE_HERE, &request);
}

void page_last(struct model *m, struct list *list)
{
    struct request request;

    if (list->edges[LIST_DOWN].end)
        return;
    if (!window_both_ways(list)) {
        list->seek_last = true;
        list->sought = 0;
        page_want(m, list);
        return;
    }
    list->has_keep = false;
    page_query(list, &request);
    set_opposite(list, &request);
    replace(m, list, PAGE_LAST, &request);
}

void page_soon(struct model *m, struct list *list)
{
    if (list->reload_at == 0)
        list->reload_at = m->mono_us + SOON_US;
}

static void want_down(struct model *m, struct list *list)
{
    struct list_edge *edge = &list->edges[LIST_DOWN];
    struct request request;

    page_query(list, &request);
    if (edge->cursor[0] != '\0')
        page_of(list, &request)->cursor = slice_of(edge->cursor);
    else if (list->n > 0)
        page_set_after(list, &request, &list->rows[list->n - 1]->uid);
    edge->asking = send(m, list, PAGE_DOWN, &request);
}

/* An anchor is the last row of the page that is asked for, so the page starts behind the one
   before it. */
static void want_up(struct model *m, struct list *list)
{
    struct list_edge *edge = &list->edges[LIST_UP];
    struct request request;

    page_query(list, &request);
    if (window_both_ways(list)) {
        set_opposite(list, &request);
        if (edge->cursor[0] != '\0')
            page_of(list, &request)->cursor = slice_of(edge->cursor);
        else
            page_set_after(list, &request, &list->rows[0]->uid);
    } else {
        page_of(list, &request)->limit = PAGE_MAX;
        if (list->n_anchors > 1)
            page_set_after(list, &request, &list->anchors[list->n_anchors - 2]);
    }
    edge->asking = send(m, list, PAGE_UP, &request);
}

/* How near an edge the screen may come before more is asked for. */
static size_t near(const struct model *m)
{
    return LIST_PAGE / 2 + (m->rows > 0 ? (size_t)m->rows : 0);
}

void page_want(struct model *m, struct list *list)
{
    const struct list_edge *up = &list->edges[LIST_UP], *down = &list->edges[LIST_DOWN];
    bool quiet = m->link.state == LINK_OFFLINE || m->link.state == LINK_CONNECTING ||
                 m->mono_us < list->quiet_until;

    if (!list->loaded || list->reloading || quiet)
        return;
    if (!down->end && down->asking == 0 &&
        (list->seek_last || list->n - list->selected < near(m) || list->n - list->top < near(m)))
        want_down(m, list);
    if (!up->end && up->asking == 0 && (list->n > 0 || up->cursor[0] != '\0') &&
        list->top < (size_t)m->rows)
        want_up(m, list);
}
