/* Ten kinds of connection that nobody wants, from a process of their own. */
#include "tests/lib/hostile.h"

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/raw_client.h"

#define KEPT_MAX 64 /* connections that stay open until others take their place */
#define PIPELINE 32
#define BURST 1000
#define FLOOD_IDLE_MS 20

/* {"v": 1, "op": "info"} and {"v": 1, "op": "list", "limit": 500}. */
static const char info[] = "\x82\xa1v\x01\xa2op\xa4info";
static const char list[] = "\x83\xa1v\x01\xa2op\xa4list\xa5limit\xcd\x01\xf4";
#define BYTES(text) (text), sizeof(text) - 1

struct hostile {
    struct hostile_place place;
    int kept[KEPT_MAX];
    size_t n; /* connections made */
};

/* Each returns whether it was treated as it should be. */

static int at_any(const struct hostile *h)
{
    return raw_client_connect(h->n / HOSTILE_KINDS % 2 == 0 ? h->place.request_path
                                                            : h->place.events_path);
}

static int greeted(const struct hostile *h)
{
    return raw_client_open(h->place.request_path, SP_PROTO_REQ);
}

/* It is held until as many others have been made, and then closed as it is. */
static bool keep(struct hostile *h, int fd)
{
    int *place = &h->kept[h->n / HOSTILE_KINDS % KEPT_MAX];

    if (*place >= 0)
        (void)close(*place);
    *place = fd;
    return fd >= 0;
}

static bool says_and_is_closed(int fd, const char *bytes, size_t n)
{
    bool well = fd >= 0;

    if (well) {
        (void)raw_client_write(fd, bytes, n); /* it may be closed in the middle of it */
        well = raw_client_was_closed(fd);
        (void)close(fd);
    }
    return well;
}

static bool come_and_go(struct hostile *h)
{
    int fd = at_any(h);

    (void)close(fd);
    return fd >= 0;
}

static bool talk_garbage(struct hostile *h)
{
    char bytes[512];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 31 + h->n + 1);
    return says_and_is_closed(at_any(h), bytes, sizeof bytes);
}

static bool greet_by_half(struct hostile *h)
{
    int fd = at_any(h);

    return fd >= 0 && raw_client_write(fd, "\0SP", 3) && keep(h, fd);
}

static bool speak_another_protocol(struct hostile *h)
{
    return says_and_is_closed(at_any(h), BYTES("\0SP\0\0\x10\0\0"));
}

static bool announce_too_much(struct hostile *h)
{
    return says_and_is_closed(greeted(h), BYTES("\x01\x7f\xff\xff\xff\xff\xff\xff\xff"));
}

static bool come_by_ten_hops(struct hostile *h)
{
    uint8_t frame[SP_FRAME_HEAD_LEN + 44] = {0};

    sp_put_frame_head(frame, 44);
    frame[SP_FRAME_HEAD_LEN + 40] = 0x80;
    return says_and_is_closed(greeted(h), (const char *)frame, sizeof frame);
}

/* A whole frame is answered, whatever is in it. */
static bool send_what_is_no_request(struct hostile *h)
{
    static const struct {
        const char *bytes;
        size_t n;
    } bodies[] = {
        {BYTES("\x82\xa1v\x01\xa2op\xa2\xc3\x28")},           /* no UTF-8 */
        {BYTES("\x83\xa1v\x01\xa2op\xa4info\xa2op\xa4info")}, /* a key twice */
        {BYTES("\x81\xa1"
               "a\xdd\xff\xff\xff\xff")}, /* a list of 2^32 - 1 */
        {BYTES("\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\xc0")},
        {BYTES("")},
    };
    size_t i = h->n / HOSTILE_KINDS % (sizeof bodies / sizeof bodies[0]);
    uint8_t reply[4096];
    uint32_t id = 0;
    int fd = greeted(h);
    bool well = fd >= 0 && raw_client_send(fd, 1, bodies[i].bytes, bodies[i].n) &&
                raw_client_receive(fd, &id, reply, sizeof reply) > 0 && id == 1;

    if (fd >= 0)
        (void)close(fd);
    return well;
}

