/* Each system call and each allocation of an order's life fails once: nothing that was acknowledged
   is lost, nothing is there twice, and what cannot be known is said to be so. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/daemon_proc_inside.h"
#include "tests/lib/fault_scene.h"
#include "tests/lib/test.h"

#define CONFIG "[fulfilment]\nsuccess_rate = 0.7\ntransient_rate = 0.3\nseed = 1\ninterval = 1ms\n"
#define FAULTS_MAX 2000 /* of one kind: a life of an order has fewer */
#define STORE_FAILED 70
#define QUIET_US (20 * 1000000LL)
/* Every so many calls of which there are many; all of them with FAULTS=all. */
#define WRITE_STEP 5
#define MEMORY_STEP 31

/* What a daemon may do whose call failed. */
enum expected {
    GOES_ON,  /* as if nothing had been: it tries again */
    REFUSES,  /* that change by `read_only`, and goes on */
    ENDS,     /* `outcome_unknown`, no acknowledgement from then on, exit 70 */
    EITHER,   /* goes on, or ends so; or refuses */
    MAY_ABORT /* any of these, or aborts: of memory there is none */
};

struct fault_case {
    const char *label;
    enum fault_call call;
    int error;
    const char *match;
    enum expected expected;
    int64_t step; /* every so many calls */
};

#define LOG "orders.db-wal"
#define STATE "/state"

static const struct fault_case in_life[] = {
    {"fdatasync EIO", FAULT_FDATASYNC, EIO, LOG, ENDS, 1},
    {"fdatasync ENOSPC", FAULT_FDATASYNC, ENOSPC, LOG, ENDS, 1},
    {"fdatasync EINTR", FAULT_FDATASYNC, EINTR, LOG, ENDS, 1},
    {"pwrite EIO", FAULT_PWRITE, EIO, LOG, ENDS, WRITE_STEP},
    {"pwrite ENOSPC", FAULT_PWRITE, ENOSPC, LOG, REFUSES, 10},
    {"pwrite EINTR", FAULT_PWRITE, EINTR, LOG, GOES_ON, WRITE_STEP},
    {"pwrite short", FAULT_PWRITE, FAULT_SHORT, LOG, GOES_ON, WRITE_STEP},
    {"malloc", FAULT_MALLOC, ENOMEM, "", MAY_ABORT, MEMORY_STEP},
};

static const struct fault_case in_start[] = {
    {"fdatasync EIO", FAULT_FDATASYNC, EIO, STATE, EITHER, 1},
    {"fsync EIO", FAULT_FSYNC, EIO, STATE, EITHER, 1},
    {"pwrite EIO", FAULT_PWRITE, EIO, STATE, EITHER, WRITE_STEP},
    {"pwrite ENOSPC", FAULT_PWRITE, ENOSPC, STATE, EITHER, WRITE_STEP},
    {"pwrite EINTR", FAULT_PWRITE, EINTR, STATE, GOES_ON, WRITE_STEP},
    {"ftruncate EIO", FAULT_FTRUNCATE, EIO, STATE, EITHER, 1},
    {"open EIO", FAULT_OPEN, EIO, STATE, EITHER, 1},
    {"open ENOSPC", FAULT_OPEN, ENOSPC, STATE, EITHER, 1},
};

static const struct fault_case in_stop[] = {
    {"fdatasync EIO", FAULT_FDATASYNC, EIO, STATE, EITHER, 1},
    {"pwrite EIO", FAULT_PWRITE, EIO, STATE, EITHER, 1},
    {"pwrite ENOSPC", FAULT_PWRITE, ENOSPC, STATE, EITHER, 1},
    {"ftruncate EIO", FAULT_FTRUNCATE, EIO, STATE, EITHER, 1},
    {"unlink EIO", FAULT_UNLINK, EIO, STATE, EITHER, 1},
};

static struct fault_control control_of(const struct fault_case *fault, int64_t at)
{
    struct fault_control control = {
        .call = (int)fault->call, .error = fault->error, .at = at, .times = 1};

    (void)snprintf(control.match, sizeof control.match, "%s", fault->match);
    return control;
}

/* Waits until the fault came, or all orders are at rest without it, or nobody is there any more. */
static void await_fault(struct fault_scene *scene)
{
    int64_t until = daemon_proc_now() + QUIET_US;
    struct stats stats;
    int64_t under_way = 1;

    while (fault_scene_hits(scene) == 0 && under_way > 0) {
        if (!key_client_stats(&scene->client, &stats))
            return;
        under_way = stats.counts[STATUS_QUEUED] + stats.counts[STATUS_PROCESSING] +
                    stats.counts[STATUS_RETRYING];
        assert_true(daemon_proc_now() < until);
    }
}

