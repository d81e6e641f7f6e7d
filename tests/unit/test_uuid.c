/* UUIDs of version 7: rising, and text both ways. */
#include "tests/lib/test.h"

#include <string.h>

#include "shared/uuid.h"

#define NOW_US 1700000000123456

/* Makes many ids while the clock steps; false if one is not greater than the one before. */
static bool rises(int64_t step_us)
{
    struct uuid_maker maker;
    struct uuid last = {{0}};
    int64_t now = NOW_US;

    uuid_maker_init(&maker, 1);
    for (int i = 0; i < 20000; i++, now += step_us) {
        struct uuid id = uuid_make(&maker, now);

        if (uuid_compare(&last, &id) >= 0)
            return false;
        last = id;
    }
    return true;
}

static void each_id_is_greater_than_the_one_before(void **state)
{
    (void)state;
    assert_true(rises(0));     /* the clock stands */
    assert_true(rises(-5000)); /* goes back */
    assert_true(rises(700));   /* goes on */
}

static void an_id_holds_time_version_and_variant(void **state)
{
    struct uuid_maker maker;
    struct uuid id;
    char text[UUID_TEXT_LEN + 1];

    (void)state;
    uuid_maker_init(&maker, 1);
    id = uuid_make(&maker, NOW_US);
    uuid_format(&id, text);
    assert_memory_equal(text, "018bcfe5-687b-7000-", 19); /* 1700000000123 ms */
    assert_non_null(strchr("89ab", text[19]));
    assert_int_equal(strlen(text), UUID_TEXT_LEN);
    id = uuid_make(&maker, NOW_US + 400);
    assert_int_equal(id.bytes[7], 1);
    id = uuid_make(&maker, -1);
    assert_int_equal(id.bytes[7], 2);
}

static void text_and_bytes_stand_for_each_other(void **state)
{
    static const char text[] = "01234567-89ab-7def-8123-456789abcdef";
    static const uint8_t bytes[16] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0x7d, 0xef,
                                      0x81, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
    struct uuid id;
    char back[UUID_TEXT_LEN + 1];

    (void)state;
    assert_true(uuid_parse(text, UUID_TEXT_LEN, &id));
    assert_memory_equal(id.bytes, bytes, 16);
    uuid_format(&id, back);
    assert_string_equal(back, text);
}

static void what_is_no_id_is_refused(void **state)
{
    static const char good[] = "01234567-89ab-7def-8123-456789abcdef";
    char text[UUID_TEXT_LEN + 2];
    struct uuid id = {{9}};

    (void)state;
    for (size_t i = 0; i < UUID_TEXT_LEN; i++) { /* each place, each kind of wrong character */
        static const char wrong[] = {'g', 'A', 'F',  '/', ':', '`',
                                     '@', ' ', '\0', '-', '0', (char)0xE1};

        for (size_t w = 0; w < sizeof(wrong); w++) {
            bool dash = good[i] == '-';

            if ((dash && wrong[w] == '-') || (!dash && wrong[w] == '0'))
                continue;
            memcpy(text, good, sizeof(good));
            text[i] = wrong[w];
            assert_false(uuid_parse(text, UUID_TEXT_LEN, &id));
        }
    }
    assert_false(uuid_parse(good, UUID_TEXT_LEN - 1, &id));
    assert_false(uuid_parse("01234567-89ab-7def-8123-456789abcdef0", UUID_TEXT_LEN + 1, &id));
    assert_false(uuid_parse("", 0, &id));
    assert_int_equal(id.bytes[0], 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_id_is_greater_than_the_one_before),
        cmocka_unit_test(an_id_holds_time_version_and_variant),
        cmocka_unit_test(text_and_bytes_stand_for_each_other),
        cmocka_unit_test(what_is_no_id_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
