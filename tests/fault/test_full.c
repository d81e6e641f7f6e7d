/* A full disk: submits are refused, what runs comes to its end, and all is well again by itself
   once there is room. On a small tmpfs of its own, which takes the right to mount one. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/sys/ballast.h"
#include "tests/lib/daemon_proc_inside.h"
#include "tests/lib/fault_scene.h"
#include "tests/lib/test.h"

#define RUNNING 64
#define CONFIG "[fulfilment]\nsuccess_rate = 1\nlatency = 2s\nconcurrency = 64\ninterval = 5ms\n"
#define SIZE "size=24m"
#define PATIENCE_US (20 * 1000000LL)

/* A tmpfs as the state directory, in a mount namespace that goes with this process. */
static bool mount_small(struct fault_scene *scene)
{
    char state[128];

    (void)snprintf(state, sizeof state, "%s/state", daemon_proc_dir(scene->proc));
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return false;
    return mkdir(state, 0755) == 0 && mount("tmpfs", state, "tmpfs", 0, SIZE) == 0;
}

static void unmount(const struct fault_scene *scene)
{
    char state[128];

    (void)snprintf(state, sizeof state, "%s/state", daemon_proc_dir(scene->proc));
    assert_int_equal(umount2(state, MNT_DETACH), 0);
}

static void filler_path(const struct fault_scene *scene, char out[128])
{
    (void)snprintf(out, 128, "%s/state/filler", daemon_proc_dir(scene->proc));
}

static void fill(const struct fault_scene *scene)
{
    static const char block[4096] = {1};
    char path[128];
    int fd = -1;

    filler_path(scene, path);
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    while (write(fd, block, sizeof block) > 0) {
    }
    assert_int_equal(errno, ENOSPC);
    (void)close(fd);
}

static bool reserve_is_there(const struct fault_scene *scene)
{
    char path[160];
    struct stat st;

    (void)snprintf(path, sizeof path, "%s/state/" BALLAST_NAME, daemon_proc_dir(scene->proc));
    return stat(path, &st) == 0 && st.st_size == BALLAST_BYTES;
}

static int64_t running(struct fault_scene *scene)
{
    return int_at(ask_ok(scene->proc, "'op': 'stats'"), "in_flight");
}

/* Until one is refused: the log has some room of its own. */
static void submit_until_refused(struct fault_scene *scene)
{
    int64_t until = daemon_proc_now() + PATIENCE_US;
    struct key_answer answer = fault_scene_submit(scene);

    while (answer.outcome == KEY_ACKED && daemon_proc_now() < until)
        answer = fault_scene_submit(scene);
    assert_int_equal(answer.outcome, KEY_REFUSED);
    assert_int_equal(answer.code, ERR_READ_ONLY);
}

static void await_room(struct fault_scene *scene)
{
    int64_t from = daemon_proc_now();
    struct key_answer answer = fault_scene_submit(scene);

    while (answer.outcome == KEY_REFUSED && daemon_proc_now() < from + PATIENCE_US) {
        assert_int_equal(answer.code, ERR_READ_ONLY);
        daemon_proc_pause();
        answer = fault_scene_submit(scene);
    }
    assert_int_equal(answer.outcome, KEY_ACKED);
    print_message("accepted again after %d ms\n", (int)((daemon_proc_now() - from) / 1000));
}

static void live_through_a_full_disk(struct fault_scene *scene)
{
    char path[128];

    daemon_proc_start(scene->proc);
    assert_true(reserve_is_there(scene));
    for (int i = 0; i < RUNNING; i++)
        assert_int_equal(fault_scene_submit(scene).outcome, KEY_ACKED);
    await_count(scene->proc, "in_flight", RUNNING, "'op': 'stats'");
    fill(scene);
    submit_until_refused(scene);
    assert_int_equal(running(scene), RUNNING);
    assert_false(reserve_is_there(scene));
    assert_false(true_at(ask_ok(scene->proc, "'op': 'health'"), "healthy"));
    await_count(scene->proc, "counts.FULFILLED", RUNNING, "'op': 'stats'");
    assert_int_equal(running(scene), 0);
    filler_path(scene, path);
    assert_int_equal(unlink(path), 0);
    await_room(scene);
    assert_true(reserve_is_there(scene));
    assert_true(true_at(ask_ok(scene->proc, "'op': 'health'"), "healthy"));
    fault_scene_check(scene);
}

static void what_runs_ends_on_a_full_disk_and_room_is_enough_to_go_on(void **state)
{
    struct fault_scene scene;

    (void)state;
    fault_scene_init(&scene, CONFIG, "dofsd");
    if (mount_small(&scene)) {
        live_through_a_full_disk(&scene);
        unmount(&scene);
    } else {
        print_message("skipped: a tmpfs cannot be mounted here\n");
    }
    fault_scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_runs_ends_on_a_full_disk_and_room_is_enough_to_go_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
