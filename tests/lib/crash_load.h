/* Many clients that submit orders while the daemon comes and goes: each a thread and a connection
   of its own, each order under a key, asked again until it is answered. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tests/lib/daemon_proc.h"

struct crash_load;

/* `orders` in each round, by `clients` at once. */
struct crash_load *crash_load_new(struct daemon_proc *proc, size_t clients, size_t orders);
/* Not to be called by a test that fails while a round is on: its threads still use it. */
void crash_load_free(struct crash_load *load);

void crash_load_begin(struct crash_load *load);
/* Until so many orders of the round are answered; false when they are not within a minute. */
bool crash_load_await(struct crash_load *load, size_t n);
size_t crash_load_answered(struct crash_load *load);
/* The whole round is answered; fails the test where an order was refused. */
void crash_load_end(struct crash_load *load);

size_t crash_load_acked(const struct crash_load *load); /* in all rounds */

/* The daemon's orders are those that were acknowledged, each once. */
void crash_load_check_stored(struct crash_load *load);

/* Each has ended, each that failed is in the dead-letter queue, and no event is missing. */
void crash_load_check_ended(struct crash_load *load);

/* Stops the daemon; then its whole file must hold. */
void crash_load_check_file(struct crash_load *load);
