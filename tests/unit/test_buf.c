/* Growing bytes with a cap, and the arena. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "shared/buf.h"

static void bytes_are_kept_in_order_while_it_grows(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 1 << 20);
    for (unsigned i = 0; i < 10000; i++)
        buf_printf(&buf, "%u,", i);
    buf_add_byte(&buf, '.');
    buf_add_text(&buf, "end");
    assert_false(buf.failed);
    assert_int_equal(strlen(buf_text(&buf)), buf.len);
    assert_memory_equal(buf.data, "0,1,2,3,", 8);
    assert_string_equal(buf_text(&buf) + buf.len - 14, "9998,9999,.end");
    buf_done(&buf);
    assert_int_equal(buf.max, 1 << 20);
    assert_null(buf.data);
}

static void nothing_is_added_past_the_cap(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 8);
    buf_add(&buf, "12345678", 8);
    assert_false(buf.failed);
    buf_add(&buf, NULL, 0);
    assert_false(buf.failed);
    buf_add_byte(&buf, '9');
    assert_true(buf.failed);
    assert_string_equal(buf_text(&buf), "12345678");
    buf_clear(&buf);
    assert_false(buf.failed);
    buf_add_text(&buf, "1234567");
    buf_printf(&buf, "%s", "89");
    assert_true(buf.failed);
    buf_add_byte(&buf, '8'); /* it would fit, but what was before it is missing */
    assert_string_equal(buf_text(&buf), "1234567");
    buf_clear(&buf);
    buf_printf(&buf, "%s", "12345678");
    assert_false(buf.failed);
    assert_string_equal(buf_text(&buf), "12345678");
    buf_clear(&buf);
    assert_false(buf_reserve(&buf, SIZE_MAX));
    buf_done(&buf);
}

static void a_buf_without_room_takes_nothing(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 0);
    buf_add_byte(&buf, 1);
    assert_true(buf.failed);
    assert_string_equal(buf_text(&buf), "");
    buf_done(&buf);
    buf_done(NULL);
}

static void what_is_taken_belongs_to_the_taker(void **state)
{
    struct buf buf;
    size_t n = 0;
    uint8_t *bytes = NULL;

    (void)state;
    buf_init(&buf, 100);
    buf_add_text(&buf, "mine");
    bytes = buf_take(&buf, &n);
    assert_int_equal(n, 4);
    assert_string_equal((const char *)bytes, "mine");
    assert_int_equal(buf.len, 0);
    free(bytes);
    bytes = buf_take(&buf, &n); /* also of an empty one */
    assert_non_null(bytes);
    assert_int_equal(n, 0);
    free(bytes);
}

static bool all_are(const uint8_t *bytes, size_t n, uint8_t value)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

/* Of every size from small to blocks of their own; each filled with a number of its own. */
static void fill_arena(struct arena *arena)
{
    static const size_t sizes[] = {1, 15, 16, 17, 100, 1000, 5000, 70000, 1, 300000, 3, 0};
    size_t n = sizeof(sizes) / sizeof(sizes[0]);
    uint8_t *got[255];

    for (size_t i = 0; i < 255; i++) {
        got[i] = arena_alloc(arena, sizes[i % n]);
        assert_int_equal((uintptr_t)got[i] % 16, 0);
        assert_true(all_are(got[i], sizes[i % n], 0));
        memset(got[i], (int)i + 1, sizes[i % n]);
    }
    for (size_t i = 0; i < 255; i++)
        assert_true(all_are(got[i], sizes[i % n], (uint8_t)(i + 1)));
}

static void an_arena_gives_zeroed_aligned_bytes_that_do_not_overlap(void **state)
{
    struct arena arena = {NULL};

    (void)state;
    for (int round = 0; round < 2; round++) {
        fill_arena(&arena);
        arena_done(&arena);
        assert_null(arena.head);
    }
    arena_done(NULL);
}

static void a_copy_ends_with_a_nul(void **state)
{
    struct arena arena = {NULL};

    (void)state;
    assert_string_equal(arena_copy(&arena, "text and more", 4), "text");
    assert_string_equal(arena_copy(&arena, NULL, 0), "");
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_kept_in_order_while_it_grows),
        cmocka_unit_test(nothing_is_added_past_the_cap),
        cmocka_unit_test(a_buf_without_room_takes_nothing),
        cmocka_unit_test(what_is_taken_belongs_to_the_taker),
        cmocka_unit_test(an_arena_gives_zeroed_aligned_bytes_that_do_not_overlap),
        cmocka_unit_test(a_copy_ends_with_a_nul),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
