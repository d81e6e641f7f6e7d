/* A load of orders on a server, N at once or so many a second, and what came of it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#include "tests/lib/load_loop.h"

/* What the command line says: --in-flight 64 and so on. Not given: 0 or NULL, but where said. */
struct load_settings {
    const char *address; /* socket's path, port, or directory of the server's socket */
    const char *events;  /* bench_dofs: the events socket */
    int64_t in_flight;   /* 64; with a rate: how many may wait for their answer */
    int64_t connections; /* 1: over how many the requests are spread */
    int64_t workers;     /* 1: connections that take and finish orders */
    int64_t at_once;     /* 1: orders that a worker takes at a time, where the server lets it */
    int64_t batch;       /* 1: orders of one request */
    int64_t subscribers; /* to events */
    int64_t orders;      /* ends after so many; 0: after `seconds` */
    double seconds;      /* 2 */
    double rate;         /* orders a second, whatever the server does; 0: as fast as it answers */
    pid_t pid;           /* the server, to see what it uses; 0: not seen */
    bool keys;           /* with idempotency keys */
    bool brief;          /* bench_postgres: takes and deletes in one, keeps nothing */
    bool no_wait;        /* does not wait for the ends of orders */
};

/* Reads the command line; ends the program where it is wrong. */
struct load_settings load_settings_read(int argc, char **argv);

struct load;

/* How a server is spoken to. */
struct load_peer {
    /* Sends one request of `batch` orders; its answer is told by load_answered(slot). */
    void (*submit)(void *self, uint32_t slot);
    /* NULL: nothing to do. Once a turn; at the end until load_ended has told of all accepted. */
    void (*turn)(void *self);
    void *self;
};

/* Runs the whole load: submits, waits for all ends, prints a figure a line. */
void load_run(const struct load_settings *settings, struct load_loop *loop,
              const struct load_peer *peer, struct load **place);

/* The answer of a request came: so many of its orders were accepted, the others refused. */
void load_answered(struct load *load, uint32_t slot, int64_t accepted, int64_t refused);

void load_ended(struct load *load, int64_t orders); /* so many more have durably ended */

int64_t load_accepted(const struct load *load);
bool load_submitting(const struct load *load); /* else: only ends are awaited */
int64_t load_now_us(void);

/* Durations, for their quantiles. */
struct load_times {
    uint32_t *us;
    size_t n, cap;
    size_t sorted; /* so many of them are in their order */
};
void load_times_add(struct load_times *times, int64_t us);
double load_times_quantile_ms(struct load_times *times, size_t per_mille); /* 0 without any */
void load_times_done(struct load_times *times);
/* Prints `NAME_p50_ms`, `_p99_ms` and `_max_ms`, and frees. */
void load_times_print(struct load_times *times, const char *name);
