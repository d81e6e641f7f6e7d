/*
 * The same orders through beanstalkd: put; workers reserve and delete one at a time each. What is
 * durable, and when, is the server's setting (-b, -f0). Usage: tests/lib/load.h, struct
 * load_settings.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/load.h"
#include "tests/lib/load_order.h"

struct bench {
    struct load_settings settings;
    struct load *load;
    struct load_order order;
    struct load_link **links;
};

static bool starts(const uint8_t *bytes, size_t n, const char *text)
{
    return n >= strlen(text) && memcmp(bytes, text, strlen(text)) == 0;
}

/* The first line, its end included; 0: more has to come. */
static size_t line_len(const uint8_t *bytes, size_t n)
{
    const uint8_t *lf = memchr(bytes, '\n', n);

    return lf == NULL ? 0 : (size_t)(lf - bytes) + 1;
}

static size_t take_put(void *self, struct load_link *link, const uint8_t *bytes, size_t n)
{
    struct bench *b = self;
    size_t len = line_len(bytes, n);

    if (len == 0)
        return 0;
    if (!starts(bytes, n, "INSERTED "))
        errx(EXIT_FAILURE, "beanstalkd: %.*s", (int)len, (const char *)bytes);
    load_answered(b->load, load_link_answered(link), 1, 0);
    return len;
}

static void submit(void *self, uint32_t slot)
{
    struct bench *b = self;
    struct load_link *link = b->links[slot % b->settings.connections];
    struct buf *out = load_link_out(link);
    size_t len = 0;
    const uint8_t *body = load_order_body(&b->order, &len);

    buf_printf(out, "put 5 0 60 %zu\r\n", len);
    buf_add(out, body, len);
    buf_add_text(out, "\r\n");
    load_link_expect(link, slot);
}

static size_t take_job(struct load_link *link, const uint8_t *bytes, size_t n)
{
    size_t len = line_len(bytes, n);
    char *at = NULL;
    unsigned long id = strtoul((const char *)bytes + strlen("RESERVED "), &at, 10);
    size_t body = strtoul(at, NULL, 10) + 2;

    if (n < len + body)
        return 0;
    buf_printf(load_link_out(link), "delete %lu\r\nreserve\r\n", id);
    return len + body;
}

static size_t take_worked(void *self, struct load_link *link, const uint8_t *bytes, size_t n)
{
    struct bench *b = self;
    size_t len = line_len(bytes, n);

    if (len == 0)
        return 0;
    if (starts(bytes, n, "RESERVED "))
        return take_job(link, bytes, n);
    if (!starts(bytes, n, "DELETED"))
        errx(EXIT_FAILURE, "beanstalkd: %.*s", (int)len, (const char *)bytes);
    load_ended(b->load, 1);
    return len;
}

static void open_all(struct bench *b, struct load_loop *loop)
{
    const struct load_settings *s = &b->settings;

    b->links = calloc((size_t)s->connections, sizeof(struct load_link *));
    if (b->links == NULL)
        abort();
    for (int64_t i = 0; i < s->connections; i++)
        b->links[i] = load_loop_add(loop, load_connect(s->address), take_put, b);
    for (int64_t i = 0; i < s->workers; i++) {
        struct load_link *link = load_loop_add(loop, load_connect(s->address), take_worked, b);

        buf_add_text(load_link_out(link), "reserve\r\n");
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
    return 0;
}
