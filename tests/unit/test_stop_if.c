/* When a replay stops itself, as it is given on the command line. */
#include "tests/lib/test.h"

#include <math.h>

#include "shared/stop_if.h"

static void a_share_and_a_number_are_taken(void **state)
{
    static const struct {
        const char *text;
        double share;
        int64_t of_last;
    } rows[] = {{"50%/20", 0.5, 20},    {"0.5/20", 0.5, 20}, {"0%/1", 0, 1},       {"0/1", 0, 1},
                {"100%/1000", 1, 1000}, {"1/7", 1, 7},       {"12.5%/8", 0.125, 8}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct request_stop_if got = {0};

        if (!stop_if_parse(slice_of(rows[i].text), &got) || got.of_last != rows[i].of_last ||
            fabs(got.failed_share - rows[i].share) > 1e-9)
            fail_msg("%s: %g/%lld", rows[i].text, got.failed_share, (long long)got.of_last);
    }
}

static void all_else_is_refused(void **state)
{
    static const char *const rows[] = {"",      "50%",     "50%/",  "/20",      "50/20", "101%/20",
                                       "-1%/5", "50%/0",   "50%/x", "50%/1001", "x/20",  "50%%/20",
                                       "%/20",  "50%/2/3", "nan/5", "50%/-5",   "2/20"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct request_stop_if got = {0};

        if (stop_if_parse(slice_of(rows[i]), &got) || got.of_last != 0)
            fail_msg("'%s' was taken", rows[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_and_a_number_are_taken),
        cmocka_unit_test(all_else_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
