/* JSON: read within bounds, written safely. */
#include "tests/lib/test.h"

#include <math.h>
#include <string.h>

#include "shared/json.h"
#include "shared/limits.h"
#include "shared/rng.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static struct json *parse(const char *text)
{
    struct json *root = NULL;
    struct why why;

    if (json_parse(text, strlen(text), &root, &why) != OK)
        fail_msg("'%s': %s", text, why.text);
    return root;
}

static void each_kind_is_read(void **state)
{
    struct json *root =
        parse(" {\"nil\": null, \"yes\": true, \"no\": false, \"int\": -7, \"num\": 1.5,"
              " \"str\": \"\\u20ac\\n\", \"list\": [1, 2, 3], \"map\": {}} ");
    const struct json *list = json_get(root, "list");

    (void)state;
    assert_int_equal(json_kind(root), JSON_MAP);
    assert_int_equal(json_size(root), 8);
    assert_int_equal(json_kind(json_get(root, "nil")), JSON_NIL);
    assert_true(json_bool(json_get(root, "yes")));
    assert_false(json_bool(json_get(root, "no")));
    assert_int_equal(json_kind(json_get(root, "no")), JSON_BOOL);
    assert_int_equal(json_int(json_get(root, "int")), -7);
    assert_true(json_number(json_get(root, "int")) == -7.0);
    assert_int_equal(json_kind(json_get(root, "num")), JSON_NUMBER);
    assert_true(json_number(json_get(root, "num")) == 1.5);
    assert_int_equal(json_int(json_get(root, "num")), 0);
    assert_true(slice_is(json_text(json_get(root, "str")), "\xE2\x82\xAC\n"));
    assert_null(json_text(json_get(root, "int")).p);
    assert_int_equal(json_size(list), 3);
    assert_int_equal(json_int(json_at(list, 2)), 3);
    assert_null(json_at(list, 3));
    assert_null(json_get(root, "none"));
    assert_int_equal(json_size(json_get(root, "int")), 0);
    json_free(root);
    json_free(NULL);
}

static void any_single_value_is_a_text(void **state)
{
    static const struct {
        const char *text;
        enum json_kind kind;
    } cases[] = {{"1", JSON_INT},
                 {"\"x\"", JSON_STR},
                 {"null", JSON_NIL},
                 {"[]", JSON_LIST},
                 {"1.0", JSON_NUMBER},
                 {" true\n", JSON_BOOL},
                 {"9223372036854775807", JSON_INT}};

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct json *root = parse(cases[i].text);

        assert_int_equal(json_kind(root), cases[i].kind);
        json_free(root);
    }
}

#define BYTES(literal) (literal), sizeof(literal) - 1

static void what_is_wrong_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *label, *text;
        size_t n;
    } cases[] = {
        {"nothing", BYTES("")},
        {"blanks", BYTES("  ")},
        {"trailing text", BYTES("{} x")},
        {"two values", BYTES("1 2")},
        {"trailing NUL", BYTES("{}\0")},
        {"key twice", BYTES("{\"a\":1,\"a\":2}")},
        {"key twice, escaped", BYTES("{\"a\":1,\"\\u0061\":2}")},
        {"key twice inside", BYTES("[{\"x\":{\"a\":1,\"a\":1}}]")},
        {"NUL escape", BYTES("\"a\\u0000b\"")},
        {"NUL escape in a key", BYTES("{\"a\\u0000\":1}")},
        {"NUL byte", BYTES("\"a\0b\"")},
        {"no UTF-8", BYTES("\"\xFF\"")},
        {"overlong", BYTES("\"\xC0\xAF\"")},
        {"surrogate bytes", BYTES("\"\xED\xA0\x80\"")},
        {"lone surrogate escape", BYTES("\"\\ud800\"")},
        {"raw newline", BYTES("\"a\nb\"")},
        {"comma at the end", BYTES("[1,]")},
        {"open", BYTES("[1")},
        {"integer too big", BYTES("9223372036854775808")},
        {"real too big", BYTES("1e999")},
        {"leading zero", BYTES("01")},
        {"NaN", BYTES("NaN")},
        {"comment", BYTES("/* */ 1")},
        {"single quotes", BYTES("{'a':1}")},
    };
    struct json *root = NULL;
    struct why why;

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        if (json_parse(cases[i].text, cases[i].n, &root, &why) != ERR_MALFORMED || root != NULL)
            fail_msg("%s", cases[i].label);
        assert_memory_equal(why.text, "line ", 5);
    }
}

static void nesting_is_bounded(void **state)
{
    static char text[200001];
    struct json *root = NULL;
    struct why why;

    (void)state;
    for (size_t depth = DEPTH_MAX; depth <= DEPTH_MAX + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_int_equal(json_parse(text, 2 * depth, &root, &why),
                         depth <= DEPTH_MAX ? OK : ERR_MALFORMED);
    }
    json_free(root);
    memset(text, '[', 200000);
    assert_int_equal(json_parse(text, 200000, &root, &why), ERR_MALFORMED);
    assert_string_equal(why.text, "line 1, column 17: nested too deep");
    root = parse("[\"[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[\", \"{{{{{{{{{{{{{{{{{{{\"]");
    json_free(root);
}

