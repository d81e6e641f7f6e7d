/* A page of rows is cut before it grows past a frame, and is a whole reply all the same. */
#include "daemon/api/reply_page.h"

#include <string.h>

#include "shared/limits.h"
#include "tests/lib/test.h"

#define ROW_BYTES 100000

/* Where the reply is kept. */
struct kept {
    uint8_t bytes[FRAME_MAX_BYTES + 1];
    size_t len;
};

static int64_t no_time(const struct clock *clock)
{
    (void)clock;
    return 0;
}

static void keep(struct call *call, const void *reply, size_t len)
{
    struct kept *kept = call->origin;

    assert_in_range(len, 1, FRAME_MAX_BYTES);
    memcpy(kept->bytes, reply, len);
    kept->len = len;
}

/* Offers `n` rows of ROW_BYTES; returns how many were taken. */
static uint32_t fill(struct kept *kept, uint32_t n)
{
    static char text[ROW_BYTES];
    static const struct clock clock = {.wall_us = no_time, .mono_us = no_time};
    const struct api_parts parts = {.clock = &clock};
    const struct page which = {.limit = 500};
    struct call *call = call_new(&parts);
    struct reply_page page;
    bool fits = true;

    memset(text, 'x', sizeof(text));
    call->send = keep;
    call->origin = kept;
    reply_page_begin(&page, call, &which, 3, "rows");
    page.rows.count = true;
    page.rows.matched = n;
    for (uint32_t i = 0; i < n && fits; i++) {
        reply_page_row(&page);
        mp_put_str(&call->out, (struct slice){text, sizeof(text)});
        fits = reply_page_fits(&page);
    }
    if (!fits)
        memcpy(page.rows.next_cursor, "more", sizeof("more"));
    assert_int_equal(reply_page_end(&page, OK, NULL), OK);
    n = page.n;
    call_reply(call);
    return n;
}

static void rows_past_a_frame_are_left_out(void **state)
{
    static const struct {
        uint32_t offered, taken;
        bool more;
    } rows[] = {{0, 0, false}, {1, 1, false}, {10, 10, false}, {11, 10, true}, {500, 10, true}};
    static struct kept kept;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mp_reader value;
        struct why why = {0};

        assert_int_equal(fill(&kept, rows[i].offered), rows[i].taken);
        assert_int_equal(mp_check(kept.bytes, kept.len, &why), OK);
        assert_true(wire_reply_find(kept.bytes, kept.len, "rows", &value));
        assert_int_equal(mp_list(&value), rows[i].taken);
        assert_true(wire_reply_find(kept.bytes, kept.len, "matched", &value));
        assert_int_equal(mp_int(&value), rows[i].offered);
        assert_true(wire_reply_find(kept.bytes, kept.len, "next_cursor", &value));
        assert_int_equal(mp_nil(&value), !rows[i].more);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_past_a_frame_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
