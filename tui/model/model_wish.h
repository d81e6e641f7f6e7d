/* What the model would have done: requests, copies, files; the dashboard's loop takes them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"

enum wish_kind {
    WISH_ASK,    /* send `bytes`, a request; hand the reply to model_reply with `id` */
    WISH_COPY,   /* `bytes` to the clipboard (OSC 52) */
    WISH_EXPORT, /* add `bytes` to the file `name`; `first`: made anew, `last`: complete */
    WISH_SAVE,   /* `bytes` are the preferences: keep them */
    WISH_REDRAW, /* draw every cell again */
    WISH_MOUSE,  /* on or off: `on` */
    WISH_QUIT
};

struct wish {
    struct wish *next;
    enum wish_kind kind;
    uint64_t id;
    int64_t timeout_us; /* WISH_ASK */
    bool on, first, last;
    char name[80];
    struct buf bytes;
};

void wish_free(struct wish *wish); /* takes NULL */
