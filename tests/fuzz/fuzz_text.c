/* Any bytes as text: what is shown of them is safe, what is cut of them is whole. */
#include <stdlib.h>
#include <string.h>

#include "shared/text.h"
#include "shared/units.h"
#include "tui/cli/cli_out.h"

int LLVMFuzzerInitialize(const int *argc, char *const *const *argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool well)
{
    if (!well)
        abort();
}

/* Nothing in it that a terminal would obey. */
static void check_safe(struct slice s)
{
    uint32_t cp = 0;

    must(utf8_valid(s) && !text_has_control(s));
    for (size_t n = 0; s.n > 0; s = (struct slice){s.p + n, s.n - n}) {
        n = utf8_decode(s, &cp);
        must(n > 0 && !text_unsafe(cp) && cp >= 0x20 && (cp < 0x7f || cp > 0x9f));
    }
}

static void check_escape(struct slice s, struct buf *out)
{
    struct slice cut;

    text_escape(out, s);
    must(!out->failed);
    check_safe((struct slice){(const char *)out->data, out->len});
    cut = out_cut((struct slice){(const char *)out->data, out->len}, 7);
    must(out_cells(cut) <= 7 && utf8_valid(cut));
}

static void check_cut(struct slice s)
{
    struct slice cut;

    if (!utf8_valid(s))
        return;
    cut = utf8_cut(s, 5);
    must(utf8_valid(cut) && utf8_count(cut) <= 5);
    must(cut.n == s.n || utf8_count(cut) == 5);
}

/* A group is its own group: else rows of one reason would stand under two. */
static void check_group(struct slice s)
{
    struct buf first, second;

    buf_init(&first, 2 * s.n + 16);
    buf_init(&second, 2 * s.n + 16);
    text_group(&first, s);
    must(!first.failed && first.len <= s.n);
    text_group(&second, (struct slice){(const char *)first.data, first.len});
    must(first.len == second.len &&
         (first.len == 0 || memcmp(first.data, second.data, first.len) == 0));
    buf_done(&first);
    buf_done(&second);
}

static void check_units(struct slice s)
{
    char text[UNITS_TEXT_MAX];
    int64_t n = 0, again = 0;

    (void)text_int(s, &n);
    (void)units_size(s, &n);
    if (units_duration(s, &n)) {
        units_format_duration(n, text);
        must(n >= 0 && units_duration(slice_of(text), &again) && n == again);
    }
    if (units_time(s, &n)) {
        units_format_time(n, text);
        must(units_time(slice_of(text), &again) && n == again);
    }
    (void)units_time_or_age(s, INT64_C(1772366400000000), &n);
}

/* Once, before the first input. */
int LLVMFuzzerInitialize(const int *argc, char *const *const *argv)
{
    (void)argc;
    (void)argv;
    out_init();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice s = {(const char *)data, size}, rest = s;
    struct slice pattern = slice_cut(&rest, '\0');
    struct buf out;

    if (size == 0)
        return 0;
    buf_init(&out, 8 * size + 16);
    check_escape(s, &out);
    check_cut(s);
    check_group(s);
    check_units(s);
    must(text_match(SLICE("*"), s));
    (void)text_match(pattern, rest);
    buf_done(&out);
    return 0;
}
