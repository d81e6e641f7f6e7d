/* Stream sockets of a load, in one thread: reads what is there, writes once a turn. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"

struct load_loop;
struct load_link;

/* Takes one whole reply off the start; returns its length, 0 when more has to come first. */
typedef size_t load_take(void *self, struct load_link *link, const uint8_t *bytes, size_t n);
typedef void load_ready(void *self);

/* All of these end the program when they fail: a load that cannot run measures nothing. */
struct load_loop *load_loop_new(void);
void load_loop_free(struct load_loop *loop); /* closes its links; takes NULL */

/* A socket at `address`: a path, or PORT for one on the loopback. */
int load_connect(const char *address);

/* From now on `fd` is the link's, non-blocking, and each reply on it goes to `take`. */
struct load_link *load_loop_add(struct load_loop *loop, int fd, load_take *take, void *self);

/* An fd that somebody else reads, writes and closes: only told when there is something to read. */
void load_loop_watch(struct load_loop *loop, int fd, load_ready *ready, void *self);

/* One turn: sends what links were given, waits up to `timeout_us`, reads. */
void load_loop_turn(struct load_loop *loop, int64_t timeout_us);

/* Where to write what is to be sent with the next turn. */
struct buf *load_link_out(struct load_link *link);

/* Answers that come in the order of their questions: notes whose the next one is. */
void load_link_expect(struct load_link *link, uint32_t slot);
uint32_t load_link_answered(struct load_link *link);
