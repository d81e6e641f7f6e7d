/* The head of one msgpack value: the forms of more than one byte. */
#include "shared/mp_head.h"

const struct mp_form mp_forms[32] = {
    [0x00] = {MP_NIL, 0, 0},  [0x01] = {MP_END, 0, 0},   [0x02] = {MP_BOOL, 0, 0},
    [0x03] = {MP_BOOL, 0, 0}, [0x04] = {MP_BIN, 1, 0},   [0x05] = {MP_BIN, 2, 0},
    [0x06] = {MP_BIN, 4, 0},  [0x07] = {MP_EXT, 1, 1},   [0x08] = {MP_EXT, 2, 1},
    [0x09] = {MP_EXT, 4, 1},  [0x0A] = {MP_FLOAT, 4, 0}, [0x0B] = {MP_FLOAT, 8, 0},
    [0x0C] = {MP_INT, 1, 0},  [0x0D] = {MP_INT, 2, 0},   [0x0E] = {MP_INT, 4, 0},
    [0x0F] = {MP_INT, 8, 0},  [0x10] = {MP_INT, 1, 0},   [0x11] = {MP_INT, 2, 0},
    [0x12] = {MP_INT, 4, 0},  [0x13] = {MP_INT, 8, 0},   [0x14] = {MP_EXT, 0, 2},
    [0x15] = {MP_EXT, 0, 3},  [0x16] = {MP_EXT, 0, 5},   [0x17] = {MP_EXT, 0, 9},
    [0x18] = {MP_EXT, 0, 17}, [0x19] = {MP_STR, 1, 0},   [0x1A] = {MP_STR, 2, 0},
    [0x1B] = {MP_STR, 4, 0},  [0x1C] = {MP_LIST, 2, 0},  [0x1D] = {MP_LIST, 4, 0},
    [0x1E] = {MP_MAP, 2, 0},  [0x1F] = {MP_MAP, 4, 0},
};

/* `above` is what stands before the first byte: all ones makes it a negative number. */
static uint64_t big_endian(const uint8_t *p, size_t n, uint64_t above)
{
    uint64_t value = above;

    for (size_t i = 0; i < n; i++)
        value = value << 8 | p[i];
    return value;
}

/* 0xCC to 0xCF are unsigned, 0xD0 to 0xD3 signed. */
static void set_int(const uint8_t *at, size_t width, struct mp_head *head)
{
    if (*at < 0xD0)
        head->huge = head->value > INT64_MAX;
    else if ((at[1] & 0x80U) != 0)
        head->value = big_endian(at + 1, width, UINT64_MAX);
}

bool mp_head_read_long(const uint8_t *at, const uint8_t *end, struct mp_head *head)
{
    const struct mp_form *form = &mp_forms[(*at - 0xC0) & 0x1F];
    size_t left = (size_t)(end - at) - 1;

    head->kind = (enum mp_kind)form->kind;
    if (form->width > left)
        return false;
    left -= form->width;
    head->value = big_endian(at + 1, form->width, 0);
    head->body = at + 1 + form->width;
    head->next = head->body;
    switch (head->kind) {
    case MP_STR:
    case MP_BIN:
    case MP_EXT:
        head->value += form->fixed;
        if (head->value > left)
            return false;
        head->next += head->value;
        return true;
    case MP_LIST:
    case MP_MAP:
        return mp_head_inside(head) <= left;
    case MP_INT:
        set_int(at, form->width, head);
        return true;
    case MP_BOOL:
        head->value = *at == 0xC3;
        return true;
    case MP_FLOAT:
        head->body = at + 1; /* its width tells float32 from float64 */
        return true;
    case MP_NIL:
        return true;
    case MP_END:
        return false;
    }
    return false;
}
