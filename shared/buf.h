/* Growing bytes with a cap, and an arena for what lives and dies together. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Bytes that grow up to `max`. Past it nothing more is added and `failed` is set: asked once, at
 * the end. All zero but `max` is an empty buf. Memory itself running out aborts.
 */
struct buf {
    uint8_t *data;
    size_t len;
    size_t cap;
    size_t max;
    bool failed;
};

void buf_init(struct buf *buf, size_t max_bytes);
void buf_done(struct buf *buf);  /* takes NULL; the buf is empty afterwards, with the same max */
void buf_clear(struct buf *buf); /* keeps the memory; clears `failed` */

/* The part of buf_reserve that grows or refuses. */
bool buf_reserve_more(struct buf *buf, size_t n);

/* Room for `n` more bytes at data + len; false (and failed) past the cap. Does not change len. */
static inline bool buf_reserve(struct buf *buf, size_t n)
{
    if (!buf->failed && n <= buf->cap - buf->len)
        return true;
    return buf_reserve_more(buf, n);
}

/* `bytes` may be NULL when n is 0. In the header with its neighbours: all codecs live in them. */
static inline void buf_add(struct buf *buf, const void *bytes, size_t n)
{
    if (n == 0 || !buf_reserve(buf, n))
        return;
    memcpy(buf->data + buf->len, bytes, n);
    buf->len += n;
}

static inline void buf_add_byte(struct buf *buf, uint8_t byte)
{
    if (buf_reserve(buf, 1))
        buf->data[buf->len++] = byte;
}

void buf_add_text(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Hands the memory over, to be freed by free(); the buf is empty afterwards. */
uint8_t *buf_take(struct buf *buf, size_t *len);

/* The bytes as a C string: a NUL is kept behind the end (not counted in len). */
const char *buf_text(struct buf *buf);

struct arena_block;

/* A bump allocator: all of it is freed at once. All zero is an empty arena. */
struct arena {
    struct arena_block *head;
};

/* `n` bytes, zeroed, aligned for any type. Never NULL: what is asked for is bounded by callers. */
void *arena_alloc(struct arena *arena, size_t n);

/* A copy of `n` bytes and a NUL behind them. */
char *arena_copy(struct arena *arena, const void *bytes, size_t n);

void arena_done(struct arena *arena); /* frees all; the arena is empty and may be used again */
