/* What store.h promises of histories, events, what waits and what goes, on every backend. */
#include "tests/lib/store_scene.h"

#include <stdio.h>
#include <string.h>

static bool take_entry(void *self, const struct entry *entry)
{
    struct store_scene_lines *lines = self;

    lines->len += (size_t)snprintf(lines->text + lines->len, sizeof lines->text - lines->len,
                                   "%lld %s +%lld %.*s %.*s\n", (long long)entry->seq,
                                   entry_name(entry->type), (long long)(entry->at - T0),
                                   SLICE_ARGS(entry->by), SLICE_ARGS(entry->detail));
    return true;
}

static void a_history_is_in_order_on_every_page_size(void **state)
{
    struct store_scene *f = *state;
    struct order order = store_scene_order(1);

    store_scene_add(f, &order);
    store_scene_change(f, &order, STATUS_HELD);
    for (uint32_t limit = 1; limit <= 4; limit++) {
        struct store_page page = {.limit = limit};
        struct store_scene_lines lines = {.len = 0};
        char cursor[STORE_CURSOR_MAX];

        do {
            must(f,
                 store_history(f->reader,
                               &(struct store_history_ask){&order.uid, &page, take_entry, &lines},
                               &f->why));
            memcpy(cursor, page.next_cursor, sizeof cursor);
            page.cursor = slice_of(cursor);
        } while (cursor[0] != '\0');
        assert_string_equal("1 received +1000000 alice \n1 queued +1000007 alice \n"
                            "2 held +1000000 bob why\n",
                            lines.text);
    }
}

#define CHANGES 200 /* more than an order's own row holds the history of */

struct told {
    int64_t seqs, entries, wrong;
};

static bool count_entry(void *self, const struct entry *entry)
{
    struct told *told = self;

    told->entries++;
    if (entry->seq != told->seqs) /* the first event has two entries */
        told->seqs++;
    told->wrong += entry->seq != told->seqs;
    return true;
}

static void assert_history(struct store_scene *f, const struct order *order, uint32_t limit)
{
    struct store_page page = {.limit = limit};
    struct told told = {0};
    char cursor[STORE_CURSOR_MAX];

    do {
        must(f, store_history(f->reader,
                              &(struct store_history_ask){&order->uid, &page, count_entry, &told},
                              &f->why));
        memcpy(cursor, page.next_cursor, sizeof cursor);
        page.cursor = slice_of(cursor);
    } while (cursor[0] != '\0');
    assert_int_equal(CHANGES + 1, told.seqs);
    assert_int_equal(CHANGES + 2, told.entries);
    assert_int_equal(0, told.wrong);
}

static void a_long_history_is_whole_on_every_page_size(void **state)
{
    static const uint32_t limits[] = {1, 2, 7, 50, 500};
    struct store_scene *f = *state;
    struct order order = store_scene_order(1);
    struct order other = store_scene_order(2);

    store_scene_add(f, &order);
    for (int i = 0; i < CHANGES; i++)
        store_scene_change(f, &order, i % 2 == 0 ? STATUS_HELD : STATUS_QUEUED);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        assert_history(f, &order, limits[i]);
    store_scene_add(f, &other); /* and none of it is another's */
    assert_history(f, &order, 500);
}

static void events_are_read_back_without_gaps(void **state)
{
    struct store_scene *f = *state;
    struct order order = store_scene_order(1);
    struct event news = {.at = T0,
                         .news = NEWS_REPLAY_PROGRESS,
                         .subject = SLICE("r1"),
                         .subject_to = SLICE("RUNNING"),
                         .has_progress = true,
                         .matched = 1LL << 40};
    struct store_scene_lines lines = {.len = 0};
    int64_t first = -1, last = -1;

    must(f, store_events(
                f->reader,
                &(struct store_events_ask){0, 10, store_scene_take_event, &lines, &first, &last},
                &f->why));
    assert_true(first == 0 && last == 0);
    store_scene_add(f, &order);
    store_scene_change(f, &order, STATUS_HELD);
    news.seq = ++f->seq;
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_events(f->store, &news, 1, &f->why));
    must(f, store_commit(f->store, &f->why));
    must(f, store_events(
                f->reader,
                &(struct store_events_ask){0, 10, store_scene_take_event, &lines, &first, &last},
                &f->why));
    assert_true(first == 1 && last == 3);
    assert_string_equal("1 queued >QUEUED acme alice 6 \n2 held QUEUED>HELD acme alice 6 \n"
                        "3 replay_progress >   0 r1\n",
                        lines.text);
    lines.len = 0;
    must(f, store_events(
                f->reader,
                &(struct store_events_ask){1, 1, store_scene_take_event, &lines, &first, &last},
                &f->why));
    assert_string_equal("2 held QUEUED>HELD acme alice 6 \n", lines.text);
}

static bool count_event(void *self, const struct event *event)
{
    int64_t *next = self;

    assert_int_equal(*next, event->seq);
    (*next)++;
    return true;
}

static void a_commit_of_many_events_is_read_from_anywhere(void **state)
{
    struct store_scene *f = *state;
    static struct event events[2500];
    int64_t first = 0, last = 0;

    for (int64_t i = 0; i < 2500; i++)
        events[i] = (struct event){.seq = i + 1, .at = T0 + i, .news = NEWS_PAUSED};
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_events(f->store, events, 2500, &f->why));
    must(f, store_commit(f->store, &f->why));
    for (int64_t after = 0; after < 2500; after += 499) {
        int64_t next = after + 1;

        must(f, store_events(
                    f->reader,
                    &(struct store_events_ask){after, 1000, count_event, &next, &first, &last},
                    &f->why));
        assert_int_equal(after + 1001 < 2501 ? after + 1001 : 2501, next);
    }
    assert_true(first == 1 && last == 2500);
}

