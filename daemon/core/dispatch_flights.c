/* Attempts under way, from the command to start one until its end is durable: found by order. */
#include "daemon/core/dispatch_flights.h"

#include <stdlib.h>
#include <string.h>

#include "shared/need.h"

#define POOL_MAX 2048

static size_t bucket_of(int64_t order)
{
    return (size_t)order % FLIGHT_BUCKETS; /* running numbers spread by themselves */
}

struct flight *dispatch_flights_find(const struct dispatch_flights *flights, int64_t order)
{
    struct flight *flight = flights->buckets[bucket_of(order)];

    while (flight != NULL && flight->waiting.id != order)
        flight = flight->chained;
    return flight;
}

void dispatch_flights_twice(struct flight *flight, const struct waiting *waiting)
{
    flight->twice = true;
    flight->waiting = *waiting;
}

struct flight *dispatch_flights_add(struct dispatch_flights *flights, const struct waiting *waiting)
{
    struct flight **bucket = &flights->buckets[bucket_of(waiting->id)];
    struct flight *flight = flights->pool;

    if (flight != NULL) {
        flights->pool = flight->chained;
        flights->n_pool--;
    } else {
        flight = need(malloc(sizeof(*flight)));
    }
    *flight = (struct flight){.waiting = *waiting, .pool = waiting->pool, .chained = *bucket};
    *bucket = flight;
    flights->n++;
    return flight;
}

void dispatch_flights_remove(struct dispatch_flights *flights, struct flight *flight)
{
    struct flight **at = &flights->buckets[bucket_of(flight->waiting.id)];

    while (*at != flight)
        at = &(*at)->chained;
    *at = flight->chained;
    dispatch_flights_untime(flights, flight);
    flights->n--;
    free(flight->texts);
    flight->texts = NULL;
    if (flights->n_pool >= POOL_MAX) {
        free(flight);
        return;
    }
    flight->chained = flights->pool;
    flights->pool = flight;
    flights->n_pool++;
}

static void free_list(struct flight *flight)
{
    while (flight != NULL) {
        struct flight *next = flight->chained;

        free(flight->texts);
        free(flight);
        flight = next;
    }
}

void dispatch_flights_done(struct dispatch_flights *flights)
{
    for (size_t i = 0; i < FLIGHT_BUCKETS; i++)
        free_list(flights->buckets[i]);
    free_list(flights->pool);
    *flights = (struct dispatch_flights){0};
}

/* From the end: the timeout is the same for most. */
void dispatch_flights_time(struct dispatch_flights *flights, struct flight *flight,
                           int64_t deadline)
{
    struct flight *before = flights->last;

    while (before != NULL && before->deadline > deadline)
        before = before->prev;
    flight->deadline = deadline;
    flight->timed = true;
    flight->prev = before;
    flight->next = before != NULL ? before->next : flights->first;
    if (flight->next != NULL)
        flight->next->prev = flight;
    else
        flights->last = flight;
    if (before != NULL)
        before->next = flight;
    else
        flights->first = flight;
}

void dispatch_flights_untime(struct dispatch_flights *flights, struct flight *flight)
{
    if (!flight->timed)
        return;
    flight->timed = false;
    if (flight->prev != NULL)
        flight->prev->next = flight->next;
    else
        flights->first = flight->next;
    if (flight->next != NULL)
        flight->next->prev = flight->prev;
    else
        flights->last = flight->prev;
}

/* Copies a text behind the others; returns where the next one goes. */
static char *keep(struct slice *text, char *at)
{
    if (text->p == NULL)
        return at;
    if (text->n > 0)
        memcpy(at, text->p, text->n);
    text->p = at;
    return at + text->n;
}

void dispatch_flights_end(struct flight *flight, const struct attempt_end *end)
{
    struct command command = {.kind = COMMAND_END,
                              .can_wait = end->op == LEASE_NOT, /* else somebody waits for it */
                              .by = end->by,
                              .end = {.order = flight->attempt.order,
                                      .outcome = end->outcome,
                                      .reason = end->reason,
                                      .result = end->result,
                                      .retry_after_us = end->retry_after_us,
                                      .op = end->op,
                                      .lease = end->lease},
                              .owner = flight};
    char *at = need(malloc(end->reason.n + end->result.n + end->by.n + end->lease.n + 1));

    free(flight->texts);
    flight->texts = at;
    at = keep(&command.end.reason, at);
    at = keep(&command.end.result, at);
    at = keep(&command.by, at);
    (void)keep(&command.end.lease, at);
    flight->stage = FLIGHT_ENDING;
    flight->command = command;
}
