/* What becomes of an order whose start is refused: it waits again where it must. */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "daemon/core/dispatch_run.h"

#define ORDER 15
#define EARLY 100
#define LATE 900

struct scene {
    struct dispatch_run run;
    struct dispatch_pool pool;
    struct clock clock;
    int64_t waits_for[2]; /* due times of what waits again */
    size_t n;
};

static void waits(void *self, const struct waiting *waiting)
{
    struct scene *s = self;

    assert_int_equal(waiting->id, ORDER);
    assert_true(s->n < 2);
    s->waits_for[s->n++] = waiting->due_at;
}

/* Starts it by a hint of `EARLY`; the start comes back with `result`. */
static void start(struct scene *s, bool again, enum err result)
{
    static const struct handler_ops ops = {.name = "none"};
    const struct waiting hint = {.id = ORDER, .due_at = EARLY},
                         later = {.id = ORDER, .due_at = LATE};
    struct command *command = NULL;

    s->run.waits = waits;
    s->run.self = s;
    clock_init(&s->clock);
    s->run.clock = &s->clock;
    s->pool.run = &s->run;
    s->pool.handler.ops = &ops;
    dispatch_run_start(&s->run, &s->pool, &hint);
    command = s->run.out_first;
    assert_non_null(command);
    if (again)
        dispatch_flights_twice(dispatch_flights_find(&s->run.flights, ORDER), &later);
    command->result = result;
    command->done(command);
    assert_null(dispatch_flights_find(&s->run.flights, ORDER));
    assert_int_equal(s->pool.n_flights + s->pool.n_starting, 0);
}

static void one_refused_waits_again_if_it_was_seen_to_wait_meanwhile(void **state)
{
    static const struct {
        const char *label;
        bool again;
        enum err result;
        size_t n;
        int64_t due_at;
    } cases[] = {
        {"a hint that was wrong", false, ERR_WRONG_STATE, 0, 0},
        {"too early, by a hint that was old", true, ERR_WRONG_STATE, 1, LATE},
        {"the store failed", false, ERR_READ_ONLY, 1, EARLY},
        {"the store failed, and it waits otherwise", true, ERR_READ_ONLY, 1, LATE},
        {"there is none", false, ERR_NOT_FOUND, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene *s = calloc(1, sizeof *s);

        assert_non_null(s);
        start(s, cases[i].again, cases[i].result);
        if (s->n != cases[i].n || (s->n > 0 && s->waits_for[0] != cases[i].due_at))
            fail_msg("%s: waits %zu times, for %lld", cases[i].label, s->n,
                     (long long)s->waits_for[0]);
        dispatch_flights_done(&s->run.flights);
        free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_refused_waits_again_if_it_was_seen_to_wait_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
