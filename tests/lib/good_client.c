/* A client that keeps to the rules, and how long each of its answers took. */
#include "tests/lib/good_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/limits.h"
#include "shared/wire_reply.h"
#include "tests/lib/raw_client.h"
#include "tests/lib/test.h"

#define REPLY_MAX ((size_t)FRAME_MAX_BYTES)

void good_client_open(struct good_client *good, const struct daemon_proc *proc)
{
    *good = (struct good_client){.fd = -1};
    clock_init(&good->clock);
    good->reply = malloc(REPLY_MAX);
    assert_non_null(good->reply);
    good->fd = raw_client_open(daemon_proc_request_url(proc) + strlen("ipc://"), SP_PROTO_REQ);
    assert_true(good->fd >= 0);
}

void good_client_close(struct good_client *good)
{
    (void)close(good->fd);
    free(good->took_us);
    free(good->reply);
}

static void note(struct good_client *good, int64_t took_us)
{
    if (good->n == good->cap) {
        good->cap = good->cap > 0 ? 2 * good->cap : 1024;
        good->took_us = realloc(good->took_us, good->cap * sizeof *good->took_us);
        assert_non_null(good->took_us);
    }
    good->took_us[good->n++] = (uint32_t)took_us;
}

void good_client_ask(struct good_client *good, const struct buf *request)
{
    struct mp_reader body;
    struct why why = {.text = ""};
    uint32_t id = 0, pairs = 0;
    int64_t began = clock_mono(&good->clock);
    long n = 0;

    good->id = (good->id + 1) & 0xffffff;
    assert_true(raw_client_send(good->fd, good->id, request->data, request->len));
    n = raw_client_receive(good->fd, &id, good->reply, REPLY_MAX);
    if (n < 0)
        fail_msg("the good client was not answered");
    note(good, clock_mono(&good->clock) - began);
    assert_int_equal(id, good->id);
    if (wire_reply_head(good->reply, (size_t)n, &body, &pairs, &why) != OK)
        fail_msg("the good client was refused: %s", why.text);
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

void good_client_print(struct good_client *good, const char *when)
{
    if (good->n == 0)
        return;
    qsort(good->took_us, good->n, sizeof *good->took_us, compare);
    (void)printf("# good client %s: %zu answers, p50 %u us, p99 %u us, max %u us\n", when, good->n,
                 good->took_us[good->n / 2], good->took_us[good->n * 99 / 100],
                 good->took_us[good->n - 1]);
    good->n = 0;
}
