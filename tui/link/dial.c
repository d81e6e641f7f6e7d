/* Dials a socket of the library's and knows whether it is connected. */
#include "tui/link/dial.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define RECONNECT_MIN_MS 20
#define RECONNECT_MAX_MS 250
#define GREETING_MS 100

enum err dial_error(struct why *why, enum err e, int nng_code, const char *what)
{
    return err_set(why, e, "%s: %s", what, nng_strerror(nng_code));
}

static enum err refused(struct why *why, int errnum, const char *url)
{
    if (errnum == EACCES || errnum == EPERM)
        return err_sys(why, ERR_FORBIDDEN, errnum, "cannot connect to %s", url);
    return err_sys(why, ERR_NOT_FOUND, errnum, "no daemon at %s", url);
}

/* Greets as the library would and waits a moment to be greeted: some listeners (NNG before 1.6)
   do not survive a peer that hangs up without a word. */
static void shake_hands(int fd, int protocol)
{
    const uint8_t hello[] = {0, 'S', 'P', 0, (uint8_t)(protocol >> 8), (uint8_t)protocol, 0, 0};
    struct pollfd wait = {fd, POLLIN, 0};

    if (send(fd, hello, sizeof hello, MSG_NOSIGNAL) == (ssize_t)sizeof hello)
        (void)poll(&wait, 1, GREETING_MS);
}

/*
 * Connects once and hangs up. The library would go on dialling a socket that is not there until
 * the timeout, and would wait for the handshake of a daemon that is stopped without one.
 */
static enum err probe(const char *url, int protocol, struct why *why)
{
    static const char ipc[] = "ipc://";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    enum err e = OK;
    size_t n = 0;
    int fd = -1;

    if (strncmp(url, ipc, sizeof ipc - 1) != 0)
        return OK;
    n = strlen(url + sizeof ipc - 1);
    if (n == 0 || n >= sizeof address.sun_path)
        return err_set(why, ERR_INVALID, "not the path of a socket: %s", url);
    memcpy(address.sun_path, url + sizeof ipc - 1, n);

    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_sys(why, ERR_INTERNAL, errno, "cannot make a socket");
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        shake_hands(fd, protocol);
    else if (errno != EAGAIN) /* that: somebody listens, but is behind with accepting */
        e = refused(why, errno, url);
    (void)close(fd);
    return e;
}

static void pipe_came(nng_pipe pipe, nng_pipe_ev event, void *arg)
{
    struct dial *dial = arg;

    (void)pipe;
    (void)event;
    pthread_mutex_lock(&dial->lock);
    dial->pipes++;
    dial->connects++;
    pthread_cond_broadcast(&dial->changed);
    pthread_mutex_unlock(&dial->lock);
}

static void pipe_went(nng_pipe pipe, nng_pipe_ev event, void *arg)
{
    struct dial *dial = arg;

    (void)pipe;
    (void)event;
    pthread_mutex_lock(&dial->lock);
    if (dial->pipes > 0) /* one that was refused while it came was never counted */
        dial->pipes--;
    pthread_cond_broadcast(&dial->changed);
    pthread_mutex_unlock(&dial->lock);
}

static void conds_init(struct dial *dial)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&dial->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&dial->changed, &attr);
    pthread_condattr_destroy(&attr);
}

enum err dial_start(struct dial *dial, nng_socket socket, const char *url, struct why *why)
{
    enum err e = OK;
    int protocol = 0;
    int rv = nng_socket_get_int(socket, NNG_OPT_PROTO, &protocol);

    e = rv != 0 ? dial_error(why, ERR_INTERNAL, rv, url) : probe(url, protocol, why);
    if (e != OK) {
        (void)nng_close(socket);
        return e;
    }
    *dial = (struct dial){.socket = socket};
    conds_init(dial);
    rv = nng_pipe_notify(socket, NNG_PIPE_EV_ADD_POST, pipe_came, dial);
    if (rv == 0)
        rv = nng_pipe_notify(socket, NNG_PIPE_EV_REM_POST, pipe_went, dial);
    if (rv == 0)
        rv = nng_socket_set_ms(socket, NNG_OPT_RECONNMINT, RECONNECT_MIN_MS);
    if (rv == 0)
        rv = nng_socket_set_ms(socket, NNG_OPT_RECONNMAXT, RECONNECT_MAX_MS);
    if (rv == 0)
        rv = nng_dial(socket, url, NULL, NNG_FLAG_NONBLOCK);
    if (rv == 0)
        return OK;
    dial_done(dial);
    return dial_error(why, ERR_INVALID, rv, url);
}

void dial_done(struct dial *dial)
{
    (void)nng_close(dial->socket); /* no callback runs after it */
    pthread_cond_destroy(&dial->changed);
    pthread_mutex_destroy(&dial->lock);
}

static struct timespec time_after(int64_t us)
{
    struct timespec at = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(us / 1000000);
    at.tv_nsec += (long)(us % 1000000) * 1000;
    if (at.tv_nsec >= 1000000000L) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000L;
    }
    return at;
}

bool dial_wait(struct dial *dial, int64_t timeout_us)
{
    struct timespec until = time_after(timeout_us);
    bool connected = false;
    int rv = 0;

    pthread_mutex_lock(&dial->lock);
    while (dial->pipes == 0 && rv == 0)
        rv = pthread_cond_timedwait(&dial->changed, &dial->lock, &until);
    connected = dial->pipes > 0;
    pthread_mutex_unlock(&dial->lock);
    return connected;
}

bool dial_connected(struct dial *dial)
{
    bool connected = false;

    pthread_mutex_lock(&dial->lock);
    connected = dial->pipes > 0;
    pthread_mutex_unlock(&dial->lock);
    return connected;
}

uint64_t dial_connects(struct dial *dial)
{
    uint64_t connects = 0;

    pthread_mutex_lock(&dial->lock);
    connects = dial->connects;
    pthread_mutex_unlock(&dial->lock);
    return connects;
}
