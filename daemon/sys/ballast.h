/* A reserve of disk space: a file that is given up when the disk is full, so that what is under way
   can still be put down, and made again when there is room. */
#pragma once

#include <stdbool.h>

#include "shared/err.h"

struct ballast;

#define BALLAST_NAME "orders.ballast"
#define BALLAST_BYTES (4L * 1024 * 1024)

/*
 * Makes the file in `directory`, or takes up the one that is there. Without room for it there is
 * none for now: that is no error.
 *
 * thread   any, one at a time
 */
enum err ballast_open(const char *directory, struct ballast **out, struct why *why);
void ballast_close(struct ballast *ballast); /* takes NULL; the file stays */

bool ballast_held(const struct ballast *ballast);
void ballast_release(struct ballast *ballast); /* removes the file */

/* Makes it again once there is room for it and as much again; false: not yet. */
bool ballast_refill(struct ballast *ballast);
