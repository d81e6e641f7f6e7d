/* Every setting: read from the configuration file, checked, with its default. */
#include "daemon/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "daemon/config_place.h"
#include "daemon/config_retry.h"
#include "daemon/config_steps.h"
#include "daemon/config_value.h"
#include "shared/need.h"

#define FILE_MAX_BYTES (1024L * 1024) /* far above any; a wrong file is refused early */
#define HOURS(n) ((n)*3600e6)
#define SECONDS(n) ((n)*1e6)

static const struct setting settings[] = {
#define SETTING(section, key, kind, fallback, member, also, low, high, restart)                    \
    {section,                                                                                      \
     key,                                                                                          \
     fallback,                                                                                     \
     offsetof(struct config, member),                                                              \
     offsetof(struct config, also),                                                                \
     low,                                                                                          \
     high,                                                                                         \
     SETTING_##kind,                                                                               \
     restart},
#include "daemon/config.def"
#undef SETTING
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

const struct setting *config_setting(const char *section, const char *key)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        if (strcmp(settings[i].section, section) == 0 && strcmp(settings[i].key, key) == 0)
            return &settings[i];
    }
    abort();
}

/* Of the contract, but not here yet. A key NULL: the whole section, also with a name behind it. */
static const struct later {
    const char *section, *key;
} later[] = {
    {"http", NULL},
    {"encryption", NULL},
    {"retention", "audit"},
};

/* Sections that have a name, which inih may cut: read by those whose they are. */
static const struct named {
    const char *kind;
    enum err (*begin)(struct config *config, struct slice line, int number, struct why *why);
    enum err (*set)(struct config *config, const struct config_pair *pair, struct why *why);
} named[] = {
    {"retry", config_retry_begin, config_retry_set},
    {"step", config_steps_begin, config_steps_set},
};

/* A file being read. inih asks for a line, then calls back for it: one at a time. */
struct reading {
    struct config *config;
    FILE *file;
    const char *path;
    char *line; /* getline's */
    size_t line_cap;
    long number; /* of the line, from 1 */
    long bytes;
    int seen[SETTINGS];        /* the line that set it; 0: none */
    const struct named *named; /* whose the section is; NULL: nobody's */
    long failed_at;            /* the first line that was refused; 0: none */
    struct why *why;
};

/* The first refusal is the one told: "file:line: reason". */
static void refuse(struct reading *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void refuse(struct reading *r, const char *fmt, ...)
{
    char reason[WHY_TEXT_MAX];
    va_list args;

    if (r->failed_at > 0)
        return;
    r->failed_at = r->number;
    va_start(args, fmt);
    (void)vsnprintf(reason, sizeof(reason), fmt, args);
    va_end(args);
    (void)err_set(r->why, ERR_INVALID, "%s:%ld: %s", r->path, r->number, reason);
}

static bool is_later(struct slice section, struct slice key)
{
    struct slice kind = slice_cut(&section, ' ');

    for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
        if (slice_is(kind, later[i].section) &&
            (later[i].key == NULL || (key.p != NULL && slice_is(key, later[i].key))))
            return true;
    }
    return false;
}

static bool section_exists(struct slice section)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        if (slice_is(section, settings[i].section))
            return true;
    }
    return false;
}

static const struct named *named_of(struct slice line)
{
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
        if (config_named_is(line, named[i].kind))
            return &named[i];
    }
    return NULL;
}

/* inih tells of a section only with its first key: one without keys is looked at here. */
static void check_section(struct reading *r, struct slice line)
{
    const char *end = memchr(line.p, ']', line.n);
    struct slice name = {line.p + 1, 0};
    struct slice rest;
    struct why why = {0};

    r->named = named_of(line);
    if (r->named != NULL) {
        if (r->named->begin(r->config, line, (int)r->number, &why) != OK)
            refuse(r, "%s", why.text);
        return;
    }
    if (end == NULL) {
        refuse(r, "'%.*s' has no ]", SLICE_ARGS(line));
        return;
    }
    name.n = (size_t)(end - name.p);
    rest = slice_trim((struct slice){end + 1, line.n - name.n - 2});
    if (is_later(name, (struct slice){0}))
        refuse(r, "section [%.*s] is not supported by this version", SLICE_ARGS(name));
    else if (!section_exists(name))
        refuse(r, "unknown section [%.*s]", SLICE_ARGS(name));
    else if (rest.n > 0 && rest.p[0] != ';' && rest.p[0] != '#')
        refuse(r, "'%.*s' stands behind [%.*s]", SLICE_ARGS(rest), SLICE_ARGS(name));
}

