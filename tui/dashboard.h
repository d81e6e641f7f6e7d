/* The dashboard: waits, updates the model, draws, and does what the model wishes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tui/link/client.h"

struct dashboard_settings {
    struct client_place place;
    bool read_only;
    const char *view;   /* "orders"; NULL: that of the start */
    const char *size;   /* of a snapshot, "80x24"; NULL: the terminal's, live */
    bool plain;         /* a snapshot without colours */
    const char *script; /* a file of keys; NULL: none */
    int64_t timeout_us; /* a snapshot waits no longer for what it shows */
};

/* Each returns the program's exit code, after a message on standard error if it is not 0. */
int dashboard_run(const struct dashboard_settings *settings);
/* Steps of `script` (script.h); each screen asked for goes to standard output. 1: one that was
   waited for never came. */
int dashboard_script(const struct dashboard_settings *settings);
int dashboard_snapshot(const struct dashboard_settings *settings);
