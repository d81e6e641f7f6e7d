/* What an order must sum to: a 64-bit digest that tells two orders apart. */
#pragma once

#include <stdint.h>

#include "shared/order.h"

/* Equal for drafts that are the same order (draft_same), whatever the order of their metadata.
   Thread: any. By libsodium's short hash. */
uint64_t checksum_draft(const struct order_draft *draft);

/* Of what a row holds; what is stored goes by it, so it stays as it is. Thread: any. */
uint64_t checksum_row(const void *bytes, size_t n);

#define CHECKSUM_SEED_BYTES 16

/* A hash of a key that nobody can steer without the seed. Thread: any. */
uint64_t checksum_key(const uint8_t seed[CHECKSUM_SEED_BYTES], struct slice text);
