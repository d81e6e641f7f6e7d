/* Asks the daemon: requests over NNG REQ0, with timeouts, one or many in flight. */
#include "tui/link/client.h"

#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>

#include "shared/clock.h"
#include "shared/limits.h"
#include "shared/units.h"
#include "tui/link/dial.h"

#define RECV_SLACK_BYTES 4096
/* The library sends again after a lost connection; on a mere timer it never should. */
#define RESEND_MS (24 * 3600 * 1000)
#define GONE_US (5 * 1000000LL) /* without a limit of time: how long a daemon may be away */
#define LOOK_US 250000          /* how often the link is looked at while a call is under way */

struct client {
    char url[256];
    struct clock clock;
    struct dial *dial;       /* from the first ask on */
    struct client_call *own; /* client_ask's */
};

enum call_step { CALL_SENDING, CALL_RECEIVING };

struct client_call {
    struct client *client;
    nng_ctx ctx;
    uint64_t generation; /* of the dial's socket that the context belongs to */
    nng_aio *aio;
    struct buf request; /* to be sent again when its socket is given up */
    enum call_step step;
    int64_t timeout_us;
    int64_t until_us; /* by the clock's mono hand; < 0: no limit */
    void (*done)(void *self, struct client_answer *answer);
    void *self;
};

enum err client_open(const char *request_url, struct client **out, struct why *why)
{
    struct client *client = NULL;

    if (strlen(request_url) >= sizeof client->url)
        return err_set(why, ERR_INVALID, "the URL is too long: '%.60s...'", request_url);
    client = calloc(1, sizeof *client);
    if (client == NULL)
        abort();
    (void)snprintf(client->url, sizeof client->url, "%s", request_url);
    clock_init(&client->clock);
    *out = client;
    return OK;
}

void client_close(struct client *client)
{
    if (client == NULL)
        return;
    client_call_close(client->own);
    dial_done(client->dial);
    free(client);
}

static enum err open_req(nng_socket *out, struct why *why)
{
    int rv = nng_req0_open(out);

    if (rv != 0)
        return dial_error(why, ERR_INTERNAL, rv, "cannot open a socket");
    rv = nng_socket_set_size(*out, NNG_OPT_RECVMAXSZ, FRAME_MAX_BYTES + RECV_SLACK_BYTES);
    if (rv == 0)
        rv = nng_socket_set_ms(*out, NNG_OPT_REQ_RESENDTIME, RESEND_MS);
    if (rv == 0)
        return OK;
    (void)nng_close(*out);
    return dial_error(why, ERR_INTERNAL, rv, "cannot set up a socket");
}

static enum err client_start(struct client *client, struct why *why)
{
    return client->dial != NULL ? OK : dial_start(&client->dial, open_req, client->url, why);
}

void client_answer_done(struct client_answer *answer)
{
    if (answer->message != NULL)
        nng_msg_free(answer->message);
    answer->message = NULL;
    answer->reply = NULL;
    answer->len = 0;
}

/* One call in flight -------------------------------------------------------------------------- */

/* What is left of the call's time, as the library takes it. */
static nng_duration time_left_ms(const struct client_call *call)
{
    int64_t left_us = 0;

    if (call->until_us < 0)
        return NNG_DURATION_INFINITE;
    left_us = call->until_us - clock_mono(&call->client->clock);
    if (left_us <= 0)
        return NNG_DURATION_ZERO;
    left_us = (left_us + 999) / 1000;
    return left_us > INT32_MAX ? INT32_MAX : (nng_duration)left_us;
}

static void say_why(const struct client_call *call, int rv, struct why *why)
{
    const char *url = call->client->url;
    char limit[UNITS_TEXT_MAX];

    if (rv != NNG_ETIMEDOUT || call->until_us < 0) {
        (void)err_set(why, ERR_NOT_FOUND, "the daemon at %s has gone", url);
        return;
    }
    units_format_duration(call->timeout_us, limit);
    (void)err_set(why, ERR_NOT_FOUND, "the daemon at %s did not answer within %s", url, limit);
}

static void call_end(struct client_call *call, int rv, nng_msg *message)
{
    struct client_answer answer = {.outcome = CLIENT_NO_DAEMON};

    if (rv == 0) {
        answer.outcome = CLIENT_ANSWERED;
        answer.message = message;
        answer.reply = nng_msg_body(message);
        answer.len = nng_msg_len(message);
    } else {
        say_why(call, rv, &answer.why);
    }
    call->done(call->self, &answer);
}

static void send_request(struct client_call *call)
{
    nng_msg *message = NULL;

    if (nng_msg_alloc(&message, 0) != 0 ||
        nng_msg_append(message, call->request.data, call->request.len) != 0)
        abort(); /* no memory for a bounded need of our own */
    call->step = CALL_SENDING;
    nng_aio_set_msg(call->aio, message);
    nng_aio_set_timeout(call->aio, time_left_ms(call));
    nng_ctx_send(call->ctx, call->aio);
}

