/* kill -9 in mid-load, CRASHES times (100): what was acknowledged is there, once, and ends. */
#include <stdlib.h>

#include "shared/rng.h"
#include "tests/lib/crash_load.h"
#include "tests/lib/crash_work.h"
#include "tests/lib/test.h"

#define CRASHES 100
#define OF_STEPS 4 /* one in so many crashes has orders of several steps and workers */
#define ORDERS 96  /* submitted in each round */
#define CLIENTS 16
#define WORKERS 4

#define RETRIES                                                                                    \
    "[fulfilment]\nsuccess_rate = 0.7\ntransient_rate = 0.1\nseed = 1\nlatency = 0..5ms\n"         \
    "interval = 2ms\nbackoff_rate = 1\nmax_attempts = 10\n"
#define STEPS                                                                                      \
    "[fulfilment]\nsuccess_rate = 0.9\ntransient_rate = 0.1\nseed = 1\nlatency = 0..3ms\n"         \
    "interval = 2ms\nbackoff_rate = 1\nmax_attempts = 20\n"                                        \
    "[steps]\norder = reserve, charge, ship\n[step \"charge\"]\nhandler = worker\ntimeout = 2s\n"

static size_t crashes(void)
{
    const char *given = secure_getenv("CRASHES");

    return given != NULL ? strtoul(given, NULL, 10) : CRASHES;
}

static void crash_once(struct daemon_proc *proc, struct crash_load *load, struct rng *rng)
{
    crash_load_begin(load);
    assert_true(crash_load_await(load, (size_t)rng_upto(rng, ORDERS - CLIENTS)));
    daemon_proc_kill(proc);
    daemon_proc_start(proc);
    crash_load_end(load);
}

static void no_crash_loses_doubles_or_strands_an_acknowledged_order(void **state)
{
    struct daemon_proc *proc = *state;
    struct crash_load *load = crash_load_new(proc, CLIENTS, ORDERS);
    struct rng rng;

    rng_seed(&rng, 1);
    for (size_t i = 0; i < crashes() - crashes() / OF_STEPS; i++)
        crash_once(proc, load, &rng);
    crash_load_check_ended(load);
    crash_load_check_stored(load);
    crash_load_check_file(load);
    crash_load_free(load);
}

static void no_crash_runs_a_step_again_whose_end_was_acknowledged(void **state)
{
    struct daemon_proc *proc = *state;
    struct crash_load *load = crash_load_new(proc, CLIENTS, ORDERS);
    struct crash_work *work = crash_work_begin(proc, WORKERS, "charge");
    struct rng rng;

    rng_seed(&rng, 2);
    for (size_t i = 0; i < crashes() / OF_STEPS; i++)
        crash_once(proc, load, &rng);
    crash_load_check_ended(load);
    crash_load_check_stored(load);
    crash_work_end(work);
    crash_work_check(work);
    crash_load_check_file(load);
    crash_work_free(work);
    crash_load_free(load);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(no_crash_loses_doubles_or_strands_an_acknowledged_order, RETRIES),
        DAEMON_TEST(no_crash_runs_a_step_again_whose_end_was_acknowledged, STEPS),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
