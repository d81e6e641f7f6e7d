/* The head of one msgpack value: what mp and mp_check both read, and nobody else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/mp.h"

struct mp_head {
    enum mp_kind kind;
    bool huge;           /* MP_INT: an unsigned above INT64_MAX */
    uint64_t value;      /* number (its bits), length of a body in bytes, or count */
    const uint8_t *body; /* behind the head's own bytes */
    const uint8_t *next; /* behind the body: the next value, or the first one inside */
};

/* A row for each of the bytes 0xC0 to 0xDF; MP_END where there is no such value. */
struct mp_form {
    uint8_t kind;
    uint8_t width; /* bytes of the number, length or count behind the first byte */
    uint8_t fixed; /* what a body has beside or without a length: ext has a type byte */
};

extern const struct mp_form mp_forms[32];

static inline enum mp_kind mp_head_kind(uint8_t first)
{
    if (first < 0x80 || first >= 0xE0)
        return MP_INT;
    if (first < 0x90)
        return MP_MAP;
    if (first < 0xA0)
        return MP_LIST;
    return first < 0xC0 ? MP_STR : (enum mp_kind)mp_forms[first - 0xC0].kind;
}

/* The values inside: a pair of a map counts as two. */
static inline uint64_t mp_head_inside(const struct mp_head *head)
{
    if (head->kind == MP_MAP)
        return head->value * 2;
    return head->kind == MP_LIST ? head->value : 0;
}

/* The forms of more than one byte, 0xC0 to 0xDF. */
bool mp_head_read_long(const uint8_t *at, const uint8_t *end, struct mp_head *head);

/*
 * Reads the head at `at`; its body is then known to lie before `end`, and a count is no more than
 * the bytes behind it could hold.
 *
 * returns  false when it is cut short, claims too much, or is 0xC1
 */
static inline bool mp_head_read(const uint8_t *at, const uint8_t *end, struct mp_head *head)
{
    uint8_t first = 0;
    size_t left = 0;

    if (at >= end)
        return false;
    first = *at;
    left = (size_t)(end - at) - 1;
    head->body = at + 1;
    head->next = at + 1;
    head->huge = false;
    if (first >= 0xA0 && first < 0xC0) {
        head->kind = MP_STR;
        head->value = first & 0x1FU;
        head->next += head->value <= left ? head->value : 0;
        return head->value <= left;
    }
    if (first < 0x80 || first >= 0xE0) {
        head->kind = MP_INT;
        head->value = (uint64_t)(int8_t)first;
        return true;
    }
    if (first >= 0xC0)
        return mp_head_read_long(at, end, head);
    head->kind = first < 0x90 ? MP_MAP : MP_LIST;
    head->value = first & 0x0FU;
    return mp_head_inside(head) <= left;
}