static void what_waits_comes_by_priority_and_time(void **state)
{
    struct store_scene *f = *state;
    struct waiting out[8];
    struct store_waiting_ask ask = {true, 100, 8, out, 0, 0};
    int64_t due = 0, ids[4] = {0};
    struct store_ids running = {ids, 4, 0};
    static const struct {
        int64_t due;
        enum status status;
        uint8_t priority;
    } rows[] = {{30, STATUS_QUEUED, 5}, {10, STATUS_RETRYING, 5}, {40, STATUS_QUEUED, 0},
                {20, STATUS_QUEUED, 9}, {200, STATUS_QUEUED, 1},  {150, STATUS_RETRYING, 5},
                {1, STATUS_HELD, 5},    {1, STATUS_PROCESSING, 0}};

    for (int64_t i = 0; i < 8; i++) {
        struct order order = store_scene_order(i + 1);

        order.priority = rows[i].priority;
        order.due_at = rows[i].due;
        order.status = rows[i].status;
        store_scene_add(f, &order);
    }
    must(f, store_waiting(f->reader, &ask, &f->why));
    assert_int_equal(4, ask.n);
    assert_true(out[0].id == 3 && out[1].id == 2 && out[2].id == 1 && out[3].id == 4);
    ask.max = 2;
    must(f, store_waiting(f->reader, &ask, &f->why));
    assert_true(ask.n == 2 && out[1].id == 2 && out[1].priority == 5 && out[1].due_at == 10);
    ask = (struct store_waiting_ask){false, 100, 8, out, 0, 0};
    must(f, store_waiting(f->reader, &ask, &f->why));
    assert_true(ask.n == 2 && out[0].id == 6 && out[1].id == 5);
    must(f, store_oldest_queued(f->reader, 100, &due, &f->why));
    assert_int_equal(20, due);
    must(f, store_oldest_queued(f->reader, 15, &due, &f->why));
    assert_int_equal(0, due);
    must(f, store_running(f->store, 0, &running, &f->why));
    assert_true(running.n == 1 && ids[0] == 8);
    must(f, store_running(f->store, 8, &running, &f->why));
    assert_int_equal(0, running.n);
}

static void only_what_ended_long_ago_is_removed(void **state)
{
    struct store_scene *f = *state;
    struct store_retention retention = {.discarded_before = T0 + 9 * SECOND, .limit = 2};
    struct request_list query = {0};
    struct store_scene_numbers got;
    int64_t removed = 0;

    store_scene_add_many(f, 12); /* failed: 2 6 10, without dead letters: discarded */
    store_scene_add_dead(f, 14, "timeout", "timeout");
    retention.ended_before[STATUS_FULFILLED] = T0 + 6 * SECOND;  /* 1 5, not 9 */
    retention.ended_before[STATUS_CANCELLED] = T0 + 90 * SECOND; /* 3 7 11 */
    for (unsigned i = 0; i < 4; i++) {
        must(f, store_begin(f->store, &f->why));
        must(f, store_retain(f->store, &retention, &f->why));
        must(f, store_commit(f->store, &f->why));
        removed += retention.removed;
        if (i == 0) {
            assert_int_equal(2, retention.removed_counts[STATUS_FULFILLED]);
            assert_int_equal(2, retention.removed_counts[STATUS_CANCELLED]);
            assert_int_equal(2, retention.removed_counts[STATUS_FAILED]);
        }
    }
    assert_int_equal(7, removed);
    store_scene_list_all(f, &query, &got);
    store_scene_assert_numbers("left", &got, "14 12 10 9 8 4");
}

static void an_event_outlives_its_order_without_its_id(void **state)
{
    struct store_scene *f = *state;
    struct store_retention retention = {.limit = 10};
    struct order order = store_scene_order(1);
    struct store_scene_lines lines = {.len = 0};
    int64_t first = 0, last = 0;

    order.status = STATUS_REJECTED;
    store_scene_add(f, &order);
    retention.ended_before[STATUS_REJECTED] = T0 + 90 * SECOND;
    must(f, store_begin(f->store, &f->why));
    must(f, store_retain(f->store, &retention, &f->why));
    must(f, store_commit(f->store, &f->why));
    must(f, store_events(
                f->reader,
                &(struct store_events_ask){0, 10, store_scene_take_event, &lines, &first, &last},
                &f->why));
    assert_string_equal("1 queued >REJECTED  alice 0 \n", lines.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_TESTS(a_history_is_in_order_on_every_page_size),
        STORE_SCENE_TESTS(a_long_history_is_whole_on_every_page_size),
        STORE_SCENE_TESTS(events_are_read_back_without_gaps),
        STORE_SCENE_TESTS(a_commit_of_many_events_is_read_from_anywhere),
        STORE_SCENE_TESTS(what_waits_comes_by_priority_and_time),
        STORE_SCENE_TESTS(only_what_ended_long_ago_is_removed),
        STORE_SCENE_TESTS(an_event_outlives_its_order_without_its_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
