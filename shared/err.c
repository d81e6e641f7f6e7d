/* Result codes, their names on the wire, and the sentence that says why something failed. */
#include "shared/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[ERR_COUNT] = {
    [OK] = "ok",
#define ERR(id, name) [ERR_##id] = (name),
#include "shared/err.def"
#undef ERR
};

const char *err_name(enum err e)
{
    return (unsigned)e < ERR_COUNT ? names[e] : "internal";
}

bool err_from_name(const char *name, size_t n, enum err *out)
{
    for (unsigned e = 0; e < ERR_COUNT; e++) {
        if (strlen(names[e]) == n && memcmp(names[e], name, n) == 0) {
            *out = (enum err)e;
            return true;
        }
    }
    return false;
}

static size_t sequence_bytes(unsigned char lead)
{
    if (lead < 0xC0)
        return 1;
    if (lead < 0xE0)
        return 2;
    return lead < 0xF0 ? 3 : 4;
}

/* The sentence goes into replies, which are UTF-8: none is cut within a code point. */
static void mend_cut(char *text, size_t n)
{
    size_t lead = n;

    while (lead > 0 && ((unsigned char)text[lead - 1] & 0xC0U) == 0x80)
        lead--;
    if (lead > 0 && lead - 1 + sequence_bytes((unsigned char)text[lead - 1]) > n)
        text[lead - 1] = '\0';
}

static void fill(struct why *why, const char *fmt, va_list args)
{
    int n = vsnprintf(why->text, sizeof(why->text), fmt, args);

    why->retry_after_us = 0;
    if (n < 0)
        why->text[0] = '\0';
    else if ((size_t)n >= sizeof(why->text))
        mend_cut(why->text, sizeof(why->text) - 1);
}

enum err err_set(struct why *why, enum err e, const char *fmt, ...)
{
    va_list args;

    if (why == NULL)
        return e;
    va_start(args, fmt);
    fill(why, fmt, args);
    va_end(args);
    return e;
}

enum err err_busy(struct why *why, int64_t retry_after_us, const char *fmt, ...)
{
    va_list args;

    if (why == NULL)
        return ERR_BUSY;
    va_start(args, fmt);
    fill(why, fmt, args);
    va_end(args);
    why->retry_after_us = retry_after_us;
    return ERR_BUSY;
}

enum err err_sys(struct why *why, enum err e, int errnum, const char *fmt, ...)
{
    char text[128];
    va_list args;
    size_t used = 0;
    size_t room = 0;

    if (why == NULL)
        return e;
    va_start(args, fmt);
    fill(why, fmt, args);
    va_end(args);
    used = strlen(why->text);
    room = sizeof(why->text) - used;
    if (snprintf(why->text + used, room, ": %s", strerror_r(errnum, text, sizeof(text))) >=
        (int)room)
        mend_cut(why->text, sizeof(why->text) - 1);
    return e;
}
