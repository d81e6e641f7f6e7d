/* A table is lost while the store is open, or before: what needs it is refused, nothing is made up,
   and with the table back all is as it was. */
#include "tests/lib/store_asks.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/sql_file.h"
#include "tests/lib/store_steps.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static void path_of(const struct store_scene *f, char out[96])
{
    (void)snprintf(out, 96, "%s/orders.db", f->directory);
}

static const struct store_ask *(*const asked[])(size_t *n) = {store_asks, store_other_reads,
                                                              store_other_writes};

/* Each operation finds what it asks for. */
static void fill(struct store_scene *f)
{
    static const int64_t ns[] = {100 + ASK_DEAD};
    const struct store_key key = {ASK_QUEUED, 5, T0};
    const struct lease_end lease = {SLICE("lease"), LEASE_COMPLETED, STATUS_FULFILLED, 0};
    struct store_replay replay = {.row = {.id = 1, .uid = store_scene_uid(1)}};
    struct store_set set = {
        .has_token = true, .token = store_scene_uid(7), .at = T0, .matched = 1, .listed = true};
    struct order queued = store_scene_order(ASK_QUEUED);
    struct order ended = store_scene_order(ASK_ENDED);

    set.ns = ns;
    store_steps_know(f);
    queued.reference = SLICE("ref");
    store_scene_add(f, &queued);
    store_scene_add(f, &ended);
    store_scene_change(f, &ended, STATUS_PROCESSING);
    store_scene_change(f, &ended, STATUS_FULFILLED);
    store_scene_add_dead(f, ASK_DEAD, "timeout", "timeout");
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_key(f->store, SLICE("key"), &key, &f->why));
    must(f, store_add_lease(f->store, ASK_QUEUED, &lease, &f->why));
    must(f, store_add_replay(f->store, &replay, &f->why));
    must(f, store_add_set(f->store, &set, &f->why));
    must(f, store_commit(f->store, &f->why));
}

/* ---- while it is open ---- */

static void rename_table(const struct store_scene *f, const char *from, const char *to)
{
    char path[96];
    char sql[128];

    path_of(f, path);
    (void)snprintf(sql, sizeof sql, "PRAGMA legacy_alter_table=ON; ALTER TABLE %s RENAME TO %s",
                   from, to);
    sql_file_run(path, sql);
}

/* In a transaction that leaves nothing behind. */
static enum err run(struct store_scene *f, const struct store_ask *c)
{
    enum err e = OK;

    must(f, store_begin(f->store, &f->why));
    e = c->run(f);
    store_rollback(f->store);
    return e;
}

static void check(struct store_scene *f, const struct store_ask *c)
{
    enum err e = OK;

    rename_table(f, c->table, "lost");
    e = run(f, c);
    if (e != ERR_INTERNAL)
        fail_msg("%s without %s: %s", c->label, c->table, err_name(e));
    rename_table(f, "lost", c->table);
    e = run(f, c);
    if (e != OK)
        fail_msg("%s with %s back: %s: %s", c->label, c->table, err_name(e), f->why.text);
}

static void what_needs_a_lost_table_is_refused_until_it_is_back(void **state)
{
    struct store_scene *f = *state;

    fill(f);
    for (size_t i = 0; i < LENGTH(asked); i++) {
        size_t n = 0;
        const struct store_ask *asks = asked[i](&n);

        for (size_t k = 0; k < n; k++)
            check(f, &asks[k]);
    }
}

static void statements_that_were_used_before_are_refused_the_same(void **state)
{
    struct store_scene *f = *state;

    fill(f);
    for (size_t i = 0; i < LENGTH(asked); i++) {
        size_t n = 0;
        const struct store_ask *asks = asked[i](&n);

        for (size_t k = 0; k < n; k++)
            assert_int_equal(run(f, &asks[k]), OK);
        for (size_t k = 0; k < n; k++)
            check(f, &asks[k]);
    }
}

