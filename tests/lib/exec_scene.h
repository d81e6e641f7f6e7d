/* A daemon whose handler is `exec`, with the program tests/lib/exec_program.sh. */
#pragma once

#include "tests/lib/daemon_proc.h"

/* cmocka's setup: further lines of [fulfilment] given as initial state. The
   teardown is daemon_proc_teardown. */
int exec_scene_setup(void **state);

#define EXEC_SOON "interval = 5ms\n"

/* For tables within main. */
#define EXEC_TEST(test, lines)                                                                     \
    {                                                                                              \
#test, test, exec_scene_setup, daemon_proc_teardown, (char[])                              \
        {                                                                                          \
            lines                                                                                  \
        }                                                                                          \
    }

/* Writes the configuration anew; `words` are the program's, behind its name. */
void exec_scene_configure(struct daemon_proc *proc, const char *words, const char *lines);

/* Lines of a file in the daemon's directory, as text, good until the next call; "" when it is not
   there. */
const char *exec_scene_file(struct daemon_proc *proc, const char *name);
size_t exec_scene_lines(struct daemon_proc *proc, const char *name);
void exec_scene_await_lines(struct daemon_proc *proc, const char *name, size_t n); /* 20 s */
void exec_scene_touch(struct daemon_proc *proc, const char *name);

/* Sends a signal to the processes listed in the file; how many got it. */
size_t exec_scene_kill(struct daemon_proc *proc, const char *name, int signum);

/* How many of the processes listed in the file are there, zombies included. */
size_t exec_scene_alive(struct daemon_proc *proc, const char *name);
/* Waits until none is, and the daemon has no child left; fails the test after 20 s. */
void exec_scene_await_gone(struct daemon_proc *proc, const char *name);
