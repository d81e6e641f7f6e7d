/* Orders from JSON, and anything that a reply holds to JSON. */
#pragma once

#include "shared/json.h"
#include "shared/mp.h"
#include "shared/order.h"
#include "shared/validate.h"

/* Like wire_draft_read, from a JSON value: `not_before` is RFC 3339 text or µs. Slices borrow from
   the JSON value. */
void order_json_read(const struct json *v, struct order_draft *out, struct problems *problems);

/*
 * Writes one msgpack value as JSON. Integers under the keys `at`, `*_at` and `not_before` become
 * RFC 3339 with microseconds and Z. Keys named in `skip` (NULL-terminated list, or NULL) are left
 * out at the top map.
 */
void order_json_write(struct json_writer *w, struct mp_reader *r, const char *const *skip);
