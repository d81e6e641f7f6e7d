/* Idempotency keys past what is kept in memory: runs, restarts, rollbacks, old age. */
#include <stdio.h>

#include "tests/lib/store_scene.h"

#include "daemon/store/key_index.h"

#define MANY (2 * KEY_RUN_MAX + 1000)

static struct slice key_of(int64_t i, char text[32])
{
    (void)snprintf(text, 32, "key-%lld", (long long)i);
    return slice_of(text);
}

/* Keys i of orders i, each a second after the one before it. */
static void add_keys(struct store_scene *f, int64_t from, int64_t to)
{
    char text[32];

    must(f, store_begin(f->store, &f->why));
    for (int64_t i = from; i < to; i++) {
        const struct store_key key = {i, (uint64_t)i * 3, T0 + i * SECOND};

        must(f, store_add_key(f->store, key_of(i, text), &key, &f->why));
    }
    must(f, store_commit(f->store, &f->why));
}

static void assert_known(struct store_scene *f, int64_t i)
{
    struct store_key got = {0};
    char text[32];

    must(f, store_find_key(f->store, key_of(i, text), &got, &f->why));
    assert_int_equal(i, got.order);
    assert_int_equal(i * 3, got.digest);
    assert_int_equal(T0 + i * SECOND, got.at);
}

static void assert_unknown(struct store_scene *f, int64_t i)
{
    struct store_key got = {0};
    char text[32];

    assert_int_equal(ERR_NOT_FOUND, store_find_key(f->store, key_of(i, text), &got, NULL));
}

static void assert_all(struct store_scene *f)
{
    for (int64_t i = 1; i < MANY; i += i % 5 + 1)
        assert_known(f, i);
    assert_known(f, KEY_RUN_MAX);
    assert_known(f, KEY_RUN_MAX + 1);
    assert_known(f, MANY - 1);
    assert_unknown(f, 0);
    for (int64_t i = MANY; i < MANY + 1000; i++)
        assert_unknown(f, i);
}

static void every_key_of_many_is_known_before_and_after_a_restart(void **state)
{
    struct store_scene *f = *state;

    add_keys(f, 1, MANY / 2);
    add_keys(f, MANY / 2, MANY);
    assert_all(f);
    store_scene_close(f);
    store_scene_open(f);
    assert_all(f);
}

static void the_newest_of_a_key_counts_in_whatever_run_the_older_is(void **state)
{
    struct store_scene *f = *state;
    const struct store_key again = {7777777, 1, T0 + MANY * SECOND};
    struct store_key got = {0};

    add_keys(f, 1, KEY_RUN_MAX + 10);
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_key(f->store, SLICE("key-5"), &again, &f->why));
    must(f, store_commit(f->store, &f->why));
    must(f, store_find_key(f->store, SLICE("key-5"), &got, &f->why));
    assert_int_equal(7777777, got.order);
    assert_known(f, 6);
}

static void what_was_rolled_back_is_not_known(void **state)
{
    struct store_scene *f = *state;
    struct store_key key = {1, 1, T0};
    char text[32];

    add_keys(f, 1, 100);
    must(f, store_begin(f->store, &f->why));
    for (int64_t i = 100; i < KEY_RUN_MAX + 200; i++) /* a run comes, and goes */
        must(f, store_add_key(f->store, key_of(i, text), &key, &f->why));
    store_rollback(f->store);
    for (int64_t i = 1; i < 100; i++)
        assert_known(f, i);
    assert_unknown(f, 100);
    assert_unknown(f, KEY_RUN_MAX + 150);
    add_keys(f, 150, 250);
    assert_unknown(f, 100);
    assert_known(f, 150);
    store_scene_close(f);
    store_scene_open(f);
    assert_known(f, 99);
    assert_unknown(f, 100);
    assert_known(f, 249);
}

static void old_keys_go_and_their_runs_with_them(void **state)
{
    struct store_scene *f = *state;
    int64_t removed = 0;

    add_keys(f, 1, MANY);
    must(f, store_begin(f->store, &f->why));
    must(f,
         store_expire_keys(f->store, T0 + (KEY_RUN_MAX + 100) * SECOND, MANY, &removed, &f->why));
    must(f, store_commit(f->store, &f->why));
    assert_int_equal(KEY_RUN_MAX + 99, removed);
    assert_unknown(f, 1);
    assert_unknown(f, KEY_RUN_MAX + 99);
    assert_known(f, KEY_RUN_MAX + 100);
    assert_known(f, MANY - 1);
    store_scene_close(f);
    store_scene_open(f);
    assert_unknown(f, KEY_RUN_MAX + 99);
    assert_known(f, KEY_RUN_MAX + 100);
    must(f, store_begin(f->store, &f->why));
    must(f, store_expire_keys(f->store, INT64_MAX, MANY, &removed, &f->why));
    must(f, store_commit(f->store, &f->why));
    assert_int_equal(MANY - KEY_RUN_MAX - 100, removed);
    assert_unknown(f, MANY - 1);
    add_keys(f, 5, 10);
    assert_known(f, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_ON(every_key_of_many_is_known_before_and_after_a_restart, sqlite),
        STORE_SCENE_ON(the_newest_of_a_key_counts_in_whatever_run_the_older_is, sqlite),
        STORE_SCENE_ON(what_was_rolled_back_is_not_known, sqlite),
        STORE_SCENE_ON(old_keys_go_and_their_runs_with_them, sqlite),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