static bool allowed_refusal(const struct fault_case *fault, const struct key_answer *answer)
{
    static const bool known[][ERR_COUNT] = {
        [REFUSES] = {[ERR_READ_ONLY] = true},
        [ENDS] = {[ERR_OUTCOME_UNKNOWN] = true, [ERR_READ_ONLY] = true},
        [EITHER] = {[ERR_OUTCOME_UNKNOWN] = true, [ERR_READ_ONLY] = true},
        [MAY_ABORT] = {[ERR_OUTCOME_UNKNOWN] = true,
                       [ERR_READ_ONLY] = true,
                       [ERR_INTERNAL] = true,
                       [ERR_BUSY] = true},
    };

    return answer->outcome != KEY_REFUSED ||
           (fault->expected != GOES_ON && known[fault->expected][answer->code]);
}

/* The fault came. Does the daemon do what it may? Ends it, too. */
static void judge(struct fault_scene *scene, const struct fault_case *fault)
{
    struct key_answer next = fault_scene_submit(scene);
    int64_t until = daemon_proc_now() + QUIET_US;
    int code = 0;

    if (!allowed_refusal(fault, &next))
        fail_msg("%s: then refused by %s", fault->label, err_name(next.code));
    if (fault->expected == ENDS && next.outcome == KEY_ACKED)
        fail_msg("%s: acknowledged after the store had failed", fault->label);
    if (fault->expected == ENDS) {
        code = fault_scene_end(scene);
        assert_int_equal(code, STORE_FAILED);
        return;
    }
    if (next.outcome == KEY_ACKED) {
        key_client_done(&scene->client);
        daemon_proc_kill(scene->proc);
        return;
    }
    while (next.outcome == KEY_REFUSED && next.code == ERR_READ_ONLY &&
           fault->expected == REFUSES && daemon_proc_now() < until) {
        daemon_proc_pause(); /* the reserve is given up, and soon made again */
        next = fault_scene_submit(scene);
    }
    if (fault->expected == REFUSES || fault->expected == GOES_ON)
        assert_int_equal(next.outcome, KEY_ACKED);
    if (next.outcome == KEY_ACKED || next.outcome == KEY_REFUSED) {
        key_client_done(&scene->client);
        (void)kill(daemon_proc_pid(scene->proc), SIGTERM);
    }
    code = fault_scene_end(scene);
    if (code != 0 && code != STORE_FAILED && !(fault->expected == MAY_ABORT && code == -SIGABRT))
        fail_msg("%s: ended with %d", fault->label, code);
}

/* One life of an order in which the call number `at` fails; false when it has not so many. */
static bool live_once(struct fault_scene *scene, const struct fault_case *fault, int64_t at)
{
    const struct fault_control control = control_of(fault, at);
    size_t first = scene->n;
    struct key_answer answer;
    bool came = false;

    daemon_proc_start(scene->proc);
    fault_scene_settle(scene, first > 4 ? first - 4 : 0);
    fault_scene_arm(scene, &control);
    answer = fault_scene_submit(scene);
    if (!allowed_refusal(fault, &answer))
        fail_msg("%s, call %d: refused by %s: %s", fault->label, (int)at, err_name(answer.code),
                 answer.why.text);
    if (answer.outcome == KEY_LOST && fault->expected != MAY_ABORT)
        fail_msg("%s, call %d: nobody answered", fault->label, (int)at);
    if (answer.outcome == KEY_ACKED)
        await_fault(scene);
    came = fault_scene_hits(scene) > 0;
    fault_scene_disarm(scene);
    if (came) {
        judge(scene, fault);
    } else {
        key_client_done(&scene->client);
        daemon_proc_kill(scene->proc);
    }
    return came;
}

static void each_fault(struct fault_scene *scene, const struct fault_case *fault,
                       bool (*once)(struct fault_scene *, const struct fault_case *, int64_t))
{
    const char *all = secure_getenv("FAULTS");
    int64_t step = all != NULL && strcmp(all, "all") == 0 ? 1 : fault->step;
    int64_t n = 1;

    while (n < FAULTS_MAX * step && once(scene, fault, n))
        n += step;
    assert_true(n > 1); /* else nothing was tried */
    assert_true(n < FAULTS_MAX * step);
    print_message("%-20s %3d failed\n", fault->label, (int)((n - 1) / step));
}

static void a_failed_call_in_an_orders_life_loses_and_doubles_nothing(void **state)
{
    struct fault_scene scene;

    (void)state;
    fault_scene_init(&scene, CONFIG, NULL);
    for (size_t i = 0; i < sizeof in_life / sizeof in_life[0]; i++)
        each_fault(&scene, &in_life[i], live_once);
    daemon_proc_start(scene.proc);
    fault_scene_check(&scene);
    fault_scene_done(&scene);
}

