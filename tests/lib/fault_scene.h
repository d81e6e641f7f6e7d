/* A daemon in harm's way: what to hurt it with, whom it promised what, and how it stands after. */
#pragma once

#include "tests/lib/fault_control.h"
#include "tests/lib/daemon_proc.h"
#include "tests/lib/key_client.h"

struct fault_scene {
    struct daemon_proc *proc;
    struct fault_control *control; /* shared with the daemon */
    struct key_client client;
    char control_path[128], control_env[160], preload_env[320], request_path[112];
    const char *env[6];
    char (*acked)[UUID_TEXT_LEN + 1]; /* of key i: the order's id; "" when nobody was told */
    size_t n, cap;                    /* keys asked for */
};

/* Not started. `program`: NULL, or one of the build's, as "faults/dofsd". */
void fault_scene_init(struct fault_scene *scene, const char *config, const char *program);
void fault_scene_done(struct fault_scene *scene);

/* From the next start on, whoever runs; `fault` has call, error, at and so on. Armed at once. */
void fault_scene_arm(struct fault_scene *scene, const struct fault_control *fault);
void fault_scene_disarm(struct fault_scene *scene);
int64_t fault_scene_hits(const struct fault_scene *scene);

/* Submits under a new key, once. What is acknowledged is put down. */
struct key_answer fault_scene_submit(struct fault_scene *scene);

/* Asks again under each key from number `from` on; each must be acknowledged, as it was before. */
void fault_scene_settle(struct fault_scene *scene, size_t from);

/* The daemon's end, which must come by itself; its code. */
int fault_scene_end(struct fault_scene *scene);

/* Stops it in order; then the whole store must hold, with as many orders as keys. */
void fault_scene_check(struct fault_scene *scene);
