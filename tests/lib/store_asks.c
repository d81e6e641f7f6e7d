/* Each operation of a store once, with a table that it needs. */
#include "tests/lib/store_asks.h"

#define LATE (T0 + 1000000 * SECOND)
#define NEW_ID 9

static bool take_order(void *self, const struct order *order)
{
    (void)self;
    return order->id > 0;
}

static bool take_entry(void *self, const struct entry *entry)
{
    (void)self;
    return entry->at > 0;
}

static bool take_dead(void *self, const struct dead_letter *dead)
{
    (void)self;
    return dead->n > 0;
}

static bool take_group(void *self, const struct reason_group *group)
{
    (void)self;
    return group->count > 0;
}

static bool take_replay(void *self, const struct replay_row *replay)
{
    (void)self;
    return replay->id > 0;
}

static bool take_event(void *self, const struct event *event)
{
    (void)self;
    return event->seq > 0;
}

static enum err list(struct store_scene *f)
{
    const struct request_list query = {.sort = SORT_NEWEST};
    struct store_page page = {.limit = 5};

    return store_list(f->reader, &(struct store_list_ask){&query, T0, &page, take_order, NULL},
                      &f->why);
}

static enum err list_of_a_customer(struct store_scene *f)
{
    const struct request_list query = {.customer_id = SLICE("acme")};
    struct store_page page = {.limit = 5, .count = true};

    return store_list(f->reader, &(struct store_list_ask){&query, T0, &page, take_order, NULL},
                      &f->why);
}

static enum err get(struct store_scene *f)
{
    const struct uuid uid = store_scene_uid(ASK_QUEUED);
    struct order order;

    return store_get(f->reader, &uid, &f->arena, &order, &f->why);
}

static enum err history(struct store_scene *f)
{
    const struct uuid uid = store_scene_uid(ASK_ENDED);
    struct store_page page = {.limit = 5};

    return store_history(f->reader, &(struct store_history_ask){&uid, &page, take_entry, NULL},
                         &f->why);
}

static enum err failed(struct store_scene *f)
{
    const struct dead_query query = {.from = 0};
    struct store_page page = {.limit = 5};

    return store_failed(
        f->reader,
        &(struct store_failed_ask){
            .query = &query, .now_us = T0, .page = &page, .row = take_dead, .self = NULL},
        &f->why);
}

static enum err groups(struct store_scene *f)
{
    struct store_page page = {.limit = 5};

    return store_groups(f->reader, &(struct store_groups_ask){&page, take_group, NULL}, &f->why);
}

static enum err preview(struct store_scene *f)
{
    const struct dead_query query = {.from = 0};
    struct store_preview out = {0};

    return store_preview_dead(
        f->reader,
        &(struct store_preview_ask){
            .query = &query, .now_us = T0, .max = 5, .out = &out, .row = take_group, .self = NULL},
        &f->why);
}

static enum err replays(struct store_scene *f)
{
    struct store_page page = {.limit = 5};

    return store_replays(f->reader, &(struct store_replays_ask){NULL, &page, take_replay, NULL},
                         &f->why);
}

static enum err events(struct store_scene *f)
{
    int64_t first = 0, last = 0;

    return store_events(
        f->reader, &(struct store_events_ask){0, 50, take_event, NULL, &first, &last}, &f->why);
}

static enum err find_lease(struct store_scene *f)
{
    const struct uuid uid = store_scene_uid(ASK_QUEUED);
    struct lease_end end = {.token = SLICE("lease")};

    return store_find_lease(f->reader, &uid, &end, &f->why);
}

static enum err add_order(struct store_scene *f)
{
    struct order order = store_scene_order(NEW_ID);

    order.seq = 99;
    return store_add_order(f->store, &order, &f->why);
}

static enum err add_event(struct store_scene *f)
{
    struct order order = store_scene_order(ASK_QUEUED);
    struct event event;

    order.seq = 99;
    event = store_scene_event(&order, STATUS_NONE, ENTRY_QUEUED);
    return store_add_events(f->store, &event, 1, &f->why);
}

static enum err add_dead(struct store_scene *f)
{
    const struct dead_letter dead = {.n = 109,
                                     .id = ASK_QUEUED,
                                     .failed_at = T0,
                                     .attempts = 1,
                                     .failure_reason = SLICE("new"),
                                     .group = SLICE("new")};

    return store_add_dead(f->store, &dead, &f->why);
}

static enum err remove_dead(struct store_scene *f)
{
    return store_remove_dead(f->store, ASK_DEAD, &f->why);
}

static enum err add_lease(struct store_scene *f)
{
    const struct lease_end lease = {SLICE("other"), LEASE_FAILED, STATUS_RETRYING, T0};

    return store_add_lease(f->store, ASK_QUEUED, &lease, &f->why);
}

static enum err load(struct store_scene *f)
{
    struct order order;

    return store_load(
        f->store, &(struct store_load_ask){ASK_QUEUED, ORDER_WHOLE, &f->arena, &order}, &f->why);
}

static enum err find(struct store_scene *f)
{
    const struct uuid uid = store_scene_uid(ASK_QUEUED);
    int64_t id = 0;

    return store_find(f->store, &uid, &id, &f->why);
}

static enum err find_reference(struct store_scene *f)
{
    int64_t id = 0;

    return store_find_reference(f->store, SLICE("ref"), &id, &f->why);
}

static enum err running(struct store_scene *f)
{
    int64_t ids[4] = {0};
    struct store_ids out = {ids, 4, 0};

    return store_running(f->store, 0, &out, &f->why);
}

