/* A store with hand-made orders in it, for tests of any backend. */
#include "tests/lib/store_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void store_scene_must(struct store_scene *f, enum err e, const char *what)
{
    if (e != OK)
        fail_msg("%s: %s: %s", what, err_name(e), f->why.text);
}

void store_scene_open(struct store_scene *f)
{
    const struct store_settings settings = {.directory = f->directory, .now_us = T0};

    must(f, store_open(f->url, &settings, &f->store, &f->why));
    must(f, store_reader_open(f->store, &f->reader, &f->why));
}

void store_scene_close(struct store_scene *f)
{
    store_reader_close(f->reader);
    store_close(f->store);
}

int store_scene_set_up(void **state, const char *url)
{
    struct store_scene *f = calloc(1, sizeof *f);

    assert_non_null(f);
    f->url = url;
    strcpy(f->directory, "/tmp/dofs-test-store-XXXXXX");
    assert_non_null(mkdtemp(f->directory));
    store_scene_open(f);
    *state = f;
    return 0;
}

int store_scene_memory(void **state)
{
    return store_scene_set_up(state, "memory");
}

int store_scene_sqlite(void **state)
{
    return store_scene_set_up(state, "sqlite");
}

int store_scene_tear_down(void **state)
{
    struct store_scene *f = *state;
    char path[96];

    store_scene_close(f);
    (void)snprintf(path, sizeof path, "%s/orders.db", f->directory);
    (void)unlink(path);
    assert_int_equal(0, rmdir(f->directory)); /* nothing else is left behind */
    arena_done(&f->arena);
    free(f);
    return 0;
}

struct uuid store_scene_uid(int64_t id)
{
    struct uuid uid = {{0x01, 0x99, 0, 0, 0, 0, 0x70, 0, 0x80}};

    for (unsigned i = 0; i < 4; i++)
        uid.bytes[5 - i] = (uint8_t)(id >> (8 * i));
    uid.bytes[15] = (uint8_t)id;
    return uid;
}

const struct item store_scene_items[3] = {
    {{"apple", 5}, 1}, {{"pear \"x\" \n", 10}, 2}, {{"Zwetschge\xc3\xa4", 11}, 3}};

struct order store_scene_order(int64_t id)
{
    return (struct order){
        .id = id,
        .uid = store_scene_uid(id),
        .status = STATUS_QUEUED,
        .priority = 5,
        .max_attempts = 3,
        .total_quantity = 6,
        .created_at = T0 + id * SECOND,
        .updated_at = T0 + id * SECOND,
        .due_at = T0 + id * SECOND,
        .draw = 0xFEDCBA9876543210ULL,
        .customer_id = SLICE("acme"),
        .step = SLICE("fulfil"),
        .items = store_scene_items,
        .n_items = 3,
    };
}

struct event store_scene_event(const struct order *order, enum status from, enum entry_type type)
{
    return (struct event){.seq = order->seq,
                          .at = order->updated_at,
                          .entry = type,
                          .from = from,
                          .to = order->status,
                          .has_order = true,
                          .id = order->id,
                          .attempt = order->attempts,
                          .max_attempts = order->max_attempts,
                          .step = order->step,
                          .by = SLICE("alice")};
}

/* An order, its history and its event, in a transaction. */
void store_scene_add(struct store_scene *f, struct order *order)
{
    const struct entry entries[] = {
        {.type = ENTRY_RECEIVED, .at = order->created_at, .by = SLICE("alice")},
        {.type = ENTRY_QUEUED, .at = order->created_at + 7, .by = SLICE("alice")}};
    struct event event;

    order->seq = ++f->seq;
    event = store_scene_event(order, STATUS_NONE, ENTRY_QUEUED);
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_history(f->store, order, entries, 2, &f->why));
    must(f, store_add_order(f->store, order, &f->why));
    must(f, store_add_events(f->store, &event, 1, &f->why));
    must(f, store_commit(f->store, &f->why));
}

void store_scene_change(struct store_scene *f, struct order *order, enum status to)
{
    const struct entry entry = {
        .type = ENTRY_HELD, .at = order->updated_at, .by = SLICE("bob"), .detail = SLICE("why")};
    struct event event;
    enum status from = order->status;

    order->status = to;
    order->seq = ++f->seq;
    event = store_scene_event(order, from, ENTRY_HELD);
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_history(f->store, order, &entry, 1, &f->why));
    must(f, store_change_order(f->store, order, &f->why));
    must(f, store_add_events(f->store, &event, 1, &f->why));
    must(f, store_commit(f->store, &f->why));
}