/* What inih would cut or misread without a word is refused here. */
static void check_line(struct reading *r, struct slice line, size_t limit)
{
    if (memchr(line.p, '\0', line.n) != NULL)
        refuse(r, "a NUL byte in the line");
    else if (line.n > limit)
        refuse(r, "a line of more than %zu bytes", limit);
    else if (!utf8_valid(line) || text_has_control(line))
        refuse(r, "a line with bytes that are no text");
    else if (line.n > 0 && line.p[0] == '[')
        check_section(r, line);
}

/* inih's reader, like fgets. Blanks in front are taken off: inih would take such a line for more
   of the value above it. */
static char *next_line(char *out, int size, void *self)
{
    struct reading *r = self;
    ssize_t n = r->failed_at > 0 ? -1 : getline(&r->line, &r->line_cap, r->file);
    struct slice line;

    if (n < 0)
        return NULL;
    r->number++;
    r->bytes += n;
    line = (struct slice){r->line, (size_t)n};
    if (n > 0 && r->line[n - 1] == '\n')
        line.n--;
    if (r->number == 1 && slice_starts(line, SLICE("\xef\xbb\xbf")))
        line = (struct slice){line.p + 3, line.n - 3};
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] == '\t' || (line.p[i] == '\r' && i + 1 == line.n))
            r->line[line.p - r->line + (ptrdiff_t)i] = ' ';
    }
    line = slice_trim(line);
    if (r->bytes > FILE_MAX_BYTES)
        refuse(r, "the file is larger than %ld bytes", FILE_MAX_BYTES);
    check_line(r, line, (size_t)size - 2);
    if (r->failed_at > 0)
        return NULL;
    memcpy(out, line.p, line.n);
    memcpy(out + line.n, "\n", 2);
    return out;
}

static void set_value(struct reading *r, size_t i, const char *value)
{
    const struct setting *setting = &settings[i];
    struct why why = {0};

    if (r->seen[i] != 0) {
        refuse(r, "[%s] %s is set already in line %d", setting->section, setting->key, r->seen[i]);
        return;
    }
    r->seen[i] = (int)r->number;
    if (config_value_read(r->config, setting, slice_of(value), &why) != OK)
        refuse(r, "[%s] %s: %s", setting->section, setting->key, why.text);
    if (setting->kind == SETTING_NAMES || setting->kind == SETTING_STEPS ||
        setting->kind == SETTING_HANDLER) /* what is wrong with it may show later: by line then */
        *(int *)(void *)((char *)r->config + setting->also) = (int)r->number;
}

/* inih's handler; 0 would be a failure without words, so it is always 1. */
static int take_value(void *self, const char *section, const char *key, const char *value)
{
    struct reading *r = self;
    struct why why = {0};

    if (r->named != NULL) {
        const struct config_pair pair = {key, value, (int)r->number};

        if (r->named->set(r->config, &pair, &why) != OK)
            refuse(r, "%s", why.text);
        return 1;
    }
    for (size_t i = 0; i < SETTINGS; i++) {
        if (strcmp(settings[i].section, section) == 0 && strcmp(settings[i].key, key) == 0) {
            set_value(r, i, value);
            return 1;
        }
    }
    if (section[0] == '\0')
        refuse(r, "'%s' stands before any section", key);
    else if (is_later(slice_of(section), slice_of(key)))
        refuse(r, "[%s] %s is not supported by this version", section, key);
    else
        refuse(r, "unknown key '%s' in [%s]", key, section);
    return 1;
}

static enum err read_file(struct config *config, FILE *file, const char *path, struct why *why)
{
    struct reading r = {.config = config, .file = file, .path = path, .why = why};
    int line = ini_parse_stream(next_line, &r, take_value, &r);

    /* inih stops at nothing: of its complaint and ours the earlier counts. */
    if (line > 0 && (r.failed_at == 0 || line < r.failed_at)) {
        r.failed_at = 0;
        r.number = line;
        refuse(&r, "neither [section] nor key = value");
    }
    free(r.line);
    if (r.failed_at == 0 && ferror(file))
        return err_sys(why, ERR_INVALID, errno, "cannot read '%s'", path);
    return r.failed_at > 0 ? ERR_INVALID : OK;
}

