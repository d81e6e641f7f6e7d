/* Tests of sp: the bytes of handshake, frame head and request ids. */
#include <string.h>

#include "daemon/net/sp.h"
#include "tests/lib/test.h"

static void a_handshake_is_the_eight_bytes_of_the_wire(void **state)
{
    const uint8_t rep[] = {0x00, 0x53, 0x50, 0x00, 0x00, 0x31, 0x00, 0x00};
    uint8_t out[SP_HANDSHAKE_LEN];

    (void)state;
    sp_put_handshake(out, SP_PROTO_REP);
    assert_memory_equal(out, rep, sizeof(rep));
}

static void only_the_expected_handshake_is_taken(void **state)
{
    static const struct {
        const char *label;
        uint8_t bytes[SP_HANDSHAKE_LEN];
        bool good;
    } cases[] = {
        {"req", {0, 'S', 'P', 0, 0, 0x30, 0, 0}, true},
        {"sub", {0, 'S', 'P', 0, 0, 0x21, 0, 0}, false},
        {"high byte of the protocol", {0, 'S', 'P', 0, 1, 0x30, 0, 0}, false},
        {"first byte", {1, 'S', 'P', 0, 0, 0x30, 0, 0}, false},
        {"letters", {0, 'P', 'S', 0, 0, 0x30, 0, 0}, false},
        {"version", {0, 'S', 'P', 1, 0, 0x30, 0, 0}, false},
        {"reserved", {0, 'S', 'P', 0, 0, 0x30, 0, 1}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        print_message("case: %s\n", cases[i].label);
        assert_int_equal(sp_check_handshake(cases[i].bytes, SP_PROTO_REQ), cases[i].good);
    }
}

static void a_frame_head_holds_the_length_big_endian(void **state)
{
    const uint8_t wanted[] = {1, 0, 0, 0, 0, 0x01, 0x02, 0x03, 0x04};
    uint8_t out[SP_FRAME_HEAD_LEN];
    uint64_t len = 0;

    (void)state;
    sp_put_frame_head(out, 0x01020304);
    assert_memory_equal(out, wanted, sizeof(wanted));
    assert_true(sp_get_frame_head(out, 0x01020304, &len));
    assert_int_equal(len, 0x01020304);
}

static void a_frame_of_another_type_or_too_long_is_refused(void **state)
{
    static const struct {
        const char *label;
        uint8_t bytes[SP_FRAME_HEAD_LEN];
        bool good;
    } cases[] = {
        {"empty", {1, 0, 0, 0, 0, 0, 0, 0, 0}, true},
        {"the longest", {1, 0, 0, 0, 0, 0, 0, 1, 0}, true},
        {"one more", {1, 0, 0, 0, 0, 0, 0, 1, 1}, false},
        {"2^63 and more", {1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, false},
        {"type 0", {0, 0, 0, 0, 0, 0, 0, 0, 1}, false},
        {"type 2", {2, 0, 0, 0, 0, 0, 0, 0, 1}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t len = 4711;

        print_message("case: %s\n", cases[i].label);
        assert_int_equal(sp_get_frame_head(cases[i].bytes, 256, &len), cases[i].good);
        if (!cases[i].good)
            assert_int_equal(len, 4711);
    }
}

static void an_id_stack_ends_at_the_high_bit(void **state)
{
    static const struct {
        const char *label;
        uint8_t body[40];
        size_t len, stack;
    } cases[] = {
        {"one id and a message", {0x80, 0, 0, 1, 'x'}, 5, 4},
        {"one id and nothing", {0x80, 0, 0, 1}, 4, 4},
        {"two ids", {0, 0, 0, 1, 0xff, 0, 0, 2, 'x'}, 9, 8},
        {"a high bit in another byte is none", {0, 0x80, 0x80, 0x80, 'x'}, 5, 0},
        {"nothing at all", {0}, 0, 0},
        {"three bytes", {0x80, 0, 0}, 3, 0},
        {"the second id cut off", {0, 0, 0, 1, 0x80, 0, 0}, 7, 0},
        {"eight ids", {[28] = 0x80}, 36, 32},
        {"nine ids", {[32] = 0x80}, 40, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        print_message("case: %s\n", cases[i].label);
        assert_int_equal(sp_id_stack(cases[i].body, cases[i].len), cases[i].stack);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handshake_is_the_eight_bytes_of_the_wire),
        cmocka_unit_test(only_the_expected_handshake_is_taken),
        cmocka_unit_test(a_frame_head_holds_the_length_big_endian),
        cmocka_unit_test(a_frame_of_another_type_or_too_long_is_refused),
        cmocka_unit_test(an_id_stack_ends_at_the_high_bit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