static bool writes(const struct store_ask *ask)
{
    static const char *const labels[] = {
        "add_order",   "add_event",  "add_dead",    "remove_dead",   "add_lease",   "add_key",
        "expire_keys", "add_replay", "add_set",     "change_replay", "retain",      "save_totals",
        "keep_alarm",  "add_result", "expire_sets", "change_order",  "amend_order", "add_history"};

    for (size_t i = 0; i < LENGTH(labels); i++)
        if (strcmp(labels[i], ask->label) == 0)
            return true;
    return false;
}

/* As after a full disk, where SQLite itself rolls back: what comes then must not be made alone. */
static void what_writes_is_refused_once_the_transaction_is_gone(void **state)
{
    struct store_scene *f = *state;

    fill(f);
    for (size_t i = 0; i < LENGTH(asked); i++) {
        size_t n = 0;
        const struct store_ask *asks = asked[i](&n);

        for (size_t k = 0; k < n; k++)
            if (asks[k].run(f) != (writes(&asks[k]) ? ERR_READ_ONLY : OK))
                fail_msg("%s: %s", asks[k].label, f->why.text);
    }
}

/* What was never asked before the table was lost, as after a start. */
static void what_is_asked_for_the_first_time_is_refused_the_same(void **state)
{
    struct store_scene *f = *state;

    fill(f);
    for (size_t i = 0; i < LENGTH(asked); i++) {
        size_t n = 0;
        const struct store_ask *asks = asked[i](&n);

        for (size_t k = 0; k < n; k++) {
            store_scene_close(f);
            store_scene_open(f);
            check(f, &asks[k]);
        }
    }
}

/* ---- before it is opened ---- */

static void a_store_that_lost_what_it_must_know_is_not_opened(void **state)
{
    static const struct {
        const char *sql, *says;
        enum err e;
    } rows[] = {
        {"DELETE FROM key_seed", "the seed of idempotency keys is lost", ERR_INVALID},
        {"UPDATE key_seed SET seed=x'00'", "the seed of idempotency keys is corrupt", ERR_INVALID},
        {"INSERT INTO key_runs VALUES(1,1,2,x'00')", "a run of idempotency keys is corrupt",
         ERR_INVALID},
        {"DROP TABLE key_seed", "no such table: key_seed", ERR_INTERNAL},
        {"DROP TABLE key_runs", "no such table: key_runs", ERR_INTERNAL},
        {"DROP TABLE key_log", "no such table: key_log", ERR_INTERNAL},
        {"DROP TABLE customers_moved", "no such table: customers_moved", ERR_INTERNAL},
        {"DROP TABLE steps", "no such table: steps", ERR_INTERNAL},
    };
    struct store_scene *f = *state;
    const struct store_settings settings = {.directory = f->directory, .now_us = T0};
    char path[96];

    path_of(f, path);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct why why = {.text = ""};
        struct store *store = NULL;

        store_scene_close(f);
        f->reader = NULL;
        f->store = NULL;
        sql_file_run(path, rows[i].sql);
        assert_int_equal(store_open(f->url, &settings, &store, &why), rows[i].e);
        assert_null(store);
        if (strstr(why.text, rows[i].says) == NULL)
            fail_msg("after '%s': '%s' does not say '%s'", rows[i].sql, why.text, rows[i].says);
        assert_int_equal(remove(path), 0);
        store_scene_open(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_ON(what_needs_a_lost_table_is_refused_until_it_is_back, sqlite),
        STORE_SCENE_ON(statements_that_were_used_before_are_refused_the_same, sqlite),
        STORE_SCENE_ON(what_writes_is_refused_once_the_transaction_is_gone, sqlite),
        STORE_SCENE_ON(what_is_asked_for_the_first_time_is_refused_the_same, sqlite),
        STORE_SCENE_ON(a_store_that_lost_what_it_must_know_is_not_opened, sqlite),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
