/* The order that all servers of a bench are given: few customers order much, many little. */
#pragma once

#include "shared/buf.h"
#include "shared/rng.h"

/*
 * A request that submits `orders` orders, made once; only customers and keys change in it. As the
 * daemon wants it: with the head of a frame and the place of its id in front, at `frame`.
 */
struct load_order {
    struct buf frame;
    struct rng rng;
    size_t *customers, *keys; /* where they are in the frame */
    size_t n, n_keys;
    double *up_to; /* the share of orders of this customer and all before it */
};

void load_order_init(struct load_order *order, size_t orders, bool keys);
void load_order_done(struct load_order *order);

/* The next request; borrowed until the next call. */
const uint8_t *load_order_next(struct load_order *order, uint32_t id, size_t *len);

/* Only its body: what a server that knows nothing of orders keeps. */
const uint8_t *load_order_body(struct load_order *order, size_t *len);
