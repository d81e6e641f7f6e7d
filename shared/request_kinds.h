/* What can be done with a field of each kind. */
#pragma once

#include "shared/request_rows.h"
#include "shared/wire_field.h"
#include "shared/wire_order.h"

struct request_kind_ops {
    /* One value that is not nil; `place` is the field. */
    void (*read)(const struct request_in *in, const struct request_row *row,
                 const struct wire_place *place, void *base);
    bool (*given)(const struct request_row *row, const void *base);
    void (*write)(struct buf *out, const struct request_row *row, const void *base);
};

const struct request_kind_ops *request_kind_ops(enum request_kind kind);

/* The same for those from REQUEST_ONE on. */
const struct request_kind_ops *request_order_kind_ops(enum request_kind kind);

static inline void *request_part(const struct request_row *row, void *base)
{
    return (char *)base + row->offset;
}

static inline const void *request_part_of(const struct request_row *row, const void *base)
{
    return (const char *)base + row->offset;
}
