/* What is old enough to go, removed in the gaps. */
#include "daemon/core/retention.h"

#include <stdlib.h>

#include "shared/limits.h"
#include "shared/log.h"
#include "shared/need.h"

#define FIRST_US (60 * 1000000LL)
#define EVERY_MAX_US (3600 * 1000000LL)
#define EVERY_MIN_US 1000000LL
#define EVERY_SHARE 10   /* what is kept for ten hours is looked for each hour */
#define MORE_US 200000LL /* between two helpings, so that orders have their turn */
#define AT_ONCE 200

struct retention {
    struct loop_source *timer;
    const struct clock *clock;
    struct engine *engine;
    struct retention_settings settings;
    struct command command;
    bool asked;  /* the command is the engine's */
    bool closed; /* to be freed when it comes back */
};

/* 0: nothing is that old, or it is kept for ever. */
static int64_t before(int64_t now, int64_t kept_us)
{
    return kept_us > 0 && now > kept_us ? now - kept_us : 0;
}

static struct store_retention rows(const struct retention *retention)
{
    const struct retention_settings *kept = &retention->settings;
    int64_t now = clock_wall(retention->clock);
    struct store_retention rows = {.discarded_before = before(now, kept->discarded),
                                   .events_before = before(now, kept->events),
                                   .replays_before = before(now, REPLAYS_KEPT_US),
                                   .limit = AT_ONCE};

    rows.ended_before[STATUS_FULFILLED] = before(now, kept->fulfilled);
    rows.ended_before[STATUS_CANCELLED] = before(now, kept->cancelled);
    rows.ended_before[STATUS_REJECTED] = before(now, kept->rejected);
    return rows;
}

/* How often to look: what is kept shortest should not be there for much longer. */
static int64_t every(const struct retention *retention)
{
    const struct retention_settings *kept = &retention->settings;
    const int64_t all[] = {kept->fulfilled, kept->cancelled, kept->rejected, kept->discarded,
                           kept->events};
    int64_t us = EVERY_MAX_US;

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i] > 0 && all[i] / EVERY_SHARE < us)
            us = all[i] / EVERY_SHARE;
    }
    return us > EVERY_MIN_US ? us : EVERY_MIN_US;
}

static void set_timer(struct retention *retention, int64_t delay)
{
    loop_timer_set(retention->timer, clock_mono(retention->clock) + delay);
}

static void done(struct command *command)
{
    struct retention *retention = command->owner;

    retention->asked = false;
    if (retention->closed) {
        free(retention);
        return;
    }
    if (command->result != OK)
        log_warning("cannot remove what is old: %s", command->why.text);
    set_timer(retention,
              command->result == OK && command->retain.more ? MORE_US : every(retention));
}

static void on_time(void *self)
{
    struct retention *retention = self;

    if (retention->asked)
        return;
    retention->command = (struct command){.kind = COMMAND_RETAIN,
                                          .can_wait = true,
                                          .retain = {.rows = rows(retention)},
                                          .done = done,
                                          .owner = retention};
    retention->asked = engine_post(retention->engine, &retention->command, NULL) == OK;
    if (!retention->asked)
        set_timer(retention, FIRST_US);
}

enum err retention_open(struct retention **out, struct loop *loop, const struct clock *clock,
                        struct engine *engine, struct why *why)
{
    struct retention *retention = need(calloc(1, sizeof(*retention)));

    retention->clock = clock;
    retention->engine = engine;
    if (loop_add_timer(loop, on_time, retention, &retention->timer) != OK) {
        free(retention);
        return err_set(why, ERR_INTERNAL, "cannot make the retention's timer");
    }
    set_timer(retention, FIRST_US);
    *out = retention;
    return OK;
}

void retention_close(struct retention *retention)
{
    if (retention == NULL)
        return;
    loop_source_free(retention->timer);
    retention->timer = NULL;
    if (retention->asked)
        retention->closed = true;
    else
        free(retention);
}

void retention_set(struct retention *retention, const struct retention_settings *settings)
{
    int64_t delay = FIRST_US;

    retention->settings = *settings;
    if (every(retention) < delay)
        delay = every(retention);
    if (!retention->asked)
        set_timer(retention, delay);
}
