/* The store as all others see it: hands each call to the backend it was opened with. */
#include "daemon/store/store.h"

#include <assert.h>

#include "daemon/store/store_ops.h"

void store_close(struct store *store)
{
    if (store != NULL)
        store->ops->close(store);
}

const char *store_name(const struct store *store)
{
    return store->ops->name;
}

enum err store_begin(struct store *store, struct why *why)
{
    return store->ops->begin(store, why);
}

enum err store_commit(struct store *store, struct why *why)
{
    return store->ops->commit(store, why);
}

void store_rollback(struct store *store)
{
    store->ops->rollback(store);
}

void store_checkpoint(struct store *store, bool gap)
{
    store->ops->checkpoint(store, gap);
}

void store_rest(struct store *store)
{
    store->ops->rest(store);
}

void store_sizes(struct store *store, int64_t *wal_bytes, int64_t *file_bytes)
{
    store->ops->sizes(store, wal_bytes, file_bytes);
}

enum err store_add_step(struct store *store, struct slice name, uint32_t *number, struct why *why)
{
    enum err e = OK;

    *number = step_names_find(&store->steps, name);
    if (*number < STEPS_EVER_MAX)
        return OK;
    *number = step_names_count(&store->steps);
    if (*number == STEPS_EVER_MAX)
        return err_set(why, ERR_INVALID, "step '%.*s' is one too many: %d names are known already",
                       SLICE_ARGS(name), STEPS_EVER_MAX);
    e = store->ops->add_step(store, name, why);
    if (e == OK && !step_names_add(&store->steps, name))
        e = err_set(why, ERR_INVALID, "'%.*s' cannot be a step's name", SLICE_ARGS(name));
    return e;
}

uint32_t store_steps(const struct store *store)
{
    return step_names_count(&store->steps);
}

struct slice store_step_name(const struct store *store, uint32_t number)
{
    return step_names_at(&store->steps, number);
}

uint32_t store_step_number(const struct store *store, struct slice name)
{
    return step_names_find(&store->steps, name);
}

enum err store_copy(struct store *store, struct store_copy *copy, struct why *why)
{
    return store->ops->copy(store, copy, why);
}

enum err store_load_totals(struct store *store, struct store_totals *out, struct why *why)
{
    return store->ops->load_totals(store, out, why);
}

enum err store_save_totals(struct store *store, const struct store_totals *totals, struct why *why)
{
    return store->ops->save_totals(store, totals, why);
}

enum err store_add_order(struct store *store, struct order *order, struct why *why)
{
    assert(order->id > 0 && order->status != STATUS_NONE);
    return store->ops->add_order(store, order, why);
}

enum err store_change_order(struct store *store, struct order *order, struct why *why)
{
    assert(order->id > 0 && order->status != STATUS_NONE);
    return store->ops->change_order(store, order, why);
}

enum err store_add_result(struct store *store, struct order *order, const struct pair *result,
                          struct why *why)
{
    assert(result->key.n > 0 && result->value.p != NULL);
    return store->ops->add_result(store, order, result, why);
}

enum err store_amend_order(struct store *store, struct order *order, struct why *why)
{
    assert(order->id > 0 && order->n_items > 0);
    return store->ops->amend_order(store, order, why);
}

enum err store_add_history(struct store *store, struct order *order, const struct entry *entries,
                           size_t n, struct why *why)
{
    assert(order->id > 0 && order->seq > 0);
    return store->ops->add_history(store, order, entries, n, why);
}

enum err store_add_events(struct store *store, const struct event *events, size_t n,
                          struct why *why)
{
    return n == 0 ? OK : store->ops->add_events(store, events, n, why);
}

enum err store_add_dead(struct store *store, const struct dead_letter *dead, struct why *why)
{
    return store->ops->add_dead(store, dead, why);
}

enum err store_remove_dead(struct store *store, int64_t order, struct why *why)
{
    return store->ops->remove_dead(store, order, why);
}

enum err store_add_lease(struct store *store, int64_t order, const struct lease_end *end,
                         struct why *why)
{
    assert(end->op != LEASE_NOT);
    return store->ops->add_lease(store, order, end, why);
}

enum err store_alarm_keep(struct store *store, const struct alarm_row *alarm, struct why *why)
{
    return store->ops->keep_alarm(store, alarm, why);
}

enum err store_load(struct store *store, const struct store_load_ask *ask, struct why *why)
{
    return store->ops->load(store, ask, why);
}

enum err store_find(struct store *store, const struct uuid *uid, int64_t *id, struct why *why)
{
    return store->ops->find(store, uid, id, why);
}

enum err store_find_reference(struct store *store, struct slice reference, int64_t *id,
                              struct why *why)
{
    return store->ops->find_reference(store, reference, id, why);
}

enum err store_find_key(struct store *store, struct slice key, struct store_key *out,
                        struct why *why)
{
    return store->ops->find_key(store, key, out, why);
}

enum err store_add_key(struct store *store, struct slice key, const struct store_key *value,
                       struct why *why)
{
    return store->ops->add_key(store, key, value, why);
}

enum err store_expire_keys(struct store *store, int64_t before_us, int64_t limit, int64_t *removed,
                           struct why *why)
{
    return store->ops->expire_keys(store, before_us, limit, removed, why);
}

