/* A daemon with several steps: by programs (tests/lib/step_program.sh), by workers, simulated. */
#pragma once

#include "tests/lib/exec_scene.h"
#include "tests/lib/lease_peer.h"

#define STEP_POLICY                                                                                \
    "[fulfilment]\ninterval = 5ms\njitter = none\nmax_attempts = 2\nsuccess_rate = 1\n"
#define STEP_MIXED                                                                                 \
    STEP_POLICY "[steps]\norder = reserve, charge, ship\n"                                         \
                "[step \"reserve\"]\nhandler = exec\ncommand = @\nundo = @\n"                      \
                "[step \"charge\"]\nhandler = worker\nundo = worker\n"
#define STEP_WORKERS                                                                               \
    STEP_POLICY "[steps]\norder = pick, pack\n"                                                    \
                "[step \"pick\"]\nhandler = worker\n[step \"pack\"]\nhandler = worker\n"

/* Writes the configuration anew, each `@` as the program with the daemon's directory. */
void step_scene_configure(struct daemon_proc *proc, const char *lines);

/* cmocka's setup: such lines as initial state. The teardown is daemon_proc_teardown. */
int step_scene_setup(void **state);

/* For tables within main. */
#define STEP_TEST(test, lines)                                                                     \
    {                                                                                              \
#test, test, step_scene_setup, daemon_proc_teardown, (char[])                              \
        {                                                                                          \
            lines                                                                                  \
        }                                                                                          \
    }

const struct json *step_scene_get(struct daemon_proc *proc, const char *id);
/* How many entries of a type its history has. */
size_t step_scene_entries(struct daemon_proc *proc, const char *id, const char *type);
/* Waits until the order is QUEUED for a step. */
void step_scene_await(struct daemon_proc *proc, const char *id, const char *step);

/* Leases the next order at a step, as soon as there is one; and ends its lease well. */
struct held step_scene_lease(struct daemon_proc *proc, const char *step);
void step_scene_complete(struct daemon_proc *proc, const struct held *held, const char *result);

/* Programs that were held go on: removes hold-NAME. */
void step_scene_go_on(struct daemon_proc *proc, const char *name);
