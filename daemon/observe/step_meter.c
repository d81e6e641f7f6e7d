/* What goes on at each step: how much is done, failed and tried, ever and by the second. */
#include "daemon/observe/step_meter.h"

#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"
#include "shared/need.h"

struct second {
    uint32_t done, failed;
};

struct meter {
    struct slice name;
    bool today;
    struct step_counts ever;
    int64_t orders[STATUS_COUNT];
    int64_t oldest_ms;
    struct second seconds[STEP_METER_SECONDS]; /* by second modulo their number */
};

struct step_meter {
    uint32_t n, n_today;
    uint32_t today[STEPS_EVER_MAX];
    struct meter steps[];
};

struct step_meter *step_meter_new(const struct step_list *list)
{
    struct step_meter *meter =
        need(calloc(1, sizeof(*meter) + (list->n * sizeof(meter->steps[0]))));

    meter->n = list->n;
    for (uint32_t i = 0; i < list->n; i++)
        meter->steps[i].name = list->names[i];
    meter->n_today = list->n_today;
    for (uint32_t i = 0; i < list->n_today; i++) {
        meter->today[i] = list->today[i];
        meter->steps[list->today[i]].today = true;
    }
    return meter;
}

void step_meter_free(struct step_meter *meter)
{
    free(meter);
}

static size_t place_of(int64_t second)
{
    return (size_t)(second % STEP_METER_SECONDS);
}

void step_meter_turn(struct step_meter *meter, int64_t from, int64_t to)
{
    if (to - from > STEP_METER_SECONDS)
        from = to - STEP_METER_SECONDS;
    for (int64_t second = from + 1; second <= to; second++) {
        for (uint32_t i = 0; i < meter->n; i++)
            meter->steps[i].seconds[place_of(second)] = (struct second){0, 0};
    }
}

/* What an event of this type says of the attempt that it ends. */
enum mark { MARK_NONE, MARK_DONE, MARK_RETRIED, MARK_FAILED };

static const uint8_t marks[ENTRY_COUNT] = {
    [ENTRY_STEP_DONE] = MARK_DONE,
    [ENTRY_FULFILLED] = MARK_DONE,
    [ENTRY_RETRY_SCHEDULED] = MARK_RETRIED,
    [ENTRY_DEAD_LETTERED] = MARK_FAILED,
};

/* The first, where it has another name or none. */
static struct meter *step_of(struct step_meter *meter, const struct event *event)
{
    for (uint32_t i = meter->n - 1; i > 0; i--) {
        if (slice_eq(event->step, meter->steps[i].name))
            return &meter->steps[i];
    }
    return &meter->steps[0];
}

void step_meter_event(struct step_meter *meter, int64_t second, const struct event *event)
{
    enum mark mark = (enum mark)marks[event->entry];
    bool ends = event->from == STATUS_PROCESSING && event->to != STATUS_PROCESSING;
    struct meter *step = NULL;

    if (mark == MARK_NONE && !ends)
        return;
    step = step_of(meter, event);
    step->ever.ended += ends;
    step->ever.done += mark == MARK_DONE;
    step->ever.attempts += mark == MARK_RETRIED || mark == MARK_FAILED;
    step->ever.failed += mark == MARK_FAILED;
    step->seconds[place_of(second)].done += mark == MARK_DONE;
    step->seconds[place_of(second)].failed += mark == MARK_FAILED;
}

void step_meter_orders(struct step_meter *meter, const int64_t (*by_step)[STATUS_COUNT])
{
    for (uint32_t i = 0; i < meter->n; i++)
        memcpy(meter->steps[i].orders, by_step[i], sizeof(meter->steps[i].orders));
}

int64_t step_meter_count(const struct step_meter *meter, uint32_t step, enum status status)
{
    return meter->steps[step].orders[status];
}

void step_meter_set_oldest(struct step_meter *meter, uint32_t step, int64_t oldest_ms)
{
    meter->steps[step].oldest_ms = oldest_ms;
}

int64_t step_meter_oldest(const struct step_meter *meter, uint32_t step)
{
    const struct meter *at = &meter->steps[step];
    bool waits = at->orders[STATUS_QUEUED] > 0 || at->orders[STATUS_UNDOING] > 0;

    return waits ? at->oldest_ms : 0; /* what was told may be older than the last one's start */
}

struct step_counts step_meter_ever(const struct step_meter *meter, uint32_t step)
{
    return meter->steps[step].ever;
}

struct step_counts step_meter_last(const struct step_meter *meter, uint32_t step, int64_t now,
                                   int64_t n)
{
    struct step_counts sum = {0};

    for (int64_t i = 0; i < n && i <= now; i++) {
        const struct second *one = &meter->steps[step].seconds[place_of(now - i)];

        sum.done += one->done;
        sum.failed += one->failed;
    }
    return sum;
}

uint32_t step_meter_steps(const struct step_meter *meter)
{
    return meter->n;
}

struct slice step_meter_name(const struct step_meter *meter, uint32_t step)
{
    return meter->steps[step].name;
}

static bool has_orders(const struct meter *step)
{
    int64_t n = 0;

    for (unsigned i = STATUS_NONE + 1; i < STATUS_COUNT; i++)
        n += step->orders[i];
    return n > 0;
}

uint32_t step_meter_shown(const struct step_meter *meter, uint32_t *out)
{
    uint32_t n = meter->n_today;

    memcpy(out, meter->today, n * sizeof(*out));
    for (uint32_t i = 0; i < meter->n; i++) {
        if (!meter->steps[i].today && has_orders(&meter->steps[i]))
            out[n++] = i;
    }
    return n;
}
