/* A bar on standard error that says how far a file has got; nothing where that is no terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "shared/clock.h"

struct submit_progress {
    const struct clock *clock;
    bool shown;
    int64_t next_us; /* when it is drawn again */
    size_t bytes;    /* of the file; 0: not known */
};

void submit_progress_init(struct submit_progress *progress, const struct clock *clock, FILE *file);
void submit_progress_draw(struct submit_progress *progress, size_t bytes, size_t orders);
void submit_progress_clear(struct submit_progress *progress); /* before anything else is printed */
