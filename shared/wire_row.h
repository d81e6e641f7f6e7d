/* The parts of a struct as rows of a table, to and from the pairs of a msgpack map. */
#pragma once

#include <stddef.h>

#include "shared/mp.h"

enum wire_kind {
    WIRE_STR,          /* struct slice; absent is nil */
    WIRE_INT,          /* int64_t */
    WIRE_INT_OR_NIL,   /* int64_t; 0 is nil; times too */
    WIRE_U32,          /* uint32_t */
    WIRE_U32_OR_NIL,   /* uint32_t; 0 is nil */
    WIRE_U8,           /* uint8_t */
    WIRE_BOOL,         /* bool */
    WIRE_NUMBER,       /* double */
    WIRE_RATE,         /* double; 0 is nil */
    WIRE_UUID,         /* struct uuid */
    WIRE_STATUS,       /* enum status; NONE is nil */
    WIRE_ENTRY,        /* enum entry_type */
    WIRE_REPLAY_STATE, /* enum replay_state */
    WIRE_OWN,          /* by the row's own functions, which get the whole struct */
    WIRE_KINDS
};

struct wire_row {
    struct slice key;
    enum wire_kind kind;
    size_t offset;
    void (*write)(struct buf *out, const void *base);
    void (*read)(struct mp_reader *r, struct arena *arena, void *base);
};

#define WIRE_ROW(type, member, key, kind)                                                          \
    {                                                                                              \
        {"" key, sizeof(key) - 1}, (kind), offsetof(type, member), NULL, NULL                      \
    }
#define WIRE_ROW_OWN(key, write, read)                                                             \
    {                                                                                              \
        {"" key, sizeof(key) - 1}, WIRE_OWN, 0, (write), (read)                                    \
    }

struct wire_table {
    const struct wire_row *rows;
    uint32_t n;
};

#define WIRE_TABLE(rows)                                                                           \
    {                                                                                              \
        (rows), sizeof(rows) / sizeof(rows)[0]                                                     \
    }

/* One pair: key and value. */
void wire_row_write(struct buf *out, const struct wire_row *row, const void *base);

/* A whole map, every row in order. */
void wire_table_write(struct buf *out, const struct wire_table *table, const void *base);

/*
 * Reads a whole map into `base`; unknown keys are skipped, nil leaves a part 0. A wrong kind fails
 * the reader. Returns how many of the rows were there.
 */
uint32_t wire_table_read(struct mp_reader *r, const struct wire_table *table, struct arena *arena,
                         void *base);
