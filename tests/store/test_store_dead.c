/* What store.h promises of dead letters and replays, held against every backend. */
#include "tests/lib/store_scene.h"

#include <stdio.h>
#include <string.h>

static void add_dead_letters(struct store_scene *f)
{
    store_scene_add_dead(f, 1, "timeout", "timeout");
    store_scene_add_dead(f, 2, "exit 1", "exit #");
    store_scene_add_dead(f, 3, "exit 2", "exit #");
    store_scene_add_dead(f, 4, "timeout", "timeout");
    store_scene_add_dead(f, 5, "exit 1", "exit #");
}

static bool take_dead(void *self, const struct dead_letter *dead)
{
    struct store_scene_numbers *numbers = self;

    assert_int_equal(100 + dead->id, dead->n);
    assert_int_equal(3, dead->attempts);
    numbers->at[numbers->n++] = dead->id;
    return true;
}

static void dead_letters_are_listed_newest_first(void **state)
{
    struct store_scene *f = *state;
    const struct {
        const char *label;
        struct dead_query query;
        const char *filter, *wanted;
    } rows[] = {
        {"all", {.from = 0}, "", "5 4 3 2 1"},
        {"reason", {.reason = SLICE("exit 1")}, "", "5 2"},
        {"group", {.group = SLICE("exit #")}, "", "5 3 2"},
        {"no such group", {.group = SLICE("x")}, "", ""},
        {"customer", {.customer_id = SLICE("even")}, "", "4 2"},
        {"time", {.from = T0 + 2, .to = T0 + 4}, "", "3 2"},
        {"search", {.search = SLICE("01990000-0004")}, "", "4"},
        {"terms", {.from = 0}, "group:exit* -customer:even", "5 3"},
        {"status", {.from = 0}, "status:QUEUED", ""},
    };

    add_dead_letters(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dead_query query = rows[i].query;
        struct store_page page = {.limit = 2, .count = true};
        struct store_scene_numbers got = {0};
        char cursor[STORE_CURSOR_MAX];

        (void)store_scene_filter(f, rows[i].filter, &query.filter);
        do {
            must(f, store_failed(f->reader, &query, T0, &page, take_dead, &got, &f->why));
            memcpy(cursor, page.next_cursor, sizeof cursor);
            page.cursor = slice_of(cursor);
        } while (cursor[0] != '\0');
        store_scene_assert_numbers(rows[i].label, &got, rows[i].wanted);
    }
}

static bool take_group(void *self, const struct reason_group *group)
{
    struct store_scene_lines *lines = self;

    lines->len += (size_t)snprintf(
        lines->text + lines->len, sizeof lines->text - lines->len, "%.*s|%.*s %lld %lld..%lld\n",
        SLICE_ARGS(group->group), SLICE_ARGS(group->failure_reason), (long long)group->count,
        (long long)(group->oldest_at - T0), (long long)(group->newest_at - T0));
    return true;
}

static void groups_are_counted_as_dead_letters_come_and_go(void **state)
{
    struct store_scene *f = *state;
    struct store_page page = {.limit = 1};
    struct store_scene_lines lines = {.len = 0};
    char cursor[STORE_CURSOR_MAX];

    add_dead_letters(f);
    do {
        must(f, store_groups(f->reader, &page, take_group, &lines, &f->why));
        memcpy(cursor, page.next_cursor, sizeof cursor);
        page.cursor = slice_of(cursor);
    } while (cursor[0] != '\0');
    assert_string_equal("exit #|exit 1 3 2..5\ntimeout|timeout 2 1..4\n", lines.text);
    must(f, store_begin(f->store, &f->why));
    must(f, store_remove_dead(f->store, 5, &f->why));
    must(f, store_remove_dead(f->store, 4, &f->why));
    must(f, store_remove_dead(f->store, 1, &f->why));
    must(f, store_commit(f->store, &f->why));
    lines.len = 0;
    page = (struct store_page){.limit = 10};
    must(f, store_groups(f->reader, &page, take_group, &lines, &f->why));
    assert_string_equal("exit #|exit 2 2 2..3\n", lines.text);
}

