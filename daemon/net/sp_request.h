/* One request on its way up and its answer on the way back. */
#pragma once

#include "daemon/net/sp_net.h"

/* A copy of a frame's body, of which the first `stack_len` bytes are its ids; holds the peer. */
struct sp_request *sp_request_new(struct sp_conn *conn, const uint8_t *body, size_t len,
                                  size_t stack_len);
