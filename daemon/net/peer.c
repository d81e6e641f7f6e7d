/* Who is at the other end of a Unix socket, as the kernel reports it. */
#include "daemon/net/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "shared/need.h"

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

/* All of them, however many: roles hang on them. The length is the kernel's, not the peer's. */
static int read_groups(int fd, struct peer *out)
{
    gid_t few[PEER_GROUPS_MAX];
    socklen_t len = sizeof(few);
    gid_t *groups = few;

    while (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) != 0) {
        if (groups != few)
            free(groups);
        if (errno != ERANGE)
            return -1;
        groups = need(malloc(len));
    }
    out->n_groups = len / sizeof(gid_t);
    if (groups == few) {
        groups = need(malloc(len > 0 ? len : 1));
        memcpy(groups, few, len);
    }
    out->groups = groups;
    return 0;
}

enum err peer_read(int fd, struct peer *out, struct why *why)
{
    struct ucred cred = {0};
    socklen_t len = sizeof(cred);
    struct peer peer = {0};

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
        return err_sys(why, ERR_INTERNAL, errno, "cannot tell who the peer is");
    if (read_groups(fd, &peer) != 0)
        return err_sys(why, ERR_INTERNAL, errno, "cannot tell the peer's groups");
    peer.uid = cred.uid;
    peer.gid = cred.gid;
    peer.pid = cred.pid;
    *out = peer;
    return OK;
}

void peer_done(struct peer *peer)
{
    free(peer->groups);
    peer->groups = NULL;
    peer->n_groups = 0;
}
