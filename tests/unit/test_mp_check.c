/* Messages from peers: what is well-formed passes, and what is hostile is refused. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "shared/limits.h"
#include "shared/mp.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define BYTES(literal) (literal), sizeof(literal) - 1

struct message {
    const char *label, *bytes;
    size_t n;
};

static void a_well_formed_map_passes(void **state)
{
    static const struct message cases[] = {
        {"empty map", BYTES("\x80")},
        {"empty map16", BYTES("\xDE\x00\x00")},
        {"empty map32", BYTES("\xDF\x00\x00\x00\x00")},
        {"fixints", BYTES("\x82\xA1"
                          "a\x7F\xA1"
                          "b\xE0")},
        {"nil, false, true", BYTES("\x81\xA1"
                                   "a\x93\xC0\xC2\xC3")},
        {"unsigned", BYTES("\x81\xA1"
                           "a\x94\xCC\x01\xCD\x01\x02\xCE\x01\x02\x03\x04"
                           "\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")},
        {"signed", BYTES("\x81\xA1"
                         "a\x94\xD0\x80\xD1\x80\x00\xD2\x80\x00\x00\x00"
                         "\xD3\x80\x00\x00\x00\x00\x00\x00\x00")},
        {"floats", BYTES("\x81\xA1"
                         "a\x92\xCA\x3F\x80\x00\x00\xCB\x3F\xF0\x00\x00\x00\x00\x00\x00")},
        {"str8, str16, str32", BYTES("\x81\xA1"
                                     "a\x93\xD9\x01x\xDA\x00\x01x\xDB\x00\x00\x00\x01x")},
        {"a value that is no UTF-8", BYTES("\x81\xA1"
                                           "a\xA1\xFF")},
        {"bin", BYTES("\x81\xA1"
                      "a\x93\xC4\x01x\xC5\x00\x01x\xC6\x00\x00\x00\x01x")},
        {"ext", BYTES("\x81\xA1"
                      "a\x93\xC7\x01\x05x\xC8\x00\x01\x05x\xC9\x00\x00\x00\x01\x05x")},
        {"fixext", BYTES("\x81\xA1"
                         "a\x92\xD4\x01x\xD8\x01"
                         "0123456789abcdef")},
        {"lists", BYTES("\x81\xA1"
                        "a\x93\x90\xDC\x00\x00\xDD\x00\x00\x00\x01\x01")},
        {"key as str8", BYTES("\x81\xD9\x01"
                              "a\x01")},
        {"empty key", BYTES("\x81\xA0\x01")},
        {"key of two bytes", BYTES("\x81\xA2\xC3\xA9\x01")},
        {"same key in other maps", BYTES("\x82\xA1"
                                         "a\x81\xA1"
                                         "a\x01\xA1"
                                         "b\x91\x81\xA1"
                                         "a\x02")},
    };
    struct why why;

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        if (mp_check(cases[i].bytes, cases[i].n, &why) != OK)
            fail_msg("%s: %s", cases[i].label, why.text);
}

static const struct message hostile[] = {
    {"nothing", BYTES("")},
    {"no map: int", BYTES("\x01")},
    {"no map: list", BYTES("\x90")},
    {"no map: nil", BYTES("\xC0")},
    {"trailing byte", BYTES("\x80\xC0")},
    {"two maps", BYTES("\x80\x80")},
    {"0xC1", BYTES("\xC1")},
    {"0xC1 inside", BYTES("\x81\xA1"
                          "a\xC1")},
    {"int key", BYTES("\x81\x01\x01")},
    {"bin key", BYTES("\x81\xC4\x01"
                      "a\x01")},
    {"nil key", BYTES("\x81\xC0\x01")},
    {"map key", BYTES("\x81\x80\x01")},
    {"list key", BYTES("\x81\x90\x01")},
    {"int key of an inner map", BYTES("\x81\xA1"
                                      "a\x91\x81\x01\x01")},
    {"key is no UTF-8", BYTES("\x81\xA1\xFF\x01")},
    {"key is an overlong form", BYTES("\x81\xA2\xC0\xAF\x01")},
    {"key twice", BYTES("\x82\xA1"
                        "a\x01\xA1"
                        "a\x01")},
    {"empty key twice", BYTES("\x82\xA0\x01\xA0\x01")},
    {"key twice, other head", BYTES("\x82\xA1"
                                    "a\x01\xD9\x01"
                                    "a\x01")},
    {"key twice, far apart", BYTES("\x83\xA1"
                                   "a\x81\xA1"
                                   "b\x01\xA1"
                                   "c\x01\xA1"
                                   "a\x01")},
    {"key twice in an inner map", BYTES("\x81\xA1"
                                        "x\x92\x01\x82\xA1"
                                        "a\x01\xA1"
                                        "a\x01")},
    {"array32 bomb", BYTES("\xDD\xFF\xFF\xFF\xFF")},
    {"map32 bomb", BYTES("\xDF\xFF\xFF\xFF\xFF")},
    {"array32 bomb inside", BYTES("\x81\xA1"
                                  "a\xDD\xFF\xFF\xFF\xFF")},
    {"map32 bomb inside", BYTES("\x81\xA1"
                                "a\xDF\x80\x00\x00\x00")},
    {"array32 of 2^24", BYTES("\x81\xA1"
                              "a\xDD\x01\x00\x00\x00")},
    {"nested array32 bombs",
     BYTES("\x81\xA1"
           "a\xDD\x00\x00\x00\x0A\xDD\x00\x00\x00\x05\xDD\x00\x00\x00\x01")},
    {"str32 bomb", BYTES("\x81\xA1"
                         "a\xDB\xFF\xFF\xFF\xFF")},
    {"bin32 bomb", BYTES("\x81\xA1"
                         "a\xC6\xFF\xFF\xFF\xFF")},
    {"ext32 bomb", BYTES("\x81\xA1"
                         "a\xC9\xFF\xFF\xFF\xFF\x01")},
    {"map of more pairs than bytes", BYTES("\x8F\xA1"
                                           "a\x01")},
    {"map of half a pair", BYTES("\x81\xA1"
                                 "a")},
    {"list in want of a value", BYTES("\x81\xA1"
                                      "a\x92\x01")},
};

static void what_is_malformed_is_refused(void **state)
{
    struct why why;

    (void)state;
    for (size_t i = 0; i < LENGTH(hostile); i++) {
        why.text[0] = '\0';
        if (mp_check(hostile[i].bytes, hostile[i].n, &why) != ERR_MALFORMED || why.text[0] == '\0')
            fail_msg("%s", hostile[i].label);
    }
}

/* A map with one value of each kind in it. */
static const char sample[] =
    "\x8B\xA3int\xD2\xFF\xFE\x00\x00\xA3str\xD9\x03xyz\xA3nil\xC0\xA1t\xC3\xA3"
    "bin\xC5\x00\x02xy\xA3"
    "f32\xCA\x3F\xC0\x00\x00\xA3"
    "f64\xCB\x3F\xF8\x00\x00\x00\x00\x00\x00"
    "\xA4list\xDC\x00\x03\x01\x02\x91\x03\xA3map\xDE\x00\x01\xA1k\x81\xA1k\xA1v\xA3"
    "ext\xC7\x02\x07zz\xA5"
    "fixed\xD5\x01zz";

