/* A batch of orders of a file: filled, in flight, answered. */
#pragma once

#include "tui/cli/cmd_submit_outcome.h"
#include "tui/cli/cmd_submit_read.h"
#include "tui/link/client.h"

#define FLIGHT_ORDERS 200
#define FLIGHT_TEXT_MAX ((size_t)8 * 1024 * 1024) /* of lines kept for --rejects */

/* One order of the file: sent, or what is wrong with it. */
struct flight_entry {
    size_t line;
    const char *problem; /* NULL: it was sent */
    struct slice text;   /* its lines, where they are kept; absent: not */
};

struct flight;

struct flight *flight_open(struct client *client, struct why *why); /* NULL: no daemon */
void flight_close(struct flight *flight);                           /* takes NULL */

/* Forgets what was in it. */
void flight_clear(struct flight *flight);

/* Adds an order, or its problems; `key` for one without a key of its own. False: it is full, and
   nothing was added. */
bool flight_add(struct flight *flight, const struct submit_row *row, const char *key,
                bool keep_text);

bool flight_empty(const struct flight *flight);

/* Sends it, if there is anything to send. */
void flight_start(struct flight *flight, int64_t timeout_us);

/* Waits for the answer; a busy daemon is asked again when it says so. */
struct client_answer *flight_wait(struct flight *flight);

const struct flight_entry *flight_entries(const struct flight *flight, size_t *n);
size_t flight_sent(const struct flight *flight);
