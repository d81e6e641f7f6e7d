/* A lease on the wire: an order on its way to a worker, and what it is leased under. */
#pragma once

#include "shared/wire_order.h"

struct lease_row {
    struct slice lease; /* the token */
    struct slice step;
    bool undo;
    uint32_t attempt;
    struct slice key; /* the same for each attempt of one replay round */
    int64_t expires_at;
};

void wire_lease_write(struct buf *out, const struct lease_row *lease, const struct order *order);

/* Reads one; *order are the bytes of the order's map. Slices borrow from the bytes; unknown keys
   are skipped. */
void wire_lease_read(struct mp_reader *r, struct lease_row *out, struct slice *order);
