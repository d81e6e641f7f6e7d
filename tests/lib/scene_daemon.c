/* A daemon made up for the model: it answers out of arithmetic. */
#include "tests/lib/scene_daemon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/alarm.h"
#include "shared/status.h"
#include "shared/steps.h"
#include "shared/wire_event.h"
#include "shared/wire_order.h"

#define FAILED_EVERY 10

struct uuid scene_uid(int64_t k)
{
    struct uuid uid = {{0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80}};

    for (size_t i = 0; i < 6; i++)
        uid.bytes[15 - i] = (uint8_t)((uint64_t)k >> (8 * i));
    return uid;
}

int64_t scene_number(const struct uuid *uid)
{
    int64_t k = 0;

    for (size_t i = 10; i < 16; i++)
        k = k * 256 + uid->bytes[i];
    return k;
}

/* The last step of a list. */
static struct slice last_step(struct slice steps)
{
    struct step step = {STEP_DEFAULT, false};

    (void)steps_at(steps, steps_count(steps) - 1, &step);
    return step.name;
}

static void make_order(const struct scene *s, int64_t k, char *customer, size_t size,
                       struct order *order)
{
    (void)snprintf(customer, size, "cust-%lld", (long long)k);
    *order = (struct order){
        .uid = scene_uid(k),
        .status = k % FAILED_EVERY == 0 ? STATUS_FAILED : STATUS_QUEUED,
        .priority = PRIORITY_DEFAULT,
        .max_attempts = 3,
        .total_quantity = 1,
        .created_at = SCENE_START_US + k * SCENE_ORDER_US,
        .updated_at = SCENE_START_US + k * SCENE_ORDER_US,
        .customer_id = slice_of(customer),
        .steps = slice_of(s->steps),
        .step = last_step(slice_of(s->steps)),
    };
}

/* Replies ---------------------------------------------------------------------------------------
 */

struct range {
    int64_t from, step, n; /* k = from, from + step, ...; n of them */
    int64_t matched;
    bool more;
};

static bool one_customer(struct slice filter, int64_t *k)
{
    return slice_starts(filter, SLICE("customer:cust-")) &&
           text_int((struct slice){filter.p + 14, filter.n - 14}, k);
}

/* Which orders a page of `list` or `failed` is. */
static struct range range_of(const struct scene *s, const struct request *request)
{
    bool failed = request->op == OP_FAILED;
    const struct page *page = failed ? &request->failed.page : &request->list.page;
    struct slice filter = failed ? request->failed.query.filter_text : request->list.filter_text;
    bool up = !failed && request->list.sort == SORT_OLDEST;
    bool has_after = failed ? request->failed.has_after : request->list.has_after;
    int64_t step = (failed ? FAILED_EVERY : INT64_C(1)) * (up ? 1 : -1);
    int64_t last = failed ? (s->n_orders - 1) / FAILED_EVERY * FAILED_EVERY : s->n_orders - 1;
    struct range r = {.from = up ? 0 : last, .step = step, .n = (int64_t)page->limit};
    int64_t only = 0, left = 0;

    if (one_customer(filter, &only)) {
        bool there = only < s->n_orders && (!failed || only % FAILED_EVERY == 0);

        return (struct range){only, 1, there, there, false};
    }
    if (has_after)
        r.from = scene_number(failed ? &request->failed.after : &request->list.after) + step;
    if (page->cursor.p != NULL)
        (void)text_int(page->cursor, &r.from);
    left = up ? s->n_orders - r.from : s->n_orders == 0 ? 0 : r.from / -step + 1;
    if (r.from < 0)
        left = 0;
    if (s->cut > 0 && r.n > s->cut)
        r.n = s->cut;
    r.more = left > r.n;
    if (r.n > left)
        r.n = left;
    r.matched = failed ? (s->n_orders + FAILED_EVERY - 1) / FAILED_EVERY : s->n_orders;
    return r;
}

static void put_row(struct buf *out, const struct scene *s, bool failed, int64_t k)
{
    char customer[40];
    struct order order;
    struct dead_letter dead;

    make_order(s, k, customer, sizeof customer, &order);
    if (!failed) {
        wire_order_write(out, &order, ORDER_ROW);
        return;
    }
    dead = (struct dead_letter){
        .uid = order.uid,
        .customer_id = order.customer_id,
        .step = order.step,
        .failure_reason = SLICE("exit 7"),
        .group = SLICE("exit #"),
        .attempts = 3,
        .failed_at = order.created_at,
    };
    wire_dead_write(out, &dead);
}

