/* Operations of a store beside those of store_asks.c: changes, steps, alarms, other lists. */
#include <string.h>

#include "daemon/store/store_alarm.h"
#include "daemon/store/store_verify.h"
#include "shared/alarm.h"
#include "tests/lib/store_asks.h"
#include "tests/lib/store_steps.h"

#define NEW_ID 9

static bool take_order(void *self, const struct order *order)
{
    (void)self;
    return order->id > 0;
}

static bool take_dead(void *self, const struct dead_letter *dead)
{
    (void)self;
    return dead->n > 0;
}

static bool take_replay(void *self, const struct replay_row *replay)
{
    (void)self;
    return replay->id > 0;
}

static void take_alarm(void *self, const struct alarm_row *alarm)
{
    (void)self;
    (void)alarm;
}

static void take_broken(void *self, const struct uuid *uid, const char *what)
{
    (void)self;
    (void)uid;
    (void)what;
}

static enum err list(struct store_scene *f, const struct request_list *query)
{
    struct store_page page = {.limit = 5};

    return store_list(f->reader, &(struct store_list_ask){query, T0, &page, take_order, NULL},
                      &f->why);
}

static enum err list_oldest(struct store_scene *f)
{
    return list(f, &(struct request_list){.sort = SORT_OLDEST});
}

static enum err list_changed(struct store_scene *f)
{
    return list(f, &(struct request_list){.sort = SORT_UPDATED});
}

static enum err list_waiting(struct store_scene *f)
{
    return list(f, &(struct request_list){.statuses = STATUS_BIT(STATUS_QUEUED)});
}

static enum err list_after(struct store_scene *f)
{
    return list(f, &(struct request_list){.has_after = true, .after = store_scene_uid(ASK_ENDED)});
}

static enum err list_by_start(struct store_scene *f)
{
    return list(f, &(struct request_list){.search = SLICE("01990000-0000")});
}

static enum err list_by_reference(struct store_scene *f)
{
    return list(f, &(struct request_list){.reference = SLICE("ref")});
}

static enum err failed(struct store_scene *f, const struct store_failed_ask *ask)
{
    struct store_page page = {.limit = 5, .count = true};
    struct store_failed_ask whole = *ask;

    whole.now_us = T0;
    whole.page = &page;
    whole.row = take_dead;
    return store_failed(f->reader, &whole, &f->why);
}

static enum err failed_of_a_group(struct store_scene *f)
{
    const struct dead_query query = {.group = SLICE("timeout")};

    return failed(f, &(struct store_failed_ask){.query = &query});
}

static enum err failed_by_time(struct store_scene *f)
{
    const struct dead_query query = {.from = T0 - SECOND};

    return failed(f, &(struct store_failed_ask){.query = &query, .sort = SORT_OLDEST});
}

static enum err failed_after(struct store_scene *f)
{
    const struct dead_query query = {.from = 0};
    const struct uuid after = store_scene_uid(ASK_DEAD);

    return failed(f, &(struct store_failed_ask){.query = &query, .after = &after});
}

static enum err one_replay(struct store_scene *f)
{
    const struct uuid uid = store_scene_uid(1);
    struct store_page page = {.limit = 5};

    return store_replays(f->reader, &(struct store_replays_ask){&uid, &page, take_replay, NULL},
                         &f->why);
}

static enum err waiting(struct store_scene *f, bool ready)
{
    struct waiting out[4];
    struct store_waiting_ask ask = {.ready = ready, .now_us = T0, .max = 4, .out = out};

    return store_waiting(f->reader, &ask, &f->why);
}

static enum err waiting_ready(struct store_scene *f)
{
    return waiting(f, true);
}

static enum err waiting_later(struct store_scene *f)
{
    return waiting(f, false);
}

static enum err oldest_queued(struct store_scene *f)
{
    int64_t due_at = 0;

    return store_oldest_queued(f->reader, T0, &due_at, &f->why);
}

static enum err oldest_waiting(struct store_scene *f)
{
    int64_t due_at = 0;

    return store_oldest_waiting(f->reader, 0, T0, &due_at, &f->why);
}

static enum err dead_by_step(struct store_scene *f)
{
    int64_t counts[STEPS_EVER_MAX] = {0};

    return store_dead_by_step(f->reader, counts, &f->why);
}

static enum err alarms(struct store_scene *f)
{
    return store_alarm_all(f->reader, take_alarm, NULL, &f->why);
}

static enum err verify(struct store_scene *f)
{
    struct store_verify_ask ask = {.limit = 5, .broken = take_broken};

    return store_verify(f->reader, &ask, &f->why);
}

static enum err keep_alarm(struct store_scene *f)
{
    const struct alarm_row alarm = {.name = SLICE("stalled"), .alarm = true, .since_at = T0};

    return store_alarm_keep(f->store, &alarm, &f->why);
}

static enum err change_order(struct store_scene *f)
{
    struct order order = store_scene_order(ASK_QUEUED);

    order.seq = 99;
    order.status = STATUS_HELD;
    return store_change_order(f->store, &order, &f->why);
}

static enum err amend_order(struct store_scene *f)
{
    struct order order = store_scene_order(ASK_QUEUED);

    order.seq = 99;
    return store_amend_order(f->store, &order, &f->why);
}

/* The order's own row has no room for more. */
static enum err add_history(struct store_scene *f)
{
    static char trail[1024];
    const struct entry entry = {.type = ENTRY_HELD, .at = T0};
    struct order order = store_scene_order(ASK_QUEUED);

    memset(trail, 'x', sizeof trail);
    order.seq = 99;
    order.trail = (struct slice){trail, sizeof trail};
    return store_add_history(f->store, &order, &entry, 1, &f->why);
}

static enum err add_result(struct store_scene *f)
{
    const struct pair result = {SLICE("reserve"), SLICE("shelf 7")};
    struct order order = store_steps_order(ASK_QUEUED, "charge", STATUS_QUEUED);

    return store_add_result(f->store, &order, &result, &f->why);
}

#define ASK(table, run)                                                                            \
    {                                                                                              \
        table, #run, run                                                                           \
    }
static const struct store_ask reads[] = {
    ASK("orders", list_oldest),
    ASK("orders", list_changed),
    ASK("events", list_changed),
    ASK("orders", list_waiting),
    ASK("orders", list_after),
    ASK("orders", list_by_start),
    ASK("orders", list_by_reference),
    ASK("failed_orders", failed_of_a_group),
    ASK("reason_groups", failed_of_a_group),
    ASK("failed_orders", failed_by_time),
    ASK("failed_orders", failed_after),
    ASK("orders", failed_after),
    ASK("replays", one_replay),
    ASK("orders", waiting_ready),
    ASK("orders", waiting_later),
    ASK("orders", oldest_queued),
    ASK("orders", oldest_waiting),
    ASK("reason_groups", dead_by_step),
    ASK("alarms", alarms),
    ASK("orders", verify),
};
static const struct store_ask writes[] = {
    ASK("alarms", keep_alarm),   ASK("orders", change_order), ASK("orders", amend_order),
    ASK("history", add_history), ASK("results", add_result),
};

const struct store_ask *store_other_reads(size_t *n)
{
    *n = sizeof reads / sizeof *reads;
    return reads;
}

const struct store_ask *store_other_writes(size_t *n)
{
    *n = sizeof writes / sizeof *writes;
    return writes;
}
