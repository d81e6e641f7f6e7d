/* A page of rows on its way into a reply: no more of them than fit a frame. */
#include "daemon/api/reply_page.h"

#include "shared/limits.h"

#define NAMED SLICE("cursor: ")
#define REST_MAX_BYTES 512 /* of a reply, behind its list; the socket's own head too */

void reply_page_begin(struct reply_page *page, struct call *call, const struct page *which,
                      uint32_t fields, const char *key)
{
    *page = (struct reply_page){.call = call};
    page->rows.limit = which->limit;
    page->rows.cursor = which->cursor;
    wire_reply_ok(&call->out, fields);
    mp_put_text(&call->out, key);
    page->count_at = mp_put_list_later(&call->out);
}

void reply_page_row(struct reply_page *page)
{
    page->row_at = page->call->out.len;
}

bool reply_page_fits(struct reply_page *page)
{
    struct buf *out = &page->call->out;

    if (out->failed || out->len + REST_MAX_BYTES > (size_t)FRAME_MAX_BYTES) {
        out->failed = false;
        out->len = page->row_at;
        return false;
    }
    page->n++;
    return true;
}

void reply_page_close(struct reply_page *page)
{
    mp_set_list_count(&page->call->out, page->count_at, page->n);
}

enum err reply_page_end(struct reply_page *page, enum err e, const struct why *why)
{
    struct buf *out = &page->call->out;

    if (e == ERR_INVALID) /* the store names the field in its sentence, too */
        problems_add(&page->call->problems, "cursor", "%s",
                     why->text + (slice_starts(slice_of(why->text), NAMED) ? NAMED.n : 0));
    if (e != OK)
        return e;
    reply_page_close(page);
    if (page->rows.count) {
        mp_put_text(out, "matched");
        if (page->rows.matched < 0)
            mp_put_nil(out);
        else
            mp_put_int(out, page->rows.matched);
    }
    mp_put_text(out, "next_cursor");
    mp_put_text(out, page->rows.next_cursor[0] != '\0' ? page->rows.next_cursor : NULL);
    return OK;
}
