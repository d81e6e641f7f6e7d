/* A directory of a test's own, gone with all that is in it at the end. */
#pragma once

#define TMPDIR_MAX 256

struct tmpdir {
    char path[TMPDIR_MAX];
};

/* Aborts when it cannot be made. */
void tmpdir_init(struct tmpdir *dir);
void tmpdir_done(struct tmpdir *dir);
