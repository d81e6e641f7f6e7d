/* A page of rows on its way into a reply: no more of them than fit a frame. */
#pragma once

#include "daemon/api/op_handler.h"

struct reply_page {
    struct call *call;
    struct store_page rows; /* for the store */
    size_t count_at;        /* where the list's head is */
    size_t row_at;          /* where the row under way begins */
    uint32_t n;
};

/*
 * Begins a reply of `fields` parts whose first is the list `key`. `page` says which part of the
 * list; borrowed for the call.
 */
void reply_page_begin(struct reply_page *page, struct call *call, const struct page *which,
                      uint32_t fields, const char *key);

/* Before a row is written to call->out, and after it: false when it did not fit and was taken back:
   the page then ends before it. */
void reply_page_row(struct reply_page *page);
bool reply_page_fits(struct reply_page *page);

/*
 * Ends the list by what the store said, `e`; where that is OK, `next_cursor` (and, where counted,
 * `matched`) is written too. A wrong cursor becomes a problem of the field `cursor`.
 */
enum err reply_page_end(struct reply_page *page, enum err e, const struct why *why);

/* The list's head alone, for replies that go on in their own way. */
void reply_page_close(struct reply_page *page);
