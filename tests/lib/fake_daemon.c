/* A tiny daemon made with the library: answers by script, publishes what it is told. */
#include "tests/lib/fake_daemon.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <nng/nng.h>
#include <nng/protocol/pubsub0/pub.h>
#include <nng/protocol/reqrep0/rep.h>

#include "shared/wire_event.h"
#include "shared/wire_reply.h"
#include "tests/lib/mp_from_text.h"

#define EVENTS_MAX 10000
#define TURN_MS 20
#define WAIT_SECONDS 10
#define MESSAGE_MAX_BYTES ((size_t)1024 * 1024)

struct fake_daemon {
    char directory[64];
    char request_url[128], events_url[128];
    nng_socket rep, pub;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping, mute;
    int requests, subscribers;
    int epoch;
    int64_t counts[TOPIC_COUNT];
    int64_t first, last; /* seqs kept */
    enum status statuses[EVENTS_MAX + 1];
    struct {
        const char *op;
        struct buf bytes;
    } replies[FAKE_REPLIES_MAX];
    size_t n_replies;
};

static void must(bool good, const char *what)
{
    if (good)
        return;
    (void)fprintf(stderr, "fake daemon: %s\n", what);
    abort();
}

static void event_of(const struct fake_daemon *fake, int64_t seq, struct event *out)
{
    *out = (struct event){.seq = seq,
                          .at = seq * 1000,
                          .entry = ENTRY_QUEUED,
                          .to = fake->statuses[seq],
                          .has_order = true,
                          .customer_id = SLICE("acme"),
                          .by = SLICE("dofsd")};
    out->uid.bytes[15] = (uint8_t)seq;
}

static int64_t field_int(const void *bytes, size_t n, const char *key, int64_t fallback)
{
    struct mp_reader r;

    if (!wire_reply_find(bytes, n, key, &r) || mp_peek(&r) != MP_INT)
        return fallback;
    return mp_int(&r);
}

static void reply_events(const struct fake_daemon *fake, const void *bytes, size_t n,
                         struct buf *out)
{
    int64_t from = field_int(bytes, n, "after", 0);
    int64_t limit = field_int(bytes, n, "limit", 50);
    int64_t to = 0;

    from = from < fake->first - 1 ? fake->first : from >= fake->last ? fake->last + 1 : from + 1;
    to = fake->last - from >= limit ? from + limit - 1 : fake->last;
    wire_reply_ok(out, 3);
    mp_put_text(out, "events");
    mp_put_list(out, (uint32_t)(to - from + 1));
    for (int64_t seq = from; seq <= to; seq++) {
        struct event event;

        event_of(fake, seq, &event);
        wire_event_write(out, &event);
    }
    mp_put_text(out, "first_seq");
    mp_put_int(out, fake->first);
    mp_put_text(out, "last_seq");
    mp_put_int(out, fake->last);
}

void fake_daemon_reply(struct fake_daemon *fake, const char *op, const char *reply)
{
    size_t i = 0;

    pthread_mutex_lock(&fake->lock);
    while (i < fake->n_replies && strcmp(fake->replies[i].op, op) != 0)
        i++;
    must(i < FAKE_REPLIES_MAX, "too many replies");
    buf_done(&fake->replies[i].bytes);
    fake->replies[i].op = op;
    fake->replies[i].bytes = mp_of_text(reply);
    fake->n_replies += i == fake->n_replies;
    pthread_mutex_unlock(&fake->lock);
}

static bool reply_scripted(const struct fake_daemon *fake, struct slice op, struct buf *out)
{
    for (size_t i = 0; i < fake->n_replies; i++) {
        if (slice_is(op, fake->replies[i].op)) {
            buf_add(out, fake->replies[i].bytes.data, fake->replies[i].bytes.len);
            return true;
        }
    }
    return false;
}

