/* The daemon ends at each named point, before and after what can be seen from outside: nothing that
   was acknowledged is lost, nothing is there twice. POINTS=N: each point N times (1). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "shared/rng.h"
#include "tests/lib/crash_load.h"
#include "tests/lib/daemon_proc_inside.h"
#include "tests/lib/fault_scene.h"
#include "tests/lib/lease_peer.h"
#include "tests/lib/test.h"

#define CONFIG                                                                                     \
    "[fulfilment]\nsuccess_rate = 0.8\ntransient_rate = 0.1\nseed = 1\ninterval = 2ms\n"           \
    "backoff_rate = 1\nmax_attempts = 10\nconcurrency = 16\n"                                      \
    "[steps]\norder = reserve, charge\n[step \"charge\"]\nhandler = exec\ncommand = true\n"
#define CLIENTS 8
#define ORDERS 64
#define KILLED 137
#define TIMES 1
#define PATIENCE_US (60 * 1000000LL)

static const struct point {
    const char *name;
    int64_t among;   /* it ends at one of its first so many times */
    size_t orders;   /* that it takes to get there */
    const char *ask; /* beside the load: what makes it get there */
} points[] = {
    {"before_commit", 30, ORDERS, NULL},
    {"after_commit", 30, ORDERS, NULL},
    {"before_publish", 30, ORDERS, NULL},
    {"after_publish", 30, ORDERS, NULL},
    {"before_reply", 30, ORDERS, NULL},
    {"after_reply", 30, ORDERS, NULL},
    {"after_send", 60, ORDERS, NULL},
    {"before_spawn", 20, ORDERS, NULL},
    {"after_spawn", 20, ORDERS, NULL},
    {"attempt_ended", 60, ORDERS, NULL},
    {"before_checkpoint", 1, 1500, NULL},
    {"after_checkpoint", 1, 1500, NULL},
    {"before_name", 1, ORDERS, "'op': 'backup'"},
    {"after_name", 1, ORDERS, "'op': 'backup'"},
};

/* Waits for the daemon's end at the point. */
static void await_point(struct fault_scene *scene, const struct point *point)
{
    int64_t until = daemon_proc_now() + PATIENCE_US;

    while (fault_scene_hits(scene) == 0) {
        if (daemon_proc_now() > until)
            fail_msg("the point %s was not reached", point->name);
        daemon_proc_pause();
    }
    assert_int_equal(fault_scene_end(scene), KILLED);
}

static void end_at(struct fault_scene *scene, const struct point *point, int64_t at)
{
    struct fault_control fault = {.call = FAULT_POINT, .at = at};
    struct crash_load *load = crash_load_new(scene->proc, CLIENTS, point->orders);
    int asker = -1;

    (void)snprintf(fault.match, sizeof fault.match, "%s", point->name);
    daemon_proc_start(scene->proc);
    if (point->ask != NULL)
        asker = lease_peer_open(scene->proc);
    fault_scene_arm(scene, &fault);
    crash_load_begin(load);
    if (point->ask != NULL) {
        assert_true(crash_load_await(load, 1));
        lease_peer_ask(asker, point->ask);
    }
    await_point(scene, point);
    fault_scene_disarm(scene);
    if (asker >= 0)
        (void)close(asker);
    daemon_proc_start(scene->proc);
    crash_load_end(load);
    crash_load_check_ended(load);
    crash_load_check_stored(load);
    crash_load_check_file(load);
    crash_load_free(load);
}

static void an_end_at_any_named_point_loses_and_doubles_nothing(void **state)
{
    const char *given = secure_getenv("POINTS");
    size_t times = given != NULL ? strtoul(given, NULL, 10) : TIMES;
    struct rng rng;

    (void)state;
    rng_seed(&rng, 1);
    for (size_t i = 0; i < times * sizeof points / sizeof points[0]; i++) {
        const struct point *point = &points[i % (sizeof points / sizeof points[0])];
        struct fault_scene scene;

        fault_scene_init(&scene, CONFIG, "tests/fault/dofsd");
        end_at(&scene, point, 1 + rng_upto(&rng, point->among - 1));
        fault_scene_done(&scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_end_at_any_named_point_loses_and_doubles_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
