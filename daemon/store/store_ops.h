/* What a store must be able to do: the table each backend fills in; store.c stands before it. */
#pragma once

#include "daemon/store/step_names.h"
#include "daemon/store/store.h"
#include "daemon/store/store_alarm.h"
#include "daemon/store/store_verify.h"

/* Each backend's struct begins with one of these. */
struct store {
    const struct store_ops *ops;
    struct step_names steps; /* as stored; filled when it is opened */
};

struct store_reader {
    const struct store_ops *ops;
};

/* What each promises is in store.h, at the function of its name. */
struct store_ops {
    const char *name;
    void (*close)(struct store *store);

    enum err (*begin)(struct store *store, struct why *why);
    enum err (*commit)(struct store *store, struct why *why);
    void (*rollback)(struct store *store);
    void (*checkpoint)(struct store *store, bool gap);
    void (*rest)(struct store *store);
    void (*sizes)(struct store *store, int64_t *wal_bytes, int64_t *file_bytes);

    enum err (*add_step)(struct store *store, struct slice name, struct why *why);
    enum err (*copy)(struct store *store, struct store_copy *copy, struct why *why);
    enum err (*load_totals)(struct store *store, struct store_totals *out, struct why *why);
    enum err (*save_totals)(struct store *store, const struct store_totals *totals,
                            struct why *why);
    enum err (*add_order)(struct store *store, struct order *order, struct why *why);
    enum err (*change_order)(struct store *store, struct order *order, struct why *why);
    enum err (*add_result)(struct store *store, struct order *order, const struct pair *result,
                           struct why *why);
    enum err (*amend_order)(struct store *store, struct order *order, struct why *why);
    enum err (*add_history)(struct store *store, struct order *order, const struct entry *entries,
                            size_t n, struct why *why);
    enum err (*add_events)(struct store *store, const struct event *events, size_t n,
                           struct why *why);
    enum err (*add_dead)(struct store *store, const struct dead_letter *dead, struct why *why);
    enum err (*remove_dead)(struct store *store, int64_t order, struct why *why);

    enum err (*add_lease)(struct store *store, int64_t order, const struct lease_end *end,
                          struct why *why);
    enum err (*keep_alarm)(struct store *store, const struct alarm_row *alarm, struct why *why);
    enum err (*load)(struct store *store, const struct store_load_ask *ask, struct why *why);
    enum err (*find)(struct store *store, const struct uuid *uid, int64_t *id, struct why *why);
    enum err (*find_reference)(struct store *store, struct slice reference, int64_t *id,
                               struct why *why);
    enum err (*find_key)(struct store *store, struct slice key, struct store_key *out,
                         struct why *why);
    enum err (*add_key)(struct store *store, struct slice key, const struct store_key *value,
                        struct why *why);
    enum err (*expire_keys)(struct store *store, int64_t before_us, int64_t limit, int64_t *removed,
                            struct why *why);
    enum err (*running)(struct store *store, int64_t after, struct store_ids *out, struct why *why);

    enum err (*add_replay)(struct store *store, const struct store_replay *replay, struct why *why);
    enum err (*change_replay)(struct store *store, const struct store_replay *replay,
                              struct why *why);
    enum err (*load_replay)(struct store *store, int64_t id, struct arena *arena,
                            struct store_replay *out, struct why *why);
    enum err (*find_replay)(struct store *store, const struct uuid *uid, int64_t *id,
                            struct why *why);
    enum err (*running_replays)(struct store *store, struct store_ids *out, struct why *why);
    enum err (*add_set)(struct store *store, struct store_set *set, struct why *why);
    enum err (*find_set)(struct store *store, const struct uuid *token, struct store_set *out,
                         struct why *why);
    enum err (*read_set)(struct store *store, struct store_set_ask *ask, struct why *why);
    enum err (*expire_sets)(struct store *store, int64_t before_us, struct why *why);
    enum err (*find_dead)(struct store *store, int64_t n, int64_t *order, struct why *why);
    enum err (*dead_of)(struct store *store, int64_t order, int64_t *n, struct why *why);
    enum err (*next_dead)(struct store *store, struct store_next_ask *ask, struct why *why);
    enum err (*retain)(struct store *store, struct store_retention *retention, struct why *why);

    enum err (*reader_open)(struct store *store, struct store_reader **out, struct why *why);
    void (*reader_close)(struct store_reader *reader);
    enum err (*get)(struct store_reader *reader, const struct uuid *uid, struct arena *arena,
                    struct order *out, struct why *why);
    enum err (*find_lease)(struct store_reader *reader, const struct uuid *uid,
                           struct lease_end *out, struct why *why);
    enum err (*history)(struct store_reader *reader, const struct store_history_ask *ask,
                        struct why *why);
    enum err (*list)(struct store_reader *reader, const struct store_list_ask *ask,
                     struct why *why);
    enum err (*failed)(struct store_reader *reader, const struct store_failed_ask *ask,
                       struct why *why);
    enum err (*groups)(struct store_reader *reader, const struct store_groups_ask *ask,
                       struct why *why);
    enum err (*preview_dead)(struct store_reader *reader, const struct store_preview_ask *ask,
                             struct why *why);
    enum err (*replays)(struct store_reader *reader, const struct store_replays_ask *ask,
                        struct why *why);
    enum err (*events)(struct store_reader *reader, const struct store_events_ask *ask,
                       struct why *why);
    enum err (*waiting)(struct store_reader *reader, struct store_waiting_ask *ask,
                        struct why *why);
    enum err (*oldest_queued)(struct store_reader *reader, int64_t now_us, int64_t *due_at,
                              struct why *why);
    enum err (*alarms)(struct store_reader *reader,
                       void (*row)(void *self, const struct alarm_row *alarm), void *self,
                       struct why *why);
    enum err (*oldest_waiting)(struct store_reader *reader, uint16_t pool, int64_t now_us,
                               int64_t *due_at, struct why *why);
    enum err (*dead_by_step)(struct store_reader *reader, int64_t *out, struct why *why);
    enum err (*verify)(struct store_reader *reader, struct store_verify_ask *ask, struct why *why);
    enum err (*probe)(struct store_reader *reader, struct why *why);
};
