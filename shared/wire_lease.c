/* A lease on the wire: an order on its way to a worker, and what it is leased under. */
#include "shared/wire_lease.h"

#include <string.h>

#include "shared/wire_field.h"
#include "shared/wire_row.h"

static const struct wire_row rows[] = {
    WIRE_ROW(struct lease_row, lease, "lease", WIRE_STR),
    WIRE_ROW(struct lease_row, step, "step", WIRE_STR),
    WIRE_ROW(struct lease_row, undo, "undo", WIRE_BOOL),
    WIRE_ROW(struct lease_row, attempt, "attempt", WIRE_U32),
    WIRE_ROW(struct lease_row, key, "key", WIRE_STR),
    WIRE_ROW(struct lease_row, expires_at, "expires_at", WIRE_INT),
};
static const struct wire_table table = WIRE_TABLE(rows);

void wire_lease_write(struct buf *out, const struct lease_row *lease, const struct order *order)
{
    mp_put_map(out, table.n + 1);
    mp_put_text(out, "order");
    wire_order_write(out, order, ORDER_WHOLE);
    for (uint32_t i = 0; i < table.n; i++)
        wire_row_write(out, &rows[i], lease);
}

static void find_order(struct mp_reader r, struct slice *order)
{
    *order = (struct slice){NULL, 0};
    for (uint32_t pairs = mp_map(&r); pairs > 0 && !mp_failed(&r); pairs--) {
        struct slice key = mp_str(&r);
        struct slice value = mp_raw(&r);

        if (WIRE_KEY_IS(key, "order"))
            *order = value;
    }
}

void wire_lease_read(struct mp_reader *r, struct lease_row *out, struct slice *order)
{
    find_order(*r, order);
    *out = (struct lease_row){0};
    (void)wire_table_read(r, &table, NULL, out);
    if (out->lease.p == NULL || order->p == NULL)
        r->failed = true;
}
