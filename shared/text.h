/* Text as a pointer and a length: UTF-8, patterns with `*`, and what is safe to show. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"

/* Borrowed bytes, not NUL-terminated. p == NULL: absent (an empty text has p != NULL, n == 0). */
struct slice {
    const char *p;
    size_t n;
};

/* For printf("%.*s", SLICE_ARGS(s)). */
#define SLICE_ARGS(s) (int)(s).n, slice_shown(s)
const char *slice_shown(struct slice s); /* s.p; "" where it is absent */

/* A literal as a slice. */
#define SLICE(literal) ((struct slice){"" literal, sizeof(literal) - 1})

struct slice slice_of(const char *text);       /* NULL gives the absent slice */
bool slice_eq(struct slice a, struct slice b); /* absent equals only absent */
bool slice_is(struct slice a, const char *text);
int slice_compare(struct slice a, struct slice b); /* bytewise, like memcmp, then by length */
bool slice_starts(struct slice text, struct slice start);
struct slice slice_copy(struct arena *arena, struct slice s); /* absent stays absent */

/* Splits at the next `sep`: returns what is before it, leaves what is behind in *rest (absent at
   the end). */
struct slice slice_cut(struct slice *rest, char sep);
struct slice slice_trim(struct slice s); /* blanks and tabs off both ends */

/* Valid UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool utf8_valid(struct slice s);

/* Code points in valid UTF-8. */
size_t utf8_count(struct slice s);

/* The longest start of `s` of at most `max` code points (s valid). */
struct slice utf8_cut(struct slice s, size_t max);

/*
 * Decodes one code point at the start of `s` into *cp.
 * returns  bytes it takes, 1 to 4; 0 when the bytes there are no valid UTF-8 (or s is empty)
 */
size_t utf8_decode(struct slice s, uint32_t *cp);

/* Holds a C0 or C1 control character or DEL (s valid UTF-8). */
bool text_has_control(struct slice s);

/* `pattern` against the whole of `s`; `*` stands for any run of bytes, also none. */
bool text_match(struct slice pattern, struct slice s);

/*
 * Appends `s` made safe for a terminal: C0, C1, DEL, bidirectional and zero-width controls and
 * bytes that are no UTF-8 become visible escapes (\n as `\n`, ESC as `\x1b`, U+202E as
 * `\u{202e}`). A backslash itself stays as it is.
 */
void text_escape(struct buf *out, struct slice s);

/* Is this code point one that text_escape would make visible? */
bool text_unsafe(uint32_t cp);

/*
 * Appends the group of a failure reason: numbers, and ids (UUIDs, hex of 8 and more with a digit in
 * it, words that go from letters to digits and back) written as a single `#`.
 */
void text_group(struct buf *out, struct slice reason);

/* Parses a whole decimal integer with optional sign; false on anything else or overflow. */
bool text_int(struct slice s, int64_t *out);

/* Parses a plain decimal number such as 0.70; false on anything else. Locale-free. */
bool text_number(struct slice s, double *out);
