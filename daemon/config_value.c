/* One setting's value: from text to its place in struct config, by its kind; and comparing two. */
#include "daemon/config_value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config_socket.h"
#include "daemon/config_steps.h"
#include "daemon/config_threshold.h"
#include "shared/exec_words.h"
#include "shared/limits.h"
#include "shared/units.h"

#define URL_SCHEME "ipc://"

/* A value on its way into its place. */
struct target {
    struct arena *arena;
    const struct setting *setting;
    struct slice text;
    void *at;
    void *also;
    struct why *why;
};

static enum err bad(const struct target *t, const char *what)
{
    return err_set(t->why, ERR_INVALID, "'%.*s' is not %s", SLICE_ARGS(t->text), what);
}

static enum err read_text(struct target *t)
{
    *(const char **)t->at = arena_copy(t->arena, t->text.p, t->text.n);
    return OK;
}

static enum err read_path(struct target *t)
{
    if (t->text.n == 0 || t->text.p[0] != '/')
        return bad(t, "an absolute path");
    return read_text(t);
}

static enum err read_store(struct target *t)
{
    if (slice_starts(t->text, SLICE("postgresql:")))
        return err_set(t->why, ERR_INVALID,
                       "the store 'postgresql' is not supported by this version: it has sqlite");
    if (!slice_is(t->text, "sqlite") && !slice_is(t->text, "memory"))
        return bad(t, "a store: sqlite");
    return read_text(t);
}

static enum err read_url(struct target *t)
{
    if (!slice_starts(t->text, SLICE(URL_SCHEME "/")))
        return bad(t, "of the form ipc:///PATH");
    if (t->text.n - strlen(URL_SCHEME) > SOCKET_PATH_MAX)
        return err_set(t->why, ERR_INVALID, "'%.*s' has a path of more than %d bytes",
                       SLICE_ARGS(t->text), SOCKET_PATH_MAX);
    return read_text(t);
}

/* A whole number within the row's bounds. */
static enum err whole(const struct target *t, int64_t *out)
{
    int64_t value = 0;

    if (text_int(t->text, &value) && value >= (int64_t)t->setting->low &&
        value <= (int64_t)t->setting->high) {
        *out = value;
        return OK;
    }
    return err_set(t->why, ERR_INVALID, "'%.*s' is not a whole number from %.0f to %.0f",
                   SLICE_ARGS(t->text), t->setting->low, t->setting->high);
}

static enum err read_uint(struct target *t)
{
    int64_t value = 0;
    enum err e = whole(t, &value);

    if (e == OK)
        *(uint32_t *)t->at = (uint32_t)value;
    return e;
}

static enum err read_int(struct target *t)
{
    return whole(t, t->at);
}

static enum err read_limit(struct target *t)
{
    if (!slice_is(t->text, "none"))
        return whole(t, t->at);
    *(int64_t *)t->at = 0;
    return OK;
}

static enum err read_number(struct target *t)
{
    double value = 0;

    if (!text_number(t->text, &value) || value < t->setting->low || value > t->setting->high)
        return err_set(t->why, ERR_INVALID, "'%.*s' is not a number from %g to %g",
                       SLICE_ARGS(t->text), t->setting->low, t->setting->high);
    *(double *)t->at = value;
    return OK;
}

static enum err read_rate(struct target *t)
{
    if (!slice_is(t->text, "none"))
        return read_number(t);
    *(double *)t->at = 0;
    return OK;
}

static enum err duration(const struct target *t, struct slice text, int64_t *out)
{
    char low[UNITS_TEXT_MAX];
    char high[UNITS_TEXT_MAX];
    int64_t us = 0;

    if (!units_duration(text, &us))
        return err_set(t->why, ERR_INVALID, "'%.*s' is not a duration, such as 250ms, 1m30s or 7d",
                       SLICE_ARGS(text));
    if (us >= (int64_t)t->setting->low && us <= (int64_t)t->setting->high) {
        *out = us;
        return OK;
    }
    units_format_duration((int64_t)t->setting->low, low);
    units_format_duration((int64_t)t->setting->high, high);
    return err_set(t->why, ERR_INVALID, "'%.*s' is not between %s and %s", SLICE_ARGS(text), low,
                   high);
}

static enum err read_duration(struct target *t)
{
    return duration(t, t->text, t->at);
}

static enum err read_period(struct target *t)
{
    if (!slice_is(t->text, "off"))
        return read_duration(t);
    *(int64_t *)t->at = 0;
    return OK;
}

