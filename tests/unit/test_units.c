/* Durations, sizes and times, from text and to text. */
#include "tests/lib/test.h"

#include "shared/rng.h"
#include "shared/units.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

struct reading {
    const char *text;
    int64_t value; /* WRONG: must be refused */
};

#define WRONG INT64_MIN

static void check(bool (*parse)(struct slice, int64_t *), const struct reading *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t value = WRONG;
        bool read = parse(slice_of(cases[i].text), &value);

        if (read != (cases[i].value != WRONG) || value != cases[i].value)
            fail_msg("'%s' gave %lld", cases[i].text == NULL ? "(absent)" : cases[i].text,
                     (long long)value);
    }
}

static void a_duration_is_read_with_its_units(void **state)
{
    static const struct reading cases[] = {
        {"0", 0},
        {"0s", 0},
        {"1us", 1},
        {"250ms", 250000},
        {"1s", 1000000},
        {"1.5s", 1500000},
        {"0.000001s", 1},
        {"2h30m", 9000000000},
        {"1d", 86400000000},
        {"400d", 34560000000000},
        {"1d2h3m4s5ms6us", 93784005006},
        {"0.1d", 8640000000},
        {"1m0.25s", 60250000},
        {"9223372036854775807us", INT64_MAX},
        {NULL, WRONG},
        {"", WRONG},
        {"1", WRONG},
        {"00", WRONG},
        {"s", WRONG},
        {"-1s", WRONG},
        {"+1s", WRONG},
        {"1 s", WRONG},
        {" 1s", WRONG},
        {"1s ", WRONG},
        {"1S", WRONG},
        {"1w", WRONG},
        {"1.s", WRONG},
        {".5s", WRONG},
        {"1.5", WRONG},
        {"1.2.3s", WRONG},
        {"0.5us", WRONG},
        {"1.0000001s", WRONG},
        {"1.123456789s", WRONG},
        {"1s1m", WRONG},
        {"1m1m", WRONG},
        {"1h30", WRONG},
        {"9223372036854775808us", WRONG},
        {"106751992d", WRONG},
        {"9223372036854775807us1us", WRONG},
        {"106751991d5h", WRONG},
        {"99999999999999999999999999s", WRONG},
    };

    (void)state;
    check(units_duration, cases, LENGTH(cases));
}

static void a_size_is_read_in_bytes(void **state)
{
    static const struct reading cases[] = {
        {"0", 0},
        {"100", 100},
        {"100B", 100},
        {"512KiB", 524288},
        {"64MiB", 67108864},
        {"1GiB", 1073741824},
        {"8589934591GiB", 9223372035781033984},
        {NULL, WRONG},
        {"", WRONG},
        {"KiB", WRONG},
        {"1KB", WRONG},
        {"1kib", WRONG},
        {"1 KiB", WRONG},
        {"-1", WRONG},
        {"1.5KiB", WRONG},
        {"8589934592GiB", WRONG},
        {"9223372036854775808", WRONG},
    };

    (void)state;
    check(units_size, cases, LENGTH(cases));
}

static void a_time_is_read_by_rfc_3339(void **state)
{
    static const struct reading cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01t00:00:00z", 0},
        {"2026-01-31T12:00:00.000000Z", 1769860800000000},
        {"2026-01-31T14:00:00+02:00", 1769860800000000},
        {"2026-01-31T06:30:00.5-05:30", 1769860800500000},
        {"2000-02-29T00:00:00Z", 951782400000000},
        {"1969-12-31T23:59:59.999999Z", -1},
        {"2024-12-31T23:59:59Z", 1735689599000000},
        {"0000-03-01T00:00:00Z", -62162035200000000},
        {"9999-12-31T23:59:59.999999Z", 253402300799999999},
        {NULL, WRONG},
        {"", WRONG},
        {"2026-01-31", WRONG},
        {"2026-01-31T12:00:00", WRONG},
        {"2026-01-31 12:00:00Z", WRONG},
        {"2026-1-31T12:00:00Z", WRONG},
        {"2026-02-29T00:00:00Z", WRONG},
        {"1900-02-29T00:00:00Z", WRONG},
        {"2026-04-31T00:00:00Z", WRONG},
        {"2026-13-01T00:00:00Z", WRONG},
        {"2026-00-01T00:00:00Z", WRONG},
        {"2026-01-00T00:00:00Z", WRONG},
        {"2026-01-31T24:00:00Z", WRONG},
        {"2026-01-31T12:60:00Z", WRONG},
        {"2026-01-31T12:00:60Z", WRONG},
        {"2026-01-31T12:00:00.Z", WRONG},
        {"2026-01-31T12:00:00.1234567Z", WRONG},
        {"2026-01-31T12:00:00+0200", WRONG},
        {"2026-01-31T12:00:00+24:00", WRONG},
        {"2026-01-31T12:00:00ZZ", WRONG},
        {"2026-01-31T12:00:00Z ", WRONG},
        {"-2026-01-31T12:00:00Z", WRONG},
        {"2026-01-31T+2:00:00Z", WRONG},
    };

    (void)state;
    check(units_time, cases, LENGTH(cases));
}

