/*
 * How long questions take in a big store that bench_fill has filled. Usage:
 *   bench_scale ready SOCKET BEGAN_NS   how long after BEGAN_NS the daemon answers; 1: not yet
 *   bench_scale ask SOCKET              each question many times; those of goals beside their bound
 */
#include <err.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/limits.h"
#include "shared/wire_reply.h"
#include "tests/lib/load.h"
#include "tests/lib/raw_client.h"
#include "tests/lib/scale_questions.h"

#define ASKS SCALE_IDS
#define TAKES_US 3000000 /* of one question: the slow ones are asked less often */
#define DEEP_PAGES 200
#define GOAL_MS 5.0
#define CURSOR_MAX 256
#define REPLY_MAX ((size_t)FRAME_MAX_BYTES)

struct asker {
    int fd;
    struct buf body;
    uint8_t *reply;
    long reply_len;
    struct scale_store store;
};

static void ask(struct asker *a, const struct request *request)
{
    uint32_t id = 0;

    buf_clear(&a->body);
    wire_request_write(&a->body, request, ROLE_NONE);
    if (!raw_client_send(a->fd, 1, a->body.data, a->body.len))
        errx(EXIT_FAILURE, "cannot ask");
    a->reply_len = raw_client_receive(a->fd, &id, a->reply, REPLY_MAX);
    if (a->reply_len < 0)
        errx(EXIT_FAILURE, "no answer");
}

static struct page *page_of(const struct scale_question *q, struct request *request)
{
    return q->page > 0 ? (struct page *)(void *)((char *)request + q->page) : NULL;
}

static void begin(const struct scale_question *q, struct request *request)
{
    struct page *page = page_of(q, request);

    *request = (struct request){.op = q->op};
    if (page != NULL)
        page->limit = PAGE_DEFAULT;
}

static bool answered_well(const struct asker *a, struct why *why)
{
    struct mp_reader rest;
    uint32_t pairs = 0;

    return wire_reply_head(a->reply, (size_t)a->reply_len, &rest, &pairs, why) == OK;
}

static void print_times(struct load_times *times, const char *name, bool goal)
{
    size_t n = times->n;
    double p50 = load_times_quantile_ms(times, 500);
    double p99 = load_times_quantile_ms(times, 990);
    double most = load_times_quantile_ms(times, 1000);

    (void)printf("%-46s %5zu times  p50 %8.3f  p99 %8.3f  max %8.3f ms%s\n", name, n, p50, p99,
                 most,
                 !goal            ? ""
                 : p99 <= GOAL_MS ? "  <= 5 met"
                                  : "  <= 5 missed");
    load_times_done(times);
}

static void measure(struct asker *a, const struct scale_question *q)
{
    struct load_times times = {0};
    int64_t start = load_now_us(), now = start;

    for (int i = 0; i < ASKS && now - start < TAKES_US; i++) {
        struct request request;
        struct why why = {0};
        int64_t before = 0;

        begin(q, &request);
        q->fill(&a->store, &request);
        before = load_now_us();
        ask(a, &request);
        now = load_now_us();
        load_times_add(&times, now - before);
        if (i == 0 && !answered_well(a, &why))
            warnx("%s: %s", q->name, why.text);
    }
    print_times(&times, q->name, q->goal);
}

/* Copies the reply's cursor; false at the end. */
static bool next_cursor(const struct asker *a, char cursor[CURSOR_MAX], struct slice *out)
{
    struct mp_reader r;
    struct slice text;

    if (!wire_reply_find(a->reply, (size_t)a->reply_len, "next_cursor", &r) || mp_nil(&r))
        return false;
    text = mp_str(&r);
    if (mp_failed(&r) || text.n >= CURSOR_MAX)
        return false;
    memcpy(cursor, text.p, text.n);
    *out = (struct slice){cursor, text.n};
    return true;
}

