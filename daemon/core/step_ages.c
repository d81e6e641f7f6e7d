/* How long the orders of each step wait, read all at once, and only where any wait. */
#include "daemon/core/step_ages.h"

void step_ages_begin(struct step_ages *ages, const struct store *store,
                     const struct store_totals *totals, bool ahead)
{
    *ages = (struct step_ages){
        .n_steps = store_steps(store), .ahead = ahead, .any_dead = totals->dlq_depth > 0};
    for (uint32_t i = 0; i < ages->n_steps; i++) {
        ages->waits[STORE_POOL(i, false)] = totals->by_step[i][STATUS_QUEUED] > 0;
        ages->waits[STORE_POOL(i, true)] = totals->by_step[i][STATUS_UNDOING] > 0;
    }
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

static enum err read_next(struct step_ages *ages, struct store_reader *reader, uint16_t pool,
                          int64_t now_us, struct why *why)
{
    struct waiting next = {0};
    struct store_waiting_ask ask = {.now_us = now_us, .max = 1, .out = &next, .pool = pool};
    enum err e = store_waiting(reader, &ask, why);

    ages->next_due_at = sooner(ages->next_due_at, next.due_at);
    return e;
}

static enum err read_pool(struct step_ages *ages, struct store_reader *reader, uint16_t pool,
                          int64_t now_us, struct why *why)
{
    uint32_t step = pool / 2U;
    bool undo = pool % 2U != 0;
    int64_t due_at = 0;
    enum err e = store_oldest_waiting(reader, pool, now_us, &due_at, why);

    ages->due_at[step] = sooner(ages->due_at[step], due_at);
    if (!undo)
        ages->queued_due_at = sooner(ages->queued_due_at, due_at);
    if (e == OK && ages->ahead && due_at == 0)
        e = read_next(ages, reader, pool, now_us, why);
    return e;
}

static enum err read_only(struct step_ages *ages, struct store_reader *reader, int64_t now_us,
                          struct why *why)
{
    enum err e = store_oldest_queued(reader, now_us, &ages->queued_due_at, why);

    ages->due_at[0] = ages->queued_due_at;
    if (e == OK && ages->ahead && ages->queued_due_at == 0)
        e = read_next(ages, reader, 0, now_us, why);
    return e;
}

enum err step_ages_read(struct step_ages *ages, struct store_reader *reader, int64_t now_us,
                        struct why *why)
{
    enum err e = OK;

    if (ages->n_steps == 1)
        return read_only(ages, reader, now_us, why);
    for (uint16_t pool = 0; pool < STORE_POOL(ages->n_steps, false) && e == OK; pool++) {
        if (ages->waits[pool])
            e = read_pool(ages, reader, pool, now_us, why);
    }
    if (e == OK && ages->ahead && ages->any_dead)
        e = store_dead_by_step(reader, ages->dead, why);
    return e;
}

int64_t step_ages_waited(int64_t due_at, int64_t now_us)
{
    return due_at > 0 && now_us > due_at ? now_us - due_at : 0;
}
