/* Asks the operation `events` for what a feed has missed. */
#pragma once

#include <stdint.h>

#include "shared/err.h"
#include "shared/mp.h"
#include "tui/link/client.h"

/* A reply: what the store holds, and the first events behind the seq asked for. */
struct feed_page {
    int64_t first_seq, last_seq; /* 0: the store has none */
    uint32_t n;
    struct mp_reader events; /* at the first of `n` event maps */
    struct client_answer answer;
};

/*
 * out      to be freed by feed_page_done, whatever is returned
 * errors   ERR_NOT_FOUND: no daemon, or no answer within 2 s; else the daemon's own
 */
enum err feed_page_ask(struct client *client, int64_t after, uint32_t limit, struct feed_page *out,
                       struct why *why);
void feed_page_done(struct feed_page *page);
