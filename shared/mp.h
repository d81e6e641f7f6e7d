/* Msgpack: msgpack-c writes; what peers send is read by our own bounded reader. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/err.h"
#include "shared/text.h"

enum mp_kind { MP_NIL, MP_BOOL, MP_INT, MP_FLOAT, MP_STR, MP_BIN, MP_LIST, MP_MAP, MP_EXT, MP_END };

/*
 * A pull reader over borrowed bytes; allocates nothing. One sticky error: after it every call
 * gives a safe value (0, false, absent), counts are 0, and mp_failed says so. A count is never
 * larger than the bytes left could hold.
 */
struct mp_reader {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

/*
 * Is this exactly one well-formed object, a map with str keys, in which no map has a key twice and
 * every key is a str of valid UTF-8, no deeper than DEPTH_MAX, and nothing behind it?
 *
 * errors   ERR_MALFORMED, with the reason and the offset
 * thread   any; time is linear but for the sorting of maps of more than a few keys
 */
enum err mp_check(const void *bytes, size_t n, struct why *why);

void mp_reader_init(struct mp_reader *r, const void *bytes, size_t n);

/* What comes next; MP_END when nothing is left or after a failure. */
enum mp_kind mp_peek(const struct mp_reader *r);

/* Each reads one value of its kind; another kind there is a failure. */
uint32_t mp_map(struct mp_reader *r);     /* pairs that follow */
uint32_t mp_list(struct mp_reader *r);    /* values that follow */
struct slice mp_str(struct mp_reader *r); /* borrowed; not checked to be UTF-8 */
struct slice mp_bin(struct mp_reader *r);
int64_t mp_int(struct mp_reader *r); /* an unsigned above INT64_MAX is a failure */
bool mp_bool(struct mp_reader *r);
double mp_number(struct mp_reader *r);    /* int or float */
bool mp_nil(struct mp_reader *r);         /* takes a nil and returns true; else takes nothing */
void mp_skip(struct mp_reader *r);        /* one value of any kind, with all inside it */
struct slice mp_raw(struct mp_reader *r); /* the bytes of one whole value */

static inline bool mp_failed(const struct mp_reader *r)
{
    return r->failed;
}

/* Writes into `out`, whose own `failed` is the sticky error. */
void mp_put_map(struct buf *out, uint32_t pairs);
void mp_put_list(struct buf *out, uint32_t values);
void mp_put_str(struct buf *out, struct slice s);    /* absent gives nil */
void mp_put_text(struct buf *out, const char *text); /* NULL gives nil */
void mp_put_bin(struct buf *out, const void *bytes, size_t n);
void mp_put_int(struct buf *out, int64_t value);
void mp_put_bool(struct buf *out, bool value);
void mp_put_number(struct buf *out, double value); /* float64 */
void mp_put_nil(struct buf *out);

/*
 * Overwrites the count of a map or list whose head was written at `offset` by
 * mp_put_list_later: five bytes whatever the count.
 */
size_t mp_put_list_later(struct buf *out); /* returns the offset */
void mp_set_list_count(struct buf *out, size_t offset, uint32_t values);