/* "50ms", or "50ms..200ms". */
static enum err read_range(struct target *t)
{
    const char *dots = memmem(t->text.p, t->text.n, "..", 2);
    struct slice first = t->text;
    struct slice last = t->text;
    int64_t low = 0;
    int64_t high = 0;
    enum err e = OK;

    if (dots != NULL) {
        first.n = (size_t)(dots - t->text.p);
        last = (struct slice){dots + 2, t->text.n - first.n - 2};
    }
    e = duration(t, slice_trim(first), &low);
    if (e == OK)
        e = duration(t, slice_trim(last), &high);
    if (e != OK)
        return e;
    if (high < low)
        return err_set(t->why, ERR_INVALID, "'%.*s' ends before it begins", SLICE_ARGS(t->text));
    *(int64_t *)t->at = low;
    *(int64_t *)t->also = high;
    return OK;
}

static enum err read_seed(struct target *t)
{
    int64_t value = 0;

    *(bool *)t->also = t->text.n > 0;
    if (t->text.n > 0 && (!text_int(t->text, &value) || value < 0))
        return bad(t, "a whole number from 0 to 9223372036854775807");
    *(uint64_t *)t->at = (uint64_t)value;
    return OK;
}

static enum err read_mode(struct target *t)
{
    const char *wrong = config_socket_mode(t->text, t->at);

    return wrong == NULL ? OK : bad(t, wrong);
}

static enum err read_group(struct target *t)
{
    return config_socket_group(t->arena, t->text, t->at) ? OK : bad(t, "a group of this system");
}

static enum err read_names(struct target *t)
{
    *(struct slice *)t->at = slice_copy(t->arena, t->text);
    return OK;
}

static enum err read_patterns(struct target *t)
{
    struct slice rest = slice_copy(t->arena, t->text);
    struct slice *list = NULL;
    size_t n = 0;

    if (rest.n == 0) {
        *(const struct slice **)t->at = NULL;
        *(size_t *)t->also = 0;
        return OK;
    }
    /* One more than there are commas; each is at least a byte. */
    list = arena_alloc(t->arena, (rest.n + 1) * sizeof(*list));
    while (rest.p != NULL) {
        list[n] = slice_trim(slice_cut(&rest, ','));
        if (list[n].n == 0)
            return err_set(t->why, ERR_INVALID, "'%.*s' has an empty pattern in it",
                           SLICE_ARGS(t->text));
        n++;
    }
    *(const struct slice **)t->at = list;
    *(size_t *)t->also = n;
    return OK;
}

static enum err read_handler(struct target *t)
{
    if (!slice_is(t->text, "simulate") && !slice_is(t->text, "exec") &&
        !slice_is(t->text, "worker"))
        return bad(t, "a handler: simulate, exec or worker");
    return read_text(t);
}

static enum err read_command(struct target *t)
{
    const char *const *words = NULL;
    size_t n = 0;
    enum err e = exec_words_split(t->arena, t->text, &words, &n, t->why);

    if (e == OK) /* else it has the words that it had: never NULL */
        *(const char *const **)t->also = words;
    if (e == OK && n > 0 && words[0][0] == '\0')
        e = bad(t, "a command: its first word is empty");
    return e == OK ? read_text(t) : e;
}

static enum err read_steps(struct target *t)
{
    return config_steps_order(t->arena, t->text, t->at, t->why);
}

static enum err read_threshold(struct target *t)
{
    return config_threshold_read(t->setting, t->text, t->at, t->why);
}

static enum err read_jitter(struct target *t)
{
    if (!slice_is(t->text, "full") && !slice_is(t->text, "none"))
        return bad(t, "full or none");
    *(bool *)t->at = slice_is(t->text, "full");
    return OK;
}

static enum err read_level(struct target *t)
{
    if (!log_level_parse(t->text, t->at))
        return bad(t, "a level: error, warning, notice, info or debug");
    return OK;
}

static enum err read_format(struct target *t)
{
    static const char *const formats[] = {
        [LOG_FORMAT_AUTO] = "auto",
        [LOG_FORMAT_JOURNAL] = "journal",
        [LOG_FORMAT_JSON] = "json",
        [LOG_FORMAT_TEXT] = "text",
    };

    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (slice_is(t->text, formats[i])) {
            *(enum log_format *)t->at = (enum log_format)i;
            return OK;
        }
    }
    return bad(t, "a format: auto, journal, json or text");
}

/* How a kind is read, and compared: as `bytes` in its place, unless it has a way of its own. */
struct kind {
    enum err (*read)(struct target *t);
    bool (*same)(const void *a, const void *b);
    size_t bytes, also_bytes;
};

