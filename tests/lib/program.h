/* Programs run by tests: in the background, or to their end with what they printed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "shared/buf.h"

/* A folder of its own under /tmp, and away with all in it. Aborts the test when it cannot. */
void program_dir_make(char out[64]);
void program_dir_remove(const char *dir);

/* BUILD/NAME, where BUILD is what the tests were built in. */
void program_path(const char *name, char out[256]);

/*
 * Starts `argv`, found by PATH, with standard input empty and the rest going to these files; each
 * of `env` ("NAME=value", NULL-terminated; NULL: none) is added to the environment.
 */
pid_t program_spawn(const char *const *argv, const char *const *env, int out, int err);

/* Waits for the end; false when it has not come within the deadline of 60 s. `code` is the exit
   code, or minus the signal that ended it. */
bool program_wait(pid_t pid, int *code);

/* Has it ended already? Then it is waited for. */
bool program_ended(pid_t pid, int *code);

/* What a program that has ended printed, NUL-terminated. */
struct program_run {
    int code;
    struct buf out, err;
};

void program_run(const char *const *argv, const char *const *env, struct program_run *run);
void program_run_done(struct program_run *run);
