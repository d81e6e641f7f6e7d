/* What a person's correction does to an order: its fields, and the difference as text. */
#include "daemon/core/amend.h"

#include <inttypes.h>

#include "shared/units.h"

#define VALUE_MAX 100 /* characters of a value in the text */
#define CUT "…"

static void add_text(struct buf *out, struct slice value)
{
    struct slice start = utf8_cut(value, VALUE_MAX);

    if (value.p == NULL) {
        buf_add_text(out, "none");
        return;
    }
    buf_printf(out, "\"%.*s%s\"", SLICE_ARGS(start), start.n < value.n ? CUT : "");
}

static void text_differs(struct buf *out, const char *field, struct slice before,
                         struct slice after)
{
    if ((before.p == NULL) == (after.p == NULL) && slice_eq(before, after))
        return;
    buf_printf(out, "; %s: ", field);
    add_text(out, before);
    buf_add_text(out, " -> ");
    add_text(out, after);
}

static void add_item(struct buf *out, const struct item *item)
{
    if (item == NULL) {
        buf_add_text(out, "none");
        return;
    }
    add_text(out, item->product_id);
    buf_printf(out, " x %" PRId64, item->quantity);
}

static void items_differ(struct buf *out, const struct order *before,
                         const struct order_draft *after)
{
    size_t n = before->n_items > after->n_items ? before->n_items : after->n_items;

    for (size_t i = 0; i < n && out->len <= AMEND_TEXT_MAX; i++) {
        const struct item *a = i < before->n_items ? &before->items[i] : NULL;
        const struct item *b = i < after->n_items ? &after->items[i] : NULL;

        if (a != NULL && b != NULL && a->quantity == b->quantity &&
            slice_eq(a->product_id, b->product_id))
            continue;
        buf_printf(out, "; items[%zu]: ", i);
        add_item(out, a);
        buf_add_text(out, " -> ");
        add_item(out, b);
    }
}

static struct slice value_of(struct slice key, const struct pair *pairs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (slice_eq(pairs[i].key, key))
            return pairs[i].value;
    }
    return (struct slice){NULL, 0};
}

static void pair_differs(struct buf *out, struct slice key, struct slice before, struct slice after)
{
    struct slice shown = utf8_cut(key, VALUE_MAX);
    struct buf field;

    buf_init(&field, VALUE_MAX * 4 + 32);
    buf_printf(&field, "metadata.%.*s", SLICE_ARGS(shown));
    text_differs(out, buf_text(&field), before, after);
    buf_done(&field);
}

static void metadata_differs(struct buf *out, const struct order *before,
                             const struct order_draft *after)
{
    for (size_t i = 0; i < before->n_metadata; i++)
        pair_differs(out, before->metadata[i].key, before->metadata[i].value,
                     value_of(before->metadata[i].key, after->metadata, after->n_metadata));
    for (size_t i = 0; i < after->n_metadata; i++) {
        struct slice key = after->metadata[i].key;

        if (value_of(key, before->metadata, before->n_metadata).p == NULL)
            pair_differs(out, key, (struct slice){NULL, 0}, after->metadata[i].value);
    }
}

static void add_time(struct buf *out, int64_t us)
{
    char text[UNITS_TEXT_MAX];

    if (us == 0) {
        buf_add_text(out, "none");
        return;
    }
    units_format_time(us, text);
    buf_add_text(out, text);
}

static void cut(struct buf *out, size_t from)
{
    struct slice text = {(const char *)out->data + from, out->len - from};

    if (text.n <= AMEND_TEXT_MAX)
        return;
    text.n = AMEND_TEXT_MAX - (sizeof(CUT) - 1);
    while (text.n > 0 && ((unsigned char)text.p[text.n] & 0xc0) == 0x80)
        text.n--;
    out->len = from + text.n;
    buf_add_text(out, CUT);
}

void amend_describe(const struct order *before, const struct order_draft *after,
                    struct slice reason, struct buf *out)
{
    size_t from = out->len;

    buf_printf(out, "%.*s", SLICE_ARGS(reason));
    text_differs(out, "customer_id", before->customer_id, after->customer_id);
    text_differs(out, "reference", before->reference, after->reference);
    items_differ(out, before, after);
    metadata_differs(out, before, after);
    if (before->priority != after->priority)
        buf_printf(out, "; priority: %d -> %" PRId64, before->priority, after->priority);
    if (before->not_before != after->not_before) {
        buf_add_text(out, "; not_before: ");
        add_time(out, before->not_before);
        buf_add_text(out, " -> ");
        add_time(out, after->not_before);
    }
    cut(out, from);
}

void amend_apply(struct order *order, const struct order_draft *draft)
{
    order->customer_id = draft->customer_id;
    order->reference = draft->reference;
    order->items = draft->items;
    order->n_items = draft->n_items;
    order->metadata = draft->metadata;
    order->n_metadata = draft->n_metadata;
    order->priority = (uint8_t)draft->priority;
    order->not_before = draft->not_before;
    order->total_quantity = draft_total(draft);
}
