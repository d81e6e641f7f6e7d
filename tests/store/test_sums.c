/* What an order's sums are of: whatever of it is changed behind the store's back is noticed. */
#include "tests/lib/store_scene.h"

#include <stdio.h>
#include <string.h>

#include "daemon/store/store_verify.h"
#include "tests/lib/sql_file.h"
#include "tests/lib/store_steps.h"

#define MOVED 150 /* changes: more than an order's own row holds the history of */

struct verified {
    int64_t n;
    struct uuid last;
};

static void take_broken(void *self, const struct uuid *uid, const char *what)
{
    struct verified *verified = self;

    assert_true(what[0] != '\0');
    verified->n++;
    verified->last = *uid;
}

static int64_t broken_of(struct store_scene *f, const struct uuid *only, struct uuid *last)
{
    struct verified verified = {0};
    struct store_verify_ask ask = {
        .only = only, .limit = 2, .broken = take_broken, .self = &verified};

    while (!ask.end)
        must(f, store_verify(f->reader, &ask, &f->why));
    *last = verified.last;
    return verified.n;
}

static void file_of(const struct store_scene *f, char path[96])
{
    (void)snprintf(path, 96, "%s/orders.db", f->directory);
}

static bool no_entry(void *self, const struct entry *entry)
{
    (void)entry;
    (*(int *)self)++;
    return true;
}

/* An order with all there is: its own row, history moved out of it, a result handed on. */
static void add_all(struct store_scene *f)
{
    static const struct pair metadata[] = {{{"shop", 4}, {"Lyon", 4}}};
    const struct pair result = {SLICE("reserve"), SLICE("shelf 7")};
    struct order order = store_steps_order(1, "charge", STATUS_QUEUED),
                 other = store_scene_order(2);

    order.reference = SLICE("R-1");
    order.metadata = metadata;
    order.n_metadata = 1;
    order.cancelling = true;
    order.cancel_by = SLICE("anna");
    order.cancel_reason = SLICE("not wanted");
    order.failure_reason = SLICE("late");
    store_steps_know(f);
    store_scene_add(f, &order);
    for (int i = 0; i < MOVED; i++)
        store_scene_change(f, &order, i % 2 == 0 ? STATUS_HELD : STATUS_QUEUED);
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_result(f->store, &order, &result, &f->why));
    must(f, store_change_order(f->store, &order, &f->why));
    must(f, store_commit(f->store, &f->why));
    store_scene_add(f, &other);
}

enum seen { ROW = 1, HISTORY = 2, RESULTS = 4 };

/* Each is done, looked at, and undone. */
static const struct {
    const char *set; /* of order 1 */
    unsigned seen;   /* by whom */
} changes[] = {
    {"orders SET uid=zeroblob(16) WHERE id=1", ROW},
    {"orders SET status=3 WHERE id=1", ROW},
    {"orders SET lane=1 WHERE id=1", ROW},
    {"orders SET cancel='anna' WHERE id=1", ROW},
    {"orders SET cancel=NULL WHERE id=1", ROW},
    {"orders SET attempts=attempts+256 WHERE id=1", ROW},
    {"orders SET attempts=attempts+4294967296 WHERE id=1", ROW},
    {"orders SET max_attempts=4 WHERE id=1", ROW},
    {"orders SET replays=1 WHERE id=1", ROW},
    {"orders SET priority=priority+256 WHERE id=1", ROW},
    {"orders SET due_at=due_at+1 WHERE id=1", ROW},
    {"orders SET updated_at=updated_at+1 WHERE id=1", ROW},
    {"orders SET next_attempt_at=0 WHERE id=1", ROW}, /* reads as NULL does */
    {"orders SET seq=seq+1 WHERE id=1", ROW},
    {"orders SET draw=draw+1 WHERE id=1", ROW},
    {"orders SET replay=1 WHERE id=1", ROW},
    {"orders SET total_quantity=7 WHERE id=1", ROW},
    {"orders SET created_at=created_at+1 WHERE id=1", ROW},
    {"orders SET not_before=1 WHERE id=1", ROW},
    {"orders SET customer_id='acmf' WHERE id=1", ROW},
    {"orders SET reference='R-2' WHERE id=1", ROW},
    {"orders SET step='ship' WHERE id=1", ROW},
    {"orders SET steps=NULL WHERE id=1", ROW},
    {"orders SET failure_reason='Late' WHERE id=1", ROW},
    {"orders SET failure_reason=NULL WHERE id=1", ROW},
    {"orders SET items=items||' ' WHERE id=1", ROW},
    {"orders SET metadata='{\"shop\":\"lyon\"}' WHERE id=1", ROW},
    {"orders SET result='' WHERE id=1", ROW},
    {"orders SET trail=substr(trail,1,length(trail)-1) WHERE id=1", ROW},
    {"orders SET trail=NULL WHERE id=1", ROW},
    {"orders SET spilled=NULL WHERE id=1", ROW},
    {"orders SET handed=handed+1 WHERE id=1", ROW},
    {"orders SET sum=sum+1 WHERE id=1", ROW},
    {"orders SET sum=NULL WHERE id=1", ROW}, /* only an older version's may lack one */
    {"orders SET id=77 WHERE id=1", ROW},
    {"history SET entries=zeroblob(5) WHERE rowid_is_1", HISTORY},
    {"history SET seq=seq+1000 WHERE rowid_is_1", HISTORY},
    {"history SET order_id=77 WHERE rowid_is_1", HISTORY},
    {"results SET text='shelf 8' WHERE order_id=1", RESULTS},
    {"results SET step='ship' WHERE order_id=1", RESULTS},
    {"results SET order_id=77 WHERE order_id=1", RESULTS},
};

