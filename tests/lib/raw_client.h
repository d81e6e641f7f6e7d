/* A client that speaks the wire by hand, well or badly. Blocking, with a deadline of 20 s. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/net/sp.h"

/* Each returns an fd, -1 when it failed. */
int raw_client_connect(const char *path);                     /* no more than that */
int raw_client_open(const char *path, enum sp_protocol self); /* and the handshake, both ways */

bool raw_client_write(int fd, const void *bytes, size_t n);
bool raw_client_read(int fd, void *bytes, size_t n);

/* One request with a single id; the id's high bit is set here. */
bool raw_client_send(int fd, uint32_t id, const void *body, size_t len);

/* One frame. Returns the length of what follows its id (all of it for events), -1 on failure. */
long raw_client_receive(int fd, uint32_t *id, uint8_t *body, size_t cap);
long raw_client_event(int fd, uint8_t *body, size_t cap);

/* A request there and its own reply back, on this connection. */
bool raw_client_echoes(int fd);

/* Waits until the other end has closed; false when it has not within the deadline. */
bool raw_client_was_closed(int fd);
