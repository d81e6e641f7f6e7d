/* Text: UTF-8, patterns, what is safe to show, groups of reasons, numbers. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "shared/text.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

/* A literal that may hold NUL. */
#define BYTES(literal) (literal), sizeof(literal) - 1

static void only_utf8_by_the_standard_is_valid(void **state)
{
    static const struct {
        const char *label, *bytes;
        size_t n, code_points; /* 0 code points: not valid */
    } cases[] = {
        {"ASCII", BYTES("abcdefgh ijklmnop."), 18},
        {"NUL", BYTES("a\0b"), 3},
        {"two bytes", BYTES("\xC2\x80\xDF\xBF"), 2},
        {"three bytes, all borders", BYTES("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"), 4},
        {"four bytes, both borders", BYTES("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"), 2},
        {"behind eight of ASCII",
         BYTES("12345678\xE2\x82\xAC"
               "12345678x"),
         18},
        {"lone continuation", BYTES("\x80"), 0},
        {"lone continuation behind ASCII", BYTES("12345678\xBF"), 0},
        {"lead without more", BYTES("\xC3"), 0},
        {"lead then ASCII", BYTES("\xC3(aaaaaaa"), 0},
        {"overlong of two", BYTES("\xC0\xAF"), 0},
        {"overlong of two, C1", BYTES("\xC1\xBF"), 0},
        {"overlong of three", BYTES("\xE0\x9F\xBF"), 0},
        {"overlong of four", BYTES("\xF0\x8F\xBF\xBF"), 0},
        {"first surrogate", BYTES("\xED\xA0\x80"), 0},
        {"last surrogate", BYTES("\xED\xBF\xBF"), 0},
        {"above U+10FFFF", BYTES("\xF4\x90\x80\x80"), 0},
        {"lead of five", BYTES("\xF8\x88\x80\x80\x80"), 0},
        {"FE", BYTES("\xFE"), 0},
        {"FF", BYTES("\xFF"), 0},
        {"three cut after one", BYTES("\xE2"), 0},
        {"three cut after two", BYTES("\xE2\x82"), 0},
        {"four cut after three", BYTES("\xF0\x9F\x98"), 0},
        {"third byte wrong", BYTES("\xE2\x82\x41"), 0},
        {"fourth byte wrong", BYTES("\xF0\x9F\x98\xC0"), 0},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct slice s = {cases[i].bytes, cases[i].n};

        if (utf8_valid(s) != (cases[i].code_points > 0))
            fail_msg("%s", cases[i].label);
        if (cases[i].code_points > 0 && utf8_count(s) != cases[i].code_points)
            fail_msg("%s: counted %zu", cases[i].label, utf8_count(s));
    }
    assert_true(utf8_valid(SLICE("")));
    assert_true(utf8_valid((struct slice){NULL, 0}));
}

/* By arithmetic alone, whether it may be encoded or not; returns the bytes. */
static size_t encode(uint32_t cp, char out[4])
{
    size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    uint32_t rest = cp;

    for (size_t i = n - 1; i > 0; i--, rest >>= 6)
        out[i] = (char)(0x80 | (rest & 0x3F));
    out[0] = (char)(n == 1 ? cp : (0xF00U >> n & 0xFF) | rest);
    return n;
}

static void every_code_point_is_decoded_to_itself(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x110000; cp++) {
        char bytes[4];
        size_t n = encode(cp, bytes);
        bool good = cp <= 0x10FFFF && (cp < 0xD800 || cp > 0xDFFF);
        uint32_t got = 0;

        if (utf8_decode((struct slice){bytes, n}, &got) != (good ? n : 0) || (good && got != cp))
            fail_msg("U+%04X", cp);
        if (utf8_decode((struct slice){bytes, n - 1}, &got) != 0)
            fail_msg("U+%04X cut short", cp);
    }
}

static void a_cut_keeps_whole_code_points(void **state)
{
    struct slice s = SLICE("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z");
    static const size_t bytes[] = {0, 1, 3, 6, 10, 11, 11};

    (void)state;
    for (size_t max = 0; max < LENGTH(bytes); max++)
        assert_int_equal(utf8_cut(s, max).n, bytes[max]);
}

static void controls_are_seen_and_other_text_is_not(void **state)
{
    (void)state;
    assert_false(text_has_control(SLICE("plain \xC2\xA0 \xC3\x9B \xE2\x82\xAC ~")));
    assert_true(text_has_control(SLICE("a\nb")));
    assert_true(text_has_control(SLICE("\x1f")));
    assert_true(text_has_control(SLICE("\x7f")));
    assert_true(text_has_control(SLICE("a\0b")));
    assert_true(text_has_control(SLICE("x\xC2\x80")));
    assert_true(text_has_control(SLICE("x\xC2\x9F")));
}