static void put_page(struct buf *out, const struct scene *s, const struct request *request)
{
    struct range r = range_of(s, request);
    int64_t next = r.from + r.n * r.step;
    char cursor[24];

    wire_reply_ok(out, 3);
    mp_put_text(out, request->op == OP_FAILED ? "failed" : "orders");
    mp_put_list(out, (uint32_t)r.n);
    for (int64_t i = 0; i < r.n; i++)
        put_row(out, s, request->op == OP_FAILED, r.from + i * r.step);
    mp_put_text(out, "matched");
    if (r.matched > MATCHED_MAX)
        mp_put_nil(out);
    else
        mp_put_int(out, r.matched);
    mp_put_text(out, "next_cursor");
    (void)snprintf(cursor, sizeof cursor, "%lld", (long long)next);
    mp_put_text(out, r.more ? cursor : NULL);
}

static void put_order(struct buf *out, const struct scene *s, const struct request *request)
{
    static struct item items[] = {{{"tea", 3}, 2}, {{"cup", 3}, 1}};
    static struct pair pairs[] = {{{"channel", 7}, {"web", 3}}};
    char customer[40];
    struct order order;

    make_order(s, scene_number(&request->get.order_id), customer, sizeof customer, &order);
    if (s->rich) {
        order.reference = SLICE("ref-7");
        order.items = items;
        order.n_items = 2;
        order.metadata = pairs;
        order.n_metadata = 1;
    }
    wire_reply_ok(out, 1);
    mp_put_text(out, "order");
    wire_order_write(out, &order, ORDER_WHOLE);
}

static void put_history(struct buf *out)
{
    static const enum entry_type types[] = {ENTRY_RECEIVED, ENTRY_VALIDATED, ENTRY_STORED,
                                            ENTRY_QUEUED};

    wire_reply_ok(out, 2);
    mp_put_text(out, "entries");
    mp_put_list(out, 4);
    for (size_t i = 0; i < 4; i++) {
        struct entry entry = {.seq = (int64_t)i + 1,
                              .type = types[i],
                              .at = SCENE_START_US + (int64_t)i * 1000,
                              .by = SLICE("ann")};

        wire_entry_write(out, &entry);
    }
    mp_put_text(out, "next_cursor");
    mp_put_nil(out);
}

static void put_empty(struct buf *out, const char *key)
{
    wire_reply_ok(out, 2);
    mp_put_text(out, key);
    mp_put_list(out, 0);
    mp_put_text(out, "next_cursor");
    mp_put_nil(out);
}

static void put_groups(struct buf *out, const struct scene *s)
{
    struct reason_group group = {.step = last_step(slice_of(s->steps)),
                                 .group = SLICE("exit #"),
                                 .failure_reason = SLICE("exit 7"),
                                 .count = 12,
                                 .oldest_at = SCENE_START_US,
                                 .newest_at = SCENE_START_US + 1};

    wire_reply_ok(out, 2);
    mp_put_text(out, "reasons");
    mp_put_list(out, 1);
    wire_group_write(out, &group);
    mp_put_text(out, "next_cursor");
    mp_put_nil(out);
}

static void put_info(struct buf *out)
{
    struct reply_info info = {
        .name = SLICE("dofsd"),
        .version = SLICE("1"),
        .instance = SLICE("staging"),
        .epoch = SLICE("e"),
        .store = SLICE("sqlite"),
        .handler = SLICE("simulate"),
        .role = SLICE("operator"),
        .pid = 7,
        .started_at = SCENE_START_US,
    };

    wire_reply_info(out, &info);
}

static void put_preview(struct buf *out, const struct scene *s)
{
    struct reason_group group = {.step = last_step(slice_of(s->steps)),
                                 .group = SLICE("exit #"),
                                 .failure_reason = SLICE("exit 7"),
                                 .count = s->preview_matched,
                                 .oldest_at = SCENE_START_US,
                                 .newest_at = SCENE_START_US};

    wire_reply_ok(out, 4);
    mp_put_text(out, "token");
    mp_put_text(out, s->token);
    mp_put_text(out, "matched");
    mp_put_int(out, s->preview_matched);
    mp_put_text(out, "oldest_at");
    mp_put_int(out, SCENE_START_US);
    mp_put_text(out, "reasons");
    mp_put_list(out, 1);
    wire_group_write(out, &group);
}

