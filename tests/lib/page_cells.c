/* Where the rows of a table lie in the bytes of a database's file: SQLite's format, as documented.
 */
#include "tests/lib/page_cells.h"

#include <stdbool.h>
#include <stdlib.h>

#include "tests/lib/test.h"

#define U PAGE_CELLS_BYTES
enum { INDEX_INTERIOR = 0x02, TABLE_INTERIOR = 0x05, INDEX_LEAF = 0x0a, TABLE_LEAF = 0x0d };

static size_t varint(const uint8_t *p, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < 8; i++) {
        *out = *out << 7 | (p[i] & 0x7fU);
        if (p[i] < 0x80)
            return i + 1;
    }
    *out = *out << 8 | p[8];
    return 9;
}

static uint32_t big_endian(const uint8_t *p, size_t n)
{
    uint32_t value = 0;

    for (size_t i = 0; i < n; i++)
        value = value << 8 | p[i];
    return value;
}

static void put(struct page_cells *cells, int64_t order, size_t from, size_t n)
{
    if (cells->n == cells->cap) {
        cells->cap = cells->cap > 0 ? 2 * cells->cap : 256;
        cells->at = realloc(cells->at, cells->cap * sizeof *cells->at);
        assert_non_null(cells->at);
    }
    assert_true(n > 0 && from + n <= cells->bytes);
    cells->at[cells->n++] = (struct page_cell){order, from, n};
}

/* The first column of a record, an integer. */
static int64_t first_column(const uint8_t *record)
{
    static const size_t sizes[] = {0, 1, 2, 3, 4, 6, 8, 0, 0, 0};
    uint64_t header = 0, type = 0;
    size_t at = varint(record, &header);

    (void)varint(record + at, &type);
    assert_true(type < 10 && type != 7);
    return type >= 8 ? (int64_t)type - 8 : (int64_t)big_endian(record + header, sizes[type]);
}

/* How much of a payload is in its cell. */
static size_t local(uint64_t payload, size_t most)
{
    size_t least = (U - 12) * 32 / 255 - 23;
    size_t part = least + (payload - least) % (U - 4);

    if (payload <= most)
        return payload;
    return part <= most ? part : least;
}

static void put_overflow(struct page_cells *cells, int64_t order, uint32_t page, uint64_t left)
{
    while (left > 0) {
        size_t from = (size_t)(page - 1) * U;
        size_t n = left < U - 4 ? left : U - 4;

        put(cells, order, from + 4, n);
        page = big_endian(cells->file + from, 4);
        left -= n;
    }
}

static void put_cell(struct page_cells *cells, size_t from, uint8_t kind)
{
    const uint8_t *start = cells->file + from, *p = start;
    size_t most = kind == TABLE_LEAF ? U - 35 : (U - 12) * 64 / 255 - 23;
    uint64_t payload = 0, key = 0;
    size_t here = 0;
    int64_t order = 0;

    if (kind == INDEX_INTERIOR)
        p += 4;
    p += varint(p, &payload);
    if (kind == TABLE_LEAF)
        p += varint(p, &key);
    order = kind == TABLE_LEAF ? (int64_t)key : first_column(p);
    here = local(payload, most);
    if (kind == TABLE_LEAF) { /* but for the byte that stands for the key, which nobody reads */
        size_t head = (size_t)(p - start) + varint(p, &key);

        put(cells, order, from, head);
        put(cells, order, from + head + 1, (size_t)(p - start) + here - head - 1);
    } else {
        put(cells, order, from, (size_t)(p - start) + here);
    }
    if (here < payload)
        put_overflow(cells, order, big_endian(p + here, 4), payload - here);
}

#define TREE_PAGES_MAX 1024

/* Pages of the tree that are still to be read. */
struct to_read {
    uint32_t pages[TREE_PAGES_MAX];
    size_t n;
};

static void push(struct to_read *to_read, uint32_t page)
{
    assert_true(to_read->n < TREE_PAGES_MAX);
    to_read->pages[to_read->n++] = page;
}

static void add_page(struct page_cells *cells, uint32_t number, struct to_read *below)
{
    size_t from = (size_t)(number - 1) * U;
    const uint8_t *page = cells->file + from;
    uint8_t kind = page[0];
    uint32_t n = big_endian(page + 3, 2);
    bool interior = kind == INDEX_INTERIOR || kind == TABLE_INTERIOR;

    assert_true(from + U <= cells->bytes);
    assert_true(interior || kind == INDEX_LEAF || kind == TABLE_LEAF);
    for (uint32_t i = 0; i < n; i++) {
        size_t at = from + big_endian(page + (interior ? 12 : 8) + (size_t)2 * i, 2);

        if (interior)
            push(below, big_endian(cells->file + at, 4));
        if (kind != TABLE_INTERIOR)
            put_cell(cells, at, kind);
    }
    if (interior)
        push(below, big_endian(page + 8, 4));
}

void page_cells_add(struct page_cells *cells, uint32_t root)
{
    struct to_read to_read = {.n = 0};

    assert_true(root > 1); /* the first one has the file's header before it */
    push(&to_read, root);
    while (to_read.n > 0)
        add_page(cells, to_read.pages[--to_read.n], &to_read);
}
