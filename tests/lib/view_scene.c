/* Models made by hand, for what views draw. */
#include "tests/lib/view_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/keymap.h"

#define SECOND_US INT64_C(1000000)
#define ROWS 40
#define FAILED 12

/* U+202E, "evil", U+200B: turns the order of what follows round, and a blank without width. */
static const char turned_round[] = {'\xe2', '\x80', '\xae', 'e',    'v', 'i',
                                    'l',    '\xe2', '\x80', '\x8b', '!', '\0'};

const struct view_words view_words_plain = {
    .customers = {"cust-acme-tools", "cust-staging-003", "cust-acme-marine", "cust-nord"},
    .reference = "PO-2026-0017",
    .reason = "Fulfillment simulation failed",
    .product = "staging-widget",
    .key = "channel",
    .value = "web shop, second window",
    .step = "fulfil",
    .by = "ada",
};

/* ESC and a window's title, line ends, an override to right-to-left, zero width, wide, combining,
   bytes that are no UTF-8, CSV's formula; each where a field of a row would show it. */
const struct view_words view_words_hostile = {
    .customers = {"\033]0;owned\a\033[2Jclear", "line\nend\r\ttab", turned_round,
                  "日本語の顧客さまとても長い"},
    .reference = "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81x\xff\xfe",
    .reason = "\033[31mred\033[0m\nsecond line 日本 \xf0\x9f\x92\xa3\xef\xb8\x8f \xc2\x9b"
              "31m",
    .product = "=cmd|' /C calc'!A0\r\n",
    .key = "\xcc\x81\xcc\x81key",
    .value = "\xe2\x81\xa0joined\xef\xbb\xbf \x7f\x01\x02 שלום",
    .step = "st\xc3"
            "ep",
    .by = "root\033[1m",
};

static struct uuid uid_of(unsigned n)
{
    static const uint8_t start[] = {0x01, 0x99, 0xf3, 0xa2};
    struct uuid uid = {{0}};

    memcpy(uid.bytes, start, sizeof start);
    uid.bytes[4] = (uint8_t)(0x7c - n);
    uid.bytes[5] = (uint8_t)(0x41 + 7 * n);
    uid.bytes[6] = 0x70;
    uid.bytes[8] = 0x9a;
    uid.bytes[15] = (uint8_t)n;
    return uid;
}

static void set_text(char *out, size_t room, const char *text)
{
    (void)snprintf(out, room, "%s", text);
}

static struct row *row_of(unsigned n, enum status status, const struct view_words *words)
{
    struct row *row = calloc(1, sizeof *row);

    if (row == NULL)
        abort();
    row->uid = uid_of(n);
    row->status = status;
    row->max_attempts = 3;
    row->priority = 5;
    row->total_quantity = n % 7 == 3 ? 12481 : 1 + n % 5;
    row->created_at = VIEW_SCENE_NOW_US - (28 + (int64_t)n * (int64_t)n * 9) * SECOND_US;
    row->updated_at = row->created_at + 6 * SECOND_US;
    set_text(row->customer, sizeof row->customer, words->customers[n % 4]);
    set_text(row->reference, sizeof row->reference, words->reference);
    set_text(row->step, sizeof row->step, words->step);
    if (status == STATUS_FAILED || status == STATUS_RETRYING || status == STATUS_REJECTED) {
        set_text(row->reason, sizeof row->reason, words->reason);
        set_text(row->group, sizeof row->group, words->reason);
    }
    row->attempts = status == STATUS_FAILED ? 3 : status == STATUS_QUEUED ? 0 : 1 + n % 2;
    return row;
}

