/* A load of orders on a server, N at once or so many a second, and what came of it. */
#include "tests/lib/load.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <sys/resource.h>

#include "tests/lib/proc_use.h"

#define LOOK_EVERY_US 500000
#define WAIT_US 50000        /* of one turn, while answers are awaited */
#define WAIT_ENDS_US 2000    /* while ends are */
#define PATIENCE_US 60000000 /* without any end: the rest is lost */

struct load {
    const struct load_settings *settings;
    struct load_loop *loop;
    const struct load_peer *peer;
    int64_t *started_us; /* by slot */
    uint32_t *free_slots;
    size_t n_free;
    int64_t began_us, stop_us;         /* stop_us: when submitting ends; INT64_MAX: by number */
    int64_t submitted_us, last_end_us; /* the last answer, the last end */
    int64_t offered, held; /* orders; held: not sent, as too many answers were outstanding */
    int64_t accepted, refused, ended;
    bool submitting;
    struct load_times times;
    struct proc_use before, after;
    int64_t disk_before, disk_after;
    int64_t look_us, rss_max_kib;
};

int64_t load_accepted(const struct load *load)
{
    return load->accepted;
}

bool load_submitting(const struct load *load)
{
    return load->submitting;
}

void load_answered(struct load *load, uint32_t slot, int64_t accepted, int64_t refused)
{
    int64_t now = load_now_us();

    load->accepted += accepted;
    load->refused += refused;
    if (accepted > 0)
        load_times_add(&load->times, now - load->started_us[slot]);
    load->submitted_us = now;
    load->free_slots[load->n_free++] = slot;
}

void load_ended(struct load *load, int64_t orders)
{
    load->ended += orders;
    load->last_end_us = load_now_us();
}

static void submit(struct load *load, int64_t due_us)
{
    uint32_t slot = load->free_slots[--load->n_free];

    load->started_us[slot] = due_us;
    load->peer->submit(load->peer->self, slot);
}

/* Closed: as many as are free. */
static void submit_free(struct load *load, int64_t now)
{
    const struct load_settings *s = load->settings;

    while (load->n_free > 0 && (s->orders == 0 || load->offered < s->orders)) {
        load->offered += s->batch;
        submit(load, now);
    }
}

/* Open: all that are due by now, timed from when they were due. */
static void submit_due(struct load *load, int64_t now)
{
    const struct load_settings *s = load->settings;
    int64_t until = now < load->stop_us ? now : load->stop_us;
    int64_t due = (int64_t)((double)(until - load->began_us) * s->rate / 1e6);

    if (s->orders > 0 && due > s->orders)
        due = s->orders;
    for (; load->offered + s->batch <= due; load->offered += s->batch) {
        if (load->n_free > 0)
            submit(load, load->began_us + (int64_t)((double)load->offered * 1e6 / s->rate));
        else
            load->held += s->batch;
    }
}

static void look(struct load *load, int64_t now)
{
    struct proc_use use;

    if (load->settings->pid == 0 || now < load->look_us)
        return;
    load->look_us = now + LOOK_EVERY_US;
    proc_use_read(load->settings->pid, &use);
    if (use.rss_kib > load->rss_max_kib)
        load->rss_max_kib = use.rss_kib;
}

static void turn(struct load *load, int64_t wait_us)
{
    if (load->peer->turn != NULL)
        load->peer->turn(load->peer->self);
    load_loop_turn(load->loop, wait_us);
    look(load, load_now_us());
}

static void submit_all(struct load *load)
{
    const struct load_settings *s = load->settings;
    int64_t now = load->began_us;
    /* An open load sends by the millisecond: more turns would only cost time. */
    int64_t wait_us = s->rate > 0 ? 1000 : WAIT_US;

    while (now < load->stop_us && (s->orders == 0 || load->offered < s->orders)) {
        if (s->rate > 0)
            submit_due(load, now);
        else
            submit_free(load, now);
        turn(load, wait_us);
        now = load_now_us();
    }
    load->submitting = false;
    while (load->n_free < (size_t)s->in_flight)
        turn(load, WAIT_US);
}

static void await_ends(struct load *load)
{
    int64_t ended = load->ended, moved_us = load_now_us();

    while (load->ended < load->accepted && load_now_us() - moved_us < PATIENCE_US) {
        turn(load, WAIT_ENDS_US);
        if (load->ended != ended)
            moved_us = load_now_us();
        ended = load->ended;
    }
}

static void use_read(const struct load *load, struct proc_use *use, int64_t *disk)
{
    const char *address = load->settings->address;

    proc_use_read(load->settings->pid, use);
    *disk = proc_disk_bytes(address[0] == '/' ? address : ".");
}

static void print_use(const struct load *load)
{
    struct rusage own;
    double orders = load->accepted > 0 ? (double)load->accepted : 1;

    (void)getrusage(RUSAGE_SELF, &own);
    (void)printf("client_cpu_us %.1f\n",
                 ((double)(own.ru_utime.tv_sec + own.ru_stime.tv_sec) * 1e6 +
                  (double)(own.ru_utime.tv_usec + own.ru_stime.tv_usec)) /
                     orders);
    if (load->settings->pid == 0)
        return;
    (void)printf("server_cpu_us %.1f\nwritten_bytes %.0f\ndisk_bytes %.0f\nrss_kib %" PRId64 "\n",
                 (double)(load->after.cpu_us - load->before.cpu_us) / orders,
                 (double)(load->after.written_bytes - load->before.written_bytes) / orders,
                 (double)(load->disk_after - load->disk_before) / orders, load->rss_max_kib);
}

static void print(struct load *load)
{
    bool ends = !load->settings->no_wait;
    int64_t last_us = ends ? load->last_end_us : load->submitted_us;
    int64_t done = ends ? load->ended : load->accepted;
    double seconds = (double)(last_us - load->began_us) / 1e6;

    (void)printf("orders_per_s %.0f\nseconds %.3f\n", done > 0 ? (double)done / seconds : 0,
                 seconds);
    (void)printf("offered %" PRId64 "\nheld %" PRId64 "\naccepted %" PRId64 "\nrefused %" PRId64
                 "\n",
                 load->offered, load->held, load->accepted, load->refused);
    if (ends)
        (void)printf("lost %" PRId64 "\n", load->accepted - load->ended);
    load_times_print(&load->times, "submit");
    print_use(load);
}

void load_run(const struct load_settings *settings, struct load_loop *loop,
              const struct load_peer *peer, struct load **place)
{
    struct load *load = calloc(1, sizeof *load);
    size_t slots = (size_t)settings->in_flight;

    if (load == NULL)
        abort();
    *load = (struct load){.settings = settings, .loop = loop, .peer = peer, .submitting = true};
    *place = load;
    load->started_us = calloc(slots, sizeof *load->started_us);
    load->free_slots = calloc(slots, sizeof *load->free_slots);
    if (load->started_us == NULL || load->free_slots == NULL)
        abort();
    for (size_t i = 0; i < slots; i++)
        load->free_slots[load->n_free++] = (uint32_t)(slots - 1 - i);
    if (settings->pid != 0)
        use_read(load, &load->before, &load->disk_before);
    load->began_us = load_now_us();
    load->stop_us =
        settings->orders > 0 ? INT64_MAX : load->began_us + (int64_t)(settings->seconds * 1e6);
    submit_all(load);
    if (!settings->no_wait)
        await_ends(load);
    if (settings->pid != 0)
        use_read(load, &load->after, &load->disk_after);
    look(load, INT64_MAX - LOOK_EVERY_US);
    print(load);
    free(load->started_us);
    free(load->free_slots);
    free(load);
    *place = NULL;
}