static void whatever_is_changed_is_noticed(void **state)
{
    static const char save[] = "CREATE TABLE kept_o AS SELECT * FROM orders;"
                               "CREATE TABLE kept_h AS SELECT * FROM history;"
                               "CREATE TABLE kept_r AS SELECT * FROM results";
    static const char back[] = "DELETE FROM orders;INSERT INTO orders SELECT * FROM kept_o;"
                               "DELETE FROM history;INSERT INTO history SELECT * FROM kept_h;"
                               "DELETE FROM results;INSERT INTO results SELECT * FROM kept_r";
    static const char first[] = "order_id=1 AND seq=(SELECT min(seq) FROM history)";
    struct store_scene *f = *state;
    struct uuid uid = store_scene_uid(1), last;
    char path[96], sql[256];

    add_all(f);
    file_of(f, path);
    sql_file_run(path, save);
    assert_int_equal(broken_of(f, NULL, &last), 0);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const char *mark = strstr(changes[i].set, "rowid_is_1");
        struct store_page page = {.limit = 100};
        struct order order = {0};
        int entries = 0;
        enum err got = OK, told = OK;

        (void)snprintf(sql, sizeof sql, "UPDATE %.*s%s",
                       mark != NULL ? (int)(mark - changes[i].set) : 200, changes[i].set,
                       mark != NULL ? first : "");
        sql_file_run(path, sql);
        got = store_get(f->reader, &uid, &f->arena, &order, NULL);
        told = store_history(f->reader,
                             &(struct store_history_ask){&uid, &page, no_entry, &entries}, NULL);
        if (broken_of(f, NULL, &last) < 1 || (changes[i].seen != HISTORY && got == OK) ||
            (changes[i].seen != RESULTS && told == OK) || (told != OK && entries > 0))
            fail_msg("%s: get %d, history %d", sql, (int)got, (int)told);
        sql_file_run(path, back);
        if (broken_of(f, NULL, &last) != 0)
            fail_msg("%s: not undone", sql);
    }
}

static void one_is_named_and_the_others_are_not(void **state)
{
    struct store_scene *f = *state;
    struct uuid uid = store_scene_uid(3), other = store_scene_uid(4), none = store_scene_uid(9);
    struct uuid last, named;
    struct store_verify_ask ask = {.only = &none, .broken = take_broken};
    struct arena arena = {0};
    struct order order = {0};
    char path[96];

    for (int64_t id = 1; id <= 5; id++) {
        order = store_scene_order(id);
        store_scene_add(f, &order);
    }
    file_of(f, path);
    sql_file_run(path, "UPDATE orders SET customer_id='x' WHERE id=3");
    assert_int_equal(broken_of(f, NULL, &last), 1);
    assert_int_equal(uuid_compare(&last, &uid), 0);
    assert_int_equal(broken_of(f, &uid, &last), 1);
    assert_int_equal(broken_of(f, &other, &last), 0);
    assert_int_equal(store_verify(f->reader, &ask, NULL), ERR_NOT_FOUND);
    assert_int_equal(store_get(f->reader, &uid, &arena, &order, &f->why), ERR_DAMAGED);
    assert_true(store_verify_named(f->why.text, &named));
    assert_int_equal(uuid_compare(&named, &uid), 0);
    assert_false(store_verify_named("order 7 does not hold", &named));
    assert_int_equal(
        store_load(f->store, &(struct store_load_ask){3, ORDER_ROW, &arena, &order}, NULL),
        ERR_DAMAGED);
    must(f, store_get(f->reader, &other, &arena, &order, &f->why));
    arena_done(&arena);
}

