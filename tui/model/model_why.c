/* Why an action is not possible now, said so that a person knows what to do. */
#include <string.h>

#include "tui/model/model.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_window.h"

/* The changes of single orders: what the status must allow. */
static const struct {
    enum action action;
    enum cause cause;
} causes[] = {
    {ACTION_REPLAY, CAUSE_REPLAY},   {ACTION_CANCEL, CAUSE_CANCEL},   {ACTION_HOLD, CAUSE_HOLD},
    {ACTION_DISCARD, CAUSE_DISCARD}, {ACTION_RETRY, CAUSE_RETRY_NOW},
};

/* Of what is known of an order in several places, the newest counts. */
enum status model_status(const struct model *m, const struct uuid *uid)
{
    enum status status = STATUS_NONE;
    int64_t seq = -1;

    if (m->detail.have && uuid_compare(&m->detail.uid, uid) == 0) {
        status = m->detail.order.status;
        seq = m->detail.order.seq;
    }
    for (unsigned kind = 0; kind < LIST_KINDS; kind++) {
        const struct list *list = &m->lists[kind];
        size_t at = window_find(list, uid);

        if (at < list->n && list->rows[at]->seq > seq) {
            status = list->rows[at]->status;
            seq = list->rows[at]->seq;
        }
    }
    return status;
}

static bool allows(enum status status, enum action action, enum cause cause)
{
    if (status == STATUS_NONE) /* not known here: the daemon decides */
        return true;
    if (action == ACTION_CANCEL && status == STATUS_PROCESSING) /* noted */
        return true;
    if (action == ACTION_HOLD && status == STATUS_HELD) /* released */
        return true;
    return status_change(status, cause).legal;
}

/* Is a time set for its next attempt? */
static bool waits(const struct model *m, const struct uuid *uid)
{
    if (m->detail.have && uuid_compare(&m->detail.uid, uid) == 0)
        return m->detail.order.next_attempt_at != 0;
    for (unsigned kind = 0; kind < LIST_KINDS; kind++) {
        size_t at = window_find(&m->lists[kind], uid);

        if (at < m->lists[kind].n)
            return m->lists[kind].rows[at]->next_attempt_at != 0;
    }
    return true; /* not known here: the daemon decides */
}

static const char *why_status(const struct model *m, enum action action, enum cause cause)
{
    static const char *const is[STATUS_COUNT] = {
        [STATUS_QUEUED] = "the order is QUEUED",
        [STATUS_PROCESSING] = "the order is PROCESSING",
        [STATUS_RETRYING] = "the order is RETRYING",
        [STATUS_HELD] = "the order is HELD",
        [STATUS_FULFILLED] = "the order is FULFILLED",
        [STATUS_FAILED] = "the order is FAILED",
        [STATUS_UNDOING] = "the order is UNDOING",
        [STATUS_REJECTED] = "the order is REJECTED",
        [STATUS_CANCELLED] = "the order is CANCELLED",
    };
    struct uuid uid;
    enum status status = STATUS_NONE;

    if (!detail_uid(m, &uid))
        return "no order is selected";
    status = model_status(m, &uid);
    if (cause == CAUSE_RETRY_NOW && status == STATUS_UNDOING && !waits(m, &uid))
        return "its undo does not wait for a next attempt";
    return allows(status, action, cause) ? NULL : is[status];
}

static bool marked(const struct model *m)
{
    const struct list *list = model_list_of(m);

    return m->depth == 1 && m->pane != PANE_DETAIL && list != NULL && list->marks.n > 0;
}

/* Of actions on orders: is there one, and does its status allow it? */
static const char *why_target(const struct model *m, enum action action)
{
    bool replays = model_screen(m) == SCREEN_REPLAYS;
    bool groups = model_screen(m) == SCREEN_FAILED && m->groups.on;

    if (action == ACTION_CANCEL && replays) {
        const struct replay_line *line = replays_selected(&m->replays);

        if (line == NULL)
            return "no replay is selected";
        return line->state == REPLAY_RUNNING ? NULL : "the replay has ended";
    }
    if (action == ACTION_ALARM_ACK)
        return model_alarms_why_not(m);
    if (action == ACTION_AMEND)
        return why_status(m, action, CAUSE_AMEND);
    if (marked(m))
        return NULL;
    if (groups && (action == ACTION_REPLAY || action == ACTION_DISCARD))
        return groups_selected(&m->groups) != NULL ? NULL : "no group is selected";
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        if (causes[i].action == action)
            return why_status(m, action, causes[i].cause);
    }
    return NULL;
}

static const char *why_link(const struct model *m)
{
    if (m->link.state == LINK_OFFLINE)
        return "offline";
    return m->link.state == LINK_CONNECTING ? "not connected yet" : NULL;
}

static const char *why_role(const struct model *m, unsigned needs)
{
    if (needs == RIGHT_VIEW)
        return NULL;
    if (m->read_only)
        return "read-only";
    if (!m->info.known || (m->info.rights & needs) != 0)
        return NULL;
    return "needs the role operator";
}

static bool asks_daemon(enum action action)
{
    return action_row(action)->needs != RIGHT_VIEW && action != ACTION_NEW;
}

const char *why_ever(const struct model *m, enum action action)
{
    const char *why = why_role(m, action_row(action)->needs);

    if (why == NULL && asks_daemon(action))
        why = why_link(m);
    if (why == NULL && asks_daemon(action) && m->job != NULL && action != ACTION_SEND)
        why = "a change is under way";
    return why;
}

const char *model_why_not(const struct model *m, enum action action)
{
    const char *why = why_ever(m, action);

    if (why == NULL && !action_on(action, model_screen(m)))
        why = "not on this screen";
    /* What it would change, or ask, is not seen. */
    if (why == NULL && action_row(action)->needs == RIGHT_OPERATE &&
        model_layout(m).step == WIDTH_TINY)
        why = "enlarge to 60x15 first";
    if (why == NULL && action == ACTION_RETRY && m->info.paused)
        why = "the queue is paused";
    return why != NULL ? why : why_target(m, action);
}

const char *model_footer_word(const struct model *m, enum action action)
{
    struct uuid uid;

    if (action == ACTION_ALARM_ACK && model_alarms_why_not(m) == NULL)
        return "Ack";
    if (action == ACTION_PAUSE)
        return m->info.paused || m->info.draining ? "Resume" : "Pause";
    if (action == ACTION_HOLD && detail_uid(m, &uid) && model_status(m, &uid) == STATUS_HELD)
        return "Release";
    return action_row(action)->footer;
}
