/* The model's door: messages to the parts they are for, and what is due. */
#include "tui/model/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/wire_reply.h"
#include "tui/model/model_live.h"
#include "tui/model/model_page.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_window.h"

#define LATER_MAX_BYTES (256UL * 1024)

static void list_init(struct list *list, enum list_kind kind)
{
    list->kind = kind;
    list->matched = LIST_MATCHED_UNKNOWN;
    buf_init(&list->later, LATER_MAX_BYTES);
    for (unsigned i = 0; i < COLUMN_COUNT; i++) {
        if (column_row((enum column)i)->at_first[kind])
            list->columns |= 1U << i;
    }
}

static void list_done(struct list *list)
{
    window_clear(list);
    marks_clear(&list->marks);
    arena_done(&list->filter.arena);
    buf_done(&list->later);
}

static const char *const *no_names(void)
{
    static const char *const names[ACTION_COUNT] = {NULL};

    return names;
}

struct model *model_new(const struct model_settings *settings)
{
    struct model *m = calloc(1, sizeof *m);

    if (m == NULL)
        abort();
    m->read_only = settings->read_only;
    m->utf8 = settings->utf8;
    m->key_names = settings->key_names != NULL ? settings->key_names : no_names();
    m->wall_us = settings->wall_us;
    m->mono_us = settings->mono_us;
    m->cols = settings->cols;
    m->rows = settings->rows;
    m->wishes_end = &m->wishes;
    m->asks = asks_new();
    uuid_maker_init(&m->ids, settings->seed);
    for (unsigned i = 0; i < LIST_KINDS; i++)
        list_init(&m->lists[i], (enum list_kind)i);
    tail_init(m);
    if (settings->preferences.p != NULL)
        prefs_read(m, settings->preferences);
    model_go(m, settings->screen);
    if (m->mouse)
        wish_add(m, WISH_MOUSE)->on = true;
    return m;
}

void model_free(struct model *m)
{
    if (m == NULL)
        return;
    for (struct wish *wish = model_wish(m); wish != NULL; wish = model_wish(m))
        wish_free(wish);
    dialog_close(m);
    job_free(m);
    (void)export_stop(m);
    detail_done(m);
    tail_done(m);
    groups_done(&m->groups);
    free(m->replays.lines);
    for (unsigned i = 0; i < FORM_PURPOSES; i++)
        free(m->forms[i]);
    for (unsigned i = 0; i < LIST_KINDS; i++)
        list_done(&m->lists[i]);
    asks_free(m->asks);
    free(m);
}

void model_say(struct model *m, enum say_level level, const char *fmt, ...)
{
    char text[sizeof m->said.text];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    (void)snprintf(m->said.text, sizeof m->said.text, "%s", text);
    m->said.level = level;
    m->said.at = m->mono_us;
    m->version++;
}

void model_save(struct model *m)
{
    prefs_write(m, &wish_add(m, WISH_SAVE)->bytes);
}

/* Time and the link -----------------------------------------------------------------------------
 */

static bool linked(const struct model *m)
{
    return m->link.state == LINK_LIVE || m->link.state == LINK_STALE;
}

/* All afresh; what is on the screen stays until the answers come. */
static void fetch_all(struct model *m)
{
    m->resync = false;
    figures_ask(m);
    for (unsigned i = 0; i < LIST_KINDS; i++) {
        struct list *list = &m->lists[i];

        if (list->loaded && list_held(list))
            page_here(m, list);
        else
            page_top(m, list);
    }
    groups_ask(m);
    replays_ask(m);
    model_alarms_ask(m);
    if (model_base(m) == SCREEN_EVENTS)
        tail_ask(m);
    detail_refresh(m);
}

static bool is_due(const struct model *m, int64_t at)
{
    return at != 0 && at <= m->mono_us;
}

/* Asks what is due. True: something was. */
static bool ask_due(struct model *m)
{
    uint64_t before = m->version;

    if (m->resync) {
        fetch_all(m);
        return true;
    }
    for (unsigned i = 0; i < LIST_KINDS; i++) {
        if (is_due(m, m->lists[i].reload_at) && !m->lists[i].reloading) {
            page_here(m, &m->lists[i]);
            m->version++;
        }
        page_want(m, &m->lists[i]);
    }
    if (is_due(m, m->groups.ask_at))
        groups_ask(m);
    if (is_due(m, m->replays.ask_at))
        replays_ask(m);
    if (is_due(m, m->alarms.ask_at))
        model_alarms_ask(m);
    if (is_due(m, m->detail.ask_at))
        detail_ask(m);
    return m->version != before;
}

