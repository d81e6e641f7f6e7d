/* Asks the daemon: requests over NNG REQ0, with timeouts, one or many in flight. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/err.h"
#include "shared/wire_request.h"

struct client;

/* Where a daemon is looked for, and how it was found. */
struct client_place {
    char request_url[256];
    char events_url[256];
};

/*
 * Resolves the two URLs: those given (NULL: not), else DOFS_REQUEST and DOFS_EVENTS, else the
 * instance (NULL: DOFS_INSTANCE, else "default") in the user's place if a socket is there, else
 * the system's.
 * errors   ERR_INVALID for a bad URL or instance name
 */
enum err client_find(const char *request_url, const char *events_url, const char *instance,
                     struct client_place *out, struct why *why);

/*
 * No connection is made yet, so that no daemon there is not an error here; and the library is not
 * started yet, so that a signal blocked before the first ask is blocked in all its threads.
 *
 * thread   one for each client, but for client_call_start
 */
enum err client_open(const char *request_url, struct client **out, struct why *why);
void client_close(struct client *client); /* takes NULL */

/* A reply or the lack of one. Freed by client_answer_done. */
struct client_answer {
    enum client_outcome {
        CLIENT_ANSWERED,  /* `reply` is a whole frame, ok or not */
        CLIENT_NO_DAEMON, /* nothing listens there, or it did not answer in time */
    } outcome;
    void *message; /* owns the reply */
    const uint8_t *reply;
    size_t len;
    struct why why; /* CLIENT_NO_DAEMON: what went wrong, naming the place */
};
void client_answer_done(struct client_answer *answer);

/*
 * Sends a request's bytes and waits for its reply, at most `timeout_us`; < 0: as long as a daemon
 * is there.
 *
 * A lost connection is dialled again and the request sent again within the timeout: the protocol
 * makes every operation safe to repeat, submits by their key.
 */
void client_ask(struct client *client, const struct buf *request, int64_t timeout_us,
                struct client_answer *out);

/*
 * Many in flight: each call has a context of its own. `done` is called on a thread of the
 * library's, with an answer that it must free; it may start the next call of the same
 * client_call.
 *
 * errors   of client_call_open: ERR_NOT_FOUND or ERR_FORBIDDEN when no daemon can be reached
 */
struct client_call;
enum err client_call_open(struct client *client, struct client_call **out, struct why *why);
void client_call_close(struct client_call *call);
void client_call_start(struct client_call *call, const struct buf *request, int64_t timeout_us,
                       void (*done)(void *self, struct client_answer *answer), void *self);
