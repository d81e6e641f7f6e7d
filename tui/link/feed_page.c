/* Asks the operation `events` for what a feed has missed. */
#include "tui/link/feed_page.h"

#include "shared/limits.h"
#include "shared/wire_reply.h"

#define ASK_TIMEOUT_US (2 * 1000000LL) /* short: a person may want to end it meanwhile */

static int64_t seq_of(const struct client_answer *answer, const char *key)
{
    struct mp_reader r;

    if (!wire_reply_find(answer->reply, answer->len, key, &r) || mp_peek(&r) != MP_INT)
        return 0;
    return mp_int(&r);
}

static enum err page_read(struct feed_page *page, struct why *why)
{
    const struct client_answer *answer = &page->answer;
    struct mp_reader body;
    uint32_t pairs = 0;
    enum err e = wire_reply_head(answer->reply, answer->len, &body, &pairs, why);

    if (e != OK)
        return e;
    if (!wire_reply_find(answer->reply, answer->len, "events", &page->events) ||
        mp_peek(&page->events) != MP_LIST)
        return err_set(why, ERR_MALFORMED, "the reply to 'events' holds no events");
    page->n = mp_list(&page->events);
    page->first_seq = seq_of(answer, "first_seq");
    page->last_seq = seq_of(answer, "last_seq");
    return OK;
}

enum err feed_page_ask(struct client *client, int64_t after, uint32_t limit, struct feed_page *out,
                       struct why *why)
{
    const struct request request = {.op = OP_EVENTS, .events = {.after = after, .limit = limit}};
    struct buf bytes = {0};

    *out = (struct feed_page){0};
    buf_init(&bytes, (size_t)FRAME_MAX_BYTES);
    wire_request_write(&bytes, &request, ROLE_NONE);
    client_ask(client, &bytes, ASK_TIMEOUT_US, &out->answer);
    buf_done(&bytes);
    if (out->answer.outcome != CLIENT_ANSWERED)
        return err_set(why, ERR_NOT_FOUND, "%s", out->answer.why.text);
    return page_read(out, why);
}

void feed_page_done(struct feed_page *page)
{
    client_answer_done(&page->answer);
}
