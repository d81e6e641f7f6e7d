/* The replays: fetched once, then moved on by events. */
#include "tui/model/model_replays.h"

#include <stdlib.h>
#include <string.h>

#include "shared/wire_order.h"
#include "tui/model/model.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_row.h"

#define REPLAYS_AGAIN_US 300000

const struct replay_line *replays_selected(const struct replays *replays)
{
    return replays->selected < replays->n ? &replays->lines[replays->selected] : NULL;
}

size_t replays_running(const struct replays *replays)
{
    size_t n = 0;

    for (size_t i = 0; i < replays->n; i++)
        n += replays->lines[i].state == REPLAY_RUNNING;
    return n;
}

void replays_ask(struct model *m)
{
    struct request request = {.op = OP_REPLAYS, .replays = {.page = {.limit = REPLAYS_MAX}}};

    m->replays.ask_at = 0;
    if (m->replays.asking == 0)
        m->replays.asking = ask_send(m, (struct ask){.kind = ASK_REPLAYS}, &request);
    else
        m->replays.ask_at = m->mono_us + REPLAYS_AGAIN_US;
}

static void read_line(struct mp_reader *r, struct replay_line *line)
{
    struct replay_row row = {0};

    wire_replay_read(r, &row);
    *line = (struct replay_line){
        .uid = row.uid,
        .state = row.state,
        .matched = row.matched,
        .moved = row.moved,
        .skipped = row.skipped,
        .refailed = row.refailed,
        .rate = row.rate,
        .started_at = row.started_at,
        .finished_at = row.finished_at,
    };
    ROW_TEXT(line->by, row.by);
    ROW_TEXT(line->reason, row.reason);
}

static size_t find(const struct replays *replays, const struct uuid *uid)
{
    size_t i = 0;

    while (i < replays->n && uuid_compare(&replays->lines[i].uid, uid) != 0)
        i++;
    return i;
}

void replays_answer(struct model *m, const struct answer *answer)
{
    struct replays *replays = &m->replays;
    const struct replay_line *selected = replays_selected(replays);
    struct uuid kept = selected != NULL ? selected->uid : (struct uuid){{0}};
    struct mp_reader r;
    uint32_t n = 0;

    replays->asking = 0;
    if (answer->none || answer->code != OK || !answer_list(answer, "replays", &r, &n)) {
        ROW_TEXT(replays->refused, slice_of(answer_problem(answer)));
        return;
    }
    if (replays->lines == NULL)
        replays->lines = calloc(REPLAYS_MAX, sizeof *replays->lines);
    if (replays->lines == NULL)
        abort();
    replays->refused[0] = '\0';
    replays->loaded = true;
    replays->n = 0;
    while (replays->n < n && replays->n < REPLAYS_MAX && !mp_failed(&r))
        read_line(&r, &replays->lines[replays->n++]);
    if (mp_failed(&r))
        replays->n = 0;
    replays->selected = find(replays, &kept);
    if (replays->selected == replays->n)
        replays->selected = 0;
}

static bool is_news(enum news news)
{
    return news == NEWS_REPLAY_STARTED || news == NEWS_REPLAY_PROGRESS || news == NEWS_REPLAY_ENDED;
}

void replays_event(struct model *m, const struct event *event)
{
    struct replays *replays = &m->replays;
    struct uuid uid;
    struct replay_line *line = NULL;
    size_t at = 0;

    if (!is_news(event->news) || !uuid_parse(event->subject.p, event->subject.n, &uid))
        return;
    at = find(replays, &uid);
    if (at == replays->n) { /* its rate and reason are not in the event */
        if (replays->ask_at == 0)
            replays->ask_at = m->mono_us + REPLAYS_AGAIN_US;
        return;
    }
    line = &replays->lines[at];
    (void)replay_state_parse(event->subject_to, &line->state);
    if (event->has_progress) {
        line->matched = event->matched;
        line->moved = event->moved;
        line->skipped = event->skipped;
        line->refailed = event->refailed;
    }
    if (event->news == NEWS_REPLAY_ENDED)
        line->finished_at = event->at;
}
