/* Events and the two lists. */
#include "tui/model/model_live.h"

#include "shared/wire_event.h"
#include "tui/model/model.h"
#include "tui/model/model_page.h"

void live_count(struct list *list, int64_t by)
{
    if (list->matched < 0)
        return;
    list->matched += by;
    if (list->matched > MATCHED_MAX)
        list->matched = LIST_MATCHED_MANY;
    if (list->matched < 0)
        list->matched = 0;
}

void live_wait_above(struct list *list)
{
    list->n_new++;
    list->edges[LIST_UP].end = false;
    list->edges[LIST_UP].cursor[0] = '\0';
}

void live_maybe(struct model *m, struct list *list)
{
    if (list_held(list))
        list->new_some = true;
    else
        page_soon(m, list);
}

static void fold(struct model *m, struct list *list, const struct event *event, bool known_only)
{
    if (list->kind == LIST_ORDERS)
        model_orders_event(m, event, known_only);
    else
        model_failed_event(m, event, known_only);
}

/* The page may be older than the event or newer: the rows' seqs will tell. */
static void keep(struct model *m, struct list *list, const struct event *event)
{
    wire_event_write(&list->later, event);
    if (!list->later.failed)
        return;
    buf_clear(&list->later);
    page_soon(m, list);
}

void live_event(struct model *m, const struct event *event)
{
    if (!event->has_order)
        return;
    for (unsigned i = 0; i < LIST_KINDS; i++) {
        struct list *list = &m->lists[i];

        if (list->reloading || list->edges[LIST_UP].asking != 0 ||
            list->edges[LIST_DOWN].asking != 0)
            keep(m, list, event);
        if (list->loaded && !list->reloading)
            fold(m, list, event, false);
    }
}

void live_replay(struct model *m, struct list *list, bool known_only)
{
    struct buf later = list->later;
    struct mp_reader r;

    buf_init(&list->later, later.max);
    mp_reader_init(&r, later.data, later.len);
    while (mp_peek(&r) != MP_END) {
        struct event event = {0};

        wire_event_read(&r, &event);
        if (!mp_failed(&r) && event.has_order)
            fold(m, list, &event, known_only);
    }
    if (list->edges[LIST_UP].asking != 0 || list->edges[LIST_DOWN].asking != 0)
        list->later = later; /* the other page is still under way */
    else
        buf_done(&later);
}
