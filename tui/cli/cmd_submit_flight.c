/* A batch of orders of a file: filled, in flight, answered. */
#include "tui/cli/cmd_submit_flight.h"

#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

#include "shared/limits.h"

#define ORDERS_BYTES ((size_t)FRAME_MAX_BYTES - 1024) /* leaves room for the request's head */
#define BUSY_US 100000
#define BUSY_MAX_US (5 * 1000000LL)

struct flight {
    struct client_call *call;
    struct buf orders; /* encoded, one after the other */
    struct buf request;
    struct arena arena; /* of the entries */
    struct flight_entry entries[FLIGHT_ORDERS];
    size_t n, sent;
    size_t text_bytes;
    int64_t timeout_us;
    sem_t done;
    struct client_answer answer;
};

struct flight *flight_open(struct client *client, struct why *why)
{
    struct flight *flight = calloc(1, sizeof *flight);

    if (flight == NULL)
        abort(); /* no memory for a bounded need of our own */
    (void)sem_init(&flight->done, 0, 0);
    buf_init(&flight->orders, ORDERS_BYTES);
    buf_init(&flight->request, (size_t)FRAME_MAX_BYTES);
    if (client_call_open(client, &flight->call, why) == OK)
        return flight;
    flight_close(flight);
    return NULL;
}

void flight_clear(struct flight *flight)
{
    client_answer_done(&flight->answer);
    arena_done(&flight->arena);
    buf_clear(&flight->orders);
    flight->n = flight->sent = flight->text_bytes = 0;
}

void flight_close(struct flight *flight)
{
    if (flight == NULL)
        return;
    client_call_close(flight->call);
    flight_clear(flight);
    buf_done(&flight->orders);
    buf_done(&flight->request);
    (void)sem_destroy(&flight->done);
    free(flight);
}

/* Takes back what was encoded of an order that does not fit any more. */
static bool encode(struct flight *flight, const struct submit_row *row, const char *key)
{
    struct buf *out = &flight->orders;
    size_t before = out->len;

    mp_put_map(out, 2);
    mp_put_text(out, "order");
    wire_draft_write(out, &row->draft);
    mp_put_text(out, "idempotency_key");
    mp_put_str(out, row->key.p != NULL ? row->key : slice_of(key));
    if (!out->failed)
        return true;
    out->failed = false;
    out->len = before;
    return false;
}

bool flight_add(struct flight *flight, const struct submit_row *row, const char *key,
                bool keep_text)
{
    struct flight_entry *entry = &flight->entries[flight->n];
    struct why why = {0};

    if (flight->n == FLIGHT_ORDERS || flight->text_bytes > FLIGHT_TEXT_MAX)
        return false;
    *entry = (struct flight_entry){.line = row->line};
    if (row->problems.n > 0) {
        (void)problems_why(&row->problems, &why);
        entry->problem = arena_copy(&flight->arena, why.text, strlen(why.text));
    } else if (encode(flight, row, key)) {
        flight->sent++;
    } else if (flight->sent > 0) {
        return false;
    } else {
        entry->problem = "larger than a request may be";
    }
    if (keep_text) {
        entry->text = slice_copy(&flight->arena, row->text);
        flight->text_bytes += row->text.n;
    }
    flight->n++;
    return true;
}

bool flight_empty(const struct flight *flight)
{
    return flight->n == 0;
}

static void answered(void *self, struct client_answer *answer)
{
    struct flight *flight = self;

    flight->answer = *answer;
    answer->message = NULL; /* the flight owns it now */
    (void)sem_post(&flight->done);
}

static void encode_request(struct flight *flight)
{
    struct buf *out = &flight->request;

    buf_clear(out);
    mp_put_map(out, 3);
    mp_put_text(out, "v");
    mp_put_int(out, PROTOCOL_VERSION);
    mp_put_text(out, "op");
    mp_put_text(out, "submit_batch");
    mp_put_text(out, "orders");
    mp_put_list(out, (uint32_t)flight->sent);
    buf_add(out, flight->orders.data, flight->orders.len);
}

void flight_start(struct flight *flight, int64_t timeout_us)
{
    flight->timeout_us = timeout_us;
    if (flight->sent == 0)
        return;
    encode_request(flight);
    client_call_start(flight->call, &flight->request, timeout_us, answered, flight);
}

/* How long to wait before the same is asked again; 0: not at all. A single order that was not let
   in is enough: those that were are known by their keys. */
static int64_t busy_us(const struct flight *flight)
{
    struct arena arena = {0};
    struct mp_reader results;
    struct why why = {0};
    uint32_t n = 0;
    enum err e = submit_outcomes(&flight->answer, &results, &n, &why);

    for (uint32_t i = 0; e == OK && i < n; i++) {
        struct submit_outcome outcome;

        submit_outcome_next(&results, &arena, &outcome);
        if (outcome.code == ERR_BUSY) {
            e = ERR_BUSY;
            why = outcome.why;
        }
    }
    arena_done(&arena);
    if (e != ERR_BUSY)
        return 0;
    if (why.retry_after_us <= 0)
        return BUSY_US;
    return why.retry_after_us < BUSY_MAX_US ? why.retry_after_us : BUSY_MAX_US;
}

struct client_answer *flight_wait(struct flight *flight)
{
    int64_t wait_us = 0;

    if (flight->sent == 0)
        return &flight->answer;
    do {
        while (sem_wait(&flight->done) != 0) /* a signal came */
            ;
        wait_us = flight->answer.outcome == CLIENT_ANSWERED ? busy_us(flight) : 0;
        if (wait_us > 0) {
            const struct timespec pause = {.tv_sec = wait_us / 1000000,
                                           .tv_nsec = wait_us % 1000000 * 1000};

            client_answer_done(&flight->answer);
            (void)nanosleep(&pause, NULL);
            client_call_start(flight->call, &flight->request, flight->timeout_us, answered, flight);
        }
    } while (wait_us > 0);
    return &flight->answer;
}

const struct flight_entry *flight_entries(const struct flight *flight, size_t *n)
{
    *n = flight->n;
    return flight->entries;
}

size_t flight_sent(const struct flight *flight)
{
    return flight->sent;
}