static void an_age_is_counted_back_from_now(void **state)
{
    int64_t at = 5;

    (void)state;
    assert_true(units_time_or_age(SLICE("8h"), 100000000000, &at));
    assert_int_equal(at, 71200000000);
    assert_true(units_time_or_age(SLICE("1970-01-01T00:00:01Z"), 7, &at));
    assert_int_equal(at, 1000000);
    assert_false(units_time_or_age(SLICE("soon"), 7, &at));
    assert_false(units_time_or_age(SLICE("1s"), INT64_MIN, &at));
    assert_int_equal(at, 1000000);
}

static void what_is_written_reads_back(void **state)
{
    static const char *const exact[] = {"0",    "1s", "250ms", "1h30m",        "1us",    "1.5ms",
                                        "1.5s", "2d", "1d1us", "1m30.000001s", "1m250ms"};
    struct rng rng;
    char text[UNITS_TEXT_MAX];
    int64_t value = 0;
    int64_t back = 0;

    (void)state;
    for (size_t i = 0; i < LENGTH(exact); i++) {
        assert_true(units_duration(slice_of(exact[i]), &value));
        units_format_duration(value, text);
        assert_string_equal(text, exact[i]);
    }
    rng_seed(&rng, 5);
    for (int i = 0; i < 20000; i++) {
        value = rng_upto(&rng, INT64_MAX) >> rng_upto(&rng, 62);
        units_format_duration(value, text);
        if (!units_duration(slice_of(text), &back) || back != value)
            fail_msg("duration '%s'", text);
        value = rng_upto(&rng, 253402300799999999 + 62167219200000000) - 62167219200000000;
        units_format_time(value, text);
        if (!units_time(slice_of(text), &back) || back != value)
            fail_msg("time '%s'", text);
    }
}

static void a_time_is_written_with_microseconds(void **state)
{
    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000000Z"},
        {-1, "1969-12-31T23:59:59.999999Z"},
        {1769860800000001, "2026-01-31T12:00:00.000001Z"},
        {951782399999999, "2000-02-28T23:59:59.999999Z"},
        {951782400000000, "2000-02-29T00:00:00.000000Z"},
        {INT64_MAX, "9999-12-31T23:59:59.999999Z"},
        {INT64_MIN, "0000-01-01T00:00:00.000000Z"},
    };
    char text[UNITS_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        units_format_time(cases[i].us, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void people_get_one_unit(void **state)
{
    static const struct {
        void (*format)(int64_t, char[UNITS_TEXT_MAX]);
        int64_t value;
        const char *text;
    } cases[] = {
        {units_format_age, 28999999, "28s"},
        {units_format_age, -5, "0s"},
        {units_format_age, 59999999, "59s"},
        {units_format_age, 60000000, "1m"},
        {units_format_age, 3599999999, "59m"},
        {units_format_age, 10800000000, "3h"},
        {units_format_age, 172800000000, "2d"},
        {units_format_age, INT64_MAX, "106751991d"},
        {units_format_count, 0, "0"},
        {units_format_count, 999, "999"},
        {units_format_count, 12481, "12,481"},
        {units_format_count, -1000000, "-1,000,000"},
        {units_format_count, INT64_MAX, "9,223,372,036,854,775,807"},
        {units_format_count, INT64_MIN, "-9,223,372,036,854,775,808"},
        {units_format_size, 0, "0 B"},
        {units_format_size, 1023, "1023 B"},
        {units_format_size, 1024, "1.0 KiB"},
        {units_format_size, 4089446, "3.9 MiB"},
        {units_format_size, 1048575, "1.0 MiB"},
        {units_format_size, 1073741823, "1.0 GiB"},
        {units_format_size, INT64_MAX, "8.0 EiB"},
        {units_format_size, -2048, "-2.0 KiB"},
        {units_format_duration, INT64_MAX, "106751991d4h54.775807s"},
        {units_format_duration, INT64_MIN, "-106751991d4h54.775808s"},
    };
    char text[UNITS_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        cases[i].format(cases[i].value, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_duration_is_read_with_its_units),
        cmocka_unit_test(a_size_is_read_in_bytes),
        cmocka_unit_test(a_time_is_read_by_rfc_3339),
        cmocka_unit_test(an_age_is_counted_back_from_now),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(a_time_is_written_with_microseconds),
        cmocka_unit_test(people_get_one_unit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
