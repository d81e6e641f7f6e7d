/* Orders for a bench: few customers that order much, many that order little. */
#include "tui/cli/cmd_bench_orders.h"

#include <stdio.h>
#include <stdlib.h>

#define CUSTOMERS 10000
#define PRODUCTS 1000
#define NAME_BYTES 16
#define ITEMS 2
#define QUANTITY_TOP 5 /* two items of it stay far below rules.max_total_quantity */

struct bench_names {
    char customers[CUSTOMERS][NAME_BYTES];
    char products[PRODUCTS][NAME_BYTES];
    double up_to[CUSTOMERS]; /* the share of orders of this customer and all before it */
};

struct bench_maker {
    const struct bench_names *names;
    struct rng rng;
    struct uuid_maker ids;
    bool keys;
    struct submission *orders;
    struct item (*items)[ITEMS];
    char (*key_texts)[UUID_TEXT_LEN + 1];
};

static void *must_alloc(size_t n, size_t size)
{
    void *p = calloc(n, size);

    if (p == NULL)
        abort(); /* no memory for a bounded need of our own */
    return p;
}

struct bench_names *bench_names_new(void)
{
    struct bench_names *names = must_alloc(1, sizeof *names);
    double sum = 0;

    for (size_t i = 0; i < CUSTOMERS; i++) {
        (void)snprintf(names->customers[i], NAME_BYTES, "bench-%05zu", i + 1);
        sum += 1.0 / (double)(i + 1); /* Zipf's law with exponent 1 */
        names->up_to[i] = sum;
    }
    for (size_t i = 0; i < CUSTOMERS; i++)
        names->up_to[i] /= sum;
    for (size_t i = 0; i < PRODUCTS; i++)
        (void)snprintf(names->products[i], NAME_BYTES, "prod-%04zu", i + 1);
    return names;
}

void bench_names_free(struct bench_names *names)
{
    free(names);
}

struct bench_maker *bench_maker_new(const struct bench_names *names, size_t max_orders,
                                    uint64_t seed, bool keys)
{
    struct bench_maker *maker = must_alloc(1, sizeof *maker);

    maker->names = names;
    maker->keys = keys;
    rng_seed(&maker->rng, seed);
    uuid_maker_init(&maker->ids, rng_entropy()); /* keys differ from run to run */
    maker->orders = must_alloc(max_orders, sizeof *maker->orders);
    maker->items = must_alloc(max_orders, sizeof *maker->items);
    maker->key_texts = must_alloc(max_orders, sizeof *maker->key_texts);
    return maker;
}

void bench_maker_free(struct bench_maker *maker)
{
    if (maker == NULL)
        return;
    free(maker->orders);
    free(maker->items);
    free(maker->key_texts);
    free(maker);
}

static const char *draw_customer(struct bench_maker *maker)
{
    double u = rng_unit(&maker->rng);
    size_t low = 0;
    size_t high = CUSTOMERS - 1;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (maker->names->up_to[middle] > u)
            high = middle;
        else
            low = middle + 1;
    }
    return maker->names->customers[low];
}

struct submission *bench_maker_make(struct bench_maker *maker, size_t n, int64_t wall_us)
{
    for (size_t i = 0; i < n; i++) {
        struct submission *order = &maker->orders[i];
        int64_t product = rng_upto(&maker->rng, PRODUCTS - 1);

        for (int64_t j = 0; j < ITEMS; j++) {
            maker->items[i][j].product_id =
                slice_of(maker->names->products[(product + j) % PRODUCTS]);
            maker->items[i][j].quantity = 1 + rng_upto(&maker->rng, QUANTITY_TOP - 1);
        }
        order->draft = (struct order_draft){.customer_id = slice_of(draw_customer(maker)),
                                            .items = maker->items[i],
                                            .n_items = ITEMS,
                                            .priority = PRIORITY_DEFAULT};
        if (maker->keys) {
            struct uuid key = uuid_make(&maker->ids, wall_us);

            uuid_format(&key, maker->key_texts[i]);
            order->key = (struct slice){maker->key_texts[i], UUID_TEXT_LEN};
        }
    }
    return maker->orders;
}
