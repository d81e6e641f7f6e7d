/* A client that speaks the wire by hand, well or badly. */
#include "tests/lib/raw_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define DEADLINE_S 20
#define ID_LEN 4

int raw_client_connect(const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    const struct timeval deadline = {.tv_sec = DEADLINE_S};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    strncpy(addr.sun_path, path, sizeof(addr.sun_path) - 1);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline)) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof(deadline)) != 0 ||
        connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

int raw_client_open(const char *path, enum sp_protocol self)
{
    enum sp_protocol other = self == SP_PROTO_REQ ? SP_PROTO_REP : SP_PROTO_PUB;
    uint8_t hello[SP_HANDSHAKE_LEN];
    int fd = raw_client_connect(path);

    if (fd < 0)
        return -1;
    sp_put_handshake(hello, self);
    if (!raw_client_write(fd, hello, sizeof(hello)) || !raw_client_read(fd, hello, sizeof(hello)) ||
        !sp_check_handshake(hello, other)) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

bool raw_client_write(int fd, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;

    while (n > 0) {
        ssize_t done = send(fd, p, n, MSG_NOSIGNAL);

        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

bool raw_client_read(int fd, void *bytes, size_t n)
{
    uint8_t *p = bytes;

    while (n > 0) {
        ssize_t done = recv(fd, p, n, 0);

        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

bool raw_client_send(int fd, uint32_t id, const void *body, size_t len)
{
    size_t all = SP_FRAME_HEAD_LEN + ID_LEN + len;
    uint8_t *frame = malloc(all);
    bool well = false;

    if (frame == NULL)
        return false;
    sp_put_frame_head(frame, ID_LEN + len);
    id |= 0x80000000;
    for (int i = 0; i < ID_LEN; i++)
        frame[SP_FRAME_HEAD_LEN + i] = (uint8_t)(id >> (24 - 8 * i));
    if (len > 0)
        memcpy(frame + SP_FRAME_HEAD_LEN + ID_LEN, body, len);
    well = raw_client_write(fd, frame, all);
    free(frame);
    return well;
}

long raw_client_event(int fd, uint8_t *body, size_t cap)
{
    uint8_t head[SP_FRAME_HEAD_LEN];
    uint64_t len = 0;

    if (!raw_client_read(fd, head, sizeof(head)) || !sp_get_frame_head(head, cap, &len) ||
        !raw_client_read(fd, body, len))
        return -1;
    return (long)len;
}

long raw_client_receive(int fd, uint32_t *id, uint8_t *body, size_t cap)
{
    uint8_t head[SP_FRAME_HEAD_LEN], stack[ID_LEN];
    uint64_t len = 0;

    if (!raw_client_read(fd, head, sizeof(head)) || !sp_get_frame_head(head, cap + ID_LEN, &len) ||
        len < ID_LEN || !raw_client_read(fd, stack, ID_LEN) ||
        !raw_client_read(fd, body, len - ID_LEN))
        return -1;
    *id =
        ((uint32_t)stack[0] << 24 | (uint32_t)stack[1] << 16 | (uint32_t)stack[2] << 8 | stack[3]) &
        0x7fffffff;
    return (long)(len - ID_LEN);
}

bool raw_client_echoes(int fd)
{
    const uint8_t body[] = "are you there?";
    uint8_t back[sizeof(body)];
    uint32_t id = 0;

    return raw_client_send(fd, 7, body, sizeof(body)) &&
           raw_client_receive(fd, &id, back, sizeof(back)) == (long)sizeof(body) && id == 7 &&
           memcmp(body, back, sizeof(body)) == 0;
}

bool raw_client_was_closed(int fd)
{
    uint8_t rest[4096];
    ssize_t n = 0;

    do
        n = recv(fd, rest, sizeof(rest), 0);
    while (n > 0);
    return n == 0 || errno == ECONNRESET;
}
