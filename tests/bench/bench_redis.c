/*
 * The same orders through Redis Streams: XADD; consumers take them by XREADGROUP and finish each by
 * XACK and XDEL. What is durable, and when, is the server's setting (appendfsync). Usage:
 * tests/lib/load.h, struct load_settings.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/load.h"
#include "tests/lib/load_order.h"

struct worker {
    struct bench *bench;
    struct load_link *link;
    int64_t unanswered; /* XACK and XDEL */
};

struct bench {
    struct load_settings settings;
    struct load *load;
    struct load_order order;
    struct load_link **links;
    struct worker *workers;
    char take[160]; /* the command by which consumers take entries */
    int answers;    /* before the load */
};

/* A line's number behind its sign; NULL: more has to come. */
static const uint8_t *read_line(const uint8_t *at, const uint8_t *end, char *sign, long *number)
{
    const uint8_t *cr = at < end ? memchr(at, '\r', (size_t)(end - at)) : NULL;

    if (cr == NULL || cr + 2 > end)
        return NULL;
    *sign = (char)at[0];
    if (*sign == '-')
        errx(EXIT_FAILURE, "redis: %.*s", (int)(cr - at), (const char *)at);
    *number = strtol((const char *)at + 1, NULL, 10);
    return cr + 2;
}

/* Behind the value that starts at `at`, with all inside it; NULL: more has to come. */
static const uint8_t *skip_value(const uint8_t *at, const uint8_t *end)
{
    long left = 1;

    while (left > 0) {
        char sign = 0;
        long number = 0;

        at = read_line(at, end, &sign, &number);
        if (at == NULL)
            return NULL;
        left--;
        if (sign == '*' && number > 0)
            left += number;
        if (sign == '$' && number >= 0)
            at += number + 2;
        if (at > end)
            return NULL;
    }
    return at;
}

static size_t take_added(void *self, struct load_link *link, const uint8_t *bytes, size_t n)
{
    struct bench *b = self;
    const uint8_t *end = skip_value(bytes, bytes + n);

    if (end == NULL)
        return 0;
    if (b->load != NULL)
        load_answered(b->load, load_link_answered(link), 1, 0);
    else
        b->answers++;
    return (size_t)(end - bytes);
}

static void submit(void *self, uint32_t slot)
{
    struct bench *b = self;
    struct load_link *link = b->links[slot % b->settings.connections];
    struct buf *out = load_link_out(link);
    size_t len = 0;
    const uint8_t *body = load_order_body(&b->order, &len);

    buf_printf(out, "*5\r\n$4\r\nXADD\r\n$6\r\norders\r\n$1\r\n*\r\n$5\r\norder\r\n$%zu\r\n", len);
    buf_add(out, body, len);
    buf_add_text(out, "\r\n");
    load_link_expect(link, slot);
}

/* BLOCK is a timeout too: an idle consumer asks again. */
static void ask_more(struct worker *w)
{
    buf_add_text(load_link_out(w->link), w->bench->take);
}

static void finish(struct worker *w, const char *id, size_t n)
{
    struct buf *out = load_link_out(w->link);

    buf_printf(out, "*4\r\n$4\r\nXACK\r\n$6\r\norders\r\n$1\r\ng\r\n$%zu\r\n%.*s\r\n", n, (int)n,
               id);
    buf_printf(out, "*3\r\n$4\r\nXDEL\r\n$6\r\norders\r\n$%zu\r\n%.*s\r\n", n, (int)n, id);
    w->unanswered += 2;
}

/* [[stream, [[id, [field, value]], ...]]] */
static void take_entries(struct worker *w, const uint8_t *at, const uint8_t *end)
{
    char sign = 0;
    long streams = 0, entries = 0, n = 0;

    at = read_line(at, end, &sign, &streams);
    if (streams <= 0) { /* none came in time */
        ask_more(w);
        return;
    }
    at = read_line(at, end, &sign, &n);
    at = skip_value(at, end);
    at = read_line(at, end, &sign, &entries);
    for (long i = 0; i < entries; i++) {
        at = read_line(at, end, &sign, &n);
        at = read_line(at, end, &sign, &n);
        finish(w, (const char *)at, (size_t)n);
        at = skip_value(at + n + 2, end);
    }
}

static size_t take_worked(void *self, struct load_link *link, const uint8_t *bytes, size_t n)
{
    struct worker *w = self;
    const uint8_t *end = skip_value(bytes, bytes + n);

    (void)link;
    if (end == NULL)
        return 0;
    if (w->unanswered == 0) {
        take_entries(w, bytes, end);
        return (size_t)(end - bytes);
    }
    w->unanswered--;
    if (w->unanswered % 2 == 0)
        load_ended(w->bench->load, 1);
    if (w->unanswered == 0)
        ask_more(w);
    return (size_t)(end - bytes);
}

static void open_all(struct bench *b, struct load_loop *loop)
{
    const struct load_settings *s = &b->settings;

    b->links = calloc((size_t)s->connections, sizeof(struct load_link *));
    b->workers = calloc((size_t)s->workers, sizeof *b->workers);
    if (b->links == NULL || b->workers == NULL)
        abort();
    for (int64_t i = 0; i < s->connections; i++)
        b->links[i] = load_loop_add(loop, load_connect(s->address), take_added, b);
    buf_add_text(load_link_out(b->links[0]), "DEL orders\r\n"
                                             "XGROUP CREATE orders g $ MKSTREAM\r\n");
    (void)snprintf(b->take, sizeof b->take,
                   "XREADGROUP GROUP g c COUNT %d BLOCK 1000 STREAMS orders >\r\n",
                   (int)s->at_once);
    while (b->answers < 2)
        load_loop_turn(loop, 1000);
    for (int64_t i = 0; i < s->workers; i++) {
        b->workers[i].bench = b;
        b->workers[i].link =
            load_loop_add(loop, load_connect(s->address), take_worked, &b->workers[i]);
        ask_more(&b->workers[i]);
    }
}

int main(int argc, char **argv)
{
    static struct bench b;
    struct load_loop *loop = load_loop_new();

    b.settings = load_settings_read(argc, argv);
    load_order_init(&b.order, 1, false);
    open_all(&b, loop);
    load_run(&b.settings, loop, &(struct load_peer){submit, NULL, &b}, &b.load);
    load_loop_free(loop);
    load_order_done(&b.order);
    free(b.links);
    free(b.workers);
    return 0;
}
