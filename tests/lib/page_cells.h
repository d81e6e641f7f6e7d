/* Where the rows of a table lie in the bytes of a database's file, by a small reader of its own. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PAGE_CELLS_BYTES 4096 /* of a page; none are reserved */

/* Bytes of the file that hold a row, or a part of it. */
struct page_cell {
    int64_t order; /* the row's first column: of `orders` its number, else whose it is */
    size_t from, n;
};

struct page_cells {
    const uint8_t *file;
    size_t bytes;
    struct page_cell *at; /* the caller's to free */
    size_t n, cap;
};

/* Adds all cells of the tree whose root is this page; fails the test on what is no such tree. */
void page_cells_add(struct page_cells *cells, uint32_t root);