/* False: no answer. */
static bool answer(struct fake_daemon *fake, nng_msg *message, struct buf *out)
{
    const void *bytes = nng_msg_body(message);
    size_t n = nng_msg_len(message);
    struct mp_reader r;
    struct slice op = {NULL, 0};
    bool mute = false;

    if (wire_reply_find(bytes, n, "op", &r))
        op = mp_str(&r);
    pthread_mutex_lock(&fake->lock);
    fake->requests++;
    mute = fake->mute;
    pthread_cond_broadcast(&fake->changed);
    if (mute) {
        pthread_mutex_unlock(&fake->lock);
        return false;
    }
    if (slice_is(op, "events")) {
        reply_events(fake, bytes, n, out);
    } else if (!reply_scripted(fake, op, out)) {
        wire_reply_ok(out, 1);
        mp_put_text(out, "echo");
        mp_put_bin(out, bytes, n);
    }
    pthread_mutex_unlock(&fake->lock);
    return true;
}

static void *serve(void *arg)
{
    struct fake_daemon *fake = arg;
    struct buf out = {0};
    nng_msg *message = NULL;
    bool stopping = false;

    buf_init(&out, MESSAGE_MAX_BYTES);
    while (!stopping) {
        if (nng_recvmsg(fake->rep, &message, 0) == 0) {
            buf_clear(&out);
            if (answer(fake, message, &out))
                (void)nng_send(fake->rep, out.data, out.len, 0);
            nng_msg_free(message);
        }
        pthread_mutex_lock(&fake->lock);
        stopping = fake->stopping;
        pthread_mutex_unlock(&fake->lock);
    }
    buf_done(&out);
    return NULL;
}

static void subscriber_came(nng_pipe pipe, nng_pipe_ev event, void *arg)
{
    struct fake_daemon *fake = arg;

    (void)pipe;
    (void)event;
    pthread_mutex_lock(&fake->lock);
    fake->subscribers++;
    pthread_cond_broadcast(&fake->changed);
    pthread_mutex_unlock(&fake->lock);
}

void fake_daemon_start(struct fake_daemon *fake)
{
    fake->stopping = false;
    fake->subscribers = 0;
    fake->epoch++;
    for (int i = 0; i < TOPIC_COUNT; i++)
        fake->counts[i] = 0;
    must(nng_rep0_open(&fake->rep) == 0 && nng_pub0_open(&fake->pub) == 0, "cannot open");
    must(nng_socket_set_ms(fake->rep, NNG_OPT_RECVTIMEO, TURN_MS) == 0, "cannot set a timeout");
    must(nng_pipe_notify(fake->pub, NNG_PIPE_EV_ADD_POST, subscriber_came, fake) == 0,
         "cannot be told of subscribers");
    must(nng_listen(fake->rep, fake->request_url, NULL, 0) == 0 &&
             nng_listen(fake->pub, fake->events_url, NULL, 0) == 0,
         "cannot listen");
    must(pthread_create(&fake->thread, NULL, serve, fake) == 0, "no thread");
}

void fake_daemon_stop(struct fake_daemon *fake)
{
    pthread_mutex_lock(&fake->lock);
    fake->stopping = true;
    pthread_mutex_unlock(&fake->lock);
    (void)pthread_join(fake->thread, NULL);
    (void)nng_close(fake->rep);
    (void)nng_close(fake->pub);
}

struct fake_daemon *fake_daemon_new(void)
{
    struct fake_daemon *fake = calloc(1, sizeof *fake);
    pthread_condattr_t attr;

    must(fake != NULL, "no memory");
    (void)snprintf(fake->directory, sizeof fake->directory, "/tmp/dofs-fake-XXXXXX");
    must(mkdtemp(fake->directory) != NULL, "no directory");
    (void)snprintf(fake->request_url, sizeof fake->request_url, "ipc://%s/request.sock",
                   fake->directory);
    (void)snprintf(fake->events_url, sizeof fake->events_url, "ipc://%s/events.sock",
                   fake->directory);
    fake->first = 1;
    pthread_mutex_init(&fake->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&fake->changed, &attr);
    pthread_condattr_destroy(&attr);
    fake_daemon_start(fake);
    return fake;
}

