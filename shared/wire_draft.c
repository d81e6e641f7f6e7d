/* Reads the order that a client sends: its shape, in one pass, with every problem. */
#include <string.h>

#include "shared/limits.h"
#include "shared/wire_field.h"
#include "shared/wire_order.h"

/* Is there a list or map of min to max? Else it is passed over, before anything is allocated. */
static bool count_is(struct mp_reader *r, struct mp_reader before, uint32_t n, uint32_t max)
{
    if (n <= max)
        return true;
    *r = before;
    mp_skip(r);
    return false;
}

static void read_item(struct mp_reader *r, size_t i, struct item *item, struct problems *problems)
{
    struct wire_place place = {"items", i, {NULL, 0}};
    bool has_product = false, has_quantity = false;
    uint32_t pairs = 0;
    size_t problems_before = problems->n;

    if (!wire_field_map(r, &place, problems, &pairs)) {
        if (problems->n == problems_before)
            wire_problem(problems, &place, "must be a map");
        return;
    }
    for (; pairs > 0; pairs--) {
        place.name = mp_str(r);
        if (WIRE_KEY_IS(place.name, "product_id")) {
            has_product = wire_field_str(r, &place, problems, &item->product_id);
        } else if (WIRE_KEY_IS(place.name, "quantity")) {
            has_quantity = wire_field_int(r, &place, problems, &item->quantity);
        } else {
            wire_unknown(r, &place, problems);
        }
    }
    if (!has_product || !has_quantity) {
        char field[FIELD_MAX_BYTES];

        place.name = SLICE("product_id");
        wire_place_text(&place, field);
        problems_require(problems, field, has_product);
        place.name = SLICE("quantity");
        wire_place_text(&place, field);
        problems_require(problems, field, has_quantity);
    }
}

static void read_items(struct mp_reader *r, struct order_draft *out, struct problems *problems)
{
    struct mp_reader before = *r;
    struct item *items = NULL;
    uint32_t n = 0;

    if (!wire_field_list(r, WIRE_TOP("items"), problems, &n))
        return;
    if (!count_is(r, before, n, ITEMS_MAX) || n == 0) {
        problems_add(problems, "items", "must be a list of 1 to %d, not %u", ITEMS_MAX, n);
        return;
    }
    items = arena_alloc(problems->arena, n * sizeof *items);
    for (uint32_t i = 0; i < n; i++)
        read_item(r, i, &items[i], problems);
    out->items = items;
    out->n_items = n;
}

static void read_metadata(struct mp_reader *r, struct order_draft *out, struct problems *problems)
{
    struct wire_place place = {"metadata", WIRE_NO_INDEX, {NULL, 0}};
    struct mp_reader before = *r;
    struct pair *pairs = NULL;
    uint32_t n = 0;

    if (!wire_field_map(r, WIRE_TOP("metadata"), problems, &n) || n == 0)
        return;
    if (!count_is(r, before, n, METADATA_PAIRS_MAX)) {
        problems_add(problems, "metadata", "must have at most %d pairs, not %u", METADATA_PAIRS_MAX,
                     n);
        return;
    }
    pairs = arena_alloc(problems->arena, n * sizeof *pairs);
    for (uint32_t i = 0; i < n; i++) {
        place.name = pairs[i].key = mp_str(r);
        if (mp_nil(r))
            wire_problem(problems, &place, "must be a string");
        else
            (void)wire_field_str(r, &place, problems, &pairs[i].value);
    }
    out->metadata = pairs;
    out->n_metadata = n;
}

void wire_draft_read(struct mp_reader *r, struct order_draft *out, struct problems *problems)
{
    uint32_t pairs = mp_map(r);

    *out = (struct order_draft){.priority = PRIORITY_DEFAULT};
    for (; pairs > 0 && !mp_failed(r); pairs--) {
        struct wire_place place = {NULL, WIRE_NO_INDEX, mp_str(r)};

        if (WIRE_KEY_IS(place.name, "customer_id"))
            (void)wire_field_str(r, &place, problems, &out->customer_id);
        else if (WIRE_KEY_IS(place.name, "items"))
            read_items(r, out, problems);
        else if (WIRE_KEY_IS(place.name, "reference"))
            (void)wire_field_str(r, &place, problems, &out->reference);
        else if (WIRE_KEY_IS(place.name, "metadata"))
            read_metadata(r, out, problems);
        else if (WIRE_KEY_IS(place.name, "priority"))
            (void)wire_field_int(r, &place, problems, &out->priority);
        else if (WIRE_KEY_IS(place.name, "not_before"))
            (void)wire_field_int(r, &place, problems, &out->not_before);
        else
            wire_unknown(r, &place, problems);
    }
    problems_require(problems, "customer_id", out->customer_id.p != NULL);
    problems_require(problems, "items", out->items != NULL);
}
