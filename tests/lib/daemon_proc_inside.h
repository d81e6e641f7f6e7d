/* The inside of a daemon_proc, shared by its sources. */
#pragma once

#include <stdint.h>

#include "tests/lib/daemon_proc.h"

struct daemon_proc {
    pid_t pid; /* -1: not running */
    char dir[64];
    char config[96], db[96];
    char request_url[112], events_url[112];
    char env_texts[2][128];
    const char *env[3];
    const char *program; /* NULL: dofsd */
    const char *const *daemon_env;
    struct client *client;
    struct json *reply; /* to the last question */
};

void daemon_proc_pause(void); /* between two looks at a condition */
int64_t daemon_proc_now(void);
