/* Durations, sizes, times and counts, to text; nothing here asks the locale. */
#include "shared/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SECOND_US 1000000ULL
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)
#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define DAYS_BEFORE_1970 719528          /* 0000-01-01 to 1970-01-01 */
#define TIME_MIN_US (-62167219200000000) /* 0000-01-01T00:00:00Z */
#define TIME_MAX_US 253402300799999999   /* the last µs of 9999 */

/* The size without the sign: INT64_MIN has no positive twin. */
static uint64_t size_of(int64_t n)
{
    return n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
}

/* A day since 1970 as a date, by years that begin in March. */
static void date_of(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
    int64_t shifted = days + 719468; /* from 0000-03-01 */
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t in_era = shifted - era * 146097;
    int64_t y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * in_year + 2) / 153;

    *day = in_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = y + era * 400 + (*month <= 2);
}

/* Writes the last `n` decimal digits of `value`. */
static void put_digits(char *out, unsigned n, int64_t value)
{
    while (n-- > 0) {
        out[n] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* Outside of the years 0 to 9999 RFC 3339 has no text: the nearest one stands for it. */
void units_format_time(int64_t us, char out[UNITS_TEXT_MAX])
{
    int64_t known = us < TIME_MIN_US ? TIME_MIN_US : us > TIME_MAX_US ? TIME_MAX_US : us;
    int64_t days = (known - TIME_MIN_US) / (int64_t)DAY_US - DAYS_BEFORE_1970;
    int64_t rest = known - days * (int64_t)DAY_US;
    int64_t seconds = rest / (int64_t)SECOND_US;
    int64_t year = 0;
    int64_t month = 0;
    int64_t day = 0;

    date_of(days, &year, &month, &day);
    memcpy(out, "0000-00-00T00:00:00.000000Z", sizeof("0000-00-00T00:00:00.000000Z"));
    put_digits(out, 4, year);
    put_digits(out + 5, 2, month);
    put_digits(out + 8, 2, day);
    put_digits(out + 11, 2, seconds / 3600);
    put_digits(out + 14, 2, seconds / 60 % 60);
    put_digits(out + 17, 2, seconds % 60);
    put_digits(out + 20, 6, rest % (int64_t)SECOND_US);
}

/* Appends "%PRIu64 unit" if there is any of it. */
static void add_part(char *out, uint64_t n, const char *unit)
{
    size_t used = strlen(out);

    if (n > 0)
        (void)snprintf(out + used, UNITS_TEXT_MAX - used, "%" PRIu64 "%s", n, unit);
}

/* Appends a count of thousandths (3) or millionths (6) with as many decimals as it takes. */
static void add_exact(char *out, uint64_t n, unsigned decimals, const char *unit)
{
    uint64_t whole_unit = decimals == 3 ? 1000 : 1000000;
    char digits[8] = "";
    size_t used = strlen(out);

    put_digits(digits, decimals, (int64_t)(n % whole_unit));
    while (decimals > 0 && digits[decimals - 1] == '0')
        digits[--decimals] = '\0';
    (void)snprintf(out + used, UNITS_TEXT_MAX - used, "%" PRIu64 "%s%s%s", n / whole_unit,
                   decimals > 0 ? "." : "", digits, unit);
}

void units_format_duration(int64_t us, char out[UNITS_TEXT_MAX])
{
    uint64_t n = size_of(us);
    uint64_t rest = n % MINUTE_US;

    memcpy(out, us < 0 ? "-" : "", us < 0 ? 2 : 1);
    add_part(out, n / DAY_US, "d");
    add_part(out, n % DAY_US / HOUR_US, "h");
    add_part(out, n % HOUR_US / MINUTE_US, "m");
    if (rest >= SECOND_US)
        add_exact(out, rest, 6, "s");
    else if (rest >= 1000)
        add_exact(out, rest, 3, "ms");
    else
        add_part(out, rest, "us");
    if (n == 0)
        memcpy(out, "0", 2);
}

void units_format_age(int64_t us, char out[UNITS_TEXT_MAX])
{
    uint64_t n = us < 0 ? 0 : (uint64_t)us;

    if (n >= DAY_US)
        (void)snprintf(out, UNITS_TEXT_MAX, "%" PRIu64 "d", (uint64_t)(n / DAY_US));
    else if (n >= HOUR_US)
        (void)snprintf(out, UNITS_TEXT_MAX, "%" PRIu64 "h", (uint64_t)(n / HOUR_US));
    else if (n >= MINUTE_US)
        (void)snprintf(out, UNITS_TEXT_MAX, "%" PRIu64 "m", (uint64_t)(n / MINUTE_US));
    else
        (void)snprintf(out, UNITS_TEXT_MAX, "%" PRIu64 "s", (uint64_t)(n / SECOND_US));
}

void units_format_count(int64_t n, char out[UNITS_TEXT_MAX])
{
    char digits[UNITS_TEXT_MAX];
    size_t left = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, size_of(n));
    size_t at = 0;

    if (n < 0)
        out[at++] = '-';
    for (const char *p = digits; left > 0; left--) {
        out[at++] = *p++;
        if (left > 1 && left % 3 == 1)
            out[at++] = ',';
    }
    out[at] = '\0';
}

/* `n` in tenths of 2^shift, rounded. */
static uint64_t in_tenths(uint64_t n, unsigned shift)
{
    uint64_t rest = n & ((1ULL << shift) - 1);

    return (n >> shift) * 10 + ((rest >> (shift - 10)) * 10 + 512) / 1024;
}

void units_format_size(int64_t bytes, char out[UNITS_TEXT_MAX])
{
    static const char *const names[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    uint64_t n = size_of(bytes);
    const char *sign = bytes < 0 ? "-" : "";
    uint64_t tenths = 0;
    unsigned power = 0;

    if (n < 1024) {
        (void)snprintf(out, UNITS_TEXT_MAX, "%s%" PRIu64 " B", sign, n);
        return;
    }
    for (; power + 1 < LENGTH(names); power++) {
        if (in_tenths(n, 10 * (power + 1)) <
            10240) /* what rounds up to 1024.0 belongs to the next unit */
            break;
    }
    tenths = in_tenths(n, 10 * (power + 1));
    (void)snprintf(out, UNITS_TEXT_MAX, "%s%" PRIu64 ".%" PRIu64 " %s", sign, tenths / 10,
                   tenths % 10, names[power]);
}
