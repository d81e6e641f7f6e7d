/* Growing bytes with a cap, and an arena for what lives and dies together. */
#include "shared/buf.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/need.h"

#define BUF_FIRST_BYTES 128
#define ARENA_FIRST_BYTES 4096UL
#define ARENA_BLOCK_MAX_BYTES (64 * ARENA_FIRST_BYTES)

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t cap;
    alignas(max_align_t) uint8_t data[];
};

void buf_init(struct buf *buf, size_t max_bytes)
{
    *buf = (struct buf){.max = max_bytes};
}

void buf_done(struct buf *buf)
{
    if (buf == NULL)
        return;
    free(buf->data);
    buf_init(buf, buf->max);
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

/* One byte more than `cap` is always there, for the NUL of buf_text. */
static void grow(struct buf *buf, size_t cap)
{
    uint8_t *data = need(realloc(buf->data, cap + 1));

    buf->data = data;
    buf->cap = cap;
}

bool buf_reserve_more(struct buf *buf, size_t n)
{
    size_t wanted = 0;
    size_t cap = buf->cap < BUF_FIRST_BYTES ? BUF_FIRST_BYTES : buf->cap * 2;

    if (buf->failed || buf->len > buf->max || n > buf->max - buf->len) {
        buf->failed = true;
        return false;
    }
    wanted = buf->len + n;
    if (wanted <= buf->cap)
        return true;
    if (cap > buf->max)
        cap = buf->max;
    grow(buf, cap < wanted ? wanted : cap);
    return true;
}

void buf_add_text(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
    va_list args;
    va_list again;
    size_t room = buf->data == NULL ? 0 : buf->cap - buf->len + 1;
    int n = 0;

    va_start(args, fmt);
    va_copy(again, args);
    n = vsnprintf(room == 0 ? NULL : (char *)buf->data + buf->len, room, fmt, args);
    if (n < 0) {
        buf->failed = true;
    } else if (buf_reserve(buf, (size_t)n)) {
        if ((size_t)n >= room)
            (void)vsnprintf((char *)buf->data + buf->len, (size_t)n + 1, fmt, again);
        buf->len += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

uint8_t *buf_take(struct buf *buf, size_t *len)
{
    uint8_t *data = NULL;

    (void)buf_text(buf); /* never hands over NULL */
    data = buf->data;
    *len = buf->len;
    buf_init(buf, buf->max);
    return data;
}

const char *buf_text(struct buf *buf)
{
    if (buf->data == NULL)
        grow(buf, 0);
    buf->data[buf->len] = 0;
    return (const char *)buf->data;
}

static struct arena_block *new_block(size_t cap)
{
    struct arena_block *block = NULL;

    if (cap > SIZE_MAX - sizeof(*block))
        abort();
    block = need(malloc(sizeof(*block) + cap));
    block->next = NULL;
    block->used = 0;
    block->cap = cap;
    return block;
}

/* A new block with room for `n` bytes: the head, or behind the head if it is for these alone. */
static struct arena_block *add_block(struct arena *arena, size_t n)
{
    size_t cap = arena->head == NULL ? ARENA_FIRST_BYTES : arena->head->cap * 2;
    struct arena_block *block = NULL;

    if (cap > ARENA_BLOCK_MAX_BYTES)
        cap = ARENA_BLOCK_MAX_BYTES;
    if (n > cap / 4 && arena->head != NULL) {
        block = new_block(n);
        block->next = arena->head->next;
        arena->head->next = block;
        return block;
    }
    block = new_block(n > cap ? n : cap);
    block->next = arena->head;
    arena->head = block;
    return block;
}

static void *take(struct arena *arena, size_t n)
{
    const size_t align = alignof(max_align_t);
    struct arena_block *block = arena->head;
    size_t size = 0;
    void *at = NULL;

    if (n > SIZE_MAX / 2)
        abort();
    size = (n + align - 1) / align * align;
    if (block == NULL || size > block->cap - block->used)
        block = add_block(arena, size);
    at = block->data + block->used;
    block->used += size;
    return at;
}

void *arena_alloc(struct arena *arena, size_t n)
{
    return memset(take(arena, n), 0, n);
}

char *arena_copy(struct arena *arena, const void *bytes, size_t n)
{
    char *copy = take(arena, n + 1);

    if (n > 0)
        memcpy(copy, bytes, n);
    copy[n] = '\0';
    return copy;
}

void arena_done(struct arena *arena)
{
    struct arena_block *next = NULL;

    if (arena == NULL)
        return;
    for (struct arena_block *block = arena->head; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    arena->head = NULL;
}