/* Byte after byte of a frame that never ends. */
static bool drip(struct hostile *h)
{
    static const uint8_t part[] = {1, 0, 0, 0, 0, 0, 0x0f, 0, 0, 0x80, 0, 0, 1, 'a', 'b'};
    int fd = greeted(h);
    bool well = fd >= 0;

    for (size_t i = 0; well && i < sizeof part; i++)
        well = raw_client_write(fd, part + i, 1);
    return well && keep(h, fd);
}

static bool never_read(struct hostile *h)
{
    int fd = greeted(h);
    bool well = fd >= 0;

    for (uint32_t i = 0; well && i < PIPELINE; i++)
        well = raw_client_send(fd, i, BYTES(list));
    return well && keep(h, fd);
}

static bool leave_in_mid_pipeline(struct hostile *h)
{
    int fd = greeted(h);
    bool well = fd >= 0;

    for (uint32_t i = 0; well && i < PIPELINE; i++)
        well = raw_client_send(fd, i, BYTES(info));
    (void)close(fd);
    return well;
}

static const struct {
    const char *name;
    bool (*connect)(struct hostile *h);
} kinds[HOSTILE_KINDS] = {
    {"connects and closes", come_and_go},
    {"garbage", talk_garbage},
    {"half a handshake", greet_by_half},
    {"another protocol", speak_another_protocol},
    {"a huge length", announce_too_much},
    {"ten hops", come_by_ten_hops},
    {"no request", send_what_is_no_request},
    {"a slow drip", drip},
    {"never reads", never_read},
    {"leaves in mid-pipeline", leave_in_mid_pipeline},
};

static int connect_all(struct hostile *h, size_t n)
{
    for (size_t i = 0; i < KEPT_MAX; i++)
        h->kept[i] = -1;
    for (h->n = 0; h->n < n; h->n++)
        if (!kinds[h->n % HOSTILE_KINDS].connect(h)) {
            (void)fprintf(stderr, "connection %zu: %s\n", h->n, kinds[h->n % HOSTILE_KINDS].name);
            return 1;
        }
    return 0;
}

/* A child that does not outlive its parent. */
static pid_t start(void)
{
    pid_t parent = getpid(), pid = fork();

    if (pid == 0 && (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent))
        _exit(1);
    return pid;
}

pid_t hostile_start(const struct hostile_place *place, size_t n)
{
    struct hostile h = {.place = *place};
    pid_t pid = start();

    if (pid == 0)
        _exit(connect_all(&h, n));
    return pid;
}

pid_t hostile_start_killed(const char *request_path)
{
    static const char submit[] = "\x83\xa1v\x01\xa2op\xa6submit\xa5order\x82\xab"
                                 "customer_id\xa4"
                                 "acme\xa5items\x91\x82\xaaproduct_id\xa3p-1\xa8quantity\x02";
    pid_t pid = start();
    int fd = -1;

    if (pid != 0)
        return pid;
    fd = raw_client_open(request_path, SP_PROTO_REQ);
    for (uint32_t i = 0; fd >= 0 && i < PIPELINE; i++)
        (void)raw_client_send(fd, i, BYTES(submit));
    (void)kill(getpid(), SIGKILL);
    _exit(1);
}

pid_t hostile_start_stalled(const char *events_path)
{
    pid_t pid = start();

    if (pid != 0)
        return pid;
    if (raw_client_open(events_path, SP_PROTO_SUB) < 0)
        _exit(1);
    (void)kill(getpid(), SIGSTOP);
    _exit(0);
}

size_t hostile_flood(int fd)
{
    static uint8_t frames[BURST][SP_FRAME_HEAD_LEN + 4 + sizeof list - 1];
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    size_t n = BURST;

    for (size_t i = 0; i < BURST; i++) {
        sp_put_frame_head(frames[i], sizeof frames[i] - SP_FRAME_HEAD_LEN);
        frames[i][SP_FRAME_HEAD_LEN] = 0x80;
        memcpy(frames[i] + SP_FRAME_HEAD_LEN + 4, list, sizeof list - 1);
    }
    if (!raw_client_write(fd, frames, sizeof frames))
        return 0;
    while (poll(&room, 1, FLOOD_IDLE_MS) > 0 &&
           send(fd, frames[0], sizeof frames[0], MSG_DONTWAIT | MSG_NOSIGNAL) ==
               (ssize_t)sizeof frames[0])
        n++;
    return n;
}
