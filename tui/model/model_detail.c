/* One order whole: which one it is, asked for, kept with its history. */
#include "tui/model/model_detail.h"

#include <stdlib.h>
#include <string.h>

#include "shared/wire_order.h"
#include "shared/wire_reply.h"
#include "tui/model/model.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_row.h"

#define REST_US 120000   /* the cursor rests on an order before it is asked for */
#define NEWS_US 200000   /* after an event */
#define AGAIN_US 1000000 /* after no answer */

int64_t detail_gap(const struct detail *detail, size_t i)
{
    if (i == 0 || i >= detail->n_entries)
        return 0;
    return detail->entries[i].at - detail->entries[i - 1].at;
}

/* The order under the cursor of what is up, below the detail's own screen. */
static bool selected_uid(const struct model *m, struct uuid *out)
{
    const struct list *list = model_list_of(m);
    const struct row *row = list != NULL ? list_selected(list) : NULL;
    const struct event_row *event = tail_selected(&m->tail);

    if (model_base(m) == SCREEN_EVENTS) {
        if (event == NULL || !event->has_order)
            return false;
        *out = event->uid;
        return true;
    }
    if (row == NULL || (model_base(m) == SCREEN_FAILED && m->groups.on))
        return false;
    *out = row->uid;
    return true;
}

static bool opened(const struct model *m)
{
    for (size_t i = 0; i < m->depth; i++) {
        if (m->screens[i] == SCREEN_DETAIL)
            return true;
    }
    return false;
}

bool detail_uid(const struct model *m, struct uuid *out)
{
    if (opened(m) || m->pane == PANE_DETAIL) {
        *out = m->detail.uid;
        return m->detail.wanted;
    }
    return selected_uid(m, out);
}

static void forget(struct model *m)
{
    struct detail *detail = &m->detail;

    if (detail->asking_order != 0)
        ask_forget(m, detail->asking_order);
    if (detail->asking_entries != 0)
        ask_forget(m, detail->asking_entries);
    detail->asking_order = detail->asking_entries = 0;
    arena_done(&detail->order_arena);
    arena_done(&detail->entries_arena);
    arena_done(&detail->coming_arena);
    free(detail->entries);
    free(detail->coming);
    detail->entries = detail->coming = NULL;
    detail->n_entries = detail->n_coming = 0;
    detail->have = detail->have_entries = detail->more = false;
    detail->refused[0] = '\0';
    detail->top = 0;
    detail->from_end = false;
}

void detail_done(struct model *m)
{
    m->detail.asking_order = m->detail.asking_entries = 0;
    forget(m);
}

static void turn_to(struct model *m, const struct uuid *uid, int64_t wait_us)
{
    struct detail *detail = &m->detail;

    if (detail->wanted && uuid_compare(&detail->uid, uid) == 0)
        return;
    forget(m);
    detail->wanted = true;
    detail->uid = *uid;
    if (detail->ask_at == 0) /* a cursor that keeps moving does not put it off for ever */
        detail->ask_at = m->mono_us + wait_us;
}

/* Is there a place on the screen for it? */
static bool on_screen(const struct model *m)
{
    struct layout layout = model_layout(m);

    return layout.preview.h > 0 || layout.detail.h > 0;
}

void detail_follow(struct model *m)
{
    struct uuid uid;

    if (opened(m) || m->detail.following || m->pane == PANE_DETAIL)
        return;
    if (on_screen(m) && selected_uid(m, &uid)) {
        turn_to(m, &uid, REST_US);
    } else if (m->detail.wanted) {
        forget(m);
        m->detail.wanted = false;
        m->detail.ask_at = 0;
    }
}

void detail_open(struct model *m)
{
    struct uuid uid;

    if (!selected_uid(m, &uid))
        return;
    m->detail.following = false;
    turn_to(m, &uid, 0);
    if (!m->detail.have)
        m->detail.ask_at = m->mono_us;
    m->detail.top = 0;
    m->detail.from_end = false;
    model_push(m, SCREEN_DETAIL);
}

void detail_toggle_follow(struct model *m)
{
    struct uuid uid;

    if (m->detail.following) {
        m->detail.following = false;
        model_say(m, SAY_NOTE, "not followed any more");
    } else if (selected_uid(m, &uid)) {
        turn_to(m, &uid, 0);
        m->detail.following = true;
        model_say(m, SAY_NOTE, "followed: its changes are told here; f leaves it");
    }
}

void detail_refresh(struct model *m)
{
    if (m->detail.wanted)
        m->detail.ask_at = m->mono_us;
}

/* Asking ----------------------------------------------------------------------------------------
 */

static void ask_entries(struct model *m, struct slice cursor)
{
    struct request request = {.op = OP_HISTORY};

    request.history.order_id = m->detail.uid;
    request.history.page = (struct page){.limit = PAGE_MAX, .cursor = cursor};
    m->detail.asking_entries = ask_send(m, (struct ask){.kind = ASK_HISTORY}, &request);
}