int64_t scene_ids(const struct request *request)
{
    if (request->op != OP_REPLAY && request->op != OP_DISCARD && request->op != OP_CANCEL &&
        request->op != OP_HOLD && request->op != OP_RELEASE && request->op != OP_RETRY_NOW)
        return 0;
    if (request->op == OP_REPLAY)
        return (int64_t)request->replay.which.ids.n;
    if (request->op == OP_DISCARD)
        return (int64_t)request->discard.which.ids.n;
    return (int64_t)request->change.which.ids.n;
}

static void put_changed(struct buf *out, const struct scene *s, const struct request *request)
{
    int64_t n = scene_ids(request);

    if (request->op == OP_REPLAY || request->op == OP_DISCARD) {
        wire_reply_ok(out, 2);
        mp_put_text(out, request->op == OP_REPLAY ? "matched" : "discarded");
        mp_put_int(out, n > 0 ? n : s->preview_matched);
        mp_put_text(out, "skipped");
        mp_put_int(out, 0);
    } else if (request->change.which.one) {
        struct reply_change_one one = {.order_id = request->change.which.ids.ids[0],
                                       .status =
                                           request->op == OP_HOLD ? STATUS_HELD : STATUS_CANCELLED};

        wire_reply_change_one(out, &one);
    } else {
        wire_reply_change_many(out, n, 0);
    }
}

static void put_submitted(struct buf *out)
{
    struct reply_submit reply = {.order_id = scene_uid(1), .status = STATUS_QUEUED};

    wire_reply_submit(out, &reply);
}

/* One that is on when the scene says so, and one that never is. */
static void put_alarms(struct buf *out, const struct scene *s)
{
    struct alarm_row rows[] = {
        {.name = SLICE("queue_age"), .value = 1, .threshold = 60, .since_at = SCENE_START_US},
        {.name = SLICE("dlq_depth"),
         .alarm = s->alarm,
         .value = s->alarm ? 12 : 0,
         .threshold = 5,
         .since_at = SCENE_START_US,
         .acknowledged_by = s->acknowledged ? SLICE("ann") : (struct slice){NULL, 0}},
    };

    wire_reply_ok(out, 1);
    mp_put_text(out, "alarms");
    mp_put_list(out, 2);
    for (size_t i = 0; i < 2; i++)
        alarm_write(out, &rows[i]);
}

static void put_events(struct buf *out)
{
    wire_reply_ok(out, 3);
    mp_put_text(out, "events");
    mp_put_list(out, 0);
    mp_put_text(out, "first_seq");
    mp_put_int(out, 1);
    mp_put_text(out, "last_seq");
    mp_put_int(out, 0);
}

bool scene_is_change(const struct request *request)
{
    return op_right(request->op) == RIGHT_OPERATE &&
           !(request->op == OP_REPLAY && request->replay.dry_run);
}

static void put_change(struct buf *out, const struct scene *s, const struct request *request)
{
    struct why why = {.text = "the daemon said no"};

    if (s->refuse != OK)
        wire_reply_error(out, s->refuse, &why, NULL);
    else if (request->op == OP_SUBMIT)
        put_submitted(out);
    else if (request->op == OP_PAUSE || request->op == OP_RESUME ||
             request->op == OP_REPLAY_CANCEL || request->op == OP_ALARM_ACK ||
             request->op == OP_AMEND)
        wire_reply_ok(out, 0);
    else
        put_changed(out, s, request);
}

void scene_answer(const struct scene *s, const struct request *request, struct buf *out)
{
    struct stats stats = {.success_rate_5m = -1};

    if (scene_is_change(request))
        put_change(out, s, request);
    else if (request->op == OP_LIST || request->op == OP_FAILED)
        put_page(out, s, request);
    else if (request->op == OP_GET)
        put_order(out, s, request);
    else if (request->op == OP_HISTORY)
        put_history(out);
    else if (request->op == OP_FAILED_SUMMARY)
        put_groups(out, s);
    else if (request->op == OP_REPLAYS)
        put_empty(out, "replays");
    else if (request->op == OP_ALARMS)
        put_alarms(out, s);
    else if (request->op == OP_INFO)
        put_info(out);
    else if (request->op == OP_STATS)
        wire_reply_stats(out, &stats);
    else if (request->op == OP_EVENTS)
        put_events(out);
    else if (request->op == OP_REPLAY)
        put_preview(out, s);
}
