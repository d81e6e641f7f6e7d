/* A tiny daemon made with the library: answers by script, publishes what it is told. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/order.h"

struct fake_daemon;

/* In a directory of its own; listens at once. Aborts the test when it cannot. */
struct fake_daemon *fake_daemon_new(void);
void fake_daemon_free(struct fake_daemon *fake);

const char *fake_daemon_request_url(const struct fake_daemon *fake);
const char *fake_daemon_events_url(const struct fake_daemon *fake);

/*
 * While it listens, a request is answered by what its `op` is: "events" from what was recorded,
 * those that fake_daemon_reply names as it says, all else by `ok` and the request's bytes as
 * `echo`. While it is mute, by nothing.
 */
void fake_daemon_mute(struct fake_daemon *fake, bool mute);

/* Requests of this operation are answered by `reply`, a map as mp_from_text reads it. Before the
   first such request; at most FAKE_REPLIES_MAX operations. */
#define FAKE_REPLIES_MAX 8
void fake_daemon_reply(struct fake_daemon *fake, const char *op, const char *reply);

/* Stops listening, and starts again with a new epoch: what was recorded stays. */
void fake_daemon_stop(struct fake_daemon *fake);
void fake_daemon_start(struct fake_daemon *fake);

/* Events 1, 2, ... come into being, to `status`; not published. */
void fake_daemon_record(struct fake_daemon *fake, enum status status, int n);

/* The store's first `n` events are no longer kept. */
void fake_daemon_forget(struct fake_daemon *fake, int64_t first_kept);

/* Publishes recorded events in one message on the topic of their status; `skip` messages before
   it get lost. */
void fake_daemon_publish(struct fake_daemon *fake, int64_t from_seq, int64_t to_seq, int skip);
void fake_daemon_heartbeat(struct fake_daemon *fake);

/* Waits until so many requests came in all, or subscribers are there; false after 10 s. */
bool fake_daemon_wait_requests(struct fake_daemon *fake, int n);
bool fake_daemon_wait_subscribers(struct fake_daemon *fake, int n);
