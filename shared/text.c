/* Text as a pointer and a length: slices, patterns with `*`, numbers, and what is safe to show. */
#include "shared/text.h"

#include <string.h>

#define UUID_CHARS 36
#define HEX_ID_MIN 8         /* hex shorter than this may be a word */
#define NUMBER_DIGITS_MAX 18 /* the most decimal digits that any int64_t holds */

struct slice slice_of(const char *text)
{
    return (struct slice){text, text == NULL ? 0 : strlen(text)};
}

const char *slice_shown(struct slice s)
{
    return s.p != NULL ? s.p : "";
}

bool slice_eq(struct slice a, struct slice b)
{
    if (a.p == NULL || b.p == NULL)
        return a.p == b.p;
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

bool slice_is(struct slice a, const char *text)
{
    return slice_eq(a, slice_of(text));
}

int slice_compare(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.p, b.p, n);

    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

bool slice_starts(struct slice text, struct slice start)
{
    return start.n == 0 || (start.n <= text.n && memcmp(text.p, start.p, start.n) == 0);
}

struct slice slice_copy(struct arena *arena, struct slice s)
{
    if (s.p == NULL)
        return s;
    return (struct slice){arena_copy(arena, s.p, s.n), s.n};
}

struct slice slice_cut(struct slice *rest, char sep)
{
    struct slice first = *rest;
    const char *at = rest->n == 0 ? NULL : memchr(rest->p, sep, rest->n);

    if (at == NULL) {
        *rest = (struct slice){NULL, 0};
        return first;
    }
    first.n = (size_t)(at - rest->p);
    *rest = (struct slice){at + 1, rest->n - first.n - 1};
    return first;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct slice slice_trim(struct slice s)
{
    while (s.n > 0 && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool text_match(struct slice pattern, struct slice s)
{
    size_t p = 0;
    size_t i = 0;
    size_t star = SIZE_MAX; /* behind the last `*` seen, and where its run ends for now */
    size_t run = 0;

    while (i < s.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = ++p;
            run = i;
        } else if (p < pattern.n && pattern.p[p] == s.p[i]) {
            p++;
            i++;
        } else if (star != SIZE_MAX) {
            p = star;
            i = ++run;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*')
        p++;
    return p == pattern.n;
}

bool text_has_control(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];

        if (c < 0x20 || c == 0x7F)
            return true;
        if (c == 0xC2 && i + 1 < s.n && (uint8_t)s.p[i + 1] < 0xA0)
            return true;
    }
    return false;
}

bool text_unsafe(uint32_t cp)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C}, {0x180E, 0x180E}, {0x200B, 0x200F},
        {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]) && cp >= ranges[i].first; i++)
        if (cp <= ranges[i].last)
            return true;
    return false;
}

/* Plain enough that nothing needs to be decoded. */
static bool is_printable_ascii(char c)
{
    return c >= 0x20 && c < 0x7F;
}

static void escape_one(struct buf *out, uint32_t cp)
{
    if (cp == '\n')
        buf_add_text(out, "\\n");
    else if (cp == '\r')
        buf_add_text(out, "\\r");
    else if (cp == '\t')
        buf_add_text(out, "\\t");
    else if (cp < 0x80)
        buf_printf(out, "\\x%02x", cp);
    else
        buf_printf(out, "\\u{%x}", cp);
}

void text_escape(struct buf *out, struct slice s)
{
    size_t from = 0; /* what lies between here and `i` is safe, not yet added */
    size_t step = 0;
    uint32_t cp = 0;

    for (size_t i = 0; i < s.n; i += step) {
        step = 1;
        if (is_printable_ascii(s.p[i]))
            continue;
        step = utf8_decode((struct slice){s.p + i, s.n - i}, &cp);
        if (step != 0 && !text_unsafe(cp))
            continue;
        buf_add(out, s.p + from, i - from);
        if (step == 0)
            buf_printf(out, "\\x%02x", (uint8_t)s.p[i]);
        else
            escape_one(out, cp);
        step = step == 0 ? 1 : step;
        from = i + step;
    }
    if (from < s.n)
        buf_add(out, s.p + from, s.n - from);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A UUID at the start of `s`, that does not go on as a longer word. */
static bool starts_with_uuid(struct slice s)
{
    if (s.n < UUID_CHARS || (s.n > UUID_CHARS && is_word(s.p[UUID_CHARS])))
        return false;
    for (size_t i = 0; i < UUID_CHARS; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? s.p[i] != '-' : !is_hex(s.p[i]))
            return false;
    }
    return true;
}

