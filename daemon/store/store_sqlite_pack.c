/*
 * What is packed into a column: items and pairs as JSON, for any tool to read; a history's entries
 * as msgpack, [type, at, by, attempt, step, detail], absent ends left out. `at` counts from the
 * entry before; `by` and `step` are true where they are as in the entry before.
 */
#include "shared/json.h"
#include "shared/mp.h"
#include "shared/order.h"

#include "daemon/store/store_sqlite.h"

void pack_product(struct buf *out, struct slice product)
{
    struct json_writer w;

    buf_add_byte(out, '[');
    json_writer_init(&w, out);
    json_put_str(&w, product);
    buf_add_byte(out, ',');
}

void pack_items(struct buf *out, const struct item *items, size_t n)
{
    struct json_writer w;

    json_writer_init(&w, out);
    json_open_list(&w);
    for (size_t i = 0; i < n; i++) {
        json_open_list(&w);
        json_put_str(&w, items[i].product_id);
        json_put_int(&w, items[i].quantity);
        json_close_list(&w);
    }
    json_close_list(&w);
}

void pack_pairs(struct buf *out, const struct pair *pairs, size_t n)
{
    struct json_writer w;

    json_writer_init(&w, out);
    json_open_map(&w);
    for (size_t i = 0; i < n; i++) {
        json_key_slice(&w, pairs[i].key);
        json_put_str(&w, pairs[i].value);
    }
    json_close_map(&w);
}

bool unpack_items(struct slice text, struct arena *arena, struct order *out)
{
    struct json *root = NULL;
    struct item *items = NULL;
    bool fine = text.p != NULL && json_parse(text.p, text.n, &root, NULL) == OK;

    if (fine) {
        out->n_items = json_size(root);
        items = arena_alloc(arena, out->n_items * sizeof *items);
        for (size_t i = 0; i < out->n_items; i++) {
            const struct json *item = json_at(root, i);

            items[i].product_id = slice_copy(arena, json_text(json_at(item, 0)));
            items[i].quantity = json_int(json_at(item, 1));
            fine = fine && json_size(item) == 2 && items[i].product_id.p != NULL;
        }
        out->items = items;
    }
    json_free(root);
    return fine;
}

struct pairs_taken {
    struct arena *arena;
    struct pair *pairs;
    size_t n;
};

static bool take_pair(void *self, struct slice key, const struct json *value)
{
    struct pairs_taken *taken = self;
    struct pair *pair = &taken->pairs[taken->n++];

    pair->key = slice_copy(taken->arena, key);
    pair->value = slice_copy(taken->arena, json_text(value));
    return pair->value.p != NULL;
}

bool unpack_pairs(struct slice text, struct arena *arena, const struct pair **out, size_t *n)
{
    struct pairs_taken taken = {.arena = arena};
    struct json *root = NULL;
    bool fine = true;

    *out = NULL;
    *n = 0;
    if (text.p == NULL)
        return true;
    if (json_parse(text.p, text.n, &root, NULL) != OK)
        return false;
    taken.pairs = arena_alloc(arena, json_size(root) * sizeof *taken.pairs);
    json_each(root, take_pair, &taken);
    fine = taken.n == json_size(root) && json_kind(root) == JSON_MAP;
    *out = taken.pairs;
    *n = taken.n;
    json_free(root);
    return fine;
}

static void put_if_new(struct buf *out, struct slice s, struct slice before)
{
    if (s.p != NULL && slice_eq(s, before))
        mp_put_bool(out, true);
    else
        mp_put_str(out, s);
}

static uint32_t entry_parts(const struct entry *entry)
{
    if (entry->detail.p != NULL)
        return 6;
    if (entry->step.p != NULL)
        return 5;
    if (entry->attempt != 0)
        return 4;
    return entry->by.p != NULL ? 3 : 2;
}

/* What most entries say of their actor and step, in one byte. */
#define USUAL ((struct entry){.by = SLICE("dofsd"), .step = STEP_DEFAULT})

void pack_entries(struct buf *out, int64_t base, const struct entry *entries, size_t n)
{
    struct entry first = USUAL;

    first.at = base;
    mp_put_list(out, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        const struct entry *entry = &entries[i], *before = i == 0 ? &first : entry - 1;
        uint32_t parts = entry_parts(entry);

        mp_put_list(out, parts);
        mp_put_int(out, (int64_t)entry->type);
        mp_put_int(out, entry->at - before->at);
        if (parts >= 3)
            put_if_new(out, entry->by, before->by);
        if (parts >= 4)
            mp_put_int(out, entry->attempt);
        if (parts >= 5)
            put_if_new(out, entry->step, before->step);
        if (parts >= 6)
            mp_put_str(out, entry->detail);
    }
}

static struct slice get_or_same(struct mp_reader *r, struct slice before)
{
    if (mp_nil(r))
        return (struct slice){NULL, 0};
    if (mp_peek(r) == MP_BOOL) {
        (void)mp_bool(r);
        return before;
    }
    return mp_str(r);
}

static void unpack_entry(struct mp_reader *r, const struct entry *before, struct entry *out)
{
    uint32_t parts = mp_list(r);
    int64_t type = mp_int(r);

    *out = (struct entry){.seq = before->seq};
    out->at = before->at + mp_int(r);
    if (parts >= 3)
        out->by = get_or_same(r, before->by);
    if (parts >= 4)
        out->attempt = (uint32_t)mp_int(r);
    if (parts >= 5)
        out->step = get_or_same(r, before->step);
    if (parts >= 6)
        out->detail = mp_nil(r) ? (struct slice){NULL, 0} : mp_str(r);
    out->type = type > 0 && type < ENTRY_COUNT ? (enum entry_type)type : ENTRY_NONE;
    if (parts < 2 || parts > 6 || out->type == ENTRY_NONE)
        r->failed = true;
}

void unpack_entries(struct mp_reader *r, int64_t seq, int64_t base, struct entry out[ENTRIES_MAX],
                    size_t *n)
{
    struct entry before = USUAL;
    uint32_t count = mp_list(r);

    before.seq = seq;
    before.at = base;
    if (count > ENTRIES_MAX)
        r->failed = true;
    for (*n = 0; *n < count && !mp_failed(r); (*n)++) {
        unpack_entry(r, &before, &out[*n]);
        before = out[*n];
    }
}
