/* One setting's value: from text to its place in struct config, by its kind; and comparing two. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "daemon/config.h"

enum setting_kind {
    SETTING_PATH,     /* an absolute path */
    SETTING_STORE,    /* sqlite, memory */
    SETTING_URL,      /* ipc:///PATH */
    SETTING_UINT,     /* uint32_t */
    SETTING_INT,      /* int64_t */
    SETTING_LIMIT,    /* int64_t, or `none`: 0 */
    SETTING_NUMBER,   /* double */
    SETTING_RATE,     /* double, or `none`: 0 */
    SETTING_DURATION, /* int64_t, µs */
    SETTING_PERIOD,   /* int64_t, µs, or `off`: 0 */
    SETTING_RANGE,    /* two int64_t, µs: `also` is the upper end */
    SETTING_SEED,     /* uint64_t; `also` is the bool that says it is there */
    SETTING_MODE,     /* uint32_t, octal */
    SETTING_GROUP,    /* gid_t by name or number; empty: (gid_t)-1 */
    SETTING_NAMES, /* a slice, comma-separated: users, @groups, `*`; `also` is its line, an int */
    SETTING_PATTERNS,    /* a list of slices; `also` is its size_t count */
    SETTING_HANDLER,     /* simulate, exec, worker; `also` is its line, an int */
    SETTING_STEPS,       /* a slice, comma-separated: names of steps; `also` is its line */
    SETTING_COMMAND,     /* a text; `also` is its words, a list that a NULL ends */
    SETTING_ALARM_COUNT, /* double; these four, or `off`: 0 */
    SETTING_ALARM_TIME,  /* double, seconds */
    SETTING_ALARM_SHARE, /* double, also as a percentage */
    SETTING_ALARM_SIZE,  /* double, bytes */
    SETTING_JITTER,      /* bool: full, none */
    SETTING_LEVEL,       /* enum log_level */
    SETTING_FORMAT,      /* enum log_format */
    SETTING_KINDS
};

struct setting {
    const char *section, *key, *fallback;
    size_t offset, also; /* in struct config */
    double low, high;
    enum setting_kind kind;
    bool restart;
};

/*
 * Reads `text` into the setting's place; what it keeps is copied into the config's arena.
 * errors   ERR_INVALID with a sentence such as "'0' is not a whole number from 1 to 10000000"
 */
enum err config_value_read(struct config *config, const struct setting *setting, struct slice text,
                           struct why *why);

/* The same, into a place in `base`, which the setting's offsets are of. */
enum err config_value_read_at(struct arena *arena, void *base, const struct setting *setting,
                              struct slice text, struct why *why);

/* The row of a setting that there is. */
const struct setting *config_setting(const char *section, const char *key);

/* Do both have the same value there? The setting's offsets are of what both point at. */
bool config_value_same(const void *base_a, const void *base_b, const struct setting *setting);
