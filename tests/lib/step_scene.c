/* A daemon with several steps: by programs (tests/lib/step_program.sh), by workers, simulated. */
#include "tests/lib/step_scene.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/lib/test.h"

#define TEXT_MAX 8192

void step_scene_configure(struct daemon_proc *proc, const char *lines)
{
    struct buf text = {.max = TEXT_MAX};

    for (; *lines != '\0'; lines++) {
        if (*lines == '@')
            buf_printf(&text, "tests/lib/step_program.sh '%s'", daemon_proc_dir(proc));
        else
            buf_add(&text, lines, 1);
    }
    daemon_proc_configure(proc, buf_text(&text));
    buf_done(&text);
}

int step_scene_setup(void **state)
{
    const char *lines = *state;
    struct daemon_proc *proc = daemon_proc_new(NULL);

    step_scene_configure(proc, lines);
    daemon_proc_start(proc);
    *state = proc;
    return 0;
}

const struct json *step_scene_get(struct daemon_proc *proc, const char *id)
{
    return at(ask_ok(proc, "'op': 'get', 'order_id': '%s'", id), "order");
}

size_t step_scene_entries(struct daemon_proc *proc, const char *id, const char *type)
{
    const struct json *entries =
        at(ask_ok(proc, "'op': 'history', 'order_id': '%s'", id), "entries");
    size_t n = 0;

    for (size_t i = 0; i < json_size(entries); i++)
        n += slice_is(json_text(json_get(json_at(entries, i), "type")), type);
    return n;
}

void step_scene_await(struct daemon_proc *proc, const char *id, const char *step)
{
    char request[128];

    (void)snprintf(request, sizeof request, "'op': 'get', 'order_id': '%s'", id);
    await_text(proc, "order.step", step, request);
    await_text(proc, "order.status", "QUEUED", request);
}

struct held step_scene_lease(struct daemon_proc *proc, const char *step)
{
    char more[96];

    (void)snprintf(more, sizeof more, ", 'steps': ['%s']", step);
    return held_one(proc, more);
}

void step_scene_complete(struct daemon_proc *proc, const struct held *held, const char *result)
{
    (void)ask_ok(proc, "'op': 'complete', 'result': '%s', %s", result, held_is(held));
}

void step_scene_go_on(struct daemon_proc *proc, const char *name)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s/hold-%s", daemon_proc_dir(proc), name);
    assert_int_equal(unlink(path), 0);
}
