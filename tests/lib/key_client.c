/* Submits orders under keys over a connection of its own, and says what came of each. */
#include "tests/lib/key_client.h"

#include <time.h>
#include <unistd.h>

#include "shared/clock.h"
#include "shared/limits.h"
#include "shared/wire_reply.h"
#include "shared/wire_request.h"
#include "tests/lib/raw_client.h"

#define PATIENCE_US (60 * 1000000LL)
#define POLL_NS 2000000L
#define REPLY_BYTES 32768

void key_client_init(struct key_client *client, const char *path)
{
    *client = (struct key_client){.path = path, .fd = -1};
}

void key_client_done(struct key_client *client)
{
    if (client->fd >= 0)
        (void)close(client->fd);
    client->fd = -1;
}

static struct key_answer read_reply(const uint8_t *bytes, size_t len)
{
    struct key_answer answer = {.outcome = KEY_REFUSED};
    struct arena arena = {0};
    struct reply_submit reply;

    answer.code = wire_read_submit(bytes, len, &arena, &reply, &answer.why);
    if (answer.code == OK) {
        answer.outcome = KEY_ACKED;
        answer.order_id = reply.order_id;
        answer.duplicate = reply.duplicate;
    }
    arena_done(&arena);
    return answer;
}

long key_client_ask(struct key_client *client, const struct request *request, uint8_t *reply,
                    size_t cap)
{
    struct buf bytes = {.max = REPLY_BYTES};
    uint32_t id = ++client->last_id & 0x7fffffff;
    uint32_t back_id = 0;
    long len = -1;

    if (client->fd < 0)
        client->fd = raw_client_open(client->path, SP_PROTO_REQ);
    if (client->fd < 0)
        return KEY_CLIENT_LOST;
    wire_request_write(&bytes, request, ROLE_NONE);
    if (raw_client_send(client->fd, id, bytes.data, bytes.len))
        len = raw_client_receive(client->fd, &back_id, reply, cap);
    buf_done(&bytes);
    if (len >= 0)
        return back_id == id ? len : KEY_CLIENT_SILENT;
    len = raw_client_was_closed(client->fd) ? KEY_CLIENT_LOST : KEY_CLIENT_SILENT;
    key_client_done(client);
    return len;
}

bool key_client_stats(struct key_client *client, struct stats *out)
{
    static const struct request request = {.op = OP_STATS};
    uint8_t reply[REPLY_BYTES];
    long len = key_client_ask(client, &request, reply, sizeof reply);

    return len >= 0 && wire_read_stats(reply, (size_t)len, out, NULL) == OK;
}

struct key_answer key_client_submit(struct key_client *client, const char *key)
{
    static const struct item items[] = {{{"p-1", 3}, 1}};
    const struct request request = {.op = OP_SUBMIT,
                                    .submit = {.draft = {.customer_id = SLICE("cust-001"),
                                                         .items = items,
                                                         .n_items = 1,
                                                         .priority = PRIORITY_DEFAULT},
                                               .key = slice_of(key)}};
    struct key_answer answer = {.outcome = KEY_LOST};
    uint8_t reply[REPLY_BYTES];
    long len = key_client_ask(client, &request, reply, sizeof reply);

    if (len >= 0)
        return read_reply(reply, (size_t)len);
    if (len == KEY_CLIENT_SILENT) {
        answer.outcome = KEY_REFUSED;
        answer.code = err_set(&answer.why, ERR_INTERNAL, "no answer, or another's");
    }
    return answer;
}

struct key_answer key_client_settle(struct key_client *client, const char *key)
{
    const struct timespec pause = {.tv_nsec = POLL_NS};
    struct key_answer answer = key_client_submit(client, key);
    struct clock clock;
    int64_t until = 0;

    clock_init(&clock);
    until = clock_mono(&clock) + PATIENCE_US;
    while (answer.outcome == KEY_LOST && clock_mono(&clock) < until) {
        (void)nanosleep(&pause, NULL);
        answer = key_client_submit(client, key);
    }
    return answer;
}
