/* What comes off the events socket, message by message. */
#include "tests/lib/event_tap.h"

#include <stdlib.h>

#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>

#include "tests/lib/test.h"

#define DEADLINE_MS 20000
#define QUEUE_MESSAGES 8192

struct event_tap {
    nng_socket socket;
    nng_msg *last;
    struct event_message message;
};

const struct event_message *event_tap_next(struct event_tap *tap)
{
    struct why why = {0};

    if (tap->last != NULL)
        nng_msg_free(tap->last);
    tap->last = NULL;
    assert_int_equal(nng_recvmsg(tap->socket, &tap->last, 0), 0);
    if (wire_message_read(nng_msg_body(tap->last), nng_msg_len(tap->last), &tap->message, &why) !=
        OK)
        fail_msg("an event message: %s", why.text);
    return &tap->message;
}

struct event_tap *event_tap_open(const char *url)
{
    struct event_tap *tap = calloc(1, sizeof *tap);

    assert_non_null(tap);
    assert_int_equal(nng_sub0_open(&tap->socket), 0);
    assert_int_equal(nng_socket_set(tap->socket, NNG_OPT_SUB_SUBSCRIBE, "", 0), 0);
    assert_int_equal(nng_socket_set_ms(tap->socket, NNG_OPT_RECVTIMEO, DEADLINE_MS), 0);
    assert_int_equal(nng_socket_set_int(tap->socket, NNG_OPT_RECVBUF, QUEUE_MESSAGES), 0);
    assert_int_equal(nng_dial(tap->socket, url, NULL, 0), 0);
    while (event_tap_next(tap)->topic != TOPIC_HEARTBEAT)
        ;
    return tap;
}

void event_tap_close(struct event_tap *tap)
{
    if (tap == NULL)
        return;
    if (tap->last != NULL)
        nng_msg_free(tap->last);
    (void)nng_close(tap->socket);
    free(tap);
}