/* Its copy in the dead-letter queue must say the same. */
static void a_dead_letter_says_what_its_order_says(void **state)
{
    static const char *const rows[] = {"UPDATE failed_orders SET attempts=attempts+1",
                                       "UPDATE failed_orders SET failure_reason='x'",
                                       "UPDATE failed_orders SET step='x'",
                                       "UPDATE failed_orders SET customer_id='x'",
                                       "UPDATE failed_orders SET reference='x'",
                                       "UPDATE failed_orders SET uid=zeroblob(16)",
                                       "DELETE FROM failed_orders"};
    struct store_scene *f = *state;
    struct order order = store_scene_order(1);
    struct dead_letter dead = {.n = 1,
                               .id = 1,
                               .uid = order.uid,
                               .customer_id = order.customer_id,
                               .failed_at = T0,
                               .attempts = 3,
                               .step = order.step,
                               .failure_reason = SLICE("late"),
                               .group = SLICE("late")};
    struct uuid last;
    char path[96];

    order.status = STATUS_FAILED;
    order.attempts = 3;
    order.failure_reason = SLICE("late");
    store_scene_add(f, &order);
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_dead(f->store, &dead, &f->why));
    must(f, store_commit(f->store, &f->why));
    file_of(f, path);
    assert_int_equal(broken_of(f, NULL, &last), 0);
    sql_file_run(path, "CREATE TABLE kept AS SELECT * FROM failed_orders");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sql_file_run(path, rows[i]);
        assert_int_equal(broken_of(f, NULL, &last), 1);
        sql_file_run(path,
                     "DELETE FROM failed_orders;INSERT INTO failed_orders SELECT * FROM kept");
    }
    assert_int_equal(broken_of(f, NULL, &last), 0);
}

/* As a version 1 file has them: they get a sum with the next change. */
static void orders_of_an_older_version_get_their_sums(void **state)
{
    struct store_scene *f = *state;
    struct store_verify_ask ask = {.limit = 100, .broken = take_broken};
    struct verified verified = {0};
    struct order order = store_scene_order(1);
    struct arena arena = {0};
    char path[96];

    ask.self = &verified;
    store_scene_add(f, &order);
    for (int i = 0; i < MOVED; i++)
        store_scene_change(f, &order, i % 2 == 0 ? STATUS_HELD : STATUS_QUEUED);
    store_scene_close(f);
    file_of(f, path);
    sql_file_run(path, "UPDATE orders SET sum=NULL,spilled=NULL;UPDATE unsummed SET last_order=1");
    store_scene_open(f);
    must(f, store_verify(f->reader, &ask, &f->why));
    assert_int_equal(verified.n, 0);
    assert_int_equal(ask.unsummed, 1);
    must(f, store_load(f->store, &(struct store_load_ask){1, ORDER_ROW, &arena, &order}, &f->why));
    store_scene_change(f, &order, STATUS_HELD);
    ask = (struct store_verify_ask){.limit = 100, .broken = take_broken, .self = &verified};
    must(f, store_verify(f->reader, &ask, &f->why));
    assert_int_equal(verified.n, 0);
    assert_int_equal(ask.unsummed, 0);
    sql_file_run(path, "UPDATE history SET entries=zeroblob(5)");
    ask = (struct store_verify_ask){.limit = 100, .broken = take_broken, .self = &verified};
    must(f, store_verify(f->reader, &ask, &f->why));
    assert_int_equal(verified.n, 1);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_ON(whatever_is_changed_is_noticed, sqlite),
        STORE_SCENE_ON(one_is_named_and_the_others_are_not, sqlite),
        STORE_SCENE_ON(a_dead_letter_says_what_its_order_says, sqlite),
        STORE_SCENE_ON(orders_of_an_older_version_get_their_sums, sqlite),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