static void fill_orders(struct model *m, const struct view_words *words)
{
    static const enum status turns[] = {STATUS_FAILED,  STATUS_RETRYING,  STATUS_PROCESSING,
                                        STATUS_QUEUED,  STATUS_FULFILLED, STATUS_FULFILLED,
                                        STATUS_HELD,    STATUS_CANCELLED, STATUS_REJECTED,
                                        STATUS_UNDOING, STATUS_FULFILLED, STATUS_FULFILLED};
    struct list *list = &m->lists[LIST_ORDERS];

    for (unsigned i = 0; i < ROWS; i++) {
        struct row *row = row_of(i, turns[i % (sizeof turns / sizeof turns[0])], words);

        if (row->status == STATUS_RETRYING)
            row->next_attempt_at = VIEW_SCENE_NOW_US + 3 * SECOND_US;
        row->cancelling = i == 2;
        list->rows[list->n++] = row;
    }
    list->loaded = true;
    list->matched = 14;
}

static void fill_failed(struct model *m, const struct view_words *words)
{
    struct list *list = &m->lists[LIST_FAILED];

    for (unsigned i = 0; i < FAILED; i++) {
        struct row *row = row_of(i * 3, STATUS_FAILED, words);

        row->failed_at = row->updated_at;
        row->total_quantity = 0;
        row->max_attempts = 0;
        row->replays = i % 3;
        list->rows[list->n++] = row;
    }
    list->loaded = true;
    list->matched = FAILED;
}

static void fill_groups(struct model *m, const struct view_words *words)
{
    static const char *const reasons[] = {NULL, "payment refused: card #", "timeout",
                                          "no stock of # in warehouse #"};
    static const int64_t counts[] = {8, 3, 1234, 1};

    m->groups.lines = calloc(GROUPS_MAX, sizeof *m->groups.lines);
    if (m->groups.lines == NULL)
        abort();
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct group_line *line = &m->groups.lines[m->groups.n++];
        const char *reason = reasons[i] != NULL ? reasons[i] : words->reason;

        line->count = counts[i];
        line->newest_at = VIEW_SCENE_NOW_US - 12 * SECOND_US * ((int64_t)i + 1);
        line->oldest_at = line->newest_at - INT64_C(540) * SECOND_US;
        set_text(line->group, sizeof line->group, reason);
        set_text(line->reason, sizeof line->reason, reason);
    }
    m->groups.loaded = true;
}

static void fill_replays(struct model *m, const struct view_words *words)
{
    static const enum replay_state states[] = {REPLAY_RUNNING, REPLAY_DONE, REPLAY_CANCELLED,
                                               REPLAY_STOPPED};

    m->replays.lines = calloc(REPLAYS_MAX, sizeof *m->replays.lines);
    if (m->replays.lines == NULL)
        abort();
    for (unsigned i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct replay_line *line = &m->replays.lines[m->replays.n++];

        line->uid = uid_of(60 + i);
        line->state = states[i];
        line->matched = i == 3 ? 48210 : 12;
        line->moved = i == 0 ? 3 : i == 1 ? 12 : 7;
        line->refailed = i;
        line->rate = i == 0 ? 10 : i == 2 ? 0.5 : 0;
        line->started_at = VIEW_SCENE_NOW_US - (1 + (int64_t)i) * INT64_C(95) * SECOND_US;
        set_text(line->by, sizeof line->by, words->by);
        set_text(line->reason, sizeof line->reason, i == 1 ? words->reason : "");
    }
    m->replays.loaded = true;
}

static void fill_events(struct model *m, const struct view_words *words)
{
    static const struct {
        const char *type;
        enum status to;
        uint32_t attempt;
    } turns[] = {{"dead_lettered", STATUS_FAILED, 3},     {"attempt_started", STATUS_PROCESSING, 3},
                 {"retry_scheduled", STATUS_RETRYING, 2}, {"queued", STATUS_QUEUED, 0},
                 {"replay_progress", STATUS_NONE, 0},     {"fulfilled", STATUS_FULFILLED, 1}};

    for (unsigned i = 0; i < 30; i++) {
        struct event_row *row = &m->tail.ring[i];

        row->type = turns[i % 6].type;
        row->to = turns[i % 6].to;
        row->has_order = row->to != STATUS_NONE;
        row->attempt = turns[i % 6].attempt;
        row->max_attempts = 3;
        row->uid = uid_of(i);
        row->seq = 1000 - (int64_t)i;
        row->at = VIEW_SCENE_NOW_US - (int64_t)i * 431000;
        set_text(row->by, sizeof row->by, i % 6 == 3 ? words->by : "dofsd");
        if (row->has_order)
            set_text(row->customer, sizeof row->customer, words->customers[i % 4]);
        if (row->to == STATUS_FAILED)
            set_text(row->reason, sizeof row->reason, words->reason);
        row->has_progress = !row->has_order;
        row->matched = 12;
        row->moved = 3;
        set_text(row->subject, sizeof row->subject,
                 row->has_order ? "" : "0199f3a2-4a10-7000-replay");
        set_text(row->subject_to, sizeof row->subject_to, row->has_order ? "" : "RUNNING");
        m->tail.shown[i] = i;
    }
    m->tail.n = m->tail.n_shown = 30;
}

