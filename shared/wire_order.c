/* Orders, rows, history entries and drafts on the wire, by tables of their parts. */
#include "shared/wire_order.h"

#include "shared/limits.h"
#include "shared/wire_row.h"
#include "shared/wire_steps.h"

void wire_put_time(struct buf *out, int64_t us)
{
    if (us == 0)
        mp_put_nil(out);
    else
        mp_put_int(out, us);
}

void wire_put_uuid(struct buf *out, const struct uuid *uuid)
{
    char text[UUID_TEXT_LEN + 1];

    uuid_format(uuid, text);
    mp_put_str(out, (struct slice){text, UUID_TEXT_LEN});
}

int64_t wire_get_time(struct mp_reader *r)
{
    return mp_nil(r) ? 0 : mp_int(r);
}

struct uuid wire_get_uuid(struct mp_reader *r)
{
    struct slice text = mp_str(r);
    struct uuid uuid = {{0}};

    if (text.p == NULL || !uuid_parse(text.p, text.n, &uuid))
        r->failed = true;
    return uuid;
}

static const struct wire_row item_rows[] = {
    WIRE_ROW(struct item, product_id, "product_id", WIRE_STR),
    WIRE_ROW(struct item, quantity, "quantity", WIRE_INT),
};
static const struct wire_table item_table = WIRE_TABLE(item_rows);

