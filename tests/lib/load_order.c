/* The order that all servers of a bench are given: few customers order much, many little. */
#include "tests/lib/load_order.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/net/sp.h"
#include "shared/wire_request.h"

#define CUSTOMERS 10000
#define DIGITS 5
#define KEY_LEN 16
#define ID_LEN 4
#define HEAD_LEN (SP_FRAME_HEAD_LEN + ID_LEN)
#define CUSTOMER "customer-"
#define KEY "key-............"
#define FRAME_BYTES ((size_t)1024 * 1024)

static const struct item items[] = {{{"product-0001", 12}, 2}, {{"product-0002", 12}, 1}};

static void *must_alloc(size_t n, size_t size)
{
    void *p = calloc(n, size);

    if (p == NULL)
        abort();
    return p;
}

static void write_request(struct buf *out, size_t orders, bool keys)
{
    struct request request = {.op = orders > 1 ? OP_SUBMIT_BATCH : OP_SUBMIT};
    struct submission *all = must_alloc(orders, sizeof *all);

    for (size_t i = 0; i < orders; i++) {
        all[i].draft = (struct order_draft){.customer_id = SLICE(CUSTOMER "00000"),
                                            .items = items,
                                            .n_items = 2,
                                            .priority = PRIORITY_DEFAULT};
        if (keys)
            all[i].key = SLICE(KEY);
    }
    if (orders > 1) {
        request.submit_batch.orders = all;
        request.submit_batch.n = orders;
    } else {
        request.submit = all[0];
    }
    wire_request_write(out, &request, ROLE_NONE);
    free(all);
}

/* Where `text` is in the frame, each time; behind its start `skip` bytes on. */
static size_t find(const struct buf *frame, const char *text, size_t skip, size_t *places)
{
    const uint8_t *at = frame->data, *end = frame->data + frame->len;
    size_t n = 0;

    while ((at = memmem(at, (size_t)(end - at), text, strlen(text))) != NULL) {
        places[n++] = (size_t)(at - frame->data) + skip;
        at += strlen(text);
    }
    return n;
}

void load_order_init(struct load_order *order, size_t orders, bool keys)
{
    double sum = 0;

    *order = (struct load_order){.n = orders, .n_keys = keys ? orders : 0};
    rng_seed(&order->rng, rng_entropy()); /* keys differ from run to run */
    buf_init(&order->frame, FRAME_BYTES);
    (void)buf_reserve(&order->frame, HEAD_LEN);
    memset(order->frame.data, 0, HEAD_LEN);
    order->frame.len = HEAD_LEN;
    write_request(&order->frame, orders, keys);
    sp_put_frame_head(order->frame.data, order->frame.len - SP_FRAME_HEAD_LEN);
    order->customers = must_alloc(orders, sizeof *order->customers);
    order->keys = must_alloc(orders, sizeof *order->keys);
    if (order->frame.failed ||
        find(&order->frame, CUSTOMER, strlen(CUSTOMER), order->customers) != orders ||
        find(&order->frame, KEY, 0, order->keys) != order->n_keys)
        errx(EXIT_FAILURE, "cannot write a request of %zu orders", orders);
    order->up_to = must_alloc(CUSTOMERS, sizeof *order->up_to);
    for (size_t i = 0; i < CUSTOMERS; i++) {
        sum += 1.0 / (double)(i + 1); /* Zipf's law with exponent 1 */
        order->up_to[i] = sum;
    }
}

void load_order_done(struct load_order *order)
{
    buf_done(&order->frame);
    free(order->customers);
    free(order->keys);
    free(order->up_to);
}

static size_t draw_customer(struct load_order *order)
{
    double x = rng_unit(&order->rng) * order->up_to[CUSTOMERS - 1];
    size_t low = 0, high = CUSTOMERS - 1;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (order->up_to[middle] <= x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void put_customer(uint8_t *at, size_t customer)
{
    for (size_t i = DIGITS; i-- > 0; customer /= 10)
        at[i] = (uint8_t)('0' + customer % 10);
}

static void put_key(uint8_t *at, uint64_t bits)
{
    for (size_t i = 0; i < KEY_LEN; i++, bits >>= 4)
        at[i] = (uint8_t)("0123456789abcdef"[bits & 15]);
}

const uint8_t *load_order_next(struct load_order *order, uint32_t id, size_t *len)
{
    uint8_t *frame = order->frame.data;

    id |= 0x80000000;
    for (unsigned i = 0; i < ID_LEN; i++)
        frame[SP_FRAME_HEAD_LEN + i] = (uint8_t)(id >> (24 - 8 * i));
    for (size_t i = 0; i < order->n; i++)
        put_customer(frame + order->customers[i], draw_customer(order));
    for (size_t i = 0; i < order->n_keys; i++)
        put_key(frame + order->keys[i], rng_next(&order->rng));
    *len = order->frame.len;
    return frame;
}

const uint8_t *load_order_body(struct load_order *order, size_t *len)
{
    const uint8_t *frame = load_order_next(order, 0, len);

    *len -= HEAD_LEN;
    return frame + HEAD_LEN;
}