struct seen {
    char keys[32];
    size_t stop_after;
};

static bool note_key(void *self, struct slice key, const struct json *value)
{
    struct seen *seen = self;

    assert_int_equal(json_kind(value), JSON_INT);
    (void)strncat(seen->keys, key.p, key.n);
    return strlen(seen->keys) < seen->stop_after;
}

static void pairs_come_in_the_order_of_the_text(void **state)
{
    struct json *root = parse("{\"z\":1,\"a\":2,\"m\":3,\"b\":4}");
    struct seen all = {.stop_after = 99};
    struct seen some = {.stop_after = 2};

    (void)state;
    json_each(root, note_key, &all);
    assert_string_equal(all.keys, "zamb");
    json_each(root, note_key, &some);
    assert_string_equal(some.keys, "za");
    json_free(root);
}

static void a_writer_puts_its_commas_itself(void **state)
{
    struct buf out;
    struct json_writer w;

    (void)state;
    buf_init(&out, 1000);
    json_writer_init(&w, &out);
    json_open_map(&w);
    json_key(&w, "a");
    json_open_list(&w);
    json_put_int(&w, 1);
    json_put_int(&w, INT64_MIN);
    json_open_map(&w);
    json_close_map(&w);
    json_open_list(&w);
    json_close_list(&w);
    json_put_nil(&w);
    json_close_list(&w);
    json_key_slice(&w, SLICE("b\""));
    json_put_bool(&w, true);
    json_key(&w, "c");
    json_put_str(&w, (struct slice){NULL, 0});
    json_key(&w, "d");
    json_put_str(&w, SLICE(""));
    json_close_map(&w);
    assert_string_equal(buf_text(&out), "{\"a\":[1,-9223372036854775808,{},[],null],\"b\\\"\":true,"
                                        "\"c\":null,\"d\":\"\"}");
    buf_done(&out);
}

static void strings_are_written_safely(void **state)
{
    static const struct {
        const char *in;
        size_t n;
        const char *out;
    } cases[] = {
        {BYTES("plain text ~"), "\"plain text ~\""},
        {BYTES("\"\\/"), "\"\\\"\\\\/\""},
        {BYTES("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""},
        {BYTES("\0\x1f\x1b\x7f"), "\"\\u0000\\u001f\\u001b\\u007f\""},
        {BYTES("\xC2\x9B"), "\"\\u009b\""},
        {BYTES("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
        {BYTES("a\xE2\x80\xAE-\xE2\x80\xAC\xE2\x80\xA8"), "\"a\\u202e-\\u202c\\u2028\""},
        {BYTES("\xF3\xA0\x80\x81"), "\"\\udb40\\udc01\""},
        {BYTES("a\xFF\xE2\x82z"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\""},
    };
    struct buf out;
    struct json_writer w;

    (void)state;
    buf_init(&out, 1000);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        buf_clear(&out);
        json_writer_init(&w, &out);
        json_put_str(&w, (struct slice){cases[i].in, cases[i].n});
        assert_string_equal(buf_text(&out), cases[i].out);
    }
    buf_done(&out);
}

static void numbers_are_short_and_exact(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0"},
                 {0.7, "0.7"},
                 {-1.5, "-1.5"},
                 {1e21, "1e+21"},
                 {1.0 / 3, "0.3333333333333333"},
                 {5e-324, "4.94065645841247e-324"},
                 {HUGE_VAL, "null"},
                 {(double)NAN, "null"}};
    struct buf out;
    struct json_writer w;

    (void)state;
    buf_init(&out, 1000);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        buf_clear(&out);
        json_writer_init(&w, &out);
        json_put_number(&w, cases[i].value);
        assert_string_equal(buf_text(&out), cases[i].text);
    }
    buf_done(&out);
}

/* Any bytes but NUL; of ASCII alone if `top` is below 128. */
static struct slice random_text(struct rng *rng, char out[24], int64_t top)
{
    size_t n = (size_t)rng_upto(rng, 24);

    for (size_t i = 0; i < n; i++)
        out[i] = (char)(1 + rng_upto(rng, top - 1));
    return (struct slice){out, n};
}

/* What is written must parse, and read back unless it was no UTF-8. */
static void every_string_that_is_written_parses(void **state)
{
    struct rng rng;
    struct buf out;
    struct json_writer w;
    char bytes[24];

    (void)state;
    rng_seed(&rng, 99);
    buf_init(&out, 10000);
    for (int i = 0; i < 20000; i++) {
        struct slice s = random_text(&rng, bytes, i % 2 == 0 ? 127 : 255);
        struct json *root = NULL;

        buf_clear(&out);
        json_writer_init(&w, &out);
        json_put_str(&w, s);
        root = parse(buf_text(&out));
        assert_true(!utf8_valid(s) || slice_eq(json_text(root), s));
        json_free(root);
    }
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_read),
        cmocka_unit_test(any_single_value_is_a_text),
        cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(pairs_come_in_the_order_of_the_text),
        cmocka_unit_test(a_writer_puts_its_commas_itself),
        cmocka_unit_test(strings_are_written_safely),
        cmocka_unit_test(numbers_are_short_and_exact),
        cmocka_unit_test(every_string_that_is_written_parses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
