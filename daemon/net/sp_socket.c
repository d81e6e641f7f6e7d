/* Makes, adopts and removes listening Unix sockets without harm to what is at their path. */
#include "daemon/net/sp_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static enum err path_of(const char *url, struct sockaddr_un *out, struct why *why)
{
    const char scheme[] = "ipc://";
    const size_t n = sizeof(scheme) - 1;
    size_t len = 0;

    if (url == NULL || strncmp(url, scheme, n) != 0 || url[n] == '\0')
        return err_set(why, ERR_INVALID, "'%s' is no address like ipc:///path",
                       url != NULL ? url : "");
    len = strlen(url + n);
    if (len > SOCKET_PATH_MAX)
        return err_set(why, ERR_INVALID, "the socket path '%s' is over %d bytes", url + n,
                       SOCKET_PATH_MAX);
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(out->sun_path, url + n, len);
    return OK;
}

static enum err held(int fd, const char *path, struct why *why)
{
    struct ucred cred = {0};
    socklen_t len = sizeof(cred);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0 || cred.pid <= 0)
        return err_set(why, ERR_CONFLICT, "'%s' is held by another process", path);
    return err_set(why, ERR_CONFLICT, "'%s' is held by process %ld", path, (long)cred.pid);
}

/* Does somebody listen at `addr`? OK: nobody does. */
static enum err probe(const struct sockaddr_un *addr, struct why *why)
{
    const char *path = addr->sun_path;
    enum err e = OK;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return err_sys(why, ERR_INTERNAL, errno, "cannot make a socket");
    if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) == 0)
        e = held(fd, path, why);
    else if (errno == EAGAIN) /* its queue is full, so it is alive */
        e = err_set(why, ERR_CONFLICT, "'%s' is held by another process", path);
    else if (errno != ECONNREFUSED && errno != ENOENT)
        e = err_sys(why, ERR_CONFLICT, errno, "cannot tell who holds '%s'", path);
    (void)close(fd);
    return e;
}

/* Makes way at the path: takes nothing away but a socket that nobody listens at. */
static enum err clear_path(const struct sockaddr_un *addr, struct why *why)
{
    const char *path = addr->sun_path;
    struct stat st;
    enum err e = OK;

    if (lstat(path, &st) != 0) {
        if (errno == ENOENT)
            return OK;
        return err_sys(why, ERR_INTERNAL, errno, "cannot look at '%s'", path);
    }
    if (!S_ISSOCK(st.st_mode))
        return err_set(why, ERR_CONFLICT, "'%s' is there already and is no socket", path);
    e = probe(addr, why);
    if (e == OK && unlink(path) != 0 && errno != ENOENT)
        e = err_sys(why, ERR_INTERNAL, errno, "cannot remove the stale socket '%s'", path);
    return e;
}

/* Until listen() every connect is refused, so what is set here is set in time. */
static enum err bind_as(struct sp_socket *out, const struct sockaddr_un *addr, uint32_t mode,
                        gid_t group, struct why *why)
{
    const char *path = addr->sun_path;
    struct stat st;

    if (bind(out->fd, (const struct sockaddr *)addr, sizeof(*addr)) != 0)
        return err_sys(why, errno == EADDRINUSE ? ERR_CONFLICT : ERR_INTERNAL, errno,
                       "cannot make the socket '%s'", path);
    if (lstat(path, &st) != 0)
        return err_sys(why, ERR_INTERNAL, errno, "cannot look at '%s'", path);
    out->dev = st.st_dev;
    out->ino = st.st_ino;
    memcpy(out->path, path, sizeof(out->path)); /* from here on it is ours to remove */
    if (group != (gid_t)-1 && lchown(path, (uid_t)-1, group) != 0)
        return err_sys(why, ERR_INTERNAL, errno, "cannot set the group of '%s'", path);
    if (chmod(path, mode & 0777) != 0)
        return err_sys(why, ERR_INTERNAL, errno, "cannot set the mode of '%s'", path);
    if (listen(out->fd, SOMAXCONN) != 0)
        return err_sys(why, ERR_INTERNAL, errno, "cannot listen at '%s'", path);
    return OK;
}

enum err sp_socket_open(struct sp_socket *out, const char *url, uint32_t mode, gid_t group,
                        struct why *why)
{
    struct sp_socket made = {.fd = -1};
    struct sockaddr_un addr;
    enum err e = path_of(url, &addr, why);

    if (e == OK)
        e = clear_path(&addr, why);
    if (e != OK)
        return e;
    made.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made.fd < 0)
        return err_sys(why, ERR_INTERNAL, errno, "cannot make a socket");
    /* Linux makes the file with the mode of the unbound socket, less the umask. */
    (void)fchmod(made.fd, 0600);
    e = bind_as(&made, &addr, mode, group, why);
    if (e != OK) {
        sp_socket_close(&made);
        return e;
    }
    *out = made;
    return OK;
}

static bool socket_is(int fd, int option, int wanted)
{
    int value = 0;
    socklen_t len = sizeof(value);

    return getsockopt(fd, SOL_SOCKET, option, &value, &len) == 0 && value == wanted;
}

enum err sp_socket_adopt(struct sp_socket *out, int fd, struct why *why)
{
    int flags = fcntl(fd, F_GETFL);

    if (!socket_is(fd, SO_DOMAIN, AF_UNIX) || !socket_is(fd, SO_TYPE, SOCK_STREAM) ||
        !socket_is(fd, SO_ACCEPTCONN, 1))
        return err_set(why, ERR_INVALID, "fd %d is no listening Unix stream socket", fd);
    if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        return err_sys(why, ERR_INTERNAL, errno, "cannot adopt fd %d", fd);
    *out = (struct sp_socket){.fd = fd};
    return OK;
}

void sp_socket_close(struct sp_socket *socket)
{
    struct stat st;

    if (socket->path[0] != '\0' && lstat(socket->path, &st) == 0 && st.st_dev == socket->dev &&
        st.st_ino == socket->ino)
        (void)unlink(socket->path);
    if (socket->fd >= 0)
        (void)close(socket->fd);
    *socket = (struct sp_socket){.fd = -1};
}