enum err store_running(struct store *store, int64_t after, struct store_ids *out, struct why *why)
{
    out->n = 0;
    return store->ops->running(store, after, out, why);
}

enum err store_add_replay(struct store *store, const struct store_replay *replay, struct why *why)
{
    return store->ops->add_replay(store, replay, why);
}

enum err store_change_replay(struct store *store, const struct store_replay *replay,
                             struct why *why)
{
    return store->ops->change_replay(store, replay, why);
}

enum err store_load_replay(struct store *store, int64_t id, struct arena *arena,
                           struct store_replay *out, struct why *why)
{
    return store->ops->load_replay(store, id, arena, out, why);
}

enum err store_find_replay(struct store *store, const struct uuid *uid, int64_t *id,
                           struct why *why)
{
    return store->ops->find_replay(store, uid, id, why);
}

enum err store_running_replays(struct store *store, struct store_ids *out, struct why *why)
{
    out->n = 0;
    return store->ops->running_replays(store, out, why);
}

enum err store_add_set(struct store *store, struct store_set *set, struct why *why)
{
    return store->ops->add_set(store, set, why);
}

enum err store_find_set(struct store *store, const struct uuid *token, struct store_set *out,
                        struct why *why)
{
    return store->ops->find_set(store, token, out, why);
}

enum err store_read_set(struct store *store, struct store_set_ask *ask, struct why *why)
{
    ask->out.n = 0;
    return store->ops->read_set(store, ask, why);
}

enum err store_expire_sets(struct store *store, int64_t before_us, struct why *why)
{
    return store->ops->expire_sets(store, before_us, why);
}

enum err store_find_dead(struct store *store, int64_t n, int64_t *order, struct why *why)
{
    return store->ops->find_dead(store, n, order, why);
}

enum err store_dead_of(struct store *store, int64_t order, int64_t *n, struct why *why)
{
    return store->ops->dead_of(store, order, n, why);
}

enum err store_next_dead(struct store *store, struct store_next_ask *ask, struct why *why)
{
    ask->ids.n = 0;
    return store->ops->next_dead(store, ask, why);
}

enum err store_retain(struct store *store, struct store_retention *retention, struct why *why)
{
    return store->ops->retain(store, retention, why);
}

enum err store_reader_open(struct store *store, struct store_reader **out, struct why *why)
{
    return store->ops->reader_open(store, out, why);
}

void store_reader_close(struct store_reader *reader)
{
    if (reader != NULL)
        reader->ops->reader_close(reader);
}

enum err store_get(struct store_reader *reader, const struct uuid *uid, struct arena *arena,
                   struct order *out, struct why *why)
{
    return reader->ops->get(reader, uid, arena, out, why);
}

enum err store_find_lease(struct store_reader *reader, const struct uuid *uid,
                          struct lease_end *out, struct why *why)
{
    return reader->ops->find_lease(reader, uid, out, why);
}

enum err store_history(struct store_reader *reader, const struct store_history_ask *ask,
                       struct why *why)
{
    return reader->ops->history(reader, ask, why);
}

enum err store_list(struct store_reader *reader, const struct store_list_ask *ask, struct why *why)
{
    return reader->ops->list(reader, ask, why);
}

enum err store_failed(struct store_reader *reader, const struct store_failed_ask *ask,
                      struct why *why)
{
    return reader->ops->failed(reader, ask, why);
}

enum err store_groups(struct store_reader *reader, const struct store_groups_ask *ask,
                      struct why *why)
{
    return reader->ops->groups(reader, ask, why);
}

enum err store_preview_dead(struct store_reader *reader, const struct store_preview_ask *ask,
                            struct why *why)
{
    return reader->ops->preview_dead(reader, ask, why);
}

enum err store_replays(struct store_reader *reader, const struct store_replays_ask *ask,
                       struct why *why)
{
    return reader->ops->replays(reader, ask, why);
}

enum err store_events(struct store_reader *reader, const struct store_events_ask *ask,
                      struct why *why)
{
    return reader->ops->events(reader, ask, why);
}

enum err store_waiting(struct store_reader *reader, struct store_waiting_ask *ask, struct why *why)
{
    ask->n = 0;
    return reader->ops->waiting(reader, ask, why);
}

enum err store_oldest_queued(struct store_reader *reader, int64_t now_us, int64_t *due_at,
                             struct why *why)
{
    return reader->ops->oldest_queued(reader, now_us, due_at, why);
}

enum err store_alarm_all(struct store_reader *reader,
                         void (*row)(void *self, const struct alarm_row *alarm), void *self,
                         struct why *why)
{
    return reader->ops->alarms(reader, row, self, why);
}

enum err store_oldest_waiting(struct store_reader *reader, uint16_t pool, int64_t now_us,
                              int64_t *due_at, struct why *why)
{
    return reader->ops->oldest_waiting(reader, pool, now_us, due_at, why);
}

enum err store_dead_by_step(struct store_reader *reader, int64_t *out, struct why *why)
{
    return reader->ops->dead_by_step(reader, out, why);
}

enum err store_probe(struct store_reader *reader, struct why *why)
{
    return reader->ops->probe(reader, why);
}

enum err store_verify(struct store_reader *reader, struct store_verify_ask *ask, struct why *why)
{
    assert(ask->only != NULL || ask->limit > 0);
    return reader->ops->verify(reader, ask, why);
}
