/* UTF-8 by the letter of the standard: valid or not, counted, cut and decoded. */
#include "shared/text.h"

#include <string.h>

#define HIGH_BITS 0x8080808080808080ULL

/* What a lead byte asks for: how many bytes, and the range of the second one. */
struct form {
    uint8_t bytes;
    uint8_t low;
    uint8_t high;
};

/* The second byte's range is where overlong forms, surrogates and what is too large show. */
static struct form form_of(uint8_t lead)
{
    if (lead < 0xC2)
        return (struct form){0, 0, 0};
    if (lead < 0xE0)
        return (struct form){2, 0x80, 0xBF};
    if (lead < 0xF0)
        return (struct form){3, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF};
    if (lead < 0xF5)
        return (struct form){4, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF};
    return (struct form){0, 0, 0};
}

size_t utf8_decode(struct slice s, uint32_t *cp)
{
    const uint8_t *p = (const uint8_t *)s.p;
    struct form form;
    uint32_t value = 0;

    if (s.n == 0)
        return 0;
    if (p[0] < 0x80) {
        *cp = p[0];
        return 1;
    }
    form = form_of(p[0]);
    if (form.bytes == 0 || form.bytes > s.n || p[1] < form.low || p[1] > form.high)
        return 0;
    value = p[0] & (0x7FU >> form.bytes);
    for (size_t i = 1; i < form.bytes; i++) {
        if ((p[i] & 0xC0U) != 0x80)
            return 0;
        value = value << 6 | (p[i] & 0x3FU);
    }
    *cp = value;
    return form.bytes;
}

/* How many of the first bytes are ASCII, rounded down to a multiple of eight. */
static size_t ascii_words(const char *p, size_t n)
{
    size_t i = 0;
    uint64_t word = 0;

    for (; n - i >= sizeof(word); i += sizeof(word)) {
        memcpy(&word, p + i, sizeof(word));
        if ((word & HIGH_BITS) != 0)
            break;
    }
    return i;
}

bool utf8_valid(struct slice s)
{
    size_t i = 0;
    uint32_t cp = 0;

    while (i < s.n) {
        i += ascii_words(s.p + i, s.n - i);
        while (i < s.n && (uint8_t)s.p[i] < 0x80)
            i++;
        while (i < s.n && (uint8_t)s.p[i] >= 0x80) {
            size_t step = utf8_decode((struct slice){s.p + i, s.n - i}, &cp);

            if (step == 0)
                return false;
            i += step;
        }
    }
    return true;
}

size_t utf8_count(struct slice s)
{
    size_t count = 0;

    for (size_t i = 0; i < s.n; i++)
        count += ((uint8_t)s.p[i] & 0xC0U) != 0x80;
    return count;
}

struct slice utf8_cut(struct slice s, size_t max)
{
    size_t count = 0;

    if (s.n <= max)
        return s;
    for (size_t i = 0; i < s.n; i++) {
        if (((uint8_t)s.p[i] & 0xC0U) != 0x80 && count++ == max)
            return (struct slice){s.p, i};
    }
    return s;
}