void model_tick(struct model *m, int64_t wall_us, int64_t mono_us)
{
    m->wall_us = wall_us;
    m->mono_us = mono_us;
    if (figures_tick(m))
        m->version++;
    if (linked(m) && ask_due(m))
        m->version++;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return b != 0 && b < a ? b : a;
}

int64_t model_wake(const struct model *m)
{
    int64_t at = figures_wake(m);

    if (!linked(m))
        return at;
    if (m->resync)
        return m->mono_us;
    for (unsigned i = 0; i < LIST_KINDS; i++) {
        if (!m->lists[i].reloading)
            at = sooner(at, m->lists[i].reload_at);
    }
    at = sooner(at, m->groups.ask_at);
    at = sooner(at, m->replays.ask_at);
    at = sooner(at, m->alarms.ask_at);
    return sooner(at, m->detail.ask_at);
}

bool model_settled(const struct model *m)
{
    if (!linked(m))
        return m->link.state == LINK_OFFLINE;
    return !asks_any(m->asks) && !m->resync && m->detail.ask_at == 0 && m->groups.ask_at == 0 &&
           m->replays.ask_at == 0 && m->alarms.ask_at == 0 &&
           m->lists[LIST_ORDERS].reload_at == 0 && m->lists[LIST_FAILED].reload_at == 0;
}

void model_link_up(struct model *m)
{
    m->link.heard_at = m->mono_us;
    m->link.why[0] = '\0';
    if (m->link.state == LINK_LIVE)
        return;
    m->link.state = LINK_LIVE;
    m->version++;
    if (!m->started) {
        m->started = true;
        fetch_all(m);
        return;
    }
    /* The lists catch up by events; what events do not tell is asked. */
    figures_ask(m);
    for (unsigned i = 0; i < LIST_KINDS; i++) {
        if (!m->lists[i].loaded && !m->lists[i].reloading)
            page_top(m, &m->lists[i]);
    }
    replays_ask(m);
    model_alarms_ask(m);
    groups_soon(m);
    detail_refresh(m);
}

void model_link_down(struct model *m, int64_t retry_at_mono_us, const char *why)
{
    m->link.state = LINK_OFFLINE;
    m->link.retry_at = retry_at_mono_us;
    (void)snprintf(m->link.why, sizeof m->link.why, "%s", why != NULL ? why : "");
    m->version++;
}

/* What comes from the daemon --------------------------------------------------------------------
 */

void model_event(struct model *m, const struct event *event)
{
    figures_event(m, event);
    m->version++;
    if (m->frozen) {
        m->frozen_events++;
        return;
    }
    live_event(m, event);
    replays_event(m, event);
    model_alarms_event(m, event);
    tail_event(m, event);
    detail_event(m, event);
    detail_follow(m);
}

void model_heartbeat(struct model *m, struct slice map)
{
    m->version++;
    figures_heartbeat(m, map);
    model_alarms_heartbeat(m);
}

void model_lost(struct model *m)
{
    tail_lost(m);
    m->resync = true;
    m->version++;
}

static void (*const answers[ASK_KINDS])(struct model *m, const struct answer *answer) = {
    [ASK_INFO] = figures_info,
    [ASK_STATS] = figures_stats,
    [ASK_PAGE] = page_answer,
    [ASK_GROUPS] = groups_answer,
    [ASK_REPLAYS] = replays_answer,
    [ASK_TAIL] = tail_answer,
    [ASK_ORDER] = detail_answer,
    [ASK_HISTORY] = detail_answer,
    [ASK_SUBMIT] = form_answer,
    [ASK_PREVIEW] = change_preview,
    [ASK_CHANGE] = job_answer,
    [ASK_GATHER] = marking_answer,
    [ASK_EXPORT] = export_answer,
    [ASK_ALARMS] = model_alarms_answer,
    [ASK_ALARM_ACK] = model_alarms_acknowledged,
    [ASK_AMEND_ORDER] = amend_order,
    [ASK_AMEND] = form_answer,
};

void model_reply(struct model *m, uint64_t id, struct slice bytes, const char *why)
{
    struct answer answer = {.bytes = bytes};
    struct mp_reader body;
    uint32_t pairs = 0;

    if (!ask_take(m, id, &answer.ask))
        return;
    answer.none = bytes.p == NULL;
    if (answer.none)
        (void)snprintf(answer.why.text, sizeof answer.why.text, "%s",
                       why != NULL ? why : "no answer");
    else
        answer.code = wire_reply_head(bytes.p, bytes.n, &body, &pairs, &answer.why);
    answers[answer.ask.kind](m, &answer);
    detail_follow(m);
    m->version++;
}
