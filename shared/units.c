/* Durations, sizes and times, from text. */
#include "shared/units.h"

#include <string.h>

#define SECOND_US 1000000LL
#define DAY_US (86400 * SECOND_US)
#define FRACTION_DIGITS_MAX 8 /* a day's µs times this many digits still fit into 63 bits */

struct unit {
    const char *name;
    int64_t value;
};

/* Largest first: the order in which a duration names them. */
static const struct unit time_units[] = {
    {"d", DAY_US}, {"h", 3600 * SECOND_US}, {"m", 60 * SECOND_US}, {"s", SECOND_US}, {"ms", 1000},
    {"us", 1},
};

static const struct unit size_units[] = {
    {"", 1}, {"B", 1}, {"KiB", 1LL << 10}, {"MiB", 1LL << 20}, {"GiB", 1LL << 30},
};

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes what is off the front for as long as it is digits (or is none). */
static struct slice take_run(struct slice *s, bool digits)
{
    struct slice run = {s->p, 0};

    while (run.n < s->n && is_digit(s->p[run.n]) == digits)
        run.n++;
    if (run.n > 0) /* nothing may be added to an absent text */
        *s = (struct slice){s->p + run.n, s->n - run.n};
    return run;
}

static const struct unit *find_unit(const struct unit *units, size_t n, struct slice name)
{
    for (size_t i = 0; i < n; i++)
        if (slice_is(name, units[i].name))
            return &units[i];
    return NULL;
}

/* Digits behind a point, of this unit; only what is whole µs. */
static bool fraction_of(struct slice digits, int64_t unit, int64_t *out)
{
    int64_t value = 0;
    int64_t scale = 1;

    if (digits.n == 0 || digits.n > FRACTION_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < digits.n; i++) {
        value = value * 10 + (digits.p[i] - '0');
        scale *= 10;
    }
    *out = value * unit / scale;
    return value * unit % scale == 0;
}

/* One part, such as "1.5s", off the front of `s`. */
static const struct unit *take_part(struct slice *s, int64_t *out)
{
    struct slice whole = take_run(s, true);
    struct slice fraction = {NULL, 0};
    const struct unit *unit = NULL;
    int64_t more = 0;

    if (s->n > 0 && s->p[0] == '.') {
        s->p++;
        s->n--;
        fraction = take_run(s, true);
    }
    unit = find_unit(time_units, LENGTH(time_units), take_run(s, false));
    if (unit == NULL || whole.n == 0 || !text_int(whole, out) ||
        __builtin_mul_overflow(*out, unit->value, out))
        return NULL;
    if (fraction.p != NULL &&
        (!fraction_of(fraction, unit->value, &more) || __builtin_add_overflow(*out, more, out)))
        return NULL;
    return unit;
}

bool units_duration(struct slice s, int64_t *out_us)
{
    const struct unit *before = NULL;
    int64_t total = 0;
    int64_t part = 0;

    if (s.n == 0)
        return false;
    if (slice_is(s, "0")) {
        *out_us = 0;
        return true;
    }
    while (s.n > 0) {
        const struct unit *unit = take_part(&s, &part);

        if (unit == NULL || (before != NULL && unit <= before) ||
            __builtin_add_overflow(total, part, &total))
            return false;
        before = unit;
    }
    *out_us = total;
    return true;
}

bool units_size(struct slice s, int64_t *out_bytes)
{
    struct slice number = take_run(&s, true);
    const struct unit *unit = find_unit(size_units, LENGTH(size_units), s);
    int64_t value = 0;

    if (unit == NULL || !text_int(number, &value) ||
        __builtin_mul_overflow(value, unit->value, &value))
        return false;
    *out_bytes = value;
    return true;
}

/* The numbers of a time as it is written. */
struct stamp {
    int64_t year, month, day, hour, minute, second, us, offset_minutes;
};

/* Exactly `n` digits off the front of `s`, then `behind` (NUL: nothing). */
static bool take_number(struct slice *s, size_t n, char behind, int64_t *out)
{
    size_t all = n + (behind != '\0');
    int64_t value = 0;

    if (s->n < all || (behind != '\0' && s->p[n] != behind))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(s->p[i]))
            return false;
        value = value * 10 + (s->p[i] - '0');
    }
    s->p += all;
    s->n -= all;
    *out = value;
    return true;
}

static bool take_fraction(struct slice *s, int64_t *us)
{
    *us = 0;
    if (s->n == 0 || s->p[0] != '.')
        return true;
    s->p++;
    s->n--;
    return fraction_of(take_run(s, true), SECOND_US, us);
}

/* "Z", "+02:00" or "-05:30", to the end of `s`. */
static bool take_offset(struct slice *s, int64_t *minutes)
{
    int64_t hour = 0;
    int64_t minute = 0;
    char sign = 0;

    if (s->n == 0)
        return false;
    sign = s->p[0];
    if (sign == 'Z' || sign == 'z') {
        *minutes = 0;
        return s->n == 1;
    }
    if (sign != '+' && sign != '-')
        return false;
    s->p++;
    s->n--;
    if (!take_number(s, 2, ':', &hour) || !take_number(s, 2, '\0', &minute) || s->n != 0 ||
        hour > 23 || minute > 59)
        return false;
    *minutes = (hour * 60 + minute) * (sign == '-' ? -1 : 1);
    return true;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month == 2 && leap ? 29 : days[month - 1];
}

/* Leap seconds are refused: the scale we store has no place for them. */
static bool is_date(const struct stamp *t)
{
    return t->month >= 1 && t->month <= 12 && t->day >= 1 &&
           t->day <= days_in_month(t->year, t->month) && t->hour <= 23 && t->minute <= 59 &&
           t->second <= 59;
}

/* Days since 1970-01-01, with years counted from March so that the leap day comes last. */
static int64_t days_since_1970(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = (month + 9) % 12;

    y += 400; /* the year 0 has a March year of -1, and division is to round down */
    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468 - 146097;
}

bool units_time(struct slice s, int64_t *out_us)
{
    struct stamp t;
    char between = 'T';
    int64_t seconds = 0;

    if (s.n > 10 && s.p[10] == 't')
        between = 't';
    if (!take_number(&s, 4, '-', &t.year) || !take_number(&s, 2, '-', &t.month) ||
        !take_number(&s, 2, between, &t.day) || !take_number(&s, 2, ':', &t.hour) ||
        !take_number(&s, 2, ':', &t.minute) || !take_number(&s, 2, '\0', &t.second) ||
        !take_fraction(&s, &t.us) || !take_offset(&s, &t.offset_minutes) || !is_date(&t))
        return false;
    seconds = days_since_1970(t.year, t.month, t.day) * 86400 + t.hour * 3600 +
              (t.minute - t.offset_minutes) * 60 + t.second;
    *out_us = seconds * SECOND_US + t.us;
    return true;
}

bool units_time_or_age(struct slice s, int64_t now_us, int64_t *out_us)
{
    int64_t age = 0;
    int64_t at = 0;

    if (units_time(s, out_us))
        return true;
    if (!units_duration(s, &age) || __builtin_sub_overflow(now_us, age, &at))
        return false;
    *out_us = at;
    return true;
}
