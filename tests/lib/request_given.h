/* A request that was read, with all that it borrows from. */
#pragma once

#include "shared/wire_request.h"
#include "tests/lib/mp_from_text.h"

struct request_given {
    struct buf bytes;
    struct arena arena;
    struct problems problems;
    struct request request;
    struct request_head head;
    struct why why;
    enum err e;
};

/* Reads head and body; takes the bytes. `e` is how it went. To be ended by request_given_done. */
struct request_given *request_given_bytes(struct buf bytes);
struct request_given *request_given_text(const char *text); /* as mp_from_text reads it */
void request_given_done(struct request_given *given);
