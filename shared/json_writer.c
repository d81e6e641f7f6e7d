/* Writes compact JSON into a buf; safe in a terminal too, whatever the strings hold. */
#include "shared/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPECIAL 1 /* needs a look: quote, backslash, control, or a byte that is not ASCII */

#define ROW4(x) x, x, x, x
#define ROW16(x) ROW4(x), ROW4(x), ROW4(x), ROW4(x)
#define ROW32(x) ROW16(x), ROW16(x)

static const uint8_t looks[256] = {
    ROW32(SPECIAL),
    0,
    0,
    SPECIAL,
    0,
    ROW4(0),
    ROW4(0),
    ROW4(0),
    ROW16(0), /* " */
    ROW16(0),
    ROW4(0),
    ROW4(0),
    ROW4(0),
    SPECIAL,
    0,
    0,
    0, /* backslash */
    ROW16(0),
    ROW4(0),
    ROW4(0),
    ROW4(0),
    0,
    0,
    0,
    SPECIAL, /* DEL */
    ROW32(SPECIAL),
    ROW32(SPECIAL),
    ROW32(SPECIAL),
    ROW32(SPECIAL),
};

void json_writer_init(struct json_writer *w, struct buf *out)
{
    w->out = out;
    w->comma = false;
}

/* Before each value and key; what follows needs a comma unless a bracket or key resets it. */
static void begin(struct json_writer *w)
{
    if (w->comma)
        buf_add_byte(w->out, ',');
    w->comma = true;
}

static void open_with(struct json_writer *w, uint8_t bracket)
{
    begin(w);
    buf_add_byte(w->out, bracket);
    w->comma = false;
}

static void close_with(struct json_writer *w, uint8_t bracket)
{
    buf_add_byte(w->out, bracket);
    w->comma = true;
}

void json_open_map(struct json_writer *w)
{
    open_with(w, '{');
}

void json_close_map(struct json_writer *w)
{
    close_with(w, '}');
}

void json_open_list(struct json_writer *w)
{
    open_with(w, '[');
}

void json_close_list(struct json_writer *w)
{
    close_with(w, ']');
}

static void add_u(struct buf *out, uint32_t unit)
{
    buf_printf(out, "\\u%04" PRIx32, unit);
}

/* One code point that must not or should not stand as it is. */
static void escape_one(struct buf *out, uint32_t cp)
{
    static const char short_forms[128] = {['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
                                          ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't'};

    if (cp < 128 && short_forms[cp] != 0) {
        buf_add_byte(out, '\\');
        buf_add_byte(out, (uint8_t)short_forms[cp]);
    } else if (cp < 0x10000) {
        add_u(out, cp);
    } else {
        add_u(out, 0xD800 + ((cp - 0x10000) >> 10));
        add_u(out, 0xDC00 + ((cp - 0x10000) & 0x3FF));
    }
}

/* Runs of what may stand as it is are added whole. */
static void add_string(struct buf *out, struct slice s)
{
    size_t from = 0;
    size_t step = 0;
    uint32_t cp = 0;

    buf_add_byte(out, '"');
    for (size_t i = 0; i < s.n; i += step) {
        step = 1;
        if (looks[(uint8_t)s.p[i]] == 0)
            continue;
        step = utf8_decode((struct slice){s.p + i, s.n - i}, &cp);
        if (step > 1 && !text_unsafe(cp))
            continue;
        buf_add(out, s.p + from, i - from);
        if (step == 0)
            buf_add_text(out, "\xEF\xBF\xBD"); /* U+FFFD for what is no UTF-8 */
        else
            escape_one(out, cp);
        step = step == 0 ? 1 : step;
        from = i + step;
    }
    if (from < s.n)
        buf_add(out, s.p + from, s.n - from);
    buf_add_byte(out, '"');
}

void json_key_slice(struct json_writer *w, struct slice key)
{
    begin(w);
    add_string(w->out, key);
    buf_add_byte(w->out, ':');
    w->comma = false;
}

void json_key(struct json_writer *w, const char *key)
{
    json_key_slice(w, slice_of(key));
}

void json_put_str(struct json_writer *w, struct slice s)
{
    if (s.p == NULL) {
        json_put_nil(w);
        return;
    }
    begin(w);
    add_string(w->out, s);
}

void json_put_int(struct json_writer *w, int64_t value)
{
    char digits[24];
    size_t at = sizeof(digits);
    uint64_t n = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    begin(w);
    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    if (value < 0)
        digits[--at] = '-';
    buf_add(w->out, digits + at, sizeof(digits) - at);
}

/* The shortest text that reads back as the same number, with a point whatever the locale. */
void json_put_number(struct json_writer *w, double value)
{
    char text[40];

    if (!isfinite(value)) {
        json_put_nil(w);
        return;
    }
    begin(w);
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    for (char *p = text; *p != '\0'; p++)
        if (strchr("+-0123456789e", *p) == NULL)
            *p = '.';
    buf_add_text(w->out, text);
}

void json_put_bool(struct json_writer *w, bool value)
{
    begin(w);
    buf_add_text(w->out, value ? "true" : "false");
}

void json_put_nil(struct json_writer *w)
{
    begin(w);
    buf_add_text(w->out, "null");
}