/* Orders 1..n, the i-th as `make` has it. */
void store_scene_add_many(struct store_scene *f, int64_t n)
{
    static const char *const customers[] = {"acme", "acme-west", "bolt"};
    static const enum status statuses[] = {STATUS_QUEUED, STATUS_FULFILLED, STATUS_FAILED,
                                           STATUS_CANCELLED};
    static const struct item pear[] = {{{"pear", 4}, 1}};

    for (int64_t i = 1; i <= n; i++) {
        struct order order = store_scene_order(i);
        char reference[32];

        (void)snprintf(reference, sizeof reference, "ref-%lld", (long long)i);
        order.customer_id = slice_of(customers[i % 3]);
        order.status = statuses[i % 4];
        order.attempts = (uint32_t)(i % 3);
        if (order.status == STATUS_FAILED)
            order.failure_reason = SLICE("no stock in hall 7");
        if (i % 2 == 0)
            order.reference = slice_of(reference);
        if (i % 5 == 0) {
            order.items = pear;
            order.n_items = 1;
        }
        store_scene_add(f, &order);
    }
}

bool store_scene_take_order(void *self, const struct order *order)
{
    struct store_scene_numbers *numbers = self;

    assert_true(numbers->n < 64);
    numbers->at[numbers->n++] = order->id;
    return true;
}

/* All pages of a list, PAGE rows each. */
void store_scene_list_all(struct store_scene *f, const struct request_list *query,
                          struct store_scene_numbers *out)
{
    char cursor[STORE_CURSOR_MAX];
    struct store_page page = {.limit = PAGE};

    *out = (struct store_scene_numbers){0};
    for (unsigned i = 0; i < 40; i++) {
        size_t before = out->n;

        must(f, store_list(f->reader,
                           &(struct store_list_ask){query, T0 + 100 * SECOND, &page,
                                                    store_scene_take_order, out},
                           &f->why));
        assert_true(out->n - before <= PAGE);
        if (page.next_cursor[0] == '\0')
            return;
        memcpy(cursor, page.next_cursor, sizeof cursor);
        page.cursor = slice_of(cursor);
    }
    fail_msg("%s", "a list without end");
}

void store_scene_assert_numbers(const char *label, const struct store_scene_numbers *got,
                                const char *wanted)
{
    char text[512] = "";
    size_t len = 0;

    for (size_t i = 0; i < got->n; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%lld", i > 0 ? " " : "",
                                (long long)got->at[i]);
    if (strcmp(text, wanted) != 0)
        fail_msg("%s: got '%s', not '%s'", label, text, wanted);
}

const struct filter *store_scene_filter(struct store_scene *f, const char *text, struct filter *out)
{
    must(f, filter_parse(slice_of(text), &f->arena, out, &f->why));
    return out;
}

bool store_scene_take_event(void *self, const struct event *event)
{
    struct store_scene_lines *lines = self;

    lines->len += (size_t)snprintf(
        lines->text + lines->len, sizeof lines->text - lines->len,
        "%lld %s %s>%s %.*s %.*s %lld %.*s%s\n", (long long)event->seq, event_type_name(event),
        status_name(event->from), status_name(event->to), SLICE_ARGS(event->customer_id),
        SLICE_ARGS(event->by), (long long)event->total_quantity, SLICE_ARGS(event->subject),
        event->has_order && event->uid.bytes[0] != 1 ? " no id" : "");
    return true;
}

void store_scene_add_dead(struct store_scene *f, int64_t id, const char *reason, const char *group)
{
    struct order order = store_scene_order(id);
    struct dead_letter dead = {.n = 100 + id,
                               .id = id,
                               .failed_at = T0 + id,
                               .attempts = 3,
                               .failure_reason = slice_of(reason),
                               .group = slice_of(group)};

    order.status = STATUS_FAILED;
    order.failure_reason = slice_of(reason);
    order.customer_id = id % 2 == 0 ? SLICE("even") : SLICE("odd");
    dead.uid = order.uid;
    dead.customer_id = order.customer_id;
    store_scene_add(f, &order);
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_dead(f->store, &dead, &f->why));
    must(f, store_commit(f->store, &f->why));
}
