/* Dials a socket of the library's and knows whether it is connected. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <nng/nng.h>

#include "shared/err.h"

/* Placed in its user's struct; must stay where it is until dial_done. */
struct dial {
    nng_socket socket;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned pipes;    /* connected now */
    uint64_t connects; /* connections made so far */
};

/*
 * Says at once when nobody listens there; else dials in the background, again after each loss.
 *
 * socket   taken: closed by dial_done, and by a failure here
 * errors   ERR_NOT_FOUND: nothing listens there; ERR_FORBIDDEN: no right to connect; ERR_INVALID
 */
enum err dial_start(struct dial *dial, nng_socket socket, const char *url, struct why *why);
void dial_done(struct dial *dial);

/* Waits until it is connected; false when that took longer than `timeout_us`. Thread: any. */
bool dial_wait(struct dial *dial, int64_t timeout_us);

bool dial_connected(struct dial *dial);
uint64_t dial_connects(struct dial *dial);

/* A library's code as a sentence: "cannot ...: connection refused". Returns `e`. */
enum err dial_error(struct why *why, enum err e, int nng_code, const char *what);
