/* Puts events in the order of seq, each once, and sees what is missing. Pure: no socket. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/text.h"
#include "shared/wire_event.h"

#define FEED_EPOCH_MAX 64
#define FEED_WINDOW 65536 /* how far ahead an event is held; further ones are asked for later */
#define FEED_HELD_MAX_BYTES ((size_t)32 * 1024 * 1024)

struct held;

/*
 * The messages of one commit come topic by topic, so that an event may come before one of a lower
 * seq: it is held until that one has come too. Seqs have no holes.
 *
 *   put (seq == last + 1) ──> handed on ──> take: what was held behind it
 *   put (seq >  last + 1) ──> held
 *   put (seq <= last)     ──> dropped: known already
 *
 * `gap` is set when something surely was left out: then ask `events` after `last`, and pass on.
 */
struct feed_order {
    int64_t last; /* handed on or passed over */
    bool gap;
    struct held *slots; /* a ring of FEED_WINDOW: that of seq is slots[seq % FEED_WINDOW] */
    size_t n, bytes;    /* held now */
    char *taken;
    char epoch[FEED_EPOCH_MAX + 1]; /* "" before the first message */
    int64_t counts[TOPIC_COUNT];    /* the last `n` of each topic; 0: not known */
};

void feed_order_init(struct feed_order *order, int64_t last);
void feed_order_done(struct feed_order *order);

/* Notes a message's epoch and `n`; sets `gap` when messages were left out before it. */
void feed_order_message(struct feed_order *order, const struct event_message *message);

/* A heartbeat says which seq is the last: what has not come by now was left out. */
void feed_order_known(struct feed_order *order, int64_t last_seq);

/* A new connection: the counts say nothing any more, and something may have been missed. */
void feed_order_connected(struct feed_order *order);

/* True when `seq` is the next one: it counts as handed on. */
bool feed_order_next(struct feed_order *order, int64_t seq);

/* Holds a copy of an event that is not the next; what is known already is dropped. */
void feed_order_hold(struct feed_order *order, int64_t seq, struct slice bytes);

/* The next one if it is held; the bytes are good until the next call of any of these. */
bool feed_order_take(struct feed_order *order, struct slice *bytes);

/* Something is held behind one that is missing. */
bool feed_order_waits(const struct feed_order *order);

/* All up to `last` is known by other means. */
void feed_order_pass(struct feed_order *order, int64_t last);

/* Forgets what is held and goes on after `last`, which may be lower. */
void feed_order_restart(struct feed_order *order, int64_t last);
