/* The daemon's figures, its name, and the link to it. */
#include "tui/model/model_metrics.h"

#include <stdio.h>
#include <string.h>

#include "shared/wire_reply.h"
#include "tui/model/model.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_row.h"

#define STALE_US 2500000
#define SECOND_US 1000000

int64_t figures_orders(const struct figures *figures)
{
    int64_t all = 0;

    if (!figures->known)
        return -1;
    for (unsigned i = STATUS_NONE + 1; i < STATUS_COUNT; i++)
        all += figures->now.counts[i];
    return all;
}

static int64_t seconds_up(int64_t us)
{
    return us <= 0 ? 0 : (us + SECOND_US - 1) / SECOND_US;
}

void figures_link_text(const struct link *link, int64_t mono_us, char out[LINK_TEXT_MAX])
{
    switch (link->state) {
    case LINK_CONNECTING:
        (void)snprintf(out, LINK_TEXT_MAX, "CONNECTING");
        break;
    case LINK_LIVE:
        (void)snprintf(out, LINK_TEXT_MAX, "LIVE");
        break;
    case LINK_STALE:
        (void)snprintf(out, LINK_TEXT_MAX, "STALE %llds",
                       (long long)((mono_us - link->heard_at) / SECOND_US));
        break;
    case LINK_OFFLINE:
        (void)snprintf(out, LINK_TEXT_MAX, "OFFLINE retry %llds",
                       (long long)seconds_up(link->retry_at - mono_us));
        break;
    }
}

void figures_ask(struct model *m)
{
    (void)ask_send(m, (struct ask){.kind = ASK_INFO}, &(struct request){.op = OP_INFO});
    (void)ask_send(m, (struct ask){.kind = ASK_STATS}, &(struct request){.op = OP_STATS});
}

static void take_steps(struct daemon_info *info, const struct answer *answer)
{
    struct arena arena = {0};
    struct mp_reader r;

    info->steps[0] = '\0';
    if (wire_reply_find(answer->bytes.p, answer->bytes.n, "steps", &r))
        ROW_TEXT(info->steps, wire_steps_read(&r, &arena));
    arena_done(&arena);
}

void figures_info(struct model *m, const struct answer *answer)
{
    struct daemon_info *info = &m->info;
    struct reply_info reply = {0};

    if (answer->none)
        return;
    if (answer->code != OK) {
        model_say(m, SAY_PROBLEM, "%s", answer_problem(answer));
        return;
    }
    if (wire_read_info(answer->bytes.p, answer->bytes.n, &reply, NULL) != OK)
        return;
    info->known = true;
    ROW_TEXT(info->name, reply.name);
    ROW_TEXT(info->version, reply.version);
    ROW_TEXT(info->instance, reply.instance);
    ROW_TEXT(info->store, reply.store);
    ROW_TEXT(info->handler, reply.handler);
    ROW_TEXT(info->epoch, reply.epoch);
    take_steps(info, answer);
    info->role = ROLE_NONE;
    (void)role_parse(reply.role, &info->role);
    info->rights = m->read_only ? RIGHT_VIEW : role_rights(info->role);
    info->pid = reply.pid;
    info->started_at = reply.started_at;
    info->paused = reply.paused;
    info->draining = reply.draining;
}

void figures_stats(struct model *m, const struct answer *answer)
{
    struct stats stats = {0};

    if (answer->none || answer->code != OK || m->frozen ||
        wire_read_stats(answer->bytes.p, answer->bytes.n, &stats, NULL) != OK)
        return;
    m->figures.now = stats;
    m->figures.known = true;
}

static void push(uint32_t *series, int64_t value)
{
    memmove(series, series + 1, (SERIES_SECONDS - 1) * sizeof *series);
    series[SERIES_SECONDS - 1] = value < 0 ? 0 : value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

/* The series are not in a heartbeat: what it says of its last second is added. */
static void push_second(struct stats *stats, struct slice map)
{
    struct mp_reader r;

    if (!wire_reply_find(map.p, map.n, "last_second", &r))
        return;
    for (uint32_t pairs = mp_map(&r); pairs > 0 && !mp_failed(&r); pairs--) {
        struct slice name = mp_str(&r);

        if (slice_is(name, "accepted"))
            push(stats->series_accepted, mp_int(&r));
        else if (slice_is(name, "fulfilled"))
            push(stats->series_fulfilled, mp_int(&r));
        else if (slice_is(name, "failed"))
            push(stats->series_failed, mp_int(&r));
        else
            mp_skip(&r);
    }
}

static void keep_series(struct stats *stats, const struct stats *from)
{
    memcpy(stats->series_accepted, from->series_accepted, sizeof stats->series_accepted);
    memcpy(stats->series_fulfilled, from->series_fulfilled, sizeof stats->series_fulfilled);
    memcpy(stats->series_failed, from->series_failed, sizeof stats->series_failed);
}

void figures_heartbeat(struct model *m, struct slice map)
{
    struct stats stats = {0};

    m->link.heard_at = m->mono_us;
    m->link.state = LINK_LIVE;
    if (m->frozen || wire_read_figures(map.p, map.n, &stats, NULL) != OK)
        return;
    keep_series(&stats, &m->figures.now);
    push_second(&stats, map);
    m->figures.now = stats;
    m->figures.known = true;
}

void figures_event(struct model *m, const struct event *event)
{
    if (event->news == NEWS_PAUSED)
        m->info.paused = true;
    if (event->news == NEWS_RESUMED)
        m->info.paused = m->info.draining = false;
    if (event->news == NEWS_DRAIN_STARTED)
        m->info.draining = true;
}

bool figures_tick(struct model *m)
{
    bool was_live = m->link.state == LINK_LIVE;

    if (was_live && m->mono_us - m->link.heard_at >= STALE_US)
        m->link.state = LINK_STALE;
    return was_live ? m->link.state != LINK_LIVE : m->link.state != LINK_CONNECTING;
}

int64_t figures_wake(const struct model *m)
{
    int64_t whole = 0;

    switch (m->link.state) {
    case LINK_LIVE:
        return m->link.heard_at + STALE_US;
    case LINK_STALE: /* at its next whole second */
        whole = (m->mono_us - m->link.heard_at) / SECOND_US + 1;
        return m->link.heard_at + whole * SECOND_US;
    case LINK_OFFLINE:
        whole = seconds_up(m->link.retry_at - m->mono_us);
        return whole > 0 ? m->link.retry_at - (whole - 1) * SECOND_US : INT64_MAX;
    case LINK_CONNECTING:
        break;
    }
    return INT64_MAX;
}
