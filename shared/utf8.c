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

static uint64_t load_word(const char *p)
{
    uint64_t word = 0;

    memcpy(&word, p, sizeof(word));
    return word;
}

/* Eight bytes at a time; the last eight overlap what was seen. Nearly all text is ASCII. */
static bool is_ascii(struct slice s)
{
    uint64_t high = 0;
    size_t i = 0;

    if (s.n < sizeof(high)) {
        for (; i < s.n; i++)
            high |= (uint8_t)s.p[i];
        return high < 0x80;
    }
    for (; s.n - i >= sizeof(high); i += sizeof(high))
        high |= load_word(s.p + i);
    high |= load_word(s.p + s.n - sizeof(high));
    return (high & HIGH_BITS) == 0;
}

bool utf8_valid(struct slice s)
{
    uint32_t cp = 0;
    size_t i = 0;

    if (is_ascii(s))
        return true;
    while (i < s.n) {
        size_t step = utf8_decode((struct slice){s.p + i, s.n - i}, &cp);

        if (step == 0)
            return false;
        i += step;
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