static bool is_hex_id(struct slice word)
{
    bool digit = false;

    for (size_t i = 0; i < word.n; i++) {
        if (!is_hex(word.p[i]))
            return false;
        digit = digit || is_digit(word.p[i]);
    }
    return digit && word.n >= HEX_ID_MIN;
}

/* From letters to digits and back, as names given out by programs are: `AB12CD`, `0x1f`, `7f3e`. */
static bool is_mixed_id(struct slice word)
{
    unsigned turns = 0;

    for (size_t i = 1; i < word.n; i++)
        turns += is_digit(word.p[i]) != is_digit(word.p[i - 1]) ? 1 : 0;
    return turns >= 2;
}

/* A word that is no id: each run of digits in it as one `#`. */
static void group_word(struct buf *out, struct slice word)
{
    for (size_t i = 0; i < word.n; i++) {
        if (!is_digit(word.p[i]))
            buf_add_byte(out, (uint8_t)word.p[i]);
        else if (i == 0 || !is_digit(word.p[i - 1]))
            buf_add_byte(out, '#');
    }
}

/* How many bytes from `i` on belong to the number that ends before it: its `.` and more digits. */
static size_t fraction_at(struct slice reason, size_t i)
{
    size_t end = i + 1;

    if (i == 0 || end >= reason.n || reason.p[i] != '.' || !is_digit(reason.p[i - 1]))
        return 0;
    while (end < reason.n && is_digit(reason.p[end]))
        end++;
    return end == i + 1 ? 0 : end - i;
}

void text_group(struct buf *out, struct slice reason)
{
    size_t i = 0;

    while (i < reason.n) {
        struct slice word = {reason.p + i, 0};
        size_t fraction = fraction_at(reason, i);

        if (starts_with_uuid((struct slice){reason.p + i, reason.n - i})) {
            buf_add_byte(out, '#');
            i += UUID_CHARS;
            continue;
        }
        while (i + word.n < reason.n && is_word(word.p[word.n]))
            word.n++;
        if (word.n == 0 && fraction == 0)
            buf_add_byte(out, (uint8_t)reason.p[i]);
        else if (is_hex_id(word) || is_mixed_id(word))
            buf_add_byte(out, '#');
        else
            group_word(out, word);
        i += word.n + fraction > 0 ? word.n + fraction : 1;
    }
}

/* Takes a sign off the front; whether it was a minus. */
static bool take_sign(struct slice *s)
{
    bool minus = s->n > 0 && s->p[0] == '-';

    if (minus || (s->n > 0 && s->p[0] == '+')) {
        s->p++;
        s->n--;
    }
    return minus;
}

bool text_int(struct slice s, int64_t *out)
{
    bool minus = take_sign(&s);
    int64_t value = 0;

    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        int64_t digit = s.p[i] - '0';

        /* Downwards for a minus: INT64_MIN has no positive twin. */
        if (!is_digit(s.p[i]) || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, minus ? -digit : digit, &value))
            return false;
    }
    *out = value;
    return true;
}

bool text_number(struct slice s, double *out)
{
    bool minus = take_sign(&s);
    struct slice rest = s;
    struct slice whole = slice_cut(&rest, '.');
    int64_t digits = 0;
    double scale = 1.0;

    if (whole.n == 0 || whole.n > NUMBER_DIGITS_MAX || (rest.p != NULL && rest.n == 0))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (i == whole.n)
            continue; /* the point */
        if (!is_digit(s.p[i]))
            return false;
        if (i > NUMBER_DIGITS_MAX)
            continue; /* finer than a double */
        digits = digits * 10 + (s.p[i] - '0');
        scale = i > whole.n ? scale * 10.0 : 1.0; /* exact up to 10^22 */
    }
    *out = (minus ? -1.0 : 1.0) * ((double)digits / scale);
    return true;
}
