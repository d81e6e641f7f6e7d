/* Struct parts to and from msgpack, a small function for each kind of part. */
#include "shared/wire_row.h"

#include <string.h>

#include "shared/order.h"
#include "shared/wire_order.h"

struct kind_row {
    void (*write)(struct buf *out, const void *part);
    void (*read)(struct mp_reader *r, void *part);
};

static void write_str(struct buf *out, const void *part)
{
    mp_put_str(out, *(const struct slice *)part);
}

static void read_str(struct mp_reader *r, void *part)
{
    *(struct slice *)part = mp_str(r);
}

static void write_int(struct buf *out, const void *part)
{
    mp_put_int(out, *(const int64_t *)part);
}

static void write_int_or_nil(struct buf *out, const void *part)
{
    wire_put_time(out, *(const int64_t *)part);
}

static void read_int(struct mp_reader *r, void *part)
{
    *(int64_t *)part = mp_int(r);
}

static void write_u32(struct buf *out, const void *part)
{
    mp_put_int(out, *(const uint32_t *)part);
}

static void write_u32_or_nil(struct buf *out, const void *part)
{
    wire_put_time(out, *(const uint32_t *)part);
}

/* An int that must fit; else the reader fails. */
static int64_t read_upto(struct mp_reader *r, int64_t max)
{
    int64_t value = mp_int(r);

    if (value < 0 || value > max) {
        r->failed = true;
        return 0;
    }
    return value;
}

static void read_u32(struct mp_reader *r, void *part)
{
    *(uint32_t *)part = (uint32_t)read_upto(r, UINT32_MAX);
}

static void write_u8(struct buf *out, const void *part)
{
    mp_put_int(out, *(const uint8_t *)part);
}

static void read_u8(struct mp_reader *r, void *part)
{
    *(uint8_t *)part = (uint8_t)read_upto(r, UINT8_MAX);
}

static void write_bool(struct buf *out, const void *part)
{
    mp_put_bool(out, *(const bool *)part);
}

static void read_bool(struct mp_reader *r, void *part)
{
    *(bool *)part = mp_bool(r);
}

static void write_number(struct buf *out, const void *part)
{
    mp_put_number(out, *(const double *)part);
}

static void write_rate(struct buf *out, const void *part)
{
    if (*(const double *)part > 0)
        write_number(out, part);
    else
        mp_put_nil(out);
}

static void read_number(struct mp_reader *r, void *part)
{
    *(double *)part = mp_number(r);
}

static void write_uuid(struct buf *out, const void *part)
{
    wire_put_uuid(out, part);
}

static void read_uuid(struct mp_reader *r, void *part)
{
    *(struct uuid *)part = wire_get_uuid(r);
}

static void write_status(struct buf *out, const void *part)
{
    enum status status = *(const enum status *)part;

    mp_put_text(out, status == STATUS_NONE ? NULL : status_name(status));
}

static void read_status(struct mp_reader *r, void *part)
{
    if (!status_parse(mp_str(r), part))
        r->failed = true;
}

static void write_entry(struct buf *out, const void *part)
{
    mp_put_text(out, entry_name(*(const enum entry_type *)part));
}

static void read_entry(struct mp_reader *r, void *part)
{
    if (!entry_parse(mp_str(r), part))
        r->failed = true;
}

static void write_replay_state(struct buf *out, const void *part)
{
    mp_put_text(out, replay_state_name(*(const enum replay_state *)part));
}

static void read_replay_state(struct mp_reader *r, void *part)
{
    if (!replay_state_parse(mp_str(r), part))
        r->failed = true;
}

static const struct kind_row kinds[WIRE_KINDS] = {
    [WIRE_STR] = {write_str, read_str},
    [WIRE_INT] = {write_int, read_int},
    [WIRE_INT_OR_NIL] = {write_int_or_nil, read_int},
    [WIRE_U32] = {write_u32, read_u32},
    [WIRE_U32_OR_NIL] = {write_u32_or_nil, read_u32},
    [WIRE_U8] = {write_u8, read_u8},
    [WIRE_BOOL] = {write_bool, read_bool},
    [WIRE_NUMBER] = {write_number, read_number},
    [WIRE_RATE] = {write_rate, read_number},
    [WIRE_UUID] = {write_uuid, read_uuid},
    [WIRE_STATUS] = {write_status, read_status},
    [WIRE_ENTRY] = {write_entry, read_entry},
    [WIRE_REPLAY_STATE] = {write_replay_state, read_replay_state},
};

void wire_row_write(struct buf *out, const struct wire_row *row, const void *base)
{
    mp_put_str(out, row->key);
    if (row->kind == WIRE_OWN)
        row->write(out, base);
    else
        kinds[row->kind].write(out, (const char *)base + row->offset);
}

void wire_table_write(struct buf *out, const struct wire_table *table, const void *base)
{
    mp_put_map(out, table->n);
    for (uint32_t i = 0; i < table->n; i++)
        wire_row_write(out, &table->rows[i], base);
}

/* Peers write in the table's order, so the search starts behind the last find. */
static const struct wire_row *find(const struct wire_table *table, struct slice key, uint32_t *next)
{
    for (uint32_t i = 0; i < table->n; i++) {
        uint32_t at = (*next + i) % table->n;

        if (slice_eq(table->rows[at].key, key)) {
            *next = at + 1;
            return &table->rows[at];
        }
    }
    return NULL;
}

uint32_t wire_table_read(struct mp_reader *r, const struct wire_table *table, struct arena *arena,
                         void *base)
{
    uint32_t found = 0, next = 0;

    for (uint32_t pairs = mp_map(r); pairs > 0 && !mp_failed(r); pairs--) {
        const struct wire_row *row = find(table, mp_str(r), &next);

        if (row == NULL) {
            mp_skip(r);
            continue;
        }
        found++;
        if (mp_nil(r))
            continue;
        if (row->kind == WIRE_OWN)
            row->read(r, arena, base);
        else
            kinds[row->kind].read(r, (char *)base + row->offset);
    }
    return found;
}
