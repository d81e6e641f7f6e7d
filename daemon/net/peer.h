/* Who is at the other end of a Unix socket, as the kernel reports it. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "shared/err.h"

#define PEER_GROUPS_MAX 256

struct peer {
    uid_t uid;
    gid_t gid;
    pid_t pid; /* for logs alone: it may be another's by now */
    size_t n_groups;
    gid_t *groups; /* supplementary ones; owned by the peer */
};

/* errors: ERR_INTERNAL when the kernel does not say. */
enum err peer_read(int fd, struct peer *out, struct why *why);
void peer_done(struct peer *peer);