void fake_daemon_free(struct fake_daemon *fake)
{
    if (!fake->stopping)
        fake_daemon_stop(fake);
    (void)unlink(fake->request_url + sizeof "ipc://" - 1);
    (void)unlink(fake->events_url + sizeof "ipc://" - 1);
    (void)rmdir(fake->directory);
    for (size_t i = 0; i < fake->n_replies; i++)
        buf_done(&fake->replies[i].bytes);
    pthread_cond_destroy(&fake->changed);
    pthread_mutex_destroy(&fake->lock);
    free(fake);
}

const char *fake_daemon_request_url(const struct fake_daemon *fake)
{
    return fake->request_url;
}

const char *fake_daemon_events_url(const struct fake_daemon *fake)
{
    return fake->events_url;
}

void fake_daemon_mute(struct fake_daemon *fake, bool mute)
{
    pthread_mutex_lock(&fake->lock);
    fake->mute = mute;
    pthread_mutex_unlock(&fake->lock);
}

void fake_daemon_record(struct fake_daemon *fake, enum status status, int n)
{
    pthread_mutex_lock(&fake->lock);
    must(fake->last + n <= EVENTS_MAX, "too many events");
    for (int i = 0; i < n; i++)
        fake->statuses[++fake->last] = status;
    pthread_mutex_unlock(&fake->lock);
}

void fake_daemon_forget(struct fake_daemon *fake, int64_t first_kept)
{
    pthread_mutex_lock(&fake->lock);
    fake->first = first_kept;
    pthread_mutex_unlock(&fake->lock);
}

static void send_bytes(struct fake_daemon *fake, struct buf *bytes)
{
    must(!bytes->failed, "a message is too long");
    (void)nng_send(fake->pub, bytes->data, bytes->len, 0);
    buf_done(bytes);
}

void fake_daemon_publish(struct fake_daemon *fake, int64_t from_seq, int64_t to_seq, int skip)
{
    enum topic topic = (enum topic)fake->statuses[from_seq];
    struct buf bytes = {0};
    char epoch[32];

    (void)snprintf(epoch, sizeof epoch, "epoch-%d", fake->epoch);
    fake->counts[topic] += skip + 1;
    buf_init(&bytes, MESSAGE_MAX_BYTES);
    wire_message_head(&bytes, topic, epoch, fake->counts[topic], (uint32_t)(to_seq - from_seq + 1));
    for (int64_t seq = from_seq; seq <= to_seq; seq++) {
        struct event event;

        event_of(fake, seq, &event);
        wire_event_write(&bytes, &event);
    }
    send_bytes(fake, &bytes);
}

void fake_daemon_heartbeat(struct fake_daemon *fake)
{
    struct buf bytes = {0};
    char epoch[32];

    (void)snprintf(epoch, sizeof epoch, "epoch-%d", fake->epoch);
    buf_init(&bytes, MESSAGE_MAX_BYTES);
    buf_add(&bytes, "heartbeat", sizeof "heartbeat"); /* its NUL too */
    mp_put_map(&bytes, 3);
    mp_put_text(&bytes, "v");
    mp_put_int(&bytes, 1);
    mp_put_text(&bytes, "epoch");
    mp_put_text(&bytes, epoch);
    mp_put_text(&bytes, "last_seq");
    mp_put_int(&bytes, fake->last);
    send_bytes(fake, &bytes);
}

static bool wait_for(struct fake_daemon *fake, const int *figure, int n)
{
    struct timespec until = {0};
    bool there = false;
    int rv = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WAIT_SECONDS;
    pthread_mutex_lock(&fake->lock);
    while (*figure < n && rv == 0)
        rv = pthread_cond_timedwait(&fake->changed, &fake->lock, &until);
    there = *figure >= n;
    pthread_mutex_unlock(&fake->lock);
    return there;
}

bool fake_daemon_wait_requests(struct fake_daemon *fake, int n)
{
    return wait_for(fake, &fake->requests, n);
}

bool fake_daemon_wait_subscribers(struct fake_daemon *fake, int n)
{
    return wait_for(fake, &fake->subscribers, n);
}
