/* The alarms: fetched, kept in order, moved on by events, acknowledged. */
#include "tui/model/model_alarms.h"

#include <string.h>

#include "shared/alarm.h"
#include "tui/model/model.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_row.h"

#define NEWS_US 200000            /* after an event: its figures are not in it */
#define LOOKED_US 5000000         /* while they are looked at: figures move without events */
#define AGAIN_US INT64_C(1000000) /* after no answer */

bool alarm_open(const struct alarm_line *line)
{
    return line->alarm && line->acknowledged_by[0] == '\0';
}

static size_t rank(const struct alarm_line *line)
{
    return alarm_open(line) ? 0 : line->alarm ? 1 : line->threshold > 0 ? 2 : 3;
}

size_t model_alarms_open(const struct alarms *alarms)
{
    size_t n = 0;

    while (n < alarms->n && alarm_open(&alarms->lines[n]))
        n++;
    return n;
}

size_t model_alarms_on(const struct alarms *alarms)
{
    size_t n = 0;

    while (n < alarms->n && alarms->lines[n].alarm)
        n++;
    return n;
}

const struct alarm_line *model_alarms_meant(const struct model *m)
{
    const struct alarms *alarms = &m->alarms;

    if (model_screen(m) == SCREEN_OVERVIEW)
        return alarms->selected < alarms->n ? &alarms->lines[alarms->selected] : NULL;
    return model_alarms_open(alarms) > 0 ? &alarms->lines[0] : NULL;
}

static struct alarm_line *find(struct alarms *alarms, const char *name)
{
    for (size_t i = 0; i < alarms->n; i++) {
        if (strcmp(alarms->lines[i].name, name) == 0)
            return &alarms->lines[i];
    }
    return NULL;
}

/* By rank, else as the daemon tells them. A cursor that was moved stays with its alarm. */
static void sort(struct alarms *alarms)
{
    char kept[ALARM_NAME_MAX + 1] = "";
    const struct alarm_line *line = NULL;

    if (alarms->selected > 0 && alarms->selected < alarms->n)
        ROW_TEXT(kept, slice_of(alarms->lines[alarms->selected].name));
    for (size_t i = 1; i < alarms->n; i++) {
        struct alarm_line moving = alarms->lines[i];
        size_t at = i;

        for (; at > 0 && rank(&alarms->lines[at - 1]) > rank(&moving); at--)
            alarms->lines[at] = alarms->lines[at - 1];
        alarms->lines[at] = moving;
    }
    line = find(alarms, kept);
    alarms->selected = line != NULL ? (size_t)(line - alarms->lines) : 0;
}

void model_alarms_ask(struct model *m)
{
    m->alarms.ask_at = 0;
    if (m->alarms.asking != 0) {
        m->alarms.ask_at = m->mono_us + NEWS_US;
        return;
    }
    m->alarms.asked_at = m->mono_us;
    m->alarms.asking =
        ask_send(m, (struct ask){.kind = ASK_ALARMS}, &(struct request){.op = OP_ALARMS});
}

static void read_line(struct mp_reader *r, struct alarm_line *line)
{
    struct alarm_row row = {0};

    alarm_read(r, &row);
    *line = (struct alarm_line){.alarm = row.alarm,
                                .value = row.value,
                                .threshold = row.threshold,
                                .since_at = row.since_at};
    ROW_TEXT(line->name, row.name);
    ROW_TEXT(line->acknowledged_by, row.acknowledged_by);
}

/* The cursor's alarm, in the order that the daemon tells them. */
static void keep_selected(struct alarms *alarms, const struct alarm_line *lines, size_t n)
{
    if (alarms->selected == 0 || alarms->selected >= alarms->n)
        return;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(lines[i].name, alarms->lines[alarms->selected].name) == 0) {
            alarms->selected = i;
            return;
        }
    }
}

static bool usable(const struct model *m, const struct answer *answer)
{
    return !answer->none && answer->code == OK && !m->frozen;
}

void model_alarms_answer(struct model *m, const struct answer *answer)
{
    struct alarms *alarms = &m->alarms;
    struct alarm_line lines[ALARMS_MAX];
    struct mp_reader r;
    uint32_t rows = 0;
    size_t n = 0;

    alarms->asking = 0;
    if (answer->none && alarms->ask_at == 0)
        alarms->ask_at = m->mono_us + AGAIN_US;
    if (!usable(m, answer) || !answer_list(answer, "alarms", &r, &rows))
        return;
    while (n < rows && n < ALARMS_MAX && !mp_failed(&r))
        read_line(&r, &lines[n++]);
    if (mp_failed(&r))
        return;
    keep_selected(alarms, lines, n);
    memcpy(alarms->lines, lines, n * sizeof *lines);
    alarms->n = n;
    alarms->loaded = true;
    sort(alarms);
}

void model_alarms_event(struct model *m, const struct event *event)
{
    struct alarms *alarms = &m->alarms;
    char name[ALARM_NAME_MAX + 1];
    struct alarm_line *line = NULL;

    if (event->news != NEWS_ALARM && event->news != NEWS_ALARM_ACKNOWLEDGED)
        return;
    if (alarms->ask_at == 0)
        alarms->ask_at = m->mono_us + NEWS_US;
    ROW_TEXT(name, event->subject);
    line = find(alarms, name);
    if (line == NULL)
        return;
    line->alarm = slice_is(event->subject_to, alarm_state(true));
    line->acknowledged_by[0] = '\0';
    if (event->news == NEWS_ALARM_ACKNOWLEDGED)
        ROW_TEXT(line->acknowledged_by, event->by);
    else
        line->since_at = event->at;
    sort(alarms);
}

void model_alarms_heartbeat(struct model *m)
{
    if (!m->frozen && model_base(m) == SCREEN_OVERVIEW && m->alarms.ask_at == 0 &&
        m->mono_us - m->alarms.asked_at >= LOOKED_US)
        model_alarms_ask(m);
}

/* Acknowledging ---------------------------------------------------------------------------------
 */

const char *model_alarms_why_not(const struct model *m)
{
    const struct alarm_line *line = model_alarms_meant(m);

    if (line == NULL)
        return "there is no alarm to acknowledge";
    if (!line->alarm)
        return "the alarm is OK";
    return alarm_open(line) ? NULL : "the alarm is acknowledged already";
}

/* By name on the command line, else the one that is meant here. */
void model_alarms_acknowledge(struct model *m, enum action action, struct slice arg)
{
    const struct alarm_line *line = model_alarms_meant(m);
    struct request request = {.op = OP_ALARM_ACK};

    (void)action;
    request.alarm_ack.name = arg.n > 0 ? arg : slice_of(line != NULL ? line->name : "");
    ROW_TEXT(m->alarms.acking, request.alarm_ack.name);
    (void)ask_send(m, (struct ask){.kind = ASK_ALARM_ACK}, &request);
}

void model_alarms_acknowledged(struct model *m, const struct answer *answer)
{
    if (answer->none)
        model_say(m, SAY_PROBLEM, "not known to be acknowledged: %s; asking again is safe",
                  answer_problem(answer));
    else if (answer->code != OK)
        model_say(m, SAY_PROBLEM, "%s", answer_problem(answer));
    else
        model_say(m, SAY_DONE, "%s: acknowledged until it changes", m->alarms.acking);
    model_alarms_ask(m);
}
