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

struct dead_case {
    const char *label;
    struct dead_query query;
    const char *filter, *wanted;
    enum list_sort sort;
    int64_t after; /* 0: from the start */
};

static void check_dead(struct store_scene *f, const struct dead_case *row)
{
    struct dead_query query = row->query;
    const struct uuid after = store_scene_uid(row->after);
    struct store_page page = {.limit = 2, .count = true};
    struct store_scene_numbers got = {0};
    char cursor[STORE_CURSOR_MAX];
    int64_t first = -1;
    /* Of all of them the count is one that the engine keeps. */
    bool is_kept = query.from == 0 && query.reason.p == NULL && query.group.p == NULL &&
                   query.customer_id.p == NULL && query.search.p == NULL && row->filter[0] == '\0';

    (void)store_scene_filter(f, row->filter, &query.filter);
    do {
        must(f, store_failed(f->reader,
                             &(struct store_failed_ask){.query = &query,
                                                        .sort = row->sort,
                                                        .after = row->after != 0 ? &after : NULL,
                                                        .now_us = T0,
                                                        .page = &page,
                                                        .row = take_dead,
                                                        .self = &got},
                             &f->why));
        memcpy(cursor, page.next_cursor, sizeof cursor);
        if (page.cursor.p == NULL)
            first = page.matched;
        assert_int_equal(first, page.matched);
        page.cursor = slice_of(cursor);
    } while (cursor[0] != '\0');
    store_scene_assert_numbers(row->label, &got, row->wanted);
    if (!is_kept && row->after == 0 && first != (int64_t)got.n)
        fail_msg("%s: matched %lld of %zu", row->label, (long long)first, got.n);
}

