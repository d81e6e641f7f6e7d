/* A request there and back over the daemon's own sockets, without a store, by one raw client. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include "tests/lib/echo_server.h"
#include "tests/lib/load.h"
#include "tests/lib/raw_client.h"

#define BODY_BYTES 154
#define FRAME_BYTES (SP_FRAME_HEAD_LEN + 4 + BODY_BYTES)
#define IN_FLIGHT_MAX 64
#define TAKES_US 1000000

/* Requests are all alike, and so are replies: bytes are counted, not looked at. */
static double measure(int fd, size_t in_flight, struct load_times *times)
{
    uint8_t frames[IN_FLIGHT_MAX * FRAME_BYTES] = {0};
    uint8_t back[(size_t)64 * 1024];
    size_t sent = 0, received = 0;
    int64_t start = load_now_us(), now = start;

    for (size_t i = 0; i < in_flight; i++) {
        sp_put_frame_head(frames + i * FRAME_BYTES, 4 + BODY_BYTES);
        frames[i * FRAME_BYTES + SP_FRAME_HEAD_LEN] = 0x80;
    }
    while (received < sent * FRAME_BYTES || now - start < TAKES_US) {
        size_t window = in_flight - (sent - received / FRAME_BYTES);
        int64_t asked = now;
        ssize_t n = 0;

        if (now - start >= TAKES_US)
            window = 0;
        if (window > 0 && !raw_client_write(fd, frames, window * FRAME_BYTES))
            errx(EXIT_FAILURE, "cannot send");
        sent += window;
        n = recv(fd, back, sizeof(back), 0);
        if (n <= 0)
            errx(EXIT_FAILURE, "no reply");
        received += (size_t)n;
        now = load_now_us();
        load_times_add(times, now - asked);
    }
    return (double)sent * 1e6 / (double)(now - start);
}

int main(void)
{
    const struct sp_settings settings = echo_server_settings();
    struct echo_server *server = echo_server_start(&settings);
    int fd = raw_client_open(echo_server_request_path(server), SP_PROTO_REQ);
    struct load_times one = {0}, many = {0};

    if (fd < 0)
        errx(EXIT_FAILURE, "cannot connect");
    (void)printf("echo_1_per_s %.0f\n", measure(fd, 1, &one));
    (void)printf("echo_64_per_s %.0f\n", measure(fd, IN_FLIGHT_MAX, &many));
    load_times_print(&one, "echo");
    load_times_done(&many);
    (void)close(fd);
    echo_server_stop(server);
    return 0;
}
