/* Orders from JSON, and msgpack values to JSON. */
#include "shared/order_json.h"

#include <stdio.h>
#include <string.h>

#include "shared/limits.h"
#include "shared/units.h"

struct reading {
    struct order_draft *out;
    struct problems *problems;
};

/* What fits into a place of the draft, or a problem; a null counts as absent. */
static void take_text(struct reading *in, const char *field, const struct json *v,
                      struct slice *out)
{
    if (json_kind(v) == JSON_STR)
        *out = json_text(v);
    else if (json_kind(v) != JSON_NIL)
        problems_add(in->problems, field, "must be a string");
}

static void take_int(struct reading *in, const char *field, const struct json *v, int64_t *out)
{
    if (json_kind(v) == JSON_INT)
        *out = json_int(v);
    else if (json_kind(v) != JSON_NIL)
        problems_add(in->problems, field, "must be an integer");
}

static void take_customer(struct reading *in, const struct json *v)
{
    take_text(in, "customer_id", v, &in->out->customer_id);
}

static void take_reference(struct reading *in, const struct json *v)
{
    take_text(in, "reference", v, &in->out->reference);
}

static void take_priority(struct reading *in, const struct json *v)
{
    take_int(in, "priority", v, &in->out->priority);
}

static void take_not_before(struct reading *in, const struct json *v)
{
    if (json_kind(v) != JSON_STR)
        take_int(in, "not_before", v, &in->out->not_before);
    else if (!units_time(json_text(v), &in->out->not_before))
        problems_add(in->problems, "not_before", "must be a time such as 2026-01-31T12:00:00Z");
}

struct item_reading {
    struct problems *problems;
    struct item *item;
    size_t i;
};

static bool take_item_part(void *self, struct slice key, const struct json *v)
{
    struct item_reading *in = self;
    struct reading part = {NULL, in->problems};
    char field[FIELD_MAX_BYTES];

    (void)snprintf(field, sizeof field, "items[%zu].%.*s", in->i, SLICE_ARGS(key));
    if (slice_is(key, "product_id"))
        take_text(&part, field, v, &in->item->product_id);
    else if (slice_is(key, "quantity"))
        take_int(&part, field, v, &in->item->quantity);
    else
        problems_add(in->problems, field, "is no known field");
    return true;
}

static bool given(const struct json *map, const char *key)
{
    const struct json *v = json_get(map, key);

    return v != NULL && json_kind(v) != JSON_NIL;
}

static void take_item(struct reading *in, const struct json *v, struct item *item, size_t i)
{
    struct item_reading each = {in->problems, item, i};
    char field[FIELD_MAX_BYTES];

    if (json_kind(v) != JSON_MAP) {
        (void)snprintf(field, sizeof field, "items[%zu]", i);
        problems_add(in->problems, field, "must be a map");
        return;
    }
    json_each(v, take_item_part, &each);
    (void)snprintf(field, sizeof field, "items[%zu].product_id", i);
    problems_require(in->problems, field, given(v, "product_id"));
    (void)snprintf(field, sizeof field, "items[%zu].quantity", i);
    problems_require(in->problems, field, given(v, "quantity"));
}

static void take_items(struct reading *in, const struct json *v)
{
    size_t n = json_size(v);
    struct item *items = NULL;

    if (json_kind(v) == JSON_NIL)
        return;
    if (json_kind(v) != JSON_LIST || n < 1 || n > ITEMS_MAX) {
        problems_add(in->problems, "items", "must be a list of 1 to %d", ITEMS_MAX);
        return;
    }
    items = arena_alloc(in->problems->arena, n * sizeof *items);
    for (size_t i = 0; i < n; i++)
        take_item(in, json_at(v, i), &items[i], i);
    in->out->items = items;
    in->out->n_items = n;
}

struct pair_reading {
    struct problems *problems;
    struct pair *next;
};

static bool take_pair(void *self, struct slice key, const struct json *v)
{
    struct pair_reading *in = self;

    in->next->key = key;
    if (json_kind(v) == JSON_STR) {
        in->next->value = json_text(v);
    } else {
        char field[FIELD_MAX_BYTES];

        (void)snprintf(field, sizeof field, "metadata.%.*s", SLICE_ARGS(key));
        problems_add(in->problems, field, "must be a string");
    }
    in->next++;
    return true;
}

static void take_metadata(struct reading *in, const struct json *v)
{
    size_t n = json_size(v);
    struct pair_reading each = {in->problems, NULL};
    struct pair *pairs = NULL;

    if (json_kind(v) == JSON_NIL)
        return;
    if (json_kind(v) != JSON_MAP || n > METADATA_PAIRS_MAX) {
        problems_add(in->problems, "metadata", "must be a map of at most %d pairs",
                     METADATA_PAIRS_MAX);
        return;
    }
    if (n == 0)
        return;
    each.next = pairs = arena_alloc(in->problems->arena, n * sizeof *pairs);
    json_each(v, take_pair, &each);
    in->out->metadata = pairs;
    in->out->n_metadata = n;
}

static bool take_part(void *self, struct slice key, const struct json *v)
{
    static const struct {
        const char *key;
        void (*take)(struct reading *in, const struct json *v);
    } parts[] = {
        {"customer_id", take_customer}, {"items", take_items},
        {"reference", take_reference},  {"metadata", take_metadata},
        {"priority", take_priority},    {"not_before", take_not_before},
    };
    struct reading *in = self;
    char field[FIELD_MAX_BYTES];

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (slice_is(key, parts[i].key)) {
            parts[i].take(in, v);
            return true;
        }
    }
    (void)snprintf(field, sizeof field, "%.*s", SLICE_ARGS(key));
    problems_add(in->problems, field, "is no known field");
    return true;
}

void order_json_read(const struct json *v, struct order_draft *out, struct problems *problems)
{
    struct reading in = {out, problems};

    *out = (struct order_draft){.priority = PRIORITY_DEFAULT};
    if (json_kind(v) != JSON_MAP) {
        problems_add(problems, "", "an order must be a map");
        return;
    }
    json_each(v, take_part, &in);
    problems_require(problems, "customer_id", out->customer_id.p != NULL);
    problems_require(problems, "items", out->items != NULL);
}
