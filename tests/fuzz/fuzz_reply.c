/* Any bytes as a daemon's reply: whatever stands there, what reads it stays whole. */
#include <stdlib.h>
#include <string.h>

#include "shared/order_json.h"
#include "shared/order_why.h"
#include "shared/wire_lease.h"
#include "shared/wire_reply.h"
#include "tui/cli/cmd_submit_outcome.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every well-formed reply can be printed as JSON, but for integers that are none of ours. */
static void check_json(struct slice frame)
{
    struct json_writer w;
    struct mp_reader r;
    struct buf out;
    struct json *root = NULL;

    buf_init(&out, 64 + 64 * frame.n);
    json_writer_init(&w, &out);
    mp_reader_init(&r, frame.p, frame.n);
    order_json_write(&w, &r, NULL);
    if (out.failed)
        abort();
    if (json_parse(buf_text(&out), out.len, &root, NULL) == OK)
        json_free(root);
    buf_done(&out);
}

static void read_order(struct mp_reader *r, struct arena *arena)
{
    struct order order = {0};
    struct order_why_facts facts = {.order = &order, .now_us = 1};
    struct order_why why;

    wire_order_read(r, arena, &order);
    if (!mp_failed(r))
        order_why(&facts, arena, &why);
}

static void read_dead(struct mp_reader *r, struct arena *arena)
{
    struct dead_letter dead;

    (void)arena;
    wire_dead_read(r, &dead);
}

static void read_entry(struct mp_reader *r, struct arena *arena)
{
    struct entry entry;

    (void)arena;
    wire_entry_read(r, &entry);
}

static void read_group(struct mp_reader *r, struct arena *arena)
{
    struct reason_group group;

    (void)arena;
    wire_group_read(r, &group);
}

static void read_replay(struct mp_reader *r, struct arena *arena)
{
    struct replay_row replay;

    (void)arena;
    wire_replay_read(r, &replay);
}

static void read_lease(struct mp_reader *r, struct arena *arena)
{
    struct lease_row lease;
    struct slice order;
    struct mp_reader inside;

    wire_lease_read(r, &lease, &order);
    mp_reader_init(&inside, order.p, order.n);
    read_order(&inside, arena);
}

static void read_outcome(struct mp_reader *r, struct arena *arena)
{
    struct submit_outcome outcome;
    struct buf text;

    buf_init(&text, (size_t)64 * 1024);
    submit_outcome_next(r, arena, &outcome);
    submit_outcome_text(&outcome, &text);
    submit_outcome_details(&outcome, &text);
    buf_done(&text);
}

/* Lists by the key they stand under, and what reads one of their rows. */
static const struct {
    const char *key;
    void (*read)(struct mp_reader *r, struct arena *arena);
} lists[] = {
    {"orders", read_order},    {"failed", read_dead},    {"entries", read_entry},
    {"reasons", read_group},   {"replays", read_replay}, {"leases", read_lease},
    {"results", read_outcome},
};

#define LISTS (sizeof lists / sizeof lists[0])

static void read_lists(struct slice frame, struct arena *arena)
{
    struct mp_reader r;

    for (size_t i = 0; i < LISTS; i++) {
        if (!wire_reply_find(frame.p, frame.n, lists[i].key, &r) || mp_peek(&r) != MP_LIST)
            continue;
        for (uint32_t n = mp_list(&r); n > 0 && !mp_failed(&r); n--)
            lists[i].read(&r, arena);
    }
    if (wire_reply_find(frame.p, frame.n, "order", &r))
        read_order(&r, arena);
}

/* The whole frame as each kind of row, and as each kind of reply. */
static void read_whole(struct slice frame, struct arena *arena)
{
    struct reply_submit submit;
    struct reply_change_one change;
    struct reply_info info;
    static struct stats stats;
    struct mp_reader r;
    struct why why = {.text = ""};

    for (size_t i = 0; i < LISTS; i++) {
        mp_reader_init(&r, frame.p, frame.n);
        lists[i].read(&r, arena);
    }
    if (wire_read_submit(frame.p, frame.n, arena, &submit, &why) != OK && why.text[0] == '\0')
        abort();
    (void)wire_read_change_one(frame.p, frame.n, &change, &why);
    (void)wire_read_info(frame.p, frame.n, &info, &why);
    (void)wire_read_figures(frame.p, frame.n, &stats, &why);
    (void)wire_read_stats(frame.p, frame.n, &stats, &why);
    if (stats.n_steps > STEPS_EVER_MAX)
        abort();
}

static void read_head(struct slice frame, struct arena *arena)
{
    const struct client_answer answer = {
        .outcome = CLIENT_ANSWERED, .reply = (const uint8_t *)frame.p, .len = frame.n};
    struct mp_reader results;
    struct why why = {.text = ""};
    uint32_t n = 0;

    if (submit_outcomes(&answer, &results, &n, &why) == OK)
        for (; n > 0 && !mp_failed(&results); n--)
            read_outcome(&results, arena);
    else if (why.text[0] == '\0')
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice frame = {(const char *)data, size};
    struct arena arena = {NULL};

    read_head(frame, &arena);
    read_whole(frame, &arena);
    read_lists(frame, &arena);
    if (mp_check(data, size, NULL) == OK)
        check_json(frame);
    arena_done(&arena);
    return 0;
}