static void slices_compare_by_bytes_and_absence(void **state)
{
    struct slice absent = {NULL, 0};

    (void)state;
    assert_true(slice_eq(absent, slice_of(NULL)));
    assert_false(slice_eq(absent, SLICE("")));
    assert_false(slice_eq(SLICE("a"), SLICE("b")));
    assert_true(slice_is(SLICE("abc"), "abc"));
    assert_false(slice_is(SLICE("ab"), "abc"));
    assert_true(slice_compare(SLICE("ab"), SLICE("abc")) < 0);
    assert_true(slice_compare(SLICE("b"), SLICE("abc")) > 0);
    assert_int_equal(slice_compare(SLICE("x"), SLICE("x")), 0);
    assert_int_equal(slice_compare(absent, SLICE("")), 0);
    assert_true(slice_compare(SLICE("\xFF"), SLICE("a")) > 0);
    assert_true(slice_starts(SLICE("abc"), SLICE("ab")));
    assert_true(slice_starts(SLICE("abc"), SLICE("")));
    assert_false(slice_starts(SLICE("ab"), SLICE("abc")));
}

static void what_is_absent_is_shown_as_nothing(void **state)
{
    const struct slice absent = {NULL, 0}, some = {"text", 2};
    char out[32];

    (void)state;
    (void)snprintf(out, sizeof(out), "<%.*s|%.*s>", SLICE_ARGS(absent), SLICE_ARGS(some));
    assert_string_equal(out, "<|te>");
}

static void a_text_is_cut_at_each_separator(void **state)
{
    struct slice rest = SLICE("a,,b,");

    (void)state;
    assert_true(slice_is(slice_cut(&rest, ','), "a"));
    assert_true(slice_is(slice_cut(&rest, ','), ""));
    assert_true(slice_is(slice_cut(&rest, ','), "b"));
    assert_non_null(rest.p);
    assert_true(slice_is(slice_cut(&rest, ','), ""));
    assert_null(rest.p);
    assert_null(slice_cut(&rest, ',').p);
    assert_true(slice_is(slice_trim(SLICE(" \t a b\t ")), "a b"));
    assert_int_equal(slice_trim(SLICE(" \t ")).n, 0);
    assert_int_equal(slice_trim((struct slice){NULL, 0}).n, 0);
}

static void a_copy_lives_in_the_arena(void **state)
{
    struct arena arena = {NULL};
    struct slice copy = slice_copy(&arena, SLICE("text"));

    (void)state;
    assert_true(slice_is(copy, "text"));
    assert_int_equal(copy.p[4], 0);
    assert_null(slice_copy(&arena, (struct slice){NULL, 0}).p);
    assert_non_null(slice_copy(&arena, SLICE("")).p);
    arena_done(&arena);
}

static void a_star_stands_for_any_run(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool match;
    } cases[] = {
        {"", "", true},          {"", "a", false},           {"*", "", true},
        {"*", "anything", true}, {"a*", "abc", true},        {"a*", "ba", false},
        {"*c", "abc", true},     {"*c", "cab", false},       {"a*c", "ac", true},
        {"a*c", "abcbc", true},  {"a*b*c", "a-b-b-c", true}, {"a*b*c", "a-c-b", false},
        {"**", "x", true},       {"abc", "abc", true},       {"abc", "abcd", false},
        {"a?c", "abc", false},   {"*ab*ab", "abab", true},   {"*ab*ab", "ab", false},
        {"ABC", "abc", false},
    };
    static char many[4096];

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        if (text_match(slice_of(cases[i].pattern), slice_of(cases[i].text)) != cases[i].match)
            fail_msg("'%s' against '%s'", cases[i].pattern, cases[i].text);
    memset(many, 'a', sizeof(many)); /* what makes careless matchers take for ever */
    assert_false(text_match(SLICE("*a*a*a*a*a*a*a*a*a*a*b"), (struct slice){many, sizeof(many)}));
}

static void nothing_unsafe_reaches_a_terminal(void **state)
{
    static const struct {
        struct slice in;
        const char *out;
    } cases[] = {
        {{"plain, \\ and \xC3\xA9", 15}, "plain, \\ and \xC3\xA9"},
        {{"a\nb\rc\td", 7}, "a\\nb\\rc\\td"},
        {{"\x1b[31m", 5}, "\\x1b[31m"},
        {{"\0", 1}, "\\x00"},
        {{"\x7f", 1}, "\\x7f"},
        {{"\xC2\x9B", 2}, "\\u{9b}"},
        {{"\x9B", 1}, "\\x9b"},
        {{"a\xE2\x80\xAE-\xE2\x80\xAC", 8}, "a\\u{202e}-\\u{202c}"},
        {{"\xE2\x80\x8B", 3}, "\\u{200b}"},
        {{"\xE2\x81\xA6\xE2\x81\xA9", 6}, "\\u{2066}\\u{2069}"},
        {{"\xEF\xBB\xBF", 3}, "\\u{feff}"},
        {{"\xE2\x80\xA8", 3}, "\\u{2028}"},
        {{"\xD8\x9C", 2}, "\\u{61c}"},
        {{"\xF3\xA0\x80\x81", 4}, "\\u{e0001}"},
        {{"\xE2\x82", 2}, "\\xe2\\x82"},
        {{"\xFFok\xFE", 4}, "\\xffok\\xfe"},
        {{"", 0}, ""},
        {{NULL, 0}, ""},
    };
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        buf_clear(&out);
        text_escape(&out, cases[i].in);
        assert_string_equal(buf_text(&out), cases[i].out);
    }
    assert_false(text_unsafe('a'));
    assert_false(text_unsafe(0x20AC));
    assert_false(text_unsafe(0x1F600));
    buf_done(&out);
}