static void a_message_cut_anywhere_is_refused(void **state)
{
    size_t n = sizeof(sample) - 1;
    struct why why;

    (void)state;
    assert_int_equal(mp_check(sample, n, &why), OK);
    for (size_t cut = 0; cut < n; cut++) {
        char exact[sizeof(sample)]; /* of its own, so that a sanitizer sees a read past the end */
        struct mp_reader r;

        memset(exact, 0xC0, sizeof(exact));
        memcpy(exact + sizeof(exact) - cut, sample, cut);
        assert_int_equal(mp_check(exact + sizeof(exact) - cut, cut, &why), ERR_MALFORMED);
        mp_reader_init(&r, exact + sizeof(exact) - cut, cut);
        mp_skip(&r);
        assert_true(mp_failed(&r));
        assert_int_equal(mp_peek(&r), MP_END);
    }
}

static void nesting_is_bounded(void **state)
{
    struct buf buf;
    struct why why;

    (void)state;
    buf_init(&buf, 4 << 20);
    for (uint32_t depth = DEPTH_MAX - 1; depth <= DEPTH_MAX + 1; depth++) {
        buf_clear(&buf);
        for (uint32_t i = 0; i + 1 < depth; i++) {
            mp_put_map(&buf, 1);
            mp_put_text(&buf, "k");
        }
        mp_put_list(&buf, 0);
        assert_int_equal(mp_check(buf.data, buf.len, &why),
                         depth <= DEPTH_MAX ? OK : ERR_MALFORMED);
    }
    buf_clear(&buf); /* a million lists in one another: refused, and skipped without a stack */
    mp_put_map(&buf, 1);
    mp_put_text(&buf, "k");
    for (int i = 0; i < 1000000; i++)
        mp_put_list(&buf, 1);
    mp_put_nil(&buf);
    assert_int_equal(mp_check(buf.data, buf.len, &why), ERR_MALFORMED);
    {
        struct mp_reader r;

        mp_reader_init(&r, buf.data, buf.len);
        mp_skip(&r);
        assert_false(mp_failed(&r));
        assert_int_equal(mp_peek(&r), MP_END);
    }
    buf_done(&buf);
}

/* `n` pairs, the values maps with a key of their own; at `twice` stands the key of `again`. */
static void put_keys(struct buf *buf, uint32_t n, uint32_t twice, uint32_t again)
{
    buf_clear(buf);
    mp_put_map(buf, n);
    for (uint32_t i = 0; i < n; i++) {
        char key[16];

        (void)snprintf(key, sizeof(key), "key%u", i == twice ? again : i);
        mp_put_text(buf, key);
        mp_put_map(buf, 1);
        mp_put_text(buf, "key0");
        mp_put_int(buf, i);
    }
}

static void twice_anywhere_is_found(struct buf *buf, uint32_t n)
{
    for (uint32_t twice = 0; twice < n; twice += 1 + n / 40) {
        put_keys(buf, n, twice, (twice + n / 2 + n % 2) % n);
        assert_int_equal(mp_check(buf->data, buf->len, NULL), ERR_MALFORMED);
    }
}

/* Maps on both sides of each limit of the check, with a key twice in many places. */
static void a_key_twice_is_found_in_maps_of_any_size(void **state)
{
    static const uint32_t sizes[] = {2, 15, 16, 17, 31, 63, 64, 65, 100, 1000};
    struct buf buf;

    (void)state;
    buf_init(&buf, 1 << 20);
    for (size_t s = 0; s < LENGTH(sizes); s++) {
        put_keys(&buf, sizes[s], sizes[s], 0);
        assert_int_equal(mp_check(buf.data, buf.len, NULL), OK);
        twice_anywhere_is_found(&buf, sizes[s]);
    }
    buf_done(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_well_formed_map_passes),
        cmocka_unit_test(what_is_malformed_is_refused),
        cmocka_unit_test(a_message_cut_anywhere_is_refused),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(a_key_twice_is_found_in_maps_of_any_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
