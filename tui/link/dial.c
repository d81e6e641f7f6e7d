/* A socket of the library's that stays dialled, whatever becomes of the daemon. */
#include "tui/link/dial.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define RECONNECT_MIN_MS 20
#define RECONNECT_MAX_MS 250
#define GREETING_MS 100
#define STUCK_US 1000000 /* the library dials again within RECONNECT_MAX_MS */
#define CLOSE_US 300000  /* closing a socket that is well takes no longer */

/* One socket; shared with the library's callbacks and with the thread that closes it. */
struct line {
    nng_socket socket;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned users;
    unsigned pipes; /* connected now */
    uint64_t connects;
    int64_t alone_since; /* µs, monotonic: when it was last seen to be unconnected */
    bool closed;
};

struct dial {
    pthread_mutex_t lock;
    dial_open *open;
    char *url;
    struct line *line;
    uint64_t generation;
    uint64_t connects; /* of the lines before */
};

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

static int64_t mono_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static struct timespec time_at(int64_t us)
{
    return (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
}

static void pipe_came(nng_pipe pipe, nng_pipe_ev event, void *arg)
{
    struct line *line = arg;

    (void)pipe;
    (void)event;
    pthread_mutex_lock(&line->lock);
    line->pipes++;
    line->connects++;
    pthread_cond_broadcast(&line->changed);
    pthread_mutex_unlock(&line->lock);
}

static void pipe_went(nng_pipe pipe, nng_pipe_ev event, void *arg)
{
    struct line *line = arg;

    (void)pipe;
    (void)event;
    pthread_mutex_lock(&line->lock);
    if (line->pipes > 0) /* one that was refused while it came was never counted */
        line->pipes--;
    line->alone_since = mono_us();
    pthread_cond_broadcast(&line->changed);
    pthread_mutex_unlock(&line->lock);
}

static struct line *line_new(nng_socket socket)
{
    struct line *line = calloc(1, sizeof *line);
    pthread_condattr_t attr;

    if (line == NULL)
        abort();
    line->socket = socket;
    line->users = 1;
    line->alone_since = mono_us();
    pthread_mutex_init(&line->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&line->changed, &attr);
    pthread_condattr_destroy(&attr);
    return line;
}

static void line_leave(struct line *line)
{
    bool last = false;

    pthread_mutex_lock(&line->lock);
    last = --line->users == 0;
    pthread_mutex_unlock(&line->lock);
    if (!last)
        return;
    pthread_cond_destroy(&line->changed);
    pthread_mutex_destroy(&line->lock);
    free(line);
}

static void *close_line(void *arg)
{
    struct line *line = arg;

    (void)nng_close(line->socket); /* no callback runs after it */
    pthread_mutex_lock(&line->lock);
    line->closed = true;
    pthread_cond_broadcast(&line->changed);
    pthread_mutex_unlock(&line->lock);
    line_leave(line);
    return NULL;
}

/* Waits for a thread that closes the socket, but not longer than one that is well needs. */
static void line_close(struct line *line)
{
    struct timespec until = time_at(mono_us() + CLOSE_US);
    pthread_t thread;
    int rv = 0;

    pthread_mutex_lock(&line->lock);
    line->users++;
    if (pthread_create(&thread, NULL, close_line, line) != 0)
        abort();
    (void)pthread_detach(thread);
    while (!line->closed && rv == 0)
        rv = pthread_cond_timedwait(&line->changed, &line->lock, &until);
    pthread_mutex_unlock(&line->lock);
    line_leave(line);
}

static enum err line_start(struct line **out, dial_open *open, const char *url, struct why *why)
{
    nng_socket socket;
    struct line *line = NULL;
    enum err e = open(&socket, why);
    int protocol = 0;
    int rv = 0;

    if (e != OK)
        return e;
    line = line_new(socket);
    rv = nng_socket_get_int(socket, NNG_OPT_PROTO, &protocol);
    if (rv == 0)
        rv = nng_pipe_notify(socket, NNG_PIPE_EV_ADD_POST, pipe_came, line);
    if (rv == 0)
        rv = nng_pipe_notify(socket, NNG_PIPE_EV_REM_POST, pipe_went, line);
    if (rv == 0)
        rv = nng_socket_set_ms(socket, NNG_OPT_RECONNMINT, RECONNECT_MIN_MS);
    if (rv == 0)
        rv = nng_socket_set_ms(socket, NNG_OPT_RECONNMAXT, RECONNECT_MAX_MS);
    if (rv == 0)
        e = probe(url, protocol, why);
    if (rv == 0 && e == OK)
        rv = nng_dial(socket, url, NULL, NNG_FLAG_NONBLOCK);
    if (rv != 0)
        e = dial_error(why, ERR_INVALID, rv, url);
    if (e == OK)
        *out = line;
    else
        line_close(line);
    return e;
}

enum err dial_start(struct dial **out, dial_open *open, const char *url, struct why *why)
{
    struct dial *dial = calloc(1, sizeof *dial);
    enum err e = OK;

    if (dial == NULL)
        abort();
    dial->open = open;
    dial->url = strdup(url);
    pthread_mutex_init(&dial->lock, NULL);
    if (dial->url == NULL)
        abort();
    e = line_start(&dial->line, open, url, why);
    if (e == OK)
        *out = dial;
    else
        dial_done(dial);
    return e;
}

void dial_done(struct dial *dial)
{
    if (dial == NULL)
        return;
    if (dial->line != NULL)
        line_close(dial->line);
    pthread_mutex_destroy(&dial->lock);
    free(dial->url);
    free(dial);
}

/* The line of now, to be left again. */
static struct line *line_of(struct dial *dial)
{
    struct line *line = NULL;

    pthread_mutex_lock(&dial->lock);
    line = dial->line;
    pthread_mutex_lock(&line->lock);
    line->users++;
    pthread_mutex_unlock(&line->lock);
    pthread_mutex_unlock(&dial->lock);
    return line;
}

nng_socket dial_socket(struct dial *dial, uint64_t *generation)
{
    nng_socket socket;

    pthread_mutex_lock(&dial->lock);
    socket = dial->line->socket;
    if (generation != NULL)
        *generation = dial->generation;
    pthread_mutex_unlock(&dial->lock);
    return socket;
}

/* Unconnected for too long? Then it is looked at again only after as long. */
static bool line_stuck(struct line *line)
{
    int64_t now = mono_us();
    bool stuck = false;

    pthread_mutex_lock(&line->lock);
    stuck = line->pipes == 0 && now - line->alone_since >= STUCK_US;
    if (stuck)
        line->alone_since = now;
    pthread_mutex_unlock(&line->lock);
    return stuck;
}

bool dial_mend(struct dial *dial)
{
    struct line *old = line_of(dial);
    struct line *line = NULL;
    bool mended = line_stuck(old) && line_start(&line, dial->open, dial->url, NULL) == OK;

    if (mended) {
        pthread_mutex_lock(&dial->lock);
        dial->line = line;
        dial->generation++;
        dial->connects += old->connects;
        pthread_mutex_unlock(&dial->lock);
        line_close(old);
    }
    line_leave(old);
    return mended;
}

bool dial_wait(struct dial *dial, int64_t timeout_us)
{
    struct timespec until = time_at(mono_us() + timeout_us);
    struct line *line = line_of(dial);
    bool connected = false;
    int rv = 0;

    pthread_mutex_lock(&line->lock);
    while (line->pipes == 0 && rv == 0)
        rv = pthread_cond_timedwait(&line->changed, &line->lock, &until);
    connected = line->pipes > 0;
    pthread_mutex_unlock(&line->lock);
    line_leave(line);
    return connected;
}

bool dial_connected(struct dial *dial)
{
    return dial_wait(dial, 0);
}

uint64_t dial_connects(struct dial *dial)
{
    uint64_t connects = 0;

    pthread_mutex_lock(&dial->lock);
    pthread_mutex_lock(&dial->line->lock);
    connects = dial->connects + dial->line->connects;
    pthread_mutex_unlock(&dial->line->lock);
    pthread_mutex_unlock(&dial->lock);
    return connects;
}
