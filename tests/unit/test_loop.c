/* Tests of loop: files, timers, signals, bells, and the end of a pass. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/sys/loop.h"
#include "shared/clock.h"
#include "tests/lib/test.h"

#define RINGS 100000

struct scene {
    struct loop *loop;
    struct loop_bell *bell;
    struct loop_source *timer;
    struct clock clock;
    int64_t due_us;
    int files, rings, passes, files_at_pass, signum;
};

static int make_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    assert_int_equal(loop_open(&scene->loop, NULL), OK);
    clock_init(&scene->clock);
    *state = scene;
    return 0;
}

static int end_scene(void **state)
{
    struct scene *scene = *state;

    loop_bell_free(scene->bell);
    loop_close(scene->loop);
    free(scene);
    return 0;
}

static void on_file(void *self)
{
    ((struct scene *)self)->files++;
}

static void on_pass(void *self)
{
    struct scene *scene = self;

    scene->passes++;
    scene->files_at_pass = scene->files;
    loop_stop(scene->loop, 5);
}

static void a_pass_ends_once_after_all_that_was_ready(void **state)
{
    struct scene *scene = *state;
    struct loop_source *source = NULL;
    int ends[3][2];

    for (int i = 0; i < 3; i++) {
        assert_int_equal(pipe(ends[i]), 0);
        assert_int_equal(write(ends[i][1], "x", 1), 1); /* never read: ready for ever */
        assert_int_equal(loop_add_file(scene->loop, ends[i][0], on_file, scene, &source), OK);
    }
    assert_int_equal(loop_add_pass(scene->loop, on_pass, scene, &source), OK);
    assert_int_equal(loop_run(scene->loop), 5);
    assert_int_equal(scene->passes, 1);
    assert_true(scene->files_at_pass >= 3);
    for (int i = 0; i < 3; i++) {
        (void)close(ends[i][0]);
        (void)close(ends[i][1]);
    }
}

static void on_ring(void *self)
{
    struct scene *scene = self;

    scene->rings++;
    loop_stop(scene->loop, 0);
}

static void many_rings_before_a_pass_are_one(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(loop_add_bell(scene->loop, on_ring, scene, &scene->bell), OK);
    for (int i = 0; i < 1000; i++)
        loop_bell_ring(scene->bell);
    assert_int_equal(loop_run(scene->loop), 0);
    assert_int_equal(scene->rings, 1);
    loop_bell_ring(scene->bell);
    assert_int_equal(loop_run(scene->loop), 0);
    assert_int_equal(scene->rings, 2);
}

/* Work that is handed over by a bell: posted by one thread, seen by the loop's. */
struct hand_over {
    struct scene *scene;
    pthread_mutex_t lock;
    int posted, seen;
};

static void on_work(void *self)
{
    struct hand_over *work = self;

    (void)pthread_mutex_lock(&work->lock);
    work->seen = work->posted;
    (void)pthread_mutex_unlock(&work->lock);
    if (work->seen == RINGS)
        loop_stop(work->scene->loop, 0);
}

static void *post(void *self)
{
    struct hand_over *work = self;

    for (int i = 0; i < RINGS; i++) {
        (void)pthread_mutex_lock(&work->lock);
        work->posted++;
        (void)pthread_mutex_unlock(&work->lock);
        loop_bell_ring(work->scene->bell);
    }
    return NULL;
}

static void no_ring_of_another_thread_is_lost(void **state)
{
    struct hand_over work = {.scene = *state, .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t thread;

    assert_int_equal(loop_add_bell(work.scene->loop, on_work, &work, &work.scene->bell), OK);
    assert_int_equal(pthread_create(&thread, NULL, post, &work), 0);
    assert_int_equal(loop_run(work.scene->loop), 0); /* hangs if the last one were lost */
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(work.seen, RINGS);
}

static void on_due(void *self)
{
    struct scene *scene = self;

    assert_true(clock_mono(&scene->clock) >= scene->due_us);
    loop_stop(scene->loop, 9);
}

static void a_timer_is_never_early_by_the_clock(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(loop_add_timer(scene->loop, on_due, scene, &scene->timer), OK);
    for (int i = 0; i < 20; i++) {
        scene->due_us = clock_mono(&scene->clock) + (int64_t)i * 100;
        loop_timer_set(scene->timer, scene->due_us);
        assert_int_equal(loop_run(scene->loop), 9);
    }
    loop_timer_set(scene->timer, -1); /* long past */
    assert_int_equal(loop_run(scene->loop), 9);
}

static void a_timer_set_to_never_stays_quiet(void **state)
{
    struct scene *scene = *state;

    scene->due_us = INT64_MAX;
    assert_int_equal(loop_add_timer(scene->loop, on_due, scene, &scene->timer), OK);
    loop_timer_set(scene->timer, 0);
    loop_timer_set(scene->timer, INT64_MAX);
    assert_int_equal(loop_add_bell(scene->loop, on_ring, scene, &scene->bell), OK);
    loop_bell_ring(scene->bell);
    assert_int_equal(loop_run(scene->loop), 0);
}

static void on_signal(void *self, int signum)
{
    struct scene *scene = self;

    scene->signum = signum;
    loop_stop(scene->loop, 0);
}

static void a_signal_is_handed_over(void **state)
{
    struct scene *scene = *state;
    struct loop_source *source = NULL;

    assert_int_equal(loop_add_signal(scene->loop, SIGUSR1, on_signal, scene, &source), OK);
    assert_int_equal(raise(SIGUSR1), 0);
    assert_int_equal(loop_run(scene->loop), 0);
    assert_int_equal(scene->signum, SIGUSR1);
}

static void free_myself(void *self)
{
    struct scene *scene = self;

    loop_source_free(scene->timer);
    scene->timer = NULL;
    loop_stop(scene->loop, 0);
}

static void a_source_may_free_itself(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(loop_add_timer(scene->loop, free_myself, scene, &scene->timer), OK);
    loop_timer_set(scene->timer, 0);
    assert_int_equal(loop_run(scene->loop), 0);
    assert_int_equal(loop_add_pass(scene->loop, free_myself, scene, &scene->timer), OK);
    assert_int_equal(loop_add_bell(scene->loop, on_ring, scene, &scene->bell), OK);
    loop_bell_ring(scene->bell);
    assert_int_equal(loop_run(scene->loop), 0);
    assert_null(scene->timer);
}

static void no_watchdog_asked_for_is_no_error(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(loop_watchdog(scene->loop, NULL), OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_scene, end_scene)
    const struct CMUnitTest tests[] = {
        TEST(a_pass_ends_once_after_all_that_was_ready),
        TEST(many_rings_before_a_pass_are_one),
        TEST(no_ring_of_another_thread_is_lost),
        TEST(a_timer_is_never_early_by_the_clock),
        TEST(a_timer_set_to_never_stays_quiet),
        TEST(a_signal_is_handed_over),
        TEST(a_source_may_free_itself),
        TEST(no_watchdog_asked_for_is_no_error),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
