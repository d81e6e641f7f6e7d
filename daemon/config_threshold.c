/* A threshold of an alarm as a setting: a count, a duration, a share or a size, or `off`. */
#include "daemon/config_threshold.h"

#include "shared/units.h"

static bool read_count(struct slice text, double *out)
{
    int64_t value = 0;
    bool good = text_int(text, &value);

    *out = (double)value;
    return good;
}

static bool read_time(struct slice text, double *out)
{
    int64_t us = 0;
    bool good = units_duration(text, &us);

    *out = (double)us / 1e6;
    return good;
}

/* "0.5", or "50%". */
static bool read_share(struct slice text, double *out)
{
    bool percent = text.n > 0 && text.p[text.n - 1] == '%';
    struct slice number = {text.p, text.n - (percent ? 1 : 0)};
    bool good = text_number(number, out);

    if (good && percent)
        *out /= 100;
    return good;
}

static bool read_size(struct slice text, double *out)
{
    int64_t bytes = 0;
    bool good = units_size(text, &bytes);

    *out = (double)bytes;
    return good;
}

static const struct {
    bool (*read)(struct slice text, double *out);
    const char *what;
} rows[SETTING_KINDS] = {
    [SETTING_ALARM_COUNT] = {read_count, "a whole number of at least 1"},
    [SETTING_ALARM_TIME] = {read_time, "a duration of at least 1s, such as 90s or 2h"},
    [SETTING_ALARM_SHARE] = {read_share, "a share above 0, at most 1, such as 0.5 or 50%"},
    [SETTING_ALARM_SIZE] = {read_size, "a size of at least 1 byte, such as 64MiB"},
};

enum err config_threshold_read(const struct setting *setting, struct slice text, double *out,
                               struct why *why)
{
    double value = 0;

    if (slice_is(text, "off")) {
        *out = 0;
        return OK;
    }
    if (!rows[setting->kind].read(text, &value) || value <= 0 || value < setting->low ||
        value > setting->high)
        return err_set(why, ERR_INVALID, "'%.*s' is not %s, nor off", SLICE_ARGS(text),
                       rows[setting->kind].what);
    *out = value;
    return OK;
}
