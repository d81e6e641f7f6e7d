/*
 * A socket of the library's that stays dialled, whatever becomes of the daemon.
 *
 * libnng 1.5.2 may lose its way when a peer dies in the midst of a message: its reaper then waits
 * for ever, the socket is never dialled again, and closing it does not return. So a socket that
 * stays unconnected while somebody listens is given up for a new one, and closing is left to a
 * thread that nobody has to wait for.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <nng/nng.h>

#include "shared/err.h"

struct dial;

/* Opens a socket of one kind and sets its options. */
typedef enum err dial_open(nng_socket *out, struct why *why);

/*
 * Says at once when nobody listens there; else dials in the background, again after each loss.
 *
 * open     also called for each socket that takes the place of one that was given up
 * errors   ERR_NOT_FOUND: nothing listens there; ERR_FORBIDDEN: no right to connect; ERR_INVALID
 */
enum err dial_start(struct dial **out, dial_open *open, const char *url, struct why *why);
void dial_done(struct dial *dial); /* takes NULL */

/* The socket of now, and how many there were before it. Thread: any. */
nng_socket dial_socket(struct dial *dial, uint64_t *generation);

/* Gives the socket up for a new one if it has lost its way; true: it did. Thread: any. */
bool dial_mend(struct dial *dial);

/* Waits until it is connected; false when that took longer than `timeout_us`. Thread: any. */
bool dial_wait(struct dial *dial, int64_t timeout_us);

bool dial_connected(struct dial *dial);
uint64_t dial_connects(struct dial *dial); /* connections made so far */

/* A library's code as a sentence: "cannot ...: connection refused". Returns `e`. */
enum err dial_error(struct why *why, enum err e, int nng_code, const char *what);