static void put_items(struct buf *out, const struct item *items, size_t n)
{
    mp_put_list(out, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        wire_table_write(out, &item_table, &items[i]);
}

static void put_pairs(struct buf *out, const struct pair *pairs, size_t n)
{
    mp_put_map(out, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        mp_put_str(out, pairs[i].key);
        mp_put_str(out, pairs[i].value);
    }
}

/* No count is larger than the bytes behind it, so memory is bounded by the message. */
static const struct pair *get_pairs(struct mp_reader *r, struct arena *arena, size_t *n)
{
    uint32_t count = mp_map(r);
    struct pair *pairs = count > 0 ? arena_alloc(arena, count * sizeof *pairs) : NULL;

    for (uint32_t i = 0; i < count; i++) {
        pairs[i].key = mp_str(r);
        if (!mp_nil(r))
            pairs[i].value = mp_str(r);
    }
    *n = count;
    return pairs;
}

static void write_items(struct buf *out, const void *base)
{
    const struct order *order = base;

    put_items(out, order->items, order->n_items);
}

static void read_items(struct mp_reader *r, struct arena *arena, void *base)
{
    struct order *order = base;
    uint32_t count = mp_list(r);
    struct item *items = count > 0 ? arena_alloc(arena, count * sizeof *items) : NULL;

    for (uint32_t i = 0; i < count && !mp_failed(r); i++)
        (void)wire_table_read(r, &item_table, arena, &items[i]);
    order->items = items;
    order->n_items = count;
}

static void write_metadata(struct buf *out, const void *base)
{
    const struct order *order = base;

    put_pairs(out, order->metadata, order->n_metadata);
}

static void read_metadata(struct mp_reader *r, struct arena *arena, void *base)
{
    struct order *order = base;

    order->metadata = get_pairs(r, arena, &order->n_metadata);
}

static void write_results(struct buf *out, const void *base)
{
    const struct order *order = base;

    put_pairs(out, order->results, order->n_results);
}

static void read_results(struct mp_reader *r, struct arena *arena, void *base)
{
    struct order *order = base;

    order->results = get_pairs(r, arena, &order->n_results);
}

static void write_steps(struct buf *out, const void *base)
{
    wire_steps_write(out, ((const struct order *)base)->steps);
}

static void read_steps(struct mp_reader *r, struct arena *arena, void *base)
{
    ((struct order *)base)->steps = wire_steps_read(r, arena);
}

#define ORDER(member, kind) WIRE_ROW(struct order, member, #member, kind)

static const struct wire_row order_rows[] = {
    WIRE_ROW(struct order, uid, "order_id", WIRE_UUID),
    ORDER(customer_id, WIRE_STR),
    ORDER(reference, WIRE_STR),
    WIRE_ROW_OWN("items", write_items, read_items),
    WIRE_ROW_OWN("metadata", write_metadata, read_metadata),
    ORDER(priority, WIRE_U8),
    ORDER(not_before, WIRE_INT_OR_NIL),
    ORDER(status, WIRE_STATUS),
    ORDER(cancelling, WIRE_BOOL),
    ORDER(attempts, WIRE_U32),
    ORDER(max_attempts, WIRE_U32),
    ORDER(total_quantity, WIRE_INT),
    ORDER(created_at, WIRE_INT_OR_NIL),
    ORDER(updated_at, WIRE_INT_OR_NIL),
    ORDER(next_attempt_at, WIRE_INT_OR_NIL),
    ORDER(failure_reason, WIRE_STR),
    ORDER(step, WIRE_STR),
    WIRE_ROW_OWN("steps", write_steps, read_steps),
    WIRE_ROW_OWN("results", write_results, read_results),
    ORDER(result, WIRE_STR),
    ORDER(replays, WIRE_U32),
    ORDER(seq, WIRE_INT),
};
static const struct wire_table order_table = WIRE_TABLE(order_rows);

#define ORDER_WHOLE_ONLY 5U /* items, metadata, steps, results, result */

static bool whole_only(const struct wire_row *row)
{
    return row->kind == WIRE_OWN || row->offset == offsetof(struct order, result);
}

/* Whose results are cut; a part of its own, that is there only then. */
static void put_truncated(struct buf *out, const struct order *order)
{
    size_t at = 0;
    uint32_t n = 0;

    mp_put_text(out, "truncated");
    at = mp_put_list_later(out);
    for (size_t i = 0; i < order->n_results; i++) {
        if ((order->cut >> i & 1U) != 0) {
            mp_put_str(out, order->results[i].key);
            n++;
        }
    }
    mp_set_list_count(out, at, n);
}

void wire_order_write(struct buf *out, const struct order *order, enum order_shape shape)
{
    bool whole = shape == ORDER_WHOLE;
    bool cut = whole && order->cut != 0;

    mp_put_map(out, order_table.n - (whole ? 0 : ORDER_WHOLE_ONLY) + cut);
    for (uint32_t i = 0; i < order_table.n; i++) {
        if (whole || !whole_only(&order_rows[i]))
            wire_row_write(out, &order_rows[i], order);
    }
    if (cut)
        put_truncated(out, order);
}

void wire_order_read(struct mp_reader *r, struct arena *arena, struct order *out)
{
    *out = (struct order){0};
    (void)wire_table_read(r, &order_table, arena, out);
}

#define PART(member, kind) WIRE_ROW(struct entry, member, #member, kind)

static const struct wire_row entry_rows[] = {
    PART(seq, WIRE_INT),    PART(type, WIRE_ENTRY),         PART(at, WIRE_INT_OR_NIL),
    PART(step, WIRE_STR),   PART(attempt, WIRE_U32_OR_NIL), PART(by, WIRE_STR),
    PART(detail, WIRE_STR),
};
static const struct wire_table entry_table = WIRE_TABLE(entry_rows);
#undef PART

void wire_entry_write(struct buf *out, const struct entry *entry)
{
    wire_table_write(out, &entry_table, entry);
}

void wire_entry_read(struct mp_reader *r, struct entry *out)
{
    *out = (struct entry){0};
    (void)wire_table_read(r, &entry_table, NULL, out);
}

#define PART(member, kind) WIRE_ROW(struct dead_letter, member, #member, kind)

static const struct wire_row dead_rows[] = {
    WIRE_ROW(struct dead_letter, uid, "order_id", WIRE_UUID),
    PART(customer_id, WIRE_STR),
    PART(reference, WIRE_STR),
    PART(step, WIRE_STR),
    PART(failure_reason, WIRE_STR),
    PART(group, WIRE_STR),
    PART(attempts, WIRE_U32),
    PART(failed_at, WIRE_INT_OR_NIL),
    PART(replays, WIRE_U32),
};
static const struct wire_table dead_table = WIRE_TABLE(dead_rows);
#undef PART

void wire_dead_write(struct buf *out, const struct dead_letter *dead)
{
    wire_table_write(out, &dead_table, dead);
}

void wire_dead_read(struct mp_reader *r, struct dead_letter *out)
{
    *out = (struct dead_letter){0};
    (void)wire_table_read(r, &dead_table, NULL, out);
}

#define PART(member, kind) WIRE_ROW(struct reason_group, member, #member, kind)

static const struct wire_row group_rows[] = {
    PART(step, WIRE_STR),
    PART(group, WIRE_STR),
    PART(failure_reason, WIRE_STR),
    PART(count, WIRE_INT),
    PART(oldest_at, WIRE_INT_OR_NIL),
    PART(newest_at, WIRE_INT_OR_NIL),
};
static const struct wire_table group_table = WIRE_TABLE(group_rows);
#undef PART

void wire_group_write(struct buf *out, const struct reason_group *group)
{
    wire_table_write(out, &group_table, group);
}

void wire_group_read(struct mp_reader *r, struct reason_group *out)
{
    *out = (struct reason_group){0};
    (void)wire_table_read(r, &group_table, NULL, out);
}

#define PART(member, kind) WIRE_ROW(struct replay_row, member, #member, kind)

static const struct wire_row replay_rows[] = {
    WIRE_ROW(struct replay_row, uid, "replay_id", WIRE_UUID),
    PART(state, WIRE_REPLAY_STATE),
    PART(matched, WIRE_INT),
    PART(moved, WIRE_INT),
    PART(skipped, WIRE_INT),
    PART(refailed, WIRE_INT),
    PART(rate, WIRE_RATE),
    PART(started_at, WIRE_INT_OR_NIL),
    PART(finished_at, WIRE_INT_OR_NIL),
    PART(by, WIRE_STR),
    PART(reason, WIRE_STR),
};
static const struct wire_table replay_table = WIRE_TABLE(replay_rows);
#undef PART

void wire_replay_write(struct buf *out, const struct replay_row *replay)
{
    wire_table_write(out, &replay_table, replay);
}

void wire_replay_read(struct mp_reader *r, struct replay_row *out)
{
    *out = (struct replay_row){0};
    (void)wire_table_read(r, &replay_table, NULL, out);
}

void wire_draft_write(struct buf *out, const struct order_draft *draft)
{
    bool reference = draft->reference.p != NULL, metadata = draft->n_metadata > 0;
    bool priority = draft->priority != PRIORITY_DEFAULT, later = draft->not_before != 0;

    mp_put_map(out, 2U + reference + metadata + priority + later);
    mp_put_str(out, SLICE("customer_id"));
    mp_put_str(out, draft->customer_id);
    mp_put_str(out, SLICE("items"));
    put_items(out, draft->items, draft->n_items);
    if (reference) {
        mp_put_str(out, SLICE("reference"));
        mp_put_str(out, draft->reference);
    }
    if (metadata) {
        mp_put_str(out, SLICE("metadata"));
        put_pairs(out, draft->metadata, draft->n_metadata);
    }
    if (priority) {
        mp_put_str(out, SLICE("priority"));
        mp_put_int(out, draft->priority);
    }
    if (later) {
        mp_put_str(out, SLICE("not_before"));
        mp_put_int(out, draft->not_before);
    }
}