static void set_defaults(struct config *config)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        struct why why = {0};

        if (settings[i].fallback == NULL)
            continue;
        if (config_value_read(config, &settings[i], slice_of(settings[i].fallback), &why) != OK)
            abort(); /* the table is wrong */
    }
}

static enum err read_place(struct config *config, const char *given, struct why *why)
{
    const char *path = given != NULL ? given : config_place_file(&config->arena, config->instance);
    enum err e = OK;
    FILE *file = NULL;

    if (path == NULL)
        return OK;
    file = fopen(path, "re");
    if (file == NULL && given == NULL && errno == ENOENT)
        return OK;
    if (file == NULL)
        return err_sys(why, ERR_INVALID, errno, "cannot open '%s'", path);
    config->access.file = config->file = arena_copy(&config->arena, path, strlen(path));
    e = read_file(config, file, config->file, why);
    (void)fclose(file);
    return e;
}

/* A socket's URL under the runtime directory, unless the file has one. */
static enum err fill_url(struct config *config, const char *key, const char **url, struct why *why)
{
    struct buf text;
    struct why reason = {0};
    enum err e = OK;

    if (*url != NULL)
        return OK;
    buf_init(&text, FILE_MAX_BYTES);
    buf_printf(&text, "ipc://%s/%s.sock", config->runtime_dir, key);
    e = config_value_read(config, config_setting("listen", key), slice_of(buf_text(&text)),
                          &reason);
    if (e != OK)
        (void)err_set(why, e, "[listen] %s: %s", key, reason.text);
    buf_done(&text);
    return e;
}

static enum err fill_places(struct config *config, struct why *why)
{
    enum err e = OK;

    if (config->state_dir == NULL)
        config->state_dir = config_place_state(&config->arena, config->instance);
    if (config->state_dir == NULL)
        return err_set(why, ERR_INVALID, "no place for the state: set HOME or [daemon] state_dir");
    if (config->backup.directory == NULL)
        config->backup.directory = config_place_backup(&config->arena, config->state_dir);
    if (config->runtime_dir == NULL)
        config->runtime_dir =
            config_place_runtime(&config->arena, config->instance, config->state_dir);
    e = fill_url(config, "request", &config->request_url, why);
    if (e == OK)
        e = fill_url(config, "events", &config->events_url, why);
    if (e == OK && strcmp(config->request_url, config->events_url) == 0)
        e = err_set(why, ERR_INVALID, "[listen] request and events are the same: '%s'",
                    config->request_url);
    return e;
}

/* What one line alone cannot tell: the one that asks for what is not there is to blame. */
static enum err fill_steps(struct config *config, struct why *why)
{
    struct why reason = {0};
    int line = 0;
    enum err e = config_steps_fill(config, &line, &reason);

    if (e != OK)
        (void)err_set(why, e, "%s:%d: %s", config->file, line, reason.text);
    return e;
}

enum err config_load(const char *file, const char *instance, struct config **out, struct why *why)
{
    struct config *config = NULL;
    enum err e = OK;

    if (!config_place_name_ok(instance))
        return err_set(why, ERR_INVALID,
                       "'%s' is not an instance's name: 1 to 32 of a-z, 0-9, '.', '_' and '-'",
                       instance);
    config = need(calloc(1, sizeof(*config)));
    config->instance = arena_copy(&config->arena, instance, strlen(instance));
    set_defaults(config);
    e = read_place(config, file, why);
    if (e == OK)
        e = fill_steps(config, why);
    config_retry_fill(config);
    if (e == OK)
        e = fill_places(config, why);
    if (e == OK)
        *out = config;
    else
        config_free(config);
    return e;
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    arena_done(&config->arena);
    free(config);
}

void config_compare(const struct config *before, const struct config *after,
                    void (*changed)(void *self, const char *name, bool restart), void *self)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        char name[64];

        if (config_value_same(before, after, &settings[i]))
            continue;
        (void)snprintf(name, sizeof(name), "%s.%s", settings[i].section, settings[i].key);
        changed(self, name, settings[i].restart);
    }
    config_steps_compare(before, after, changed, self);
    if (!config_retry_same(before, after))
        changed(self, "retry", false);
}