static enum err find_key(struct store_scene *f)
{
    struct store_key key;

    return store_find_key(f->store, SLICE("key"), &key, &f->why);
}

static enum err add_key(struct store_scene *f)
{
    const struct store_key key = {ASK_QUEUED, 5, T0};

    return store_add_key(f->store, SLICE("another"), &key, &f->why);
}

static enum err expire_keys(struct store_scene *f)
{
    int64_t removed = 0;

    return store_expire_keys(f->store, LATE, 10, &removed, &f->why);
}

static enum err add_replay(struct store_scene *f)
{
    const struct store_replay replay = {.row = {.id = 2, .uid = store_scene_uid(2)}};

    return store_add_replay(f->store, &replay, &f->why);
}

static enum err change_replay(struct store_scene *f)
{
    const struct store_replay replay = {.row = {.id = 1, .uid = store_scene_uid(1)}};

    return store_change_replay(f->store, &replay, &f->why);
}

static enum err load_replay(struct store_scene *f)
{
    struct store_replay replay;

    return store_load_replay(f->store, 1, &f->arena, &replay, &f->why);
}

static enum err find_replay(struct store_scene *f)
{
    const struct uuid uid = store_scene_uid(1);
    int64_t id = 0;

    return store_find_replay(f->store, &uid, &id, &f->why);
}

static enum err running_replays(struct store_scene *f)
{
    int64_t ids[4] = {0};
    struct store_ids out = {ids, 4, 0};

    return store_running_replays(f->store, &out, &f->why);
}

static enum err add_set(struct store_scene *f)
{
    static const int64_t ns[] = {100 + ASK_DEAD};
    struct store_set set = {.at = T0, .matched = 1, .listed = true, .ns = ns};

    return store_add_set(f->store, &set, &f->why);
}

static enum err find_set(struct store_scene *f)
{
    const struct uuid token = store_scene_uid(7);
    struct store_set set;

    return store_find_set(f->store, &token, &set, &f->why);
}

static enum err read_set(struct store_scene *f)
{
    int64_t ids[4] = {0};
    struct store_set_ask ask = {1, 0, {ids, 4, 0}};

    return store_read_set(f->store, &ask, &f->why);
}

static enum err expire_sets(struct store_scene *f)
{
    return store_expire_sets(f->store, LATE, &f->why);
}

static enum err find_dead(struct store_scene *f)
{
    int64_t order = 0;

    return store_find_dead(f->store, 100 + ASK_DEAD, &order, &f->why);
}

static enum err dead_of(struct store_scene *f)
{
    int64_t n = 0;

    return store_dead_of(f->store, ASK_DEAD, &n, &f->why);
}

static enum err next_dead(struct store_scene *f)
{
    const struct filter filter = {0};
    int64_t ids[4] = {0};
    struct store_next_ask ask = {&filter, T0, 1000, 0, {ids, 4, 0}};

    return store_next_dead(f->store, &ask, &f->why);
}

static enum err retain(struct store_scene *f)
{
    struct store_retention old = {
        .discarded_before = LATE, .events_before = LATE, .replays_before = LATE, .limit = 100};

    old.ended_before[STATUS_FULFILLED] = LATE;
    return store_retain(f->store, &old, &f->why);
}

static enum err save_totals(struct store_scene *f)
{
    const struct store_totals totals = {.last_seq = 1};

    return store_save_totals(f->store, &totals, &f->why);
}

static enum err load_totals(struct store_scene *f)
{
    struct store_totals totals;

    return store_load_totals(f->store, &totals, &f->why);
}

#define ASK(table, run)                                                                            \
    {                                                                                              \
        table, #run, run                                                                           \
    }
static const struct store_ask asks[] = {
    ASK("orders", list),
    ASK("orders", list_of_a_customer),
    ASK("customers", list_of_a_customer),
    ASK("orders", get),
    ASK("orders", history),
    ASK("history", history),
    ASK("failed_orders", failed),
    ASK("reason_groups", failed),
    ASK("failed_orders", groups),
    ASK("reason_groups", groups),
    ASK("failed_orders", preview),
    ASK("reason_groups", preview),
    ASK("replays", replays),
    ASK("events", events),
    ASK("orders", find_lease),
    ASK("leases", find_lease),
    ASK("orders", add_order),
    ASK("events", add_event),
    ASK("failed_orders", add_dead),
    ASK("reason_groups", add_dead),
    ASK("failed_orders", remove_dead),
    ASK("reason_groups", remove_dead),
    ASK("leases", add_lease),
    ASK("orders", load),
    ASK("orders", find),
    ASK("orders", find_reference),
    ASK("orders", running),
    ASK("key_log", find_key),
    ASK("key_log", add_key),
    ASK("key_log", expire_keys),
    ASK("replays", add_replay),
    ASK("replays", change_replay),
    ASK("replays", load_replay),
    ASK("replays", find_replay),
    ASK("replays", running_replays),
    ASK("sets", add_set),
    ASK("set_parts", add_set),
    ASK("sets", find_set),
    ASK("set_parts", read_set),
    ASK("sets", expire_sets),
    ASK("failed_orders", find_dead),
    ASK("failed_orders", dead_of),
    ASK("failed_orders", next_dead),
    ASK("orders", retain),
    ASK("history", retain),
    ASK("leases", retain),
    ASK("events", retain),
    ASK("replays", retain),
    ASK("totals", save_totals),
    ASK("totals", load_totals),
};

const struct store_ask *store_asks(size_t *n)
{
    *n = sizeof asks / sizeof *asks;
    return asks;
}