static void reasons_that_differ_in_numbers_and_ids_are_one_group(void **state)
{
    static const struct {
        const char *reason, *group;
    } cases[] = {
        {"", ""},
        {"exit 3", "exit #"},
        {"timeout", "timeout"},
        {"order 0199c2d4-1111-7abc-8def-0123456789ab lost", "order # lost"},
        {"0199C2D4-1111-7ABC-8DEF-0123456789AB", "#"},
        {"0199c2d4-1111-7abc-8def-0123456789abc", "#-#-#abc-#def-#"},
        {"tx deadbeef1 and deadbeef", "tx # and deadbeef"},
        {"abc1234 is short", "abc# is short"},
        {"port 8080, 12.50 EUR", "port #, # EUR"},
        {"after 1.5s", "after #s"},
        {"after 20s.", "after #s."},
        {"carrier 10.0.0.1 refused", "carrier # refused"},
        {"3. no, .5 of it", "#. no, .# of it"},
        {"parcel AB12CD lost", "parcel # lost"},
        {"parcel ord_9fK2 at 0x7ffe", "parcel ord_# at #"},
        {"x86", "x#"},
        {"caf\xC3\xA9 7", "caf\xC3\xA9 #"},
        {"Fulfillment simulation failed", "Fulfillment simulation failed"},
    };
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        buf_clear(&out);
        text_group(&out, slice_of(cases[i].reason));
        assert_string_equal(buf_text(&out), cases[i].group);
    }
    buf_done(&out);
}

static void an_integer_is_read_whole_or_not_at_all(void **state)
{
    static const char *const wrong[] = {"",
                                        "-",
                                        "+",
                                        " 1",
                                        "1 ",
                                        "1a",
                                        "0x1",
                                        "--1",
                                        "1.0",
                                        "1e3",
                                        "9223372036854775808",
                                        "-9223372036854775809",
                                        "99999999999999999999999"};
    int64_t n = 77;

    (void)state;
    for (size_t i = 0; i < LENGTH(wrong); i++)
        if (text_int(slice_of(wrong[i]), &n))
            fail_msg("'%s' was read", wrong[i]);
    assert_int_equal(n, 77);
    assert_true(text_int(SLICE("9223372036854775807"), &n) && n == INT64_MAX);
    assert_true(text_int(SLICE("-9223372036854775808"), &n) && n == INT64_MIN);
    assert_true(text_int(SLICE("+007"), &n) && n == 7);
    assert_true(text_int(SLICE("-0"), &n) && n == 0);
}

static void a_number_is_plain_decimal(void **state)
{
    static const char *const wrong[] = {
        "",    ".",   "1.", ".5",   "1e3",   "1,5", "nan",
        "inf", "0x1", " 1", "1..2", "1.2.3", "-",   "1234567890123456789"};
    static const struct {
        const char *text;
        double value;
    } cases[] = {{"0", 0},
                 {"0.70", 0.7},
                 {"2.0", 2},
                 {"-1.25", -1.25},
                 {"+3", 3},
                 {"0.1", 0.1},
                 {"123456789.125", 123456789.125},
                 {"0.33333333333333333333333", 1.0 / 3}};
    double value = 77;

    (void)state;
    for (size_t i = 0; i < LENGTH(wrong); i++)
        if (text_number(slice_of(wrong[i]), &value))
            fail_msg("'%s' was read", wrong[i]);
    for (size_t i = 0; i < LENGTH(cases); i++)
        if (!text_number(slice_of(cases[i].text), &value) || value - cases[i].value > 1e-16 ||
            cases[i].value - value > 1e-16)
            fail_msg("'%s' gave %.17g", cases[i].text, value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_utf8_by_the_standard_is_valid),
        cmocka_unit_test(every_code_point_is_decoded_to_itself),
        cmocka_unit_test(a_cut_keeps_whole_code_points),
        cmocka_unit_test(controls_are_seen_and_other_text_is_not),
        cmocka_unit_test(slices_compare_by_bytes_and_absence),
        cmocka_unit_test(what_is_absent_is_shown_as_nothing),
        cmocka_unit_test(a_text_is_cut_at_each_separator),
        cmocka_unit_test(a_copy_lives_in_the_arena),
        cmocka_unit_test(a_star_stands_for_any_run),
        cmocka_unit_test(nothing_unsafe_reaches_a_terminal),
        cmocka_unit_test(reasons_that_differ_in_numbers_and_ids_are_one_group),
        cmocka_unit_test(an_integer_is_read_whole_or_not_at_all),
        cmocka_unit_test(a_number_is_plain_decimal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
