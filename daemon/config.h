/* Every setting: read from the configuration file, checked, with its default. */
#pragma once

#include "daemon/api/access.h"
#include "daemon/core/backup.h"
#include "daemon/core/dispatch.h"
#include "daemon/core/engine.h"
#include "daemon/core/retention.h"
#include "daemon/core/workflow.h"
#include "daemon/handler/handler_exec.h"
#include "daemon/handler/handler_simulate.h"
#include "daemon/net/sp_listener.h"
#include "daemon/observe/alarm.h"
#include "shared/err.h"
#include "shared/log.h"

enum log_format { LOG_FORMAT_AUTO, LOG_FORMAT_JOURNAL, LOG_FORMAT_JSON, LOG_FORMAT_TEXT };

/* A section [retry "PATTERN"] while the file is being read. */
struct config_retry_read {
    int line;
    unsigned given; /* which of its keys */
};

/* What [fulfilment] says, and what holds for a step. */
struct step_config {
    struct slice name;
    unsigned given; /* which keys its own section has: config_steps.c's */
    const char *handler;
    int handler_line; /* 0: the default */
    struct simulate_settings simulate;
    struct exec_settings exec; /* its times are those of dispatch and the stop */
    struct exec_settings undo; /* the same; see config_undo_by */
    struct retry_policy retry;
    struct dispatch_settings dispatch;
};

struct config_step_read; /* config_steps.c's */

/* All settings; text lives in the arena. */
struct config {
    struct arena arena;
    const char *file; /* NULL: defaults only */
    const char *instance;
    const char *state_dir, *runtime_dir, *store;
    const char *request_url, *events_url;
    int64_t stop_grace_us;
    struct engine_settings engine;
    struct sp_settings net;
    struct access_settings access;
    struct workflow_settings workflow;
    struct retry_rule *retry; /* workflow.by_reason, as it is made */
    struct config_retry_read *retry_read;
    struct step_config fulfilment;
    struct slice steps_order; /* the names, with commas between them */
    int steps_line;
    struct step_config steps[STEPS_MAX]; /* in that order */
    size_t n_steps;
    struct workflow_step workflow_steps[STEPS_MAX]; /* workflow.steps, as it is made */
    struct config_step_read *step_read;
    size_t n_step_read;
    struct retention_settings retention;
    struct alarm_settings alarms;
    struct backup_settings backup;
    enum log_level log_level;
    enum log_format log_format;
};

/*
 * Reads `file` (NULL: the instance's usual place, where a missing file means defaults), checks
 * every line, and fills in the places of the instance (contract of docs/protocol.md, "Sockets").
 *
 * errors   ERR_INVALID with "file:line: reason" for an unknown section or key, an over-long line,
 *          a value out of range, a doubled key
 */
enum err config_load(const char *file, const char *instance, struct config **out, struct why *why);
void config_free(struct config *config); /* takes NULL */

/* Calls `changed` with "section.key" for each setting that differs. Which of them need a restart is
   told by `restart`. */
void config_compare(const struct config *before, const struct config *after,
                    void (*changed)(void *self, const char *name, bool restart), void *self);
