/* Result codes and why something failed. */
#include "tests/lib/test.h"

#include <errno.h>
#include <string.h>

#include "shared/err.h"
#include "shared/text.h"

static void every_code_is_found_by_its_name(void **state)
{
    (void)state;
    for (unsigned e = 0; e < ERR_COUNT; e++) {
        const char *name = err_name((enum err)e);
        enum err back = ERR_COUNT;

        assert_true(err_from_name(name, strlen(name), &back));
        assert_int_equal(back, e);
    }
    assert_string_equal(err_name(OK), "ok");
    assert_string_equal(err_name(ERR_NOT_FOUND), "not_found");
    assert_string_equal(err_name(ERR_OUTCOME_UNKNOWN), "outcome_unknown");
}

static void other_names_are_no_codes(void **state)
{
    static const char *const names[] = {"", "o", "okk", "NOT_FOUND", "not_foun", "not_found "};
    enum err e = ERR_COUNT;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_false(err_from_name(names[i], strlen(names[i]), &e));
    assert_int_equal(e, ERR_COUNT);
}

static void a_failure_fills_why_and_returns_its_code(void **state)
{
    struct why why = {.retry_after_us = 7};

    (void)state;
    assert_int_equal(err_set(&why, ERR_CONFLICT, "held by '%s'", "A-1"), ERR_CONFLICT);
    assert_string_equal(why.text, "held by 'A-1'");
    assert_int_equal(why.retry_after_us, 0);
    assert_int_equal(err_sys(&why, ERR_READ_ONLY, ENOSPC, "cannot write"), ERR_READ_ONLY);
    assert_string_equal(why.text, "cannot write: No space left on device");
    assert_int_equal(err_set(NULL, ERR_BUSY, "%d", 1), ERR_BUSY);
    assert_int_equal(err_sys(NULL, ERR_BUSY, EIO, "%d", 1), ERR_BUSY);
}

#define LONG_BYTES 1024UL

/* A sentence whose multi-byte characters fall on the end in every way. */
static void a_sentence_that_is_too_long_is_cut_between_characters(void **state)
{
    static const char *const chars[] = {"a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    char text[LONG_BYTES + 16];
    struct why why;

    (void)state;
    for (size_t c = 0; c < 4; c++) {
        size_t step = strlen(chars[c]);

        for (size_t shift = 0; shift < 4; shift++) {
            size_t n = shift;

            memset(text, 'x', n);
            for (; n + step <= LONG_BYTES; n += step)
                memcpy(text + n, chars[c], step);
            text[n] = '\0';
            (void)err_set(&why, ERR_INTERNAL, "%s", text);
            assert_true(utf8_valid(slice_of(why.text)));
            assert_in_range(strlen(why.text), WHY_TEXT_MAX - 4, WHY_TEXT_MAX - 1);
            (void)err_sys(&why, ERR_INTERNAL, EIO, "%s", text);
            assert_true(utf8_valid(slice_of(why.text)));
        }
    }
}

static void busy_says_when_to_ask_again(void **state)
{
    struct why why = {.retry_after_us = 7};

    (void)state;
    assert_int_equal(err_busy(&why, 250000, "%d wait", 3), ERR_BUSY);
    assert_string_equal(why.text, "3 wait");
    assert_int_equal(why.retry_after_us, 250000);
    assert_int_equal(err_busy(NULL, 1, "nobody listens"), ERR_BUSY);
    assert_int_equal(err_set(&why, ERR_INVALID, "x"), ERR_INVALID);
    assert_int_equal(why.retry_after_us, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_is_found_by_its_name),
        cmocka_unit_test(other_names_are_no_codes),
        cmocka_unit_test(a_failure_fills_why_and_returns_its_code),
        cmocka_unit_test(a_sentence_that_is_too_long_is_cut_between_characters),
        cmocka_unit_test(busy_says_when_to_ask_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