static bool same_text(const void *a, const void *b)
{
    return slice_eq(slice_of(*(const char *const *)a), slice_of(*(const char *const *)b));
}

static bool same_slice(const void *a, const void *b)
{
    return slice_eq(*(const struct slice *)a, *(const struct slice *)b);
}

static const struct kind kinds[SETTING_KINDS] = {
    [SETTING_PATH] = {read_path, same_text, 0, 0},
    [SETTING_STORE] = {read_store, same_text, 0, 0},
    [SETTING_URL] = {read_url, same_text, 0, 0},
    [SETTING_UINT] = {read_uint, NULL, sizeof(uint32_t), 0},
    [SETTING_INT] = {read_int, NULL, sizeof(int64_t), 0},
    [SETTING_LIMIT] = {read_limit, NULL, sizeof(int64_t), 0},
    [SETTING_NUMBER] = {read_number, NULL, sizeof(double), 0},
    [SETTING_RATE] = {read_rate, NULL, sizeof(double), 0},
    [SETTING_DURATION] = {read_duration, NULL, sizeof(int64_t), 0},
    [SETTING_PERIOD] = {read_period, NULL, sizeof(int64_t), 0},
    [SETTING_RANGE] = {read_range, NULL, sizeof(int64_t), sizeof(int64_t)},
    [SETTING_SEED] = {read_seed, NULL, 0, 0},
    [SETTING_MODE] = {read_mode, NULL, sizeof(uint32_t), 0},
    [SETTING_GROUP] = {read_group, NULL, sizeof(gid_t), 0},
    [SETTING_NAMES] = {read_names, same_slice, 0, 0},
    [SETTING_PATTERNS] = {read_patterns, NULL, 0, 0},
    [SETTING_HANDLER] = {read_handler, same_text, 0, 0},
    [SETTING_COMMAND] = {read_command, same_text, 0, 0},
    [SETTING_STEPS] = {read_steps, same_slice, 0, 0},
    [SETTING_ALARM_COUNT] = {read_threshold, NULL, sizeof(double), 0},
    [SETTING_ALARM_TIME] = {read_threshold, NULL, sizeof(double), 0},
    [SETTING_ALARM_SHARE] = {read_threshold, NULL, sizeof(double), 0},
    [SETTING_ALARM_SIZE] = {read_threshold, NULL, sizeof(double), 0},
    [SETTING_JITTER] = {read_jitter, NULL, sizeof(bool), 0},
    [SETTING_LEVEL] = {read_level, NULL, sizeof(enum log_level), 0},
    [SETTING_FORMAT] = {read_format, NULL, sizeof(enum log_format), 0},
};

enum err config_value_read_at(struct arena *arena, void *base, const struct setting *setting,
                              struct slice text, struct why *why)
{
    struct target t = {
        arena, setting, text, (char *)base + setting->offset, (char *)base + setting->also, why};

    return kinds[setting->kind].read(&t);
}

enum err config_value_read(struct config *config, const struct setting *setting, struct slice text,
                           struct why *why)
{
    return config_value_read_at(&config->arena, config, setting, text, why);
}

static bool same_patterns(const char *a, const char *b, const struct setting *setting)
{
    const void *list_a = a + setting->offset;
    const void *list_b = b + setting->offset;
    const void *n_a = a + setting->also;
    const void *n_b = b + setting->also;
    size_t n = *(const size_t *)n_a;

    if (n != *(const size_t *)n_b)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!slice_eq((*(const struct slice *const *)list_a)[i],
                      (*(const struct slice *const *)list_b)[i]))
            return false;
    }
    return true;
}

/* Without a seed each start draws one: that is no change. */
static bool same_seed(const char *a, const char *b, const struct setting *setting)
{
    bool has_a = *(const bool *)(a + setting->also);
    bool has_b = *(const bool *)(b + setting->also);

    return has_a == has_b &&
           (!has_a || memcmp(a + setting->offset, b + setting->offset, sizeof(uint64_t)) == 0);
}

bool config_value_same(const void *base_a, const void *base_b, const struct setting *setting)
{
    const struct kind *kind = &kinds[setting->kind];
    const char *a = base_a;
    const char *b = base_b;

    if (setting->kind == SETTING_PATTERNS)
        return same_patterns(a, b, setting);
    if (setting->kind == SETTING_SEED)
        return same_seed(a, b, setting);
    if (kind->same != NULL)
        return kind->same(a + setting->offset, b + setting->offset);
    return memcmp(a + setting->offset, b + setting->offset, kind->bytes) == 0 &&
           memcmp(a + setting->also, b + setting->also, kind->also_bytes) == 0;
}
