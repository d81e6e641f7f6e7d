/* A command line's words: blanks, quotes, and what is refused. */
#include "tests/lib/test.h"

#include <string.h>

#include "shared/exec_words.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static void words_are_split_at_blanks_and_kept_together_by_quotes(void **state)
{
    static const struct {
        const char *text;
        const char *words[6];
    } cases[] = {
        {"", {NULL}},
        {"   \t ", {NULL}},
        {"book", {"book"}},
        {"book --fast\t now", {"book", "--fast", "now"}},
        {"  book  now  ", {"book", "now"}},
        {"book 'a b' \"c d\"", {"book", "a b", "c d"}},
        {"book '' \"\"", {"book", "", ""}},
        {"a'b c'd", {"ab cd"}},
        {"'it is \"so\"' \"it's\"", {"it is \"so\"", "it's"}},
        {"$HOME `x` a\\ b *.c", {"$HOME", "`x`", "a\\", "b", "*.c"}},
        {"a\\\"b c\"", {"a\\b c"}},
        {"caf\xc3\xa9 \"\xe2\x82\xac 5\"", {"caf\xc3\xa9", "\xe2\x82\xac 5"}},
        {"sh -c 'echo \"$1\" >&2; exit 65'", {"sh", "-c", "echo \"$1\" >&2; exit 65"}},
    };
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *const *words = NULL;
        size_t n = 0;
        size_t expected = 0;

        assert_int_equal(exec_words_split(&arena, slice_of(cases[i].text), &words, &n, NULL), OK);
        while (cases[i].words[expected] != NULL)
            expected++;
        if (n != expected || words[n] != NULL)
            fail_msg("%s: %zu words and not %zu", cases[i].text, n, expected);
        for (size_t w = 0; w < n; w++)
            assert_string_equal(words[w], cases[i].words[w]);
    }
    arena_done(&arena);
}

static void what_is_no_command_line_is_refused_with_a_reason(void **state)
{
    static const struct {
        struct slice text;
        const char *says;
    } cases[] = {
        {{"book 'now", 9}, "quote that is not closed"},
        {{"book \"it's", 10}, "quote that is not closed"},
        {{"bo'o\"k\"", 7}, "quote that is not closed"},
        {{"bo\0ok", 5}, "NUL"},
    };
    struct arena arena = {0};
    struct why why = {0};
    const char *const *words = NULL;
    char many[2 * EXEC_WORDS_MAX + 3] = "";
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_int_equal(exec_words_split(&arena, cases[i].text, &words, &n, &why), ERR_INVALID);
        assert_non_null(strstr(why.text, cases[i].says));
    }
    for (size_t i = 0; i < sizeof(many) - 1; i++)
        many[i] = i % 2 == 0 ? 'x' : ' ';
    assert_int_equal(exec_words_split(&arena, slice_of(many), &words, &n, &why), ERR_INVALID);
    assert_non_null(strstr(why.text, "more than 64 words"));
    assert_int_equal(
        exec_words_split(&arena, (struct slice){many, sizeof(many) - 3}, &words, &n, &why), OK);
    assert_int_equal(n, EXEC_WORDS_MAX);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_split_at_blanks_and_kept_together_by_quotes),
        cmocka_unit_test(what_is_no_command_line_is_refused_with_a_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
