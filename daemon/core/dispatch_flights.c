/* Attempts under way, from the command to start one until its end is durable: found by order. */
#include "daemon/core/dispatch_flights.h"

#include <stdlib.h>
#include <string.h>

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

struct flight *dispatch_flights_add(struct dispatch_flights *flights, const struct waiting *waiting)
{
    struct flight **bucket = &flights->buckets[bucket_of(waiting->id)];
    struct flight *flight = flights->pool;

    if (flight != NULL) {
        flights->pool = flight->chained;
        flights->n_pool--;
    } else {
        flight = malloc(sizeof(*flight));
    }
    if (flight == NULL)
        abort();
    *flight = (struct flight){.waiting = *waiting, .chained = *bucket};
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

void dispatch_flights_end(struct flight *flight, const struct attempt_end *end)
{
    struct slice reason = end->reason;
    struct slice result = end->result;

    flight->stage = FLIGHT_ENDING;
    flight->texts = malloc(reason.n + result.n + 1);
    if (flight->texts == NULL)
        abort();
    if (reason.n > 0)
        memcpy(flight->texts, reason.p, reason.n);
    if (result.n > 0)
        memcpy(flight->texts + reason.n, result.p, result.n);
    reason.p = reason.p != NULL ? flight->texts : NULL;
    result.p = result.p != NULL ? flight->texts + reason.n : NULL;
    flight->command = (struct command){.kind = COMMAND_END,
                                       .can_wait = true,
                                       .end = {.order = flight->attempt.order,
                                               .outcome = end->outcome,
                                               .reason = reason,
                                               .result = result,
                                               .retry_after_us = end->retry_after_us},
                                       .owner = flight};
}
