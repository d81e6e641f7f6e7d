/* The handler `exec`: a program for each attempt. */
#pragma once

#include "daemon/handler/handler.h"
#include "daemon/sys/child.h"
#include "shared/err.h"

struct exec_settings {
    const char *text;         /* the command as it was written */
    const char *const *words; /* its words, NULL behind the last one */
    int64_t timeout_us;       /* an attempt that takes longer gets TERM, then KILL */
    int64_t stop_grace_us;    /* between TERM and KILL in an orderly stop */
};

/* What it stands on; borrowed. `children` must be closed before the handler is freed. */
struct exec_parts {
    struct children *children;
    const char *instance;
    struct handler_listener listener;
};

/* `settings` is copied; handler_exec_set changes it for attempts started later. Without words the
   command stays what it was. */
struct handler handler_exec_new(const struct exec_parts *parts,
                                const struct exec_settings *settings);
void handler_exec_set(struct handler *handler, const struct exec_settings *settings);