/* A start in which the call number `at` fails, after a crash; false when it has not so many. */
static bool start_once(struct fault_scene *scene, const struct fault_case *fault, int64_t at)
{
    const struct fault_control control = control_of(fault, at);
    bool came = false;
    int code = 0;

    daemon_proc_start(scene->proc);
    fault_scene_settle(scene, scene->n > 2 ? scene->n - 2 : 0);
    (void)fault_scene_submit(scene);
    key_client_done(&scene->client);
    daemon_proc_kill(scene->proc);
    fault_scene_arm(scene, &control);
    if (!daemon_proc_try_start(scene->proc, &code)) {
        if (fault->expected == GOES_ON || code != STORE_FAILED)
            fail_msg("%s, call %d at the start: ended with %d", fault->label, (int)at, code);
        came = true;
    } else {
        came = fault_scene_hits(scene) > 0;
        daemon_proc_kill(scene->proc);
    }
    fault_scene_disarm(scene);
    return came;
}

static void a_failed_call_at_the_start_only_puts_it_off(void **state)
{
    struct fault_scene scene;

    (void)state;
    fault_scene_init(&scene, CONFIG, NULL);
    for (size_t i = 0; i < sizeof in_start / sizeof in_start[0]; i++)
        each_fault(&scene, &in_start[i], start_once);
    daemon_proc_start(scene.proc);
    fault_scene_check(&scene);
    fault_scene_done(&scene);
}

/* An orderly stop in which the call number `at` fails; false when it has not so many. */
static bool stop_once(struct fault_scene *scene, const struct fault_case *fault, int64_t at)
{
    const struct fault_control control = control_of(fault, at);
    bool came = false;
    int code = 0;

    daemon_proc_start(scene->proc);
    fault_scene_settle(scene, scene->n > 2 ? scene->n - 2 : 0);
    assert_int_equal(fault_scene_submit(scene).outcome, KEY_ACKED);
    key_client_done(&scene->client);
    fault_scene_arm(scene, &control);
    code = daemon_proc_stop(scene->proc);
    came = fault_scene_hits(scene) > 0;
    fault_scene_disarm(scene);
    if (code != 0 && code != STORE_FAILED)
        fail_msg("%s, call %d at the stop: ended with %d", fault->label, (int)at, code);
    return came;
}

static void a_failed_call_at_the_stop_loses_nothing(void **state)
{
    struct fault_scene scene;

    (void)state;
    fault_scene_init(&scene, CONFIG, NULL);
    for (size_t i = 0; i < sizeof in_stop / sizeof in_stop[0]; i++)
        each_fault(&scene, &in_stop[i], stop_once);
    daemon_proc_start(scene.proc);
    fault_scene_check(&scene);
    fault_scene_done(&scene);
}

/* The control of all of the above: they would see an order that is gone. */
static void an_order_that_a_lying_disk_has_dropped_is_missed(void **state)
{
    const struct fault_control lie = {
        .call = FAULT_PWRITE, .error = FAULT_LIE, .at = 1, .times = INT64_MAX / 2, .match = LOG};
    struct fault_scene scene;
    struct key_answer answer;

    (void)state;
    fault_scene_init(&scene, DAEMON_LATER, NULL);
    daemon_proc_start(scene.proc);
    fault_scene_arm(&scene, &lie);
    assert_int_equal(key_client_submit(&scene.client, "lost").outcome, KEY_ACKED);
    fault_scene_disarm(&scene);
    daemon_proc_kill(scene.proc);
    daemon_proc_start(scene.proc);
    answer = key_client_settle(&scene.client, "lost");
    assert_int_equal(answer.outcome, KEY_ACKED);
    assert_false(answer.duplicate);
    fault_scene_done(&scene);
}

/* A copy that is only in the cache is no backup. */
static void a_backup_whose_sync_fails_is_none(void **state)
{
    const struct fault_control fault = {
        .call = FAULT_FSYNC, .error = EIO, .at = 1, .times = 1, .match = "/kept/"};
    struct fault_scene scene;
    char directory[512];

    (void)state;
    fault_scene_init(&scene, DAEMON_LATER, NULL);
    (void)snprintf(directory, sizeof directory, "%s", daemon_proc_db(scene.proc));
    (void)snprintf(strrchr(directory, '/'), 16, "/kept");
    daemon_proc_start(scene.proc);
    assert_int_equal(mkdir(directory, 0700), 0);
    fault_scene_arm(&scene, &fault);
    (void)ask_refused(scene.proc, ERR_READ_ONLY, "'op': 'backup', 'path': '%s/copy'", directory);
    assert_int_equal(fault_scene_hits(&scene), 1);
    fault_scene_disarm(&scene);
    assert_int_equal(rmdir(directory), 0); /* nothing is left in it */
    assert_int_equal(mkdir(directory, 0700), 0);
    (void)ask_ok(scene.proc, "'op': 'backup', 'path': '%s/copy'", directory);
    fault_scene_check(&scene);
    fault_scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_call_in_an_orders_life_loses_and_doubles_nothing),
        cmocka_unit_test(a_failed_call_at_the_start_only_puts_it_off),
        cmocka_unit_test(a_failed_call_at_the_stop_loses_nothing),
        cmocka_unit_test(a_backup_whose_sync_fails_is_none),
        cmocka_unit_test(an_order_that_a_lying_disk_has_dropped_is_missed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
