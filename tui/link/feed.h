/* Events without gaps: the events socket, and the operation `events` for what it left out. */
#pragma once

#include <stdbool.h>

#include "shared/err.h"
#include "shared/wire_event.h"
#include "tui/link/client.h"

struct feed;

struct feed_listener {
    /* An event, each seq once, in order of seq. Borrowed for the call. */
    void (*event)(void *self, const struct event *event);
    /* A heartbeat came; its map (figures of `stats`, `last_seq`, `last_second`). May be NULL. */
    void (*heartbeat)(void *self, struct slice map);
    /* The store holds nothing from `since` on any more, or another store is there: start afresh.
       May be NULL. */
    void (*lost)(void *self, int64_t first_seq);
    void *self;
};

struct feed_settings {
    const char *events_url;
    unsigned topics; /* bits of 1 << enum topic; 0: all */
    int64_t since;   /* events with a greater seq; < 0: from now on */
    bool known;      /* `since` was the last seq of this store: a lower one there tells another */
};

/* Subscribes (before it asks for the last seq, so that nothing falls between). */
enum err feed_open(const struct feed_settings *settings, struct client *client,
                   struct feed_listener listener, struct feed **out, struct why *why);
void feed_close(struct feed *feed);

/*
 * Waits for messages for at most `timeout_us` and hands on what came.
 * returns  OK also when nothing came; ERR_NOT_FOUND when no daemon is there
 */
enum err feed_wait(struct feed *feed, int64_t timeout_us, struct why *why);

/* There is more to ask for at once: feed_wait hands it on by and by, whatever feed_fd says. */
bool feed_behind(struct feed *feed);

/* The last seq handed on or passed over. */
int64_t feed_last(const struct feed *feed);

/* Something is missing: feed_wait should be called again soon, though nothing comes. */
bool feed_waits(const struct feed *feed);

/* A file descriptor that is readable when feed_wait would find something; another one after the
   daemon was away. */
int feed_fd(const struct feed *feed);