static void dead_letters_are_listed_in_the_order_asked_for(void **state)
{
    struct store_scene *f = *state;
    const struct dead_case rows[] = {
        {"all", {.from = 0}, "", "5 4 3 2 1", SORT_NEWEST, 0},
        {"reason", {.reason = SLICE("exit 1")}, "", "5 2", SORT_NEWEST, 0},
        {"group", {.group = SLICE("exit #")}, "", "5 3 2", SORT_NEWEST, 0},
        {"no such group", {.group = SLICE("x")}, "", "", SORT_NEWEST, 0},
        {"customer", {.customer_id = SLICE("even")}, "", "4 2", SORT_NEWEST, 0},
        {"time", {.from = T0 + 2, .to = T0 + 4}, "", "3 2", SORT_NEWEST, 0},
        {"search", {.search = SLICE("01990000-0004")}, "", "4", SORT_NEWEST, 0},
        {"terms", {.from = 0}, "group:exit* -customer:even", "5 3", SORT_NEWEST, 0},
        {"status", {.from = 0}, "status:QUEUED", "", SORT_NEWEST, 0},
        {"oldest", {.from = 0}, "", "1 2 3 4 5", SORT_OLDEST, 0},
        {"oldest of a group", {.group = SLICE("exit #")}, "", "2 3 5", SORT_OLDEST, 0},
        {"reason, oldest", {.reason = SLICE("exit 1")}, "", "2 5", SORT_OLDEST, 0},
        {"reason and customer",
         {.reason = SLICE("exit 1"), .customer_id = SLICE("even")},
         "",
         "2",
         SORT_NEWEST,
         0},
        {"a reason of another group",
         {.reason = SLICE("timeout"), .group = SLICE("exit #")},
         "",
         "",
         SORT_NEWEST,
         0},
        {"time, oldest", {.from = T0 + 2, .to = T0 + 5}, "", "2 3 4", SORT_OLDEST, 0},
        {"time and a term", {.from = T0 + 2}, "-customer:even", "5 3", SORT_NEWEST, 0},
        {"time and a group", {.from = T0 + 3, .group = SLICE("exit #")}, "", "5 3", SORT_NEWEST, 0},
        {"reason and time", {.to = T0 + 5, .reason = SLICE("exit 1")}, "", "2", SORT_NEWEST, 0},
        {"behind", {.from = 0}, "", "3 2 1", SORT_NEWEST, 4},
        {"behind, oldest", {.from = 0}, "", "3 4 5", SORT_OLDEST, 2},
        {"behind, of a group", {.group = SLICE("exit #")}, "", "2", SORT_NEWEST, 3},
        {"behind one that does not match", {.from = 0}, "customer:even", "2", SORT_NEWEST, 3},
    };

    add_dead_letters(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_dead(f, &rows[i]);
}

static void a_list_behind_an_order_without_dead_letter_is_not_found(void **state)
{
    struct store_scene *f = *state;
    struct order queued = store_scene_order(6);
    const struct dead_query query = {0};
    struct store_page page = {.limit = 2};

    add_dead_letters(f);
    store_scene_add(f, &queued);
    for (int64_t id = 6; id <= 7; id++) { /* without a dead letter; without a row */
        const struct uuid after = store_scene_uid(id);

        assert_int_equal(
            ERR_NOT_FOUND,
            store_failed(
                f->reader,
                &(struct store_failed_ask){.query = &query, .after = &after, .page = &page}, NULL));
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
        must(f, store_groups(f->reader, &(struct store_groups_ask){&page, take_group, &lines},
                             &f->why));
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
    must(f,
         store_groups(f->reader, &(struct store_groups_ask){&page, take_group, &lines}, &f->why));
    assert_string_equal("exit #|exit 2 2 2..3\n", lines.text);
}

static void a_preview_sums_up_what_would_be_replayed(void **state)
{
    struct store_scene *f = *state;
    struct dead_query query = {0};
    struct store_preview preview = {0};
    struct store_scene_lines lines = {.len = 0};

    add_dead_letters(f);
    must(f, store_preview_dead(f->reader,
                               &(struct store_preview_ask){.query = &query,
                                                           .now_us = T0,
                                                           .max = 1,
                                                           .out = &preview,
                                                           .row = take_group,
                                                           .self = &lines},
                               &f->why));
    assert_true(preview.matched == 5 && preview.upto == 105 && preview.oldest_at == T0 + 1);
    assert_string_equal("exit #|exit 1 3 2..5\n", lines.text);
    lines.len = 0;
    (void)store_scene_filter(f, "customer:even", &query.filter);
    must(f, store_preview_dead(f->reader,
                               &(struct store_preview_ask){.query = &query,
                                                           .now_us = T0,
                                                           .max = 9,
                                                           .out = &preview,
                                                           .row = take_group,
                                                           .self = &lines},
                               &f->why));
    assert_int_equal(2, preview.matched);
    assert_string_equal("exit #|exit 1 1 2..2\ntimeout|timeout 1 4..4\n", lines.text);
}

static void the_next_dead_letters_come_oldest_first(void **state)
{
    struct store_scene *f = *state;
    struct filter filter = {0};
    int64_t orders[8] = {0};
    struct store_next_ask ask = {&filter, T0, 104, 0, {orders, 2, 0}};

    add_dead_letters(f);
    must(f, store_next_dead(f->store, &ask, &f->why));
    assert_true(ask.ids.n == 2 && orders[0] == 1 && orders[1] == 2 && ask.cursor == 102);
    ask.ids.max = 8;
    must(f, store_next_dead(f->store, &ask, &f->why));
    assert_true(ask.ids.n == 2 && orders[0] == 3 && orders[1] == 4 && ask.cursor == 104);
    (void)store_scene_filter(f, "reason:timeout", &filter);
    ask = (struct store_next_ask){&filter, T0, 103, 0, {orders, 8, 0}};
    must(f, store_next_dead(f->store, &ask, &f->why));
    assert_true(ask.ids.n == 1 && orders[0] == 1 && ask.cursor == 103);
}

static bool take_replay(void *self, const struct replay_row *row)
{
    struct store_scene_numbers *numbers = self;

    numbers->at[numbers->n++] = row->id * 10 + (int64_t)row->state;
    return true;
}

static void replays_are_kept_changed_and_listed(void **state)
{
    struct store_scene *f = *state;
    const struct uuid second = store_scene_uid(2);
    struct store_replay got;
    struct store_page page = {.limit = 10};
    struct store_scene_numbers numbers = {0};
    int64_t ids[4] = {0}, id = 0;
    struct store_ids running = {ids, 4, 0};

    must(f, store_begin(f->store, &f->why));
    for (int64_t i = 1; i <= 3; i++) {
        struct store_replay replay = {.row = {.id = i,
                                              .uid = store_scene_uid(i),
                                              .matched = 2,
                                              .rate = 1.5,
                                              .started_at = T0,
                                              .by = SLICE("alice")},
                                      .filter_text = SLICE("group:x"),
                                      .set = 9,
                                      .canary = 3,
                                      .failed_share = 0.5,
                                      .of_last = 20,
                                      .upto = 77,
                                      .asked_at = T0 - 1,
                                      .from_start = true};

        must(f, store_add_replay(f->store, &replay, &f->why));
        replay.row.state = i == 2 ? REPLAY_DONE : REPLAY_RUNNING;
        replay.row.moved = 5;
        replay.cursor = 33;
        replay.canary_passed = 2;
        replay.ends = (struct slice){"\1\0\1", 3};
        replay.row.finished_at = i == 2 ? T0 + 1 : 0;
        must(f, store_change_replay(f->store, &replay, &f->why));
    }
    must(f, store_commit(f->store, &f->why));
    must(f, store_running_replays(f->store, &running, &f->why));
    assert_true(running.n == 2 && ids[0] == 1 && ids[1] == 3);
    must(f, store_find_replay(f->store, &second, &id, &f->why));
    assert_int_equal(2, id);
    must(f, store_load_replay(f->store, 3, &f->arena, &got, &f->why));
    assert_true(got.row.moved == 5 && got.cursor == 33 && got.upto == 77 && got.from_start);
    assert_true(got.row.rate > 1.4 && got.row.rate < 1.6 && got.asked_at == T0 - 1);
    assert_true(got.set == 9 && got.canary == 3 && got.canary_passed == 2 && got.of_last == 20);
    assert_true(got.failed_share > 0.4 && got.failed_share < 0.6);
    assert_true(got.ends.n == 3 && memcmp(got.ends.p, "\1\0\1", 3) == 0);
    assert_true(slice_is(got.filter_text, "group:x") && slice_is(got.row.by, "alice"));
    must(f,
         store_replays(f->reader, &(struct store_replays_ask){NULL, &page, take_replay, &numbers},
                       &f->why));
    store_scene_assert_numbers("newest first", &numbers, "30 21 10");
    numbers.n = 0;
    must(f, store_replays(f->reader,
                          &(struct store_replays_ask){&second, &page, take_replay, &numbers},
                          &f->why));
    store_scene_assert_numbers("one", &numbers, "21");
}

static void add_set(struct store_scene *f, struct store_set *set)
{
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_set(f->store, set, &f->why));
    must(f, store_commit(f->store, &f->why));
}

static void a_set_is_read_from_any_place(void **state)
{
    static int64_t ns[2500], got[700];
    static const struct {
        int64_t from;
        size_t max, n;
    } rows[] = {{0, 700, 700},  {999, 2, 2},    {900, 700, 700}, {1950, 700, 550},
                {2499, 700, 1}, {2500, 700, 0}, {9999, 700, 0},  {0, 0, 0}};
    struct store_scene *f = *state;
    struct store_set set = {.at = T0, .matched = 2500, .listed = true, .ns = ns};
    struct store_set other = set;

    for (int64_t i = 0; i < 2500; i++)
        ns[i] = 7 * i;
    add_set(f, &set);
    add_set(f, &other);
    assert_true(set.id > 0 && other.id != set.id);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct store_set_ask ask = {set.id, rows[i].from, {got, rows[i].max, 0}};

        must(f, store_read_set(f->store, &ask, &f->why));
        if (ask.out.n != rows[i].n || ask.from != rows[i].from + (int64_t)ask.out.n)
            fail_msg("from %lld: %zu", (long long)rows[i].from, ask.out.n);
        for (size_t k = 0; k < ask.out.n; k++)
            assert_int_equal(got[k], 7 * (rows[i].from + (int64_t)k));
    }
}