void detail_ask(struct model *m)
{
    struct detail *detail = &m->detail;
    struct request request = {.op = OP_GET};

    detail->ask_at = 0;
    if (!detail->wanted)
        return;
    if (detail->asking_order != 0 || detail->asking_entries != 0) {
        detail->ask_at = m->mono_us + NEWS_US;
        return;
    }
    request.get.order_id = detail->uid;
    detail->asking_order = ask_send(m, (struct ask){.kind = ASK_ORDER}, &request);
    arena_done(&detail->coming_arena);
    free(detail->coming);
    detail->coming = NULL;
    detail->n_coming = 0;
    ask_entries(m, (struct slice){NULL, 0});
}

static void take_order(struct model *m, const struct answer *answer)
{
    struct detail *detail = &m->detail;
    struct arena arena = {0};
    char *bytes = arena_copy(&arena, answer->bytes.p, answer->bytes.n);
    struct order order = {0};
    struct mp_reader r;

    if (!wire_reply_find(bytes, answer->bytes.n, "order", &r)) {
        arena_done(&arena);
        return;
    }
    wire_order_read(&r, &arena, &order);
    if (mp_failed(&r)) {
        arena_done(&arena);
        return;
    }
    arena_done(&detail->order_arena);
    detail->order_arena = arena;
    detail->order = order;
    detail->have = true;
    detail->refused[0] = '\0';
}

static bool add_entries(struct detail *detail, const struct answer *answer)
{
    char *bytes = arena_copy(&detail->coming_arena, answer->bytes.p, answer->bytes.n);
    struct answer own = *answer;
    struct mp_reader r;
    uint32_t n = 0;

    own.bytes.p = bytes;
    if (!answer_list(&own, "entries", &r, &n))
        return false;
    if (detail->coming == NULL)
        detail->coming = calloc(DETAIL_ENTRIES_MAX, sizeof *detail->coming);
    if (detail->coming == NULL)
        abort();
    for (; n > 0 && detail->n_coming < DETAIL_ENTRIES_MAX && !mp_failed(&r); n--) {
        struct entry *entry = &detail->coming[detail->n_coming];

        *entry = (struct entry){0};
        wire_entry_read(&r, entry);
        detail->n_coming += !mp_failed(&r);
    }
    detail->more = n > 0;
    return !mp_failed(&r);
}

/* All pages have come: they take the place of what was shown. */
static void take_entries(struct detail *detail)
{
    arena_done(&detail->entries_arena);
    free(detail->entries);
    detail->entries_arena = detail->coming_arena;
    detail->entries = detail->coming;
    detail->n_entries = detail->n_coming;
    detail->coming_arena = (struct arena){0};
    detail->coming = NULL;
    detail->n_coming = 0;
    detail->have_entries = true;
}

static void take_history(struct model *m, const struct answer *answer)
{
    struct detail *detail = &m->detail;
    char cursor[LIST_CURSOR_MAX];

    if (!add_entries(detail, answer))
        return;
    if (answer_cursor(answer, cursor, sizeof cursor) && cursor[0] != '\0') {
        if (detail->n_coming < DETAIL_ENTRIES_MAX) {
            ask_entries(m, slice_of(cursor));
            return;
        }
        detail->more = true;
    }
    take_entries(detail);
}

void detail_answer(struct model *m, const struct answer *answer)
{
    struct detail *detail = &m->detail;
    bool order = answer->ask.kind == ASK_ORDER;

    if (order)
        detail->asking_order = 0;
    else
        detail->asking_entries = 0;
    if (answer->none) {
        if (detail->ask_at == 0)
            detail->ask_at = m->mono_us + AGAIN_US;
    } else if (answer->code != OK) {
        ROW_TEXT(detail->refused, slice_of(answer_problem(answer)));
    } else if (order) {
        take_order(m, answer);
    } else {
        take_history(m, answer);
    }
}

/* The whole follows soon; the status at once. */
void detail_event(struct model *m, const struct event *event)
{
    struct detail *detail = &m->detail;
    char id[UUID_TEXT_LEN + 1];

    if (!event->has_order || !detail->wanted || uuid_compare(&event->uid, &detail->uid) != 0)
        return;
    if (detail->ask_at == 0)
        detail->ask_at = m->mono_us + NEWS_US;
    if (detail->have && event->seq > detail->order.seq) {
        detail->order.seq = event->seq;
        detail->order.cancelling = event->to == STATUS_UNDOING ||
                                   (detail->order.cancelling &&
                                    (event->to == STATUS_PROCESSING || event->to == STATUS_FAILED));
        detail->order.status = event->to;
        detail->order.updated_at = event->at;
        detail->order.next_attempt_at = event->next_attempt_at;
    }
    if (!detail->following)
        return;
    uuid_format(&event->uid, id);
    model_say(m, SAY_NOTE, "%.13s is %s (%s)", id, status_name(event->to), event_type_name(event));
}
