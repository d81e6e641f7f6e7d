/* Decode, allow, run: from a frame to an operation; the table of operations. */
#pragma once

#include "daemon/api/access.h"
#include "daemon/api/op_handler.h"

/* A frame that came, and where its answer goes. */
struct router_frame {
    const void *bytes; /* lives until the call is answered */
    size_t len;
    unsigned rights;
    struct slice actor;
    int64_t received_mono;
    void (*send)(struct call *call, const void *reply, size_t len);
    bool (*gone)(const struct call *call);
    void (*large)(struct call *call);
    void *origin;
};

/*
 * Refuses in the contract's order (malformed, invalid v or op, unsupported_version, forbidden
 * without any role, unknown_op, forbidden for its role or `as`, invalid), or runs the operation.
 * The answer comes through frame->send, exactly once, perhaps before this returns.
 */
void router_take(const struct api_parts *parts, const struct router_frame *frame);