/* A context dies with its socket, and need not be closed. False: it is of the socket of now. */
static bool renew_context(struct client_call *call)
{
    uint64_t generation = 0;
    nng_socket socket = dial_socket(call->client->dial, &generation);

    if (generation == call->generation)
        return false;
    call->generation = generation;
    return nng_ctx_open(&call->ctx, socket) == 0;
}

/* Sent, received or failed: on a thread of the library's. */
static void call_progress(void *arg)
{
    struct client_call *call = arg;
    int rv = nng_aio_result(call->aio);

    if (rv != 0 && call->step == CALL_SENDING) {
        nng_msg_free(nng_aio_get_msg(call->aio)); /* what was not sent is still ours */
        nng_aio_set_msg(call->aio, NULL);
    }
    if (rv == NNG_ECLOSED && renew_context(call)) {
        send_request(call);
    } else if (rv != 0 || call->step == CALL_RECEIVING) {
        call_end(call, rv, rv == 0 ? nng_aio_get_msg(call->aio) : NULL);
    } else {
        call->step = CALL_RECEIVING;
        nng_aio_set_timeout(call->aio, time_left_ms(call));
        nng_ctx_recv(call->ctx, call->aio);
    }
}

enum err client_call_open(struct client *client, struct client_call **out, struct why *why)
{
    struct client_call *call = NULL;
    enum err e = client_start(client, why);
    int rv = 0;

    if (e != OK)
        return e;
    call = calloc(1, sizeof *call);
    if (call == NULL)
        abort();
    call->client = client;
    buf_init(&call->request, (size_t)FRAME_MAX_BYTES);
    rv = nng_ctx_open(&call->ctx, dial_socket(client->dial, &call->generation));
    if (rv != 0) {
        free(call);
        return dial_error(why, ERR_INTERNAL, rv, "cannot open a context");
    }
    rv = nng_aio_alloc(&call->aio, call_progress, call);
    if (rv != 0) {
        (void)nng_ctx_close(call->ctx);
        free(call);
        return dial_error(why, ERR_INTERNAL, rv, "cannot make a call");
    }
    *out = call;
    return OK;
}

void client_call_close(struct client_call *call)
{
    if (call == NULL)
        return;
    nng_aio_stop(call->aio);
    (void)nng_ctx_close(call->ctx);
    nng_aio_free(call->aio);
    buf_done(&call->request);
    free(call);
}

void client_call_start(struct client_call *call, const struct buf *request, int64_t timeout_us,
                       void (*done)(void *self, struct client_answer *answer), void *self)
{
    (void)dial_mend(call->client->dial);
    (void)renew_context(call);
    call->done = done;
    call->self = self;
    call->timeout_us = timeout_us;
    call->until_us = timeout_us < 0 ? -1 : clock_mono(&call->client->clock) + timeout_us;
    buf_clear(&call->request);
    buf_add(&call->request, request->data, request->len);
    send_request(call);
}

/* Asking and waiting ----------------------------------------------------------------------------
 */

struct waiter {
    sem_t done;
    struct client_answer *answer;
};

static void waiter_done(void *self, struct client_answer *answer)
{
    struct waiter *waiter = self;

    *waiter->answer = *answer;
    answer->message = NULL; /* the waiter owns it now */
    (void)sem_post(&waiter->done);
}

static bool waited(sem_t *done, int64_t us)
{
    struct timespec until = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(us % 1000000) * 1000;
    until.tv_sec += (time_t)(us / 1000000 + until.tv_nsec / 1000000000);
    until.tv_nsec %= 1000000000;
    return sem_clockwait(done, CLOCK_MONOTONIC, &until) == 0;
}

/* Mends the socket meanwhile, which ends the call. Without a limit of time the call ends too once
   no daemon has been there for a while. */
static void wait_while_there(struct client *client, struct waiter *waiter, bool limited)
{
    int64_t seen_at = clock_mono(&client->clock);

    while (!waited(&waiter->done, LOOK_US)) {
        if (dial_connected(client->dial))
            seen_at = clock_mono(&client->clock);
        else if (!dial_mend(client->dial) && !limited &&
                 clock_mono(&client->clock) - seen_at > GONE_US)
            nng_aio_cancel(client->own->aio);
    }
}

void client_ask(struct client *client, const struct buf *request, int64_t timeout_us,
                struct client_answer *out)
{
    struct waiter waiter = {.answer = out};
    enum err e = OK;

    *out = (struct client_answer){.outcome = CLIENT_NO_DAEMON};
    if (client->own == NULL)
        e = client_call_open(client, &client->own, &out->why);
    if (e != OK)
        return;
    (void)sem_init(&waiter.done, 0, 0);
    client_call_start(client->own, request, timeout_us, waiter_done, &waiter);
    wait_while_there(client, &waiter, timeout_us >= 0);
    (void)sem_destroy(&waiter.done);
}