static void a_set_is_found_by_its_token_until_it_is_old(void **state)
{
    static const int64_t ns[] = {3, 5};
    struct store_scene *f = *state;
    const struct uuid token = store_scene_uid(7), unknown = store_scene_uid(8);
    struct store_set listed = {.has_token = true, .token = token, .at = T0, .matched = 2};
    struct store_set all = {.at = T0 + 1, .matched = 4, .upto = 99};
    struct store_replay replay = {.row = {.id = 1, .uid = store_scene_uid(1)}};
    struct store_set got;

    listed.listed = true;
    listed.ns = ns;
    add_set(f, &listed);
    add_set(f, &all); /* without a token; there may be many */
    add_set(f, &all);
    must(f, store_find_set(f->store, &token, &got, &f->why));
    assert_true(got.id == listed.id && got.matched == 2 && got.listed && got.at == T0);
    assert_int_equal(ERR_NOT_FOUND, store_find_set(f->store, &unknown, &got, NULL));
    replay.set = listed.id;
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_replay(f->store, &replay, &f->why));
    must(f, store_expire_sets(f->store, T0 + 1, &f->why));
    must(f, store_find_set(f->store, &token, &got, &f->why)); /* a replay goes by it */
    replay.row.state = REPLAY_DONE;
    must(f, store_change_replay(f->store, &replay, &f->why));
    must(f, store_expire_sets(f->store, T0, &f->why));
    must(f, store_find_set(f->store, &token, &got, &f->why)); /* not old enough */
    must(f, store_expire_sets(f->store, T0 + 1, &f->why));
    assert_int_equal(ERR_NOT_FOUND, store_find_set(f->store, &token, &got, NULL));
    must(f, store_commit(f->store, &f->why));
}

