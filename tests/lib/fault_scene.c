/* A daemon in harm's way: what to hurt it with, whom it promised what, and how it stands after. */
#include "tests/lib/fault_scene.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/store/store_sqlite_check.h"
#include "tests/lib/test.h"

#define KEY_BYTES 32
#define KEYS_MIN 64

static void make_control(struct fault_scene *scene)
{
    int fd = -1;
    void *map = NULL;

    (void)snprintf(scene->control_path, sizeof scene->control_path, "%s/control",
                   daemon_proc_dir(scene->proc));
    fd = open(scene->control_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, sizeof *scene->control), 0);
    map = mmap(NULL, sizeof *scene->control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    assert_true(map != MAP_FAILED);
    scene->control = map;
}

void fault_scene_init(struct fault_scene *scene, const char *config, const char *program)
{
    char preload[256];

    *scene = (struct fault_scene){.proc = daemon_proc_new(config)};
    make_control(scene);
    program_path("tests/fault/preload.so", preload);
    (void)snprintf(scene->control_env, sizeof scene->control_env, FAULT_CONTROL_ENV "=%s",
                   scene->control_path);
    (void)snprintf(scene->preload_env, sizeof scene->preload_env, "LD_PRELOAD=%s%s",
                   preload[0] == '/' ? "" : "./", preload);
    scene->env[0] = scene->control_env;
    scene->env[1] = program == NULL ? scene->preload_env : NULL;
    daemon_proc_run_as(scene->proc, program, scene->env);
    (void)snprintf(scene->request_path, sizeof scene->request_path, "%s",
                   daemon_proc_request_url(scene->proc) + strlen("ipc://"));
    key_client_init(&scene->client, scene->request_path);
}

void fault_scene_done(struct fault_scene *scene)
{
    key_client_done(&scene->client);
    (void)munmap(scene->control, sizeof *scene->control);
    daemon_proc_free(scene->proc);
    free(scene->acked);
}

void fault_scene_arm(struct fault_scene *scene, const struct fault_control *fault)
{
    struct fault_control *control = scene->control;

    atomic_store(&control->armed, false);
    control->call = fault->call;
    control->error = fault->error;
    control->stall_ms = fault->stall_ms;
    control->at = fault->at;
    control->times = fault->times > 0 ? fault->times : 1;
    (void)memcpy(control->match, fault->match, sizeof control->match);
    atomic_store(&control->seen, 0);
    atomic_store(&control->hit, 0);
    atomic_store(&control->armed, true);
}

void fault_scene_disarm(struct fault_scene *scene)
{
    atomic_store(&scene->control->armed, false);
}

int64_t fault_scene_hits(const struct fault_scene *scene)
{
    return atomic_load(&scene->control->hit);
}

static const char *key_of(size_t n, char out[KEY_BYTES])
{
    (void)snprintf(out, KEY_BYTES, "key-%zu", n);
    return out;
}

/* What was promised before must be what is said now. */
static void put_down(struct fault_scene *scene, size_t n, const struct key_answer *answer)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(&answer->order_id, id);
    if (scene->acked[n][0] == '\0')
        (void)memcpy(scene->acked[n], id, sizeof id);
    else if (strcmp(scene->acked[n], id) != 0 || !answer->duplicate)
        fail_msg("key %zu was acknowledged as %s and is now %s%s", n, scene->acked[n], id,
                 answer->duplicate ? "" : ", a new order");
}

static size_t new_key(struct fault_scene *scene)
{
    if (scene->n == scene->cap) {
        scene->cap = scene->cap == 0 ? KEYS_MIN : scene->cap * 2;
        scene->acked = realloc(scene->acked, scene->cap * sizeof *scene->acked);
        assert_non_null(scene->acked);
    }
    scene->acked[scene->n][0] = '\0';
    return scene->n++;
}

struct key_answer fault_scene_submit(struct fault_scene *scene)
{
    size_t n = new_key(scene);
    char key[KEY_BYTES];
    struct key_answer answer = key_client_submit(&scene->client, key_of(n, key));

    if (answer.outcome == KEY_ACKED)
        put_down(scene, n, &answer);
    return answer;
}

void fault_scene_settle(struct fault_scene *scene, size_t from)
{
    for (size_t i = from; i < scene->n; i++) {
        char key[KEY_BYTES];
        struct key_answer answer = key_client_settle(&scene->client, key_of(i, key));

        if (answer.outcome != KEY_ACKED)
            fail_msg("key %zu after the fault: %s %s", i, err_name(answer.code), answer.why.text);
        put_down(scene, i, &answer);
    }
}

int fault_scene_end(struct fault_scene *scene)
{
    int code = daemon_proc_await_end(scene->proc);

    key_client_done(&scene->client);
    return code;
}

void fault_scene_check(struct fault_scene *scene)
{
    struct store_checked found = {0};
    struct why why = {0};

    fault_scene_settle(scene, 0);
    await_quiet(scene->proc);
    key_client_done(&scene->client);
    assert_int_equal(daemon_proc_stop(scene->proc), 0);
    if (store_sqlite_settle(daemon_proc_db(scene->proc), &why) != OK ||
        store_sqlite_check_file(daemon_proc_db(scene->proc), NULL, &found, &why) != OK)
        fail_msg("%s", why.text);
    assert_int_equal(found.orders, scene->n);
}
