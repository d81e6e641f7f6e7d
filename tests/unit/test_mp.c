/* Msgpack: what is written reads back as it was. */
#include "tests/lib/test.h"

#include <string.h>

#include "shared/mp.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static void each_value_reads_back_as_it_was_put(void **state)
{
    static const int64_t ints[] = {0,         1,         -1,         31,
                                   -32,       -33,       127,        128,
                                   -128,      -129,      255,        256,
                                   32767,     -32769,    65535,      65536,
                                   INT32_MAX, INT32_MIN, UINT32_MAX, (int64_t)UINT32_MAX + 1,
                                   INT64_MAX, INT64_MIN};
    static char text[70000];
    static const size_t lengths[] = {0, 1, 31, 32, 255, 256, 65535, 65536};
    struct buf buf;
    struct mp_reader r;

    (void)state;
    memset(text, 'x', sizeof(text));
    buf_init(&buf, 1 << 20);
    for (size_t i = 0; i < LENGTH(ints); i++)
        mp_put_int(&buf, ints[i]);
    for (size_t i = 0; i < LENGTH(lengths); i++) {
        mp_put_str(&buf, (struct slice){text, lengths[i]});
        mp_put_bin(&buf, text, lengths[i]);
        mp_put_list(&buf, 0);
    }
    mp_put_bool(&buf, true);
    mp_put_bool(&buf, false);
    mp_put_number(&buf, 0.7);
    mp_put_text(&buf, NULL);
    assert_false(buf.failed);
    mp_reader_init(&r, buf.data, buf.len);
    for (size_t i = 0; i < LENGTH(ints); i++)
        assert_true(mp_int(&r) == ints[i]);
    for (size_t i = 0; i < LENGTH(lengths); i++) {
        assert_int_equal(mp_str(&r).n, lengths[i]);
        assert_int_equal(mp_bin(&r).n, lengths[i]);
        assert_int_equal(mp_list(&r), 0);
    }
    assert_true(mp_bool(&r));
    assert_false(mp_bool(&r));
    assert_true(mp_number(&r) == 0.7);
    assert_true(mp_nil(&r));
    assert_false(mp_nil(&r));
    assert_false(mp_failed(&r));
    assert_int_equal(mp_peek(&r), MP_END);
    buf_done(&buf);
}

static void the_shortest_head_is_written(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 1000);
    mp_put_map(&buf, 1);
    mp_put_text(&buf, "v");
    mp_put_int(&buf, 1);
    mp_put_int(&buf, 200);
    mp_put_int(&buf, -32);
    mp_put_list(&buf, 16);
    mp_put_map(&buf, 16);
    assert_int_equal(buf.len, 13);
    assert_memory_equal(buf.data, "\x81\xA1v\x01\xCC\xC8\xE0\xDC\x00\x10\xDE\x00\x10", 13);
    buf_done(&buf);
}

static void a_wrong_kind_fails_once_and_for_all(void **state)
{
    static const char bytes[] = "\xA1x\x01";
    struct mp_reader r;

    (void)state;
    mp_reader_init(&r, bytes, 3);
    assert_int_equal(mp_int(&r), 0);
    assert_true(mp_failed(&r));
    assert_null(mp_str(&r).p);
    assert_null(mp_bin(&r).p);
    assert_null(mp_raw(&r).p);
    assert_int_equal(mp_map(&r), 0);
    assert_int_equal(mp_list(&r), 0);
    assert_false(mp_bool(&r));
    assert_true(mp_number(&r) == 0);
    assert_false(mp_nil(&r));
    mp_skip(&r);
    assert_int_equal(mp_peek(&r), MP_END);
    mp_reader_init(&r, NULL, 0);
    assert_int_equal(mp_peek(&r), MP_END);
}

static void an_unsigned_above_int64_is_no_int_but_a_number(void **state)
{
    static const char bytes[] = "\xCF\x80\x00\x00\x00\x00\x00\x00\x00";
    struct mp_reader r;

    (void)state;
    mp_reader_init(&r, bytes, 9);
    assert_true(mp_number(&r) == 9223372036854775808.0);
    assert_false(mp_failed(&r));
    mp_reader_init(&r, bytes, 9);
    assert_true(mp_int(&r) == 0);
    assert_true(mp_failed(&r));
    mp_reader_init(&r, "\xCA\x3F\xC0\x00\x00", 5);
    assert_true(mp_number(&r) == 1.5);
    mp_reader_init(&r, "\xFE", 1);
    assert_true(mp_number(&r) == -2);
}

static void raw_gives_the_bytes_of_one_whole_value(void **state)
{
    static const char bytes[] = "\x92\x01\x81\xA1k\x90\xC0";
    struct mp_reader r;
    struct slice raw;

    (void)state;
    mp_reader_init(&r, bytes, 7);
    raw = mp_raw(&r);
    assert_int_equal(raw.n, 6);
    assert_ptr_equal(raw.p, bytes);
    assert_true(mp_nil(&r));
}

static void a_count_can_be_set_later(void **state)
{
    struct buf buf;
    struct mp_reader r;
    size_t offset = 0;

    (void)state;
    buf_init(&buf, 20);
    offset = mp_put_list_later(&buf);
    for (int i = 0; i < 3; i++)
        mp_put_int(&buf, i);
    mp_set_list_count(&buf, offset, 3);
    assert_memory_equal(buf.data, "\xDD\x00\x00\x00\x03\x00\x01\x02", 8);
    mp_reader_init(&r, buf.data, buf.len);
    assert_int_equal(mp_list(&r), 3);
    mp_set_list_count(&buf, 4, 9); /* no room for a head there */
    assert_memory_equal(buf.data + 4, "\x03\x00\x01\x02", 4);
    buf_clear(&buf);
    for (int i = 0; i < 20; i++)
        mp_put_nil(&buf);
    offset = mp_put_list_later(&buf);
    mp_set_list_count(&buf, offset, 9);
    assert_true(buf.failed);
    buf_done(&buf);
}

static void a_full_buf_takes_no_half_a_message_for_whole(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 4);
    mp_put_text(&buf, "too long");
    mp_put_int(&buf, 1);
    assert_true(buf.failed);
    buf_done(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_reads_back_as_it_was_put),
        cmocka_unit_test(the_shortest_head_is_written),
        cmocka_unit_test(a_wrong_kind_fails_once_and_for_all),
        cmocka_unit_test(an_unsigned_above_int64_is_no_int_but_a_number),
        cmocka_unit_test(raw_gives_the_bytes_of_one_whole_value),
        cmocka_unit_test(a_count_can_be_set_later),
        cmocka_unit_test(a_full_buf_takes_no_half_a_message_for_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
