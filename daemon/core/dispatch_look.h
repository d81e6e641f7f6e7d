/* The two windows, of what is due and of what is later: filled from commits and the store. */
#pragma once

#include "daemon/core/dispatch_flights.h"
#include "daemon/core/dispatch_window.h"
#include "daemon/core/readers.h"
#include "shared/clock.h"

struct dispatch_look;

/* What it fills; borrowed. */
struct dispatch_look_parts {
    struct readers *readers;
    const struct clock *clock;
    const struct dispatch_flights *flights;
    struct dispatch_window *ready, *later;
    uint16_t pool;              /* of which they are */
    void (*failed)(void *self); /* it came to nothing: ask again later */
    void *self;
};

/* Thread, of all: the loop's. */
struct dispatch_look *dispatch_look_new(const struct dispatch_look_parts *parts);
void dispatch_look_free(struct dispatch_look *look); /* takes NULL; none may be under way */

/* Begins a look, unless one is under way. */
void dispatch_look_begin(struct dispatch_look *look);
bool dispatch_look_under_way(const struct dispatch_look *look);

/* An order waits, as a commit left it. */
void dispatch_look_add(struct dispatch_look *look, const struct waiting *waiting);

/* What has become due is ready. */
void dispatch_look_move_due(struct dispatch_look *look);