static void fill_figures(struct model *m)
{
    struct stats *now = &m->figures.now;

    m->figures.known = true;
    *now = (struct stats){.queue_oldest_ms = INT64_C(9) * 60000,
                          .dlq_depth = FAILED,
                          .accepted_total = 48210,
                          .rate_1m = 41.2,
                          .rate_5m = 38.7,
                          .rate_15m = 40.1,
                          .success_rate_5m = 0.7012,
                          .submit_ms = {0.4, 1.9, 4.2, 11.0},
                          .order_ms = {12.5, 1041.0, 7012.3, 9000.0}};
    now->counts[STATUS_QUEUED] = 6;
    now->counts[STATUS_PROCESSING] = 3;
    now->counts[STATUS_RETRYING] = 2;
    now->counts[STATUS_HELD] = 1;
    now->counts[STATUS_FULFILLED] = 33781;
    now->counts[STATUS_FAILED] = 14417;
    for (unsigned i = 0; i < SERIES_SECONDS; i++) {
        now->series_accepted[i] = 30 + i * 7 % 23;
        now->series_fulfilled[i] = i * 5 % 31;
        now->series_failed[i] = i % 10 == 0 ? 12 : 0;
    }
}

static void fill_alarms(struct model *m)
{
    static const struct alarm_line lines[] = {
        {.name = "dlq_depth", .value = 2, .threshold = 5},
        {.name = "queue_age", .value = 0.4, .threshold = 60},
        {.name = "failure_rate", .value = 0.2988, .threshold = 0.5},
        {.name = "stalled", .value = 0, .threshold = 60},
        {.name = "disk_free", .value = 0.61, .threshold = 0.05},
        {.name = "wal_size", .value = 4194304, .threshold = 67108864},
        {.name = "backup_age", .value = 0, .threshold = 0},
    };

    m->alarms.loaded = true;
    m->alarms.n = sizeof lines / sizeof lines[0];
    memcpy(m->alarms.lines, lines, sizeof lines);
    for (size_t i = 0; i < m->alarms.n; i++)
        m->alarms.lines[i].since_at = VIEW_SCENE_NOW_US - INT64_C(10800) * SECOND_US;
}

static void fill_info(struct model *m)
{
    struct daemon_info *info = &m->info;

    *info = (struct daemon_info){.known = true,
                                 .role = ROLE_OPERATOR,
                                 .rights = RIGHT_VIEW | RIGHT_OPERATE,
                                 .pid = 4711,
                                 .started_at = VIEW_SCENE_NOW_US - INT64_C(10800) * SECOND_US};
    set_text(info->name, sizeof info->name, "dofsd");
    set_text(info->version, sizeof info->version, "0.1.0");
    set_text(info->instance, sizeof info->instance, "staging");
    set_text(info->store, sizeof info->store, "sqlite");
    set_text(info->handler, sizeof info->handler, "simulate");
}

