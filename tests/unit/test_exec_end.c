/* The end of a program, and what becomes of its attempt: the table of exit codes. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "shared/exec_end.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static struct buf text = {.max = 4 * EXEC_KEPT_BYTES};

struct judged {
    const char *label;
    struct exec_end end;
    enum exec_verdict verdict;
    const char *reason, *result; /* NULL: absent */
    int64_t retry_after_us;
};

static void check(const struct judged *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct exec_outcome outcome = exec_end_judge(&cases[i].end, &text);

        if (outcome.verdict != cases[i].verdict ||
            !slice_eq(outcome.reason, slice_of(cases[i].reason)) ||
            !slice_eq(outcome.result, slice_of(cases[i].result)) ||
            outcome.retry_after_us != cases[i].retry_after_us)
            fail_msg("%s: verdict %d, reason '%.*s', result '%.*s', after %lld", cases[i].label,
                     (int)outcome.verdict, SLICE_ARGS(outcome.reason), SLICE_ARGS(outcome.result),
                     (long long)outcome.retry_after_us);
    }
}

static void an_exit_decides_what_becomes_of_the_attempt(void **state)
{
    static const struct judged cases[] = {
        {"done", {0, 0, false, {"T-1\n", 4}, {NULL, 0}}, EXEC_FULFILLED, NULL, "T-1\n", -1},
        {"done, said nothing", {.code = 0}, EXEC_FULFILLED, NULL, NULL, -1},
        {"done, and complained",
         {0, 0, false, {"ok", 2}, {"slow", 4}},
         EXEC_FULFILLED,
         NULL,
         "ok",
         -1},
        {"bad data",
         {65, 0, false, {"x", 1}, {"no such street", 14}},
         EXEC_FAILED_FOR_GOOD,
         "no such street",
         NULL,
         -1},
        {"bad data, without a word", {.code = 65}, EXEC_FAILED_FOR_GOOD, "exit 65", NULL, -1},
        {"not found", {.code = 127}, EXEC_FAILED, "exit 127", NULL, -1},
        {"failed", {1, 0, false, {"x", 1}, {"no label", 8}}, EXEC_FAILED, "no label", NULL, -1},
        {"by a signal", {.code = -1, .signal = 11}, EXEC_FAILED, "signal 11", NULL, -1},
        {"by a signal, with a word",
         {-1, 6, false, {NULL, 0}, {"assertion failed", 16}},
         EXEC_FAILED,
         "assertion failed",
         NULL,
         -1},
        {"late", {.code = -1, .signal = 15, .late = true}, EXEC_FAILED, "timeout", NULL, -1},
        {"late, with a word",
         {-1, 9, true, {NULL, 0}, {"still trying", 12}},
         EXEC_FAILED,
         "still trying",
         NULL,
         -1},
        {"late, though it ended well",
         {0, 0, true, {"T-1", 3}, {NULL, 0}},
         EXEC_FAILED,
         "timeout",
         NULL,
         -1},
        {"late, and bad data", {.code = 65, .late = true}, EXEC_FAILED, "timeout", NULL, -1},
    };

    (void)state;
    check(cases, LENGTH(cases));
}

static void a_program_may_say_when_to_try_again(void **state)
{
    static const struct {
        const char *out;
        int64_t us;
    } cases[] = {
        {"{\"retry_after\": \"30s\"}", 30000000},
        {" {\"retry_after\":\"1m30s\", \"x\": 1}\n", 90000000},
        {"{\"retry_after\": \"0\"}", 0},
        {"{\"retry_after\": \"20000h\"}", 8760LL * 3600 * 1000000},
        {"{\"retry_after\": 30}", -1},
        {"{\"retry_after\": \"soon\"}", -1},
        {"{\"retry_after\": \"-1s\"}", -1},
        {"{\"retry\": \"30s\"}", -1},
        {"[\"retry_after\"]", -1},
        {"{\"retry_after\": \"30s\"} and more", -1},
        {"retry_after=30s", -1},
        {"", -1},
        {NULL, -1},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct exec_end end = {.code = 75, .out = slice_of(cases[i].out)};
        struct exec_outcome outcome = exec_end_judge(&end, &text);

        assert_int_equal(outcome.verdict, EXEC_FAILED);
        assert_true(slice_is(outcome.reason, "exit 75"));
        if (outcome.retry_after_us != cases[i].us)
            fail_msg("%s gave %lld", cases[i].out, (long long)outcome.retry_after_us);
        end.code = 1;
        assert_int_equal(exec_end_judge(&end, &text).retry_after_us, -1);
    }
}

static void what_is_kept_is_text_and_bounded(void **state)
{
    static char big[EXEC_KEPT_BYTES];
    struct exec_end end = {.out = SLICE("a\xff\xc3(z\xe2\x82")};
    struct exec_outcome outcome = exec_end_judge(&end, &text);

    (void)state;
    assert_true(slice_is(outcome.result, "a\xef\xbf\xbd\xef\xbf\xbd(z\xef\xbf\xbd\xef\xbf\xbd"));
    end = (struct exec_end){.code = 1, .error = SLICE("no\xffway")};
    assert_true(slice_is(exec_end_judge(&end, &text).reason, "no\xef\xbf\xbdway"));
    end = (struct exec_end){.out = {"a\0b", 3}};
    assert_true(slice_is(exec_end_judge(&end, &text).result, "a\xef\xbf\xbd"
                                                             "b"));
    memset(big, 0xff, sizeof(big));
    end = (struct exec_end){.out = {big, sizeof(big)}};
    outcome = exec_end_judge(&end, &text);
    assert_true(utf8_valid(outcome.result));
    assert_int_equal(outcome.result.n, EXEC_KEPT_BYTES / 3 * 3); /* U+FFFD is three bytes */
    memset(big, 'x', sizeof(big));
    assert_int_equal(exec_end_judge(&end, &text).result.n, sizeof(big));
    big[sizeof(big) - 2] = '\xe2'; /* cut in the middle of a character */
    big[sizeof(big) - 1] = '\x82';
    outcome = exec_end_judge(&end, &text);
    assert_true(utf8_valid(outcome.result) && outcome.result.n <= sizeof(big));
}

static int tear_down(void **state)
{
    (void)state;
    buf_done(&text);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exit_decides_what_becomes_of_the_attempt),
        cmocka_unit_test(a_program_may_say_when_to_try_again),
        cmocka_unit_test(what_is_kept_is_text_and_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
