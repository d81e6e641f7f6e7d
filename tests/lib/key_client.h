/* Submits orders under keys over a connection of its own, and says what came of each. The wire is
   spoken by hand: libnng 1.5.2 may hang for good when a connection with several is cut. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/err.h"
#include "shared/uuid.h"
#include "shared/wire_reply.h"
#include "shared/wire_request.h"

struct key_client {
    const char *path; /* of the request socket; borrowed */
    int fd;           /* -1: not connected */
    uint32_t last_id;
};

/* Lost only if the daemon's end is gone: one that is silent or talks nonsense has refused. */
enum key_outcome { KEY_ACKED, KEY_REFUSED, KEY_LOST };

struct key_answer {
    enum key_outcome outcome;
    struct uuid order_id; /* acknowledged: the order's */
    bool duplicate;       /* was it there before? */
    enum err code;        /* refused: why */
    struct why why;
};

void key_client_init(struct key_client *client, const char *path);
void key_client_done(struct key_client *client);

#define KEY_CLIENT_LOST (-1L)
#define KEY_CLIENT_SILENT (-2L)

/* One question, once; connects where it must. The reply's length, or one of these. */
long key_client_ask(struct key_client *client, const struct request *request, uint8_t *reply,
                    size_t cap);

/* One order of one item under this key, asked once. */
struct key_answer key_client_submit(struct key_client *client, const char *key);

/* The same again and again until there is an answer, for a minute. */
struct key_answer key_client_settle(struct key_client *client, const char *key);

/* What `stats` says; false when nobody answers. */
bool key_client_stats(struct key_client *client, struct stats *out);
