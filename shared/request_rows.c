/* Reads and writes a request by its table of fields. */
#include "shared/request_rows.h"

#include <string.h>

#include "shared/request_kinds.h"
#include "shared/wire_field.h"

static const struct request_row *find(const struct request_table *table, struct slice key)
{
    for (uint32_t i = 0; i < table->n; i++) {
        const struct slice name = table->rows[i].name;

        if (name.n == key.n && memcmp(name.p, key.p, key.n) == 0)
            return &table->rows[i];
    }
    return NULL;
}

static bool of_the_head(struct slice key)
{
    return WIRE_KEY_IS(key, "v") || WIRE_KEY_IS(key, "op") || WIRE_KEY_IS(key, "as");
}

static void check_choice(const struct request_in *in, const struct request_table *table,
                         uint32_t seen)
{
    struct wire_place place = {in->of, WIRE_NO_INDEX, {NULL, 0}};
    unsigned given = 0;
    struct buf names;

    buf_init(&names, FIELD_MAX_BYTES);
    for (uint32_t i = 0; i < table->n; i++) {
        if (!table->rows[i].choice)
            continue;
        given += (seen >> i) & 1U;
        if (place.name.p == NULL)
            place.name = table->rows[i].name;
        buf_printf(&names, "%s%s", names.len > 0 ? ", " : "", table->rows[i].name.p);
    }
    if (place.name.p != NULL && given != 1)
        wire_problem(in->problems, &place, "exactly one of %s must be given", buf_text(&names));
    buf_done(&names);
}

static void check_given(const struct request_in *in, const struct request_table *table,
                        uint32_t seen)
{
    bool choice = false;

    for (uint32_t i = 0; i < table->n; i++) {
        const struct request_row *row = &table->rows[i];

        choice = choice || row->choice;
        if (row->required && ((seen >> i) & 1U) == 0)
            wire_problem(in->problems, &(struct wire_place){in->of, WIRE_NO_INDEX, row->name},
                         "is required");
    }
    if (choice)
        check_choice(in, table, seen);
}

void request_rows_read(const struct request_in *in, uint32_t pairs,
                       const struct request_table *table, void *base)
{
    uint32_t seen = 0;

    for (uint32_t i = 0; i < table->n; i++) {
        if (table->rows[i].kind == REQUEST_LIMIT)
            *(uint32_t *)request_part(&table->rows[i], base) = table->rows[i].initial;
    }
    for (; pairs > 0 && !mp_failed(in->r); pairs--) {
        struct wire_place place = {in->of, WIRE_NO_INDEX, mp_str(in->r)};
        const struct request_row *row = find(table, place.name);

        if (row == NULL && in->top && of_the_head(place.name)) {
            mp_skip(in->r);
        } else if (row == NULL) {
            wire_unknown(in->r, &place, in->problems);
        } else if (!mp_nil(in->r)) {
            seen |= 1U << (row - table->rows);
            request_kind_ops(row->kind)->read(in, row, &place, base);
        }
    }
    check_given(in, table, seen);
}

uint32_t request_rows_given(const struct request_table *table, const void *base)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < table->n; i++)
        n += request_kind_ops(table->rows[i].kind)->given(&table->rows[i], base);
    return n;
}

void request_rows_write(struct buf *out, const struct request_table *table, const void *base)
{
    for (uint32_t i = 0; i < table->n; i++) {
        const struct request_row *row = &table->rows[i];
        const struct request_kind_ops *ops = request_kind_ops(row->kind);

        if (ops->given(row, base)) {
            mp_put_str(out, row->name);
            ops->write(out, row, base);
        }
    }
}