static void a_dead_letter_leads_to_its_order_and_back(void **state)
{
    struct store_scene *f = *state;
    int64_t found = 0;

    add_dead_letters(f);
    must(f, store_find_dead(f->store, 103, &found, &f->why));
    assert_int_equal(3, found);
    must(f, store_dead_of(f->store, 3, &found, &f->why));
    assert_int_equal(103, found);
    must(f, store_begin(f->store, &f->why));
    must(f, store_remove_dead(f->store, 3, &f->why));
    must(f, store_commit(f->store, &f->why));
    assert_int_equal(ERR_NOT_FOUND, store_find_dead(f->store, 103, &found, NULL));
    assert_int_equal(ERR_NOT_FOUND, store_dead_of(f->store, 3, &found, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_TESTS(a_set_is_read_from_any_place),
        STORE_SCENE_TESTS(a_set_is_found_by_its_token_until_it_is_old),
        STORE_SCENE_TESTS(a_dead_letter_leads_to_its_order_and_back),
        STORE_SCENE_TESTS(dead_letters_are_listed_in_the_order_asked_for),
        STORE_SCENE_TESTS(a_list_behind_an_order_without_dead_letter_is_not_found),
        STORE_SCENE_TESTS(groups_are_counted_as_dead_letters_come_and_go),
        STORE_SCENE_TESTS(a_preview_sums_up_what_would_be_replayed),
        STORE_SCENE_TESTS(the_next_dead_letters_come_oldest_first),
        STORE_SCENE_TESTS(replays_are_kept_changed_and_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
