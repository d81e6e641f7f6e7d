/* What an order must sum to: a 64-bit digest that tells two orders apart. */
#pragma once

#include <stdint.h>

#include "shared/order.h"

/* Equal for drafts that are the same order (draft_same), whatever the order of their metadata.
   Thread: any. By libsodium's short hash. */
uint64_t checksum_draft(const struct order_draft *draft);
