/* What an order must sum to: SipHash of its parts, each with its length, metadata in any order. */
#include "daemon/store/checksum.h"

#include <sodium.h>
#include <string.h>

#include "shared/buf.h"
#include "shared/limits.h"

#define DRAFT_MAX_BYTES (256UL * 1024)

/* Fixed, for digests are stored: it tells orders apart, it guards nothing. */
static const uint8_t key[crypto_shorthash_KEYBYTES] = "DOFS draft sum 1";

static const uint8_t row_key[crypto_shorthash_KEYBYTES] = "DOFS rows' sums";

static uint64_t hash(const void *bytes, size_t n, const uint8_t *with)
{
    static const uint8_t nothing[1] = {0};
    uint8_t out[crypto_shorthash_BYTES];
    uint64_t digest = 0;

    (void)crypto_shorthash(out, n > 0 ? bytes : nothing, n, with);
    for (size_t i = 0; i < sizeof out; i++)
        digest |= (uint64_t)out[i] << (8 * i);
    return digest;
}

static uint64_t sum(const struct buf *bytes)
{
    return hash(bytes->data, bytes->len, key);
}

uint64_t checksum_row(const void *bytes, size_t n)
{
    return hash(bytes, n, row_key);
}

uint64_t checksum_key(const uint8_t seed[CHECKSUM_SEED_BYTES], struct slice text)
{
    return hash(text.p, text.n, seed);
}

static void put_int(struct buf *out, int64_t value)
{
    for (unsigned i = 0; i < 8; i++)
        buf_add_byte(out, (uint8_t)((uint64_t)value >> (8 * i)));
}

/* Absent is another thing than empty. */
static void put_slice(struct buf *out, struct slice s)
{
    put_int(out, s.p == NULL ? -1 : (int64_t)s.n);
    if (s.p != NULL)
        buf_add(out, s.p, s.n);
}

uint64_t checksum_draft(const struct order_draft *draft)
{
    struct buf bytes;
    uint64_t pairs = 0, digest = 0;

    buf_init(&bytes, DRAFT_MAX_BYTES);
    /* A sum does not know in which order its terms came. */
    for (size_t i = 0; i < draft->n_metadata; i++) {
        buf_clear(&bytes);
        put_slice(&bytes, draft->metadata[i].key);
        put_slice(&bytes, draft->metadata[i].value);
        pairs += sum(&bytes);
    }
    buf_clear(&bytes);
    put_slice(&bytes, draft->customer_id);
    put_slice(&bytes, draft->reference);
    put_int(&bytes, draft->priority);
    put_int(&bytes, draft->not_before);
    put_int(&bytes, (int64_t)draft->n_items);
    for (size_t i = 0; i < draft->n_items; i++) {
        put_slice(&bytes, draft->items[i].product_id);
        put_int(&bytes, draft->items[i].quantity);
    }
    put_int(&bytes, (int64_t)draft->n_metadata);
    put_int(&bytes, (int64_t)pairs);
    digest = sum(&bytes);
    buf_done(&bytes);
    return digest;
}
