/* How many requests a second one raw client gets echoed, with 1 and with 64 in flight. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/socket.h>

#include "tests/lib/echo_server.h"
#include "tests/lib/raw_client.h"

#define BODY_BYTES 154
#define FRAME_BYTES (SP_FRAME_HEAD_LEN + 4 + BODY_BYTES)
#define IN_FLIGHT_MAX 64

static double seconds(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    (void)fprintf(stderr, "bench_echo: %s\n", what);
    exit(EXIT_FAILURE); /* NOLINT(concurrency-mt-unsafe): nothing is left to be tidied */
}

/* Requests are all alike, and so are replies: bytes are counted, not looked at. */
static double measure(int fd, size_t in_flight, size_t total)
{
    uint8_t frames[IN_FLIGHT_MAX * FRAME_BYTES] = {0};
    uint8_t back[(size_t)64 * 1024];
    size_t sent = 0, received = 0;
    double start = seconds();

    for (size_t i = 0; i < in_flight; i++) {
        sp_put_frame_head(frames + i * FRAME_BYTES, 4 + BODY_BYTES);
        frames[i * FRAME_BYTES + SP_FRAME_HEAD_LEN] = 0x80;
    }
    while (received < total * FRAME_BYTES) {
        size_t window = in_flight - (sent - received / FRAME_BYTES);
        ssize_t n = 0;

        if (window > total - sent)
            window = total - sent;
        if (window > 0 && !raw_client_write(fd, frames, window * FRAME_BYTES))
            fail("cannot send");
        sent += window;
        n = recv(fd, back, sizeof(back), 0);
        if (n <= 0)
            fail("no reply");
        received += (size_t)n;
    }
    return (double)total / (seconds() - start);
}

int main(void)
{
    const struct sp_settings settings = echo_server_settings();
    struct echo_server *server = echo_server_start(&settings);
    int fd = raw_client_open(echo_server_request_path(server), SP_PROTO_REQ);

    if (fd < 0)
        fail("cannot connect");
    (void)printf("echo of %d bytes, 1 in flight:  %9.0f req/s\n", BODY_BYTES,
                 measure(fd, 1, 100000));
    (void)printf("echo of %d bytes, 64 in flight: %9.0f req/s\n", BODY_BYTES,
                 measure(fd, IN_FLIGHT_MAX, 3000000));
    (void)close(fd);
    echo_server_stop(server);
    return 0;
}
