/* Event messages: a topic, a NUL, and a msgpack map; and events on their own. */
#pragma once

#include "shared/mp.h"
#include "shared/order.h"

/* One event's map, all parts of the contract there. */
void wire_event_write(struct buf *out, const struct event *event);

/* Unknown keys are skipped; slices borrow from the bytes. */
void wire_event_read(struct mp_reader *r, struct event *out);

/* A message as it came off the events socket. */
struct event_message {
    enum topic topic;
    struct slice epoch;
    int64_t n; /* 0 in a heartbeat */
    uint32_t n_events;
    struct mp_reader events; /* at the first of n_events event maps */
    struct slice map;        /* the whole map's bytes: a heartbeat's figures are read from it */
};

/* Writes topic, NUL and the map's head up to the list of events: `n_events` maps must follow. */
void wire_message_head(struct buf *out, enum topic topic, const char *epoch, int64_t n,
                       uint32_t n_events);

/* errors: ERR_MALFORMED. Checks the whole map; the events are then read with wire_event_read. */
enum err wire_message_read(const void *bytes, size_t n, struct event_message *out, struct why *why);