static void a_preview_sums_up_what_would_be_replayed(void **state)
{
    struct store_scene *f = *state;
    struct dead_query query = {0};
    struct store_preview preview = {0};
    struct store_scene_lines lines = {.len = 0};

    add_dead_letters(f);
    must(f, store_preview_dead(f->reader, &query, T0, 1, &preview, take_group, &lines, &f->why));
    assert_true(preview.matched == 5 && preview.upto == 105 && preview.oldest_at == T0 + 1);
    assert_string_equal("exit #|exit 1 3 2..5\n", lines.text);
    lines.len = 0;
    (void)store_scene_filter(f, "customer:even", &query.filter);
    must(f, store_preview_dead(f->reader, &query, T0, 9, &preview, take_group, &lines, &f->why));
    assert_int_equal(2, preview.matched);
    assert_string_equal("exit #|exit 1 1 2..2\ntimeout|timeout 1 4..4\n", lines.text);
}

static void the_next_dead_letters_come_oldest_first(void **state)
{
    struct store_scene *f = *state;
    struct filter filter = {0};
    int64_t cursor = 0, orders[8];
    size_t n = 0;

    add_dead_letters(f);
    must(f, store_next_dead(f->store, &filter, T0, 104, &cursor, 2, orders, &n, &f->why));
    assert_true(n == 2 && orders[0] == 1 && orders[1] == 2 && cursor == 102);
    must(f, store_next_dead(f->store, &filter, T0, 104, &cursor, 8, orders, &n, &f->why));
    assert_true(n == 2 && orders[0] == 3 && orders[1] == 4 && cursor == 104);
    cursor = 0;
    (void)store_scene_filter(f, "reason:timeout", &filter);
    must(f, store_next_dead(f->store, &filter, T0, 103, &cursor, 8, orders, &n, &f->why));
    assert_true(n == 1 && orders[0] == 1 && cursor == 103);
}

static bool take_replay(void *self, const struct replay_row *row)
{
    struct store_scene_numbers *numbers = self;

    numbers->at[numbers->n++] = row->id * 10 + (int64_t)row->state;
    return true;
}

static void replays_are_kept_changed_and_listed(void **state)
{
    static const int64_t list[] = {7, 9};
    struct store_scene *f = *state;
    const struct uuid second = store_scene_uid(2);
    struct store_replay got;
    struct store_page page = {.limit = 10};
    struct store_scene_numbers numbers = {0};
    int64_t ids[4], id = 0;
    size_t n = 0;

    must(f, store_begin(f->store, &f->why));
    for (int64_t i = 1; i <= 3; i++) {
        struct store_replay replay = {.row = {.id = i,
                                              .uid = store_scene_uid(i),
                                              .matched = 2,
                                              .rate = 1.5,
                                              .started_at = T0,
                                              .by = SLICE("alice")},
                                      .filter_text = SLICE("group:x"),
                                      .ids = {(const char *)list, sizeof list},
                                      .upto = 77,
                                      .asked_at = T0 - 1,
                                      .from_start = true};

        must(f, store_add_replay(f->store, &replay, &f->why));
        replay.row.state = i == 2 ? REPLAY_DONE : REPLAY_RUNNING;
        replay.row.moved = 5;
        replay.cursor = 33;
        replay.row.finished_at = i == 2 ? T0 + 1 : 0;
        must(f, store_change_replay(f->store, &replay, &f->why));
    }
    must(f, store_commit(f->store, &f->why));
    must(f, store_running_replays(f->store, ids, 4, &n, &f->why));
    assert_true(n == 2 && ids[0] == 1 && ids[1] == 3);
    must(f, store_find_replay(f->store, &second, &id, &f->why));
    assert_int_equal(2, id);
    must(f, store_load_replay(f->store, 3, &f->arena, &got, &f->why));
    assert_true(got.row.moved == 5 && got.cursor == 33 && got.upto == 77 && got.from_start);
    assert_true(got.row.rate > 1.4 && got.row.rate < 1.6 && got.asked_at == T0 - 1);
    assert_true(got.ids.n == sizeof list && memcmp(got.ids.p, list, sizeof list) == 0);
    assert_true(slice_is(got.filter_text, "group:x") && slice_is(got.row.by, "alice"));
    must(f, store_replays(f->reader, NULL, &page, take_replay, &numbers, &f->why));
    store_scene_assert_numbers("newest first", &numbers, "30 21 10");
    numbers.n = 0;
    must(f, store_replays(f->reader, &second, &page, take_replay, &numbers, &f->why));
    store_scene_assert_numbers("one", &numbers, "21");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_TESTS(dead_letters_are_listed_newest_first),
        STORE_SCENE_TESTS(groups_are_counted_as_dead_letters_come_and_go),
        STORE_SCENE_TESTS(a_preview_sums_up_what_would_be_replayed),
        STORE_SCENE_TESTS(the_next_dead_letters_come_oldest_first),
        STORE_SCENE_TESTS(replays_are_kept_changed_and_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