static void fill_entries(struct model *m, const struct view_words *words)
{
    static const struct {
        enum entry_type type;
        uint32_t attempt;
        int64_t after_us;
    } steps[] = {{ENTRY_RECEIVED, 0, 0},
                 {ENTRY_VALIDATED, 0, 1100},
                 {ENTRY_STORED, 0, 400},
                 {ENTRY_QUEUED, 0, 20},
                 {ENTRY_ATTEMPT_STARTED, 1, 2000},
                 {ENTRY_ATTEMPT_FAILED, 1, 250000},
                 {ENTRY_RETRY_SCHEDULED, 1, 0},
                 {ENTRY_ATTEMPT_STARTED, 2, 1400000},
                 {ENTRY_ATTEMPT_FAILED, 2, 90000},
                 {ENTRY_RETRY_SCHEDULED, 2, 0},
                 {ENTRY_ATTEMPT_STARTED, 3, 4100000},
                 {ENTRY_ATTEMPT_FAILED, 3, 120000},
                 {ENTRY_DEAD_LETTERED, 3, 0}};
    const size_t n = sizeof steps / sizeof steps[0];
    struct detail *d = &m->detail;
    int64_t at = VIEW_SCENE_NOW_US - 28 * SECOND_US;

    d->entries = calloc(n, sizeof *d->entries);
    if (d->entries == NULL)
        abort();
    for (size_t i = 0; i < n; i++) {
        bool failed = steps[i].type == ENTRY_ATTEMPT_FAILED;

        at += steps[i].after_us;
        d->entries[i] = (struct entry){.seq = (int64_t)i + 1,
                                       .type = steps[i].type,
                                       .at = at,
                                       .attempt = steps[i].attempt,
                                       .step = slice_of(words->step),
                                       .by = slice_of(i < 4 ? words->by : "dofsd"),
                                       .detail = slice_of(failed ? words->reason : NULL)};
    }
    d->n_entries = n;
    d->have_entries = true;
}

static void fill_detail(struct model *m, const struct view_words *words)
{
    struct detail *d = &m->detail;
    struct item *items = arena_alloc(&d->order_arena, 2 * sizeof *items);
    struct pair *pairs = arena_alloc(&d->order_arena, 2 * sizeof *pairs);

    items[0] = (struct item){slice_of(words->product), 3};
    items[1] = (struct item){SLICE("gadget"), 12481};
    pairs[0] = (struct pair){slice_of(words->key), slice_of(words->value)};
    pairs[1] = (struct pair){SLICE("ticket"), SLICE("4711")};
    d->wanted = d->have = true;
    d->uid = uid_of(0);
    d->order = (struct order){.uid = d->uid,
                              .status = STATUS_FAILED,
                              .priority = 2,
                              .attempts = 3,
                              .max_attempts = 3,
                              .replays = 1,
                              .total_quantity = 12484,
                              .created_at = VIEW_SCENE_NOW_US - 28 * SECOND_US,
                              .updated_at = VIEW_SCENE_NOW_US - 22 * SECOND_US,
                              .customer_id = slice_of(words->customers[0]),
                              .reference = slice_of(words->reference),
                              .failure_reason = slice_of(words->reason),
                              .step = slice_of(words->step),
                              .result = slice_of(words->value),
                              .items = items,
                              .n_items = 2,
                              .metadata = pairs,
                              .n_metadata = 2};
    fill_entries(m, words);
}

struct model *view_scene_empty(int cols, int rows)
{
    struct model_settings settings = {.utf8 = true,
                                      .key_names = keymap_names(),
                                      .screen = SCREEN_ORDERS,
                                      .seed = 1,
                                      .cols = cols,
                                      .rows = rows,
                                      .wall_us = VIEW_SCENE_NOW_US,
                                      .mono_us = 1000 * SECOND_US};

    return model_new(&settings);
}

struct model *view_scene_new(int cols, int rows, const struct view_words *words)
{
    struct model *m = view_scene_empty(cols, rows);

    m->link.state = LINK_LIVE;
    m->link.heard_at = m->mono_us;
    fill_info(m);
    fill_figures(m);
    fill_alarms(m);
    fill_orders(m, words);
    fill_failed(m, words);
    fill_groups(m, words);
    fill_replays(m, words);
    fill_events(m, words);
    fill_detail(m, words);
    return m;
}