/* One page after the other, as far as DEEP_PAGES; the last of them are timed. */
static void measure_deep(struct asker *a, const struct scale_question *q)
{
    struct load_times times = {0};
    struct request request;
    char cursor[CURSOR_MAX], name[64];
    int pages = 0;
    bool more = true;

    begin(q, &request);
    q->fill(&a->store, &request);
    for (; pages < DEEP_PAGES && more; pages++) {
        int64_t before = load_now_us();

        page_of(q, &request)->limit = PAGE_MAX;
        ask(a, &request);
        if (pages >= DEEP_PAGES / 2)
            load_times_add(&times, load_now_us() - before);
        more = next_cursor(a, cursor, &page_of(q, &request)->cursor);
    }
    (void)snprintf(name, sizeof name, "%s, of 500, to page %d", q->name, pages);
    if (times.n > 0)
        print_times(&times, name, false);
    load_times_done(&times);
}

static int64_t number_of(const struct asker *a, const char *key)
{
    struct mp_reader r;

    if (!wire_reply_find(a->reply, (size_t)a->reply_len, key, &r))
        errx(EXIT_FAILURE, "no %s in a reply", key);
    return mp_int(&r);
}

/* The first order of a page: its id and when it was created. */
static int64_t first_order(struct asker *a, struct request *request, struct uuid *id)
{
    struct mp_reader r;
    struct slice text = {0};
    int64_t created = 0;

    request->list.page.limit = 1;
    ask(a, request);
    if (!wire_reply_find(a->reply, (size_t)a->reply_len, "orders", &r) || mp_list(&r) == 0)
        return 0;
    for (uint32_t pairs = mp_map(&r); pairs > 0 && !mp_failed(&r); pairs--) {
        struct slice key = mp_str(&r);

        if (slice_is(key, "order_id"))
            text = mp_str(&r);
        else if (slice_is(key, "created_at"))
            created = mp_int(&r);
        else
            mp_skip(&r);
    }
    return uuid_parse(text.p, text.n, id) ? created : 0;
}

static void look_around(struct asker *a)
{
    struct request request = {.op = OP_LIST, .list = {.sort = SORT_OLDEST}};
    struct uuid id;

    a->store.oldest = first_order(a, &request, &id);
    request.list.sort = SORT_NEWEST;
    a->store.newest = first_order(a, &request, &id);
    for (int i = 0; i < ASKS; i++) {
        request.list.to = scale_some_time(&a->store) + 1;
        a->store.n_ids += first_order(a, &request, &a->store.ids[a->store.n_ids]) > 0;
    }
    request = (struct request){.op = OP_EVENTS, .events = {.limit = 1}};
    ask(a, &request);
    a->store.last_seq = number_of(a, "last_seq");
    if (a->store.n_ids == 0)
        errx(EXIT_FAILURE, "the store is empty");
}

static int ask_all(const char *path)
{
    static struct asker a;
    size_t n = 0;
    const struct scale_question *questions = scale_questions(&n);

    a.fd = raw_client_open(path, SP_PROTO_REQ);
    a.reply = malloc(REPLY_MAX);
    if (a.fd < 0 || a.reply == NULL)
        errx(EXIT_FAILURE, "no daemon at %s", path);
    buf_init(&a.body, REPLY_MAX);
    rng_seed(&a.store.rng, 1);
    look_around(&a);
    for (size_t i = 0; i < n; i++) {
        measure(&a, &questions[i]);
        if (questions[i].deep)
            measure_deep(&a, &questions[i]);
    }
    buf_done(&a.body);
    free(a.reply);
    (void)close(a.fd);
    return 0;
}

static int tell_ready(const char *path, long long began_ns)
{
    const struct request request = {.op = OP_INFO};
    static struct asker a;
    struct timespec now = {0};

    a.fd = raw_client_open(path, SP_PROTO_REQ);
    if (a.fd < 0)
        return 1;
    a.reply = malloc(REPLY_MAX);
    if (a.reply == NULL)
        return 1;
    buf_init(&a.body, REPLY_MAX);
    ask(&a, &request);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)printf("ready_ms %.1f\n",
                 (double)(now.tv_sec * 1000000000LL + now.tv_nsec - began_ns) / 1e6);
    buf_done(&a.body);
    free(a.reply);
    (void)close(a.fd);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "ask") == 0)
        return ask_all(argv[2]);
    if (argc == 4 && strcmp(argv[1], "ready") == 0)
        return tell_ready(argv[2], strtoll(argv[3], NULL, 10));
    (void)fputs("usage: bench_scale ask SOCKET | ready SOCKET BEGAN_NS\n", stderr);
    return 2;
}
