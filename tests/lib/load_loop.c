/* Stream sockets of a load, in one thread: reads what is there, writes once a turn. */
#include "tests/lib/load_loop.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#define READ_BYTES ((size_t)256 * 1024)
#define WAITING_MAX_BYTES ((size_t)64 * 1024 * 1024)
#define EVENTS_AT_ONCE 64
#define LINKS_MAX 2048
#define SLOTS_MAX 65536 /* a power of two */

struct load_link {
    int fd;
    bool foreign; /* somebody else's fd */
    bool blocked; /* waits until it can write */
    struct buf in, out;
    size_t sent;
    uint32_t *slots; /* a ring */
    size_t asked, answered;
    load_take *take;
    load_ready *ready;
    void *self;
};

struct load_loop {
    int epoll;
    struct load_link *links[LINKS_MAX];
    size_t n;
};

struct load_loop *load_loop_new(void)
{
    struct load_loop *loop = calloc(1, sizeof *loop);

    if (loop == NULL)
        abort();
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0)
        err(EXIT_FAILURE, "no epoll");
    return loop;
}

void load_loop_free(struct load_loop *loop)
{
    if (loop == NULL)
        return;
    for (size_t i = 0; i < loop->n; i++) {
        struct load_link *link = loop->links[i];

        if (!link->foreign)
            (void)close(link->fd);
        buf_done(&link->in);
        buf_done(&link->out);
        free(link->slots);
        free(link);
    }
    (void)close(loop->epoll);
    free(loop);
}

static int connect_port(long port)
{
    const struct sockaddr_in addr = {.sin_family = AF_INET,
                                     .sin_port = htons((uint16_t)port),
                                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0 ||
        connect(fd, (const struct sockaddr *)&addr, sizeof addr) != 0)
        err(EXIT_FAILURE, "cannot connect to port %ld", port);
    return fd;
}

int load_connect(const char *address)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd = -1;

    if (address[0] != '/')
        return connect_port(strtol(address, NULL, 10));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)snprintf(addr.sun_path, sizeof addr.sun_path, "%s", address);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&addr, sizeof addr) != 0)
        err(EXIT_FAILURE, "cannot connect to %s", address);
    return fd;
}

static struct load_link *add(struct load_loop *loop, int fd, void *self)
{
    struct load_link *link = calloc(1, sizeof *link);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = link};

    if (link == NULL || loop->n == LINKS_MAX)
        abort();
    link->fd = fd;
    link->self = self;
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        err(EXIT_FAILURE, "cannot watch");
    loop->links[loop->n++] = link;
    return link;
}

struct load_link *load_loop_add(struct load_loop *loop, int fd, load_take *take, void *self)
{
    struct load_link *link = add(loop, fd, self);

    link->take = take;
    link->slots = calloc(SLOTS_MAX, sizeof *link->slots);
    buf_init(&link->in, WAITING_MAX_BYTES);
    buf_init(&link->out, WAITING_MAX_BYTES);
    if (link->slots == NULL || fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        err(EXIT_FAILURE, "cannot prepare a link");
    return link;
}

void load_loop_watch(struct load_loop *loop, int fd, load_ready *ready, void *self)
{
    struct load_link *link = add(loop, fd, self);

    link->ready = ready;
    link->foreign = true;
}

struct buf *load_link_out(struct load_link *link)
{
    return &link->out;
}

void load_link_expect(struct load_link *link, uint32_t slot)
{
    if (link->asked - link->answered == SLOTS_MAX)
        errx(EXIT_FAILURE, "too many questions at once");
    link->slots[link->asked++ % SLOTS_MAX] = slot;
}

uint32_t load_link_answered(struct load_link *link)
{
    if (link->asked == link->answered)
        errx(EXIT_FAILURE, "an answer that nobody asked for");
    return link->slots[link->answered++ % SLOTS_MAX];
}

static void await_room(struct load_loop *loop, struct load_link *link, bool blocked)
{
    struct epoll_event event = {.events = blocked ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = link};

    if (link->blocked == blocked)
        return;
    link->blocked = blocked;
    (void)epoll_ctl(loop->epoll, EPOLL_CTL_MOD, link->fd, &event);
}

static void send_waiting(struct load_loop *loop, struct load_link *link)
{
    while (link->sent < link->out.len) {
        ssize_t n =
            send(link->fd, link->out.data + link->sent, link->out.len - link->sent, MSG_NOSIGNAL);

        if (n < 0 && errno == EAGAIN) {
            await_room(loop, link, true);
            return;
        }
        if (n < 0)
            err(EXIT_FAILURE, "cannot send");
        link->sent += (size_t)n;
    }
    buf_clear(&link->out);
    link->sent = 0;
    await_room(loop, link, false);
}

/* Hands over all whole replies, keeps the start of the next. */
static void hand_over(struct load_link *link)
{
    size_t at = 0, taken = 0;

    do {
        taken = at < link->in.len
                    ? link->take(link->self, link, link->in.data + at, link->in.len - at)
                    : 0;
        at += taken;
    } while (taken > 0);
    link->in.len -= at;
    memmove(link->in.data, link->in.data + at, link->in.len);
}

static void receive(struct load_link *link)
{
    ssize_t n = 0;

    if (!buf_reserve(&link->in, READ_BYTES))
        errx(EXIT_FAILURE, "a reply without an end");
    n = recv(link->fd, link->in.data + link->in.len, READ_BYTES, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0)
        errx(EXIT_FAILURE, "the server has closed the connection");
    link->in.len += (size_t)n;
    hand_over(link);
}

void load_loop_turn(struct load_loop *loop, int64_t timeout_us)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    const struct timespec wait = {timeout_us / 1000000, timeout_us % 1000000 * 1000};
    int n = 0;

    for (size_t i = 0; i < loop->n; i++)
        if (loop->links[i]->sent < loop->links[i]->out.len && !loop->links[i]->blocked)
            send_waiting(loop, loop->links[i]);
    n = epoll_pwait2(loop->epoll, events, EVENTS_AT_ONCE, &wait, NULL);
    for (int i = 0; i < n; i++) {
        struct load_link *link = events[i].data.ptr;

        if (link->ready != NULL)
            link->ready(link->self);
        else if ((events[i].events & EPOLLOUT) != 0)
            send_waiting(loop, link);
        if (link->ready == NULL && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
            receive(link);
    }
}
