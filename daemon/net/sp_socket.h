/* Makes, adopts and removes listening Unix sockets without harm to what is at their path. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "shared/err.h"
#include "shared/limits.h"

/* One listening socket; non-blocking and close-on-exec. */
struct sp_socket {
    int fd;
    char path[SOCKET_PATH_MAX + 1]; /* empty: adopted, nothing to remove */
    dev_t dev;                      /* of the file we made */
    ino_t ino;
};

/*
 * Listens at `url` (ipc:///path): nobody can connect before mode and group are right.
 *
 * group    (gid_t)-1: as it comes
 * errors   as sp_listen
 */
enum err sp_socket_open(struct sp_socket *out, const char *url, uint32_t mode, gid_t group,
                        struct why *why);

/* Adopts a listening fd; it stays the caller's on failure (ERR_INVALID: it is no such socket). */
enum err sp_socket_adopt(struct sp_socket *out, int fd, struct why *why);

/* Closes; removes the file if it is still the one we made. */
void sp_socket_close(struct sp_socket *socket);
