/* Messages read by our reader and by msgpack-c: what both may read, both read alike. */
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"
#include "tests/lib/mp_same.h"

#define LEVELS (DEPTH_MAX + 4)
#define WIDEST 600 /* keys are compared each with each here */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Does a map or list claim 32 bits? msgpack-c asks for memory by what it says of itself. */
static bool may_be_bomb(const uint8_t *data, size_t size)
{
    return memchr(data, 0xDD, size) != NULL || memchr(data, 0xDF, size) != NULL;
}

static bool key_is_fine(const msgpack_object_map *map, uint32_t i)
{
    const msgpack_object *key = &map->ptr[i].key;

    if (key->type != MSGPACK_OBJECT_STR ||
        !utf8_valid((struct slice){key->via.str.ptr, key->via.str.size}))
        return false;
    for (uint32_t j = 0; j < i; j++)
        if (msgpack_object_equal(*key, map->ptr[j].key))
            return false;
    return true;
}

struct level {
    const msgpack_object *of;
    uint32_t at;
};

/* The value of place `i` of a list or map; NULL behind the last one, or at a key we refuse. */
static const msgpack_object *value_at(const msgpack_object *of, uint32_t i, bool *fine)
{
    if (of->type == MSGPACK_OBJECT_ARRAY)
        return i < of->via.array.size ? &of->via.array.ptr[i] : NULL;
    if (i == of->via.map.size)
        return NULL;
    *fine = *fine && key_is_fine(&of->via.map, i);
    return *fine ? &of->via.map.ptr[i].val : NULL;
}

/* Would we take it: a map with str keys, none twice, not too deep? */
static bool is_ours(const msgpack_object *root)
{
    struct level levels[LEVELS] = {{root, 0}};
    size_t depth = 1;
    bool fine = root->type == MSGPACK_OBJECT_MAP;

    while (depth > 0 && fine) {
        struct level *top = &levels[depth - 1];
        const msgpack_object *o = value_at(top->of, top->at++, &fine);

        if (o == NULL)
            depth--;
        else if (o->type == MSGPACK_OBJECT_ARRAY || o->type == MSGPACK_OBJECT_MAP)
            levels[depth++] = (struct level){o, 0};
        fine = fine && depth <= DEPTH_MAX;
    }
    return fine;
}

static void compare(const uint8_t *data, size_t size)
{
    msgpack_unpacked theirs;
    struct mp_reader r;
    size_t off = 0;
    bool ours = mp_check(data, size, NULL) == OK, whole = false;

    if (!ours && may_be_bomb(data, size))
        return;
    msgpack_unpacked_init(&theirs);
    whole =
        msgpack_unpack_next(&theirs, (const char *)data, size, &off) == MSGPACK_UNPACK_SUCCESS &&
        off == size;
    if (ours != (whole && is_ours(&theirs.data)))
        abort();
    mp_reader_init(&r, data, size);
    if (whole && (!mp_same(&r, &theirs.data) || r.at != r.end))
        abort();
    msgpack_unpacked_destroy(&theirs);
}

/* What the input draws from; zeros when it has run out. */
struct draws {
    const uint8_t *at, *end;
};

static uint64_t draw(struct draws *d, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | (d->at < d->end ? *d->at++ : 0);
    return value;
}

static void put_bytes(msgpack_packer *pk, struct draws *d, uint64_t kind)
{
    static const char bytes[70000];
    size_t n = draw(d, 1) < 250 ? draw(d, 1) % 40 : draw(d, 3) % sizeof bytes;

    if (kind == 5)
        (void)msgpack_pack_str_with_body(pk, bytes, n);
    else if (kind == 6)
        (void)msgpack_pack_bin_with_body(pk, bytes, n);
    else
        (void)msgpack_pack_ext_with_body(pk, bytes, n, (int8_t)draw(d, 1));
}

static void put_scalar(msgpack_packer *pk, struct draws *d)
{
    uint64_t kind = draw(d, 1) % 8;
    uint64_t value = draw(d, kind >= 1 && kind <= 4 ? 1 + draw(d, 1) % 8 : 0);
    double number = 0;

    switch (kind) {
    case 0:
        (void)msgpack_pack_nil(pk);
        break;
    case 1:
        (void)msgpack_pack_int64(pk, -(int64_t)(value >> 1));
        break;
    case 2:
        (void)msgpack_pack_uint64(pk, value);
        break;
    case 3:
        (void)msgpack_pack_float(pk, (float)value);
        break;
    case 4:
        number = (double)value / 3;
        (void)msgpack_pack_double(pk, number);
        break;
    default:
        put_bytes(pk, d, kind);
    }
}

static void put_key(msgpack_packer *pk, uint32_t left)
{
    char key[24];

    (void)snprintf(key, sizeof key, "k%u", left);
    (void)msgpack_pack_str_with_body(pk, key, strlen(key));
}

/* A map that is surely well-formed, of a shape that the input draws. */
static void put_map(msgpack_packer *pk, struct draws *d)
{
    struct {
        uint32_t left;
        bool map;
    } plans[DEPTH_MAX] = {{(uint32_t)draw(d, 1), true}};
    size_t depth = 1;

    (void)msgpack_pack_map(pk, plans[0].left);
    while (depth > 0) {
        uint64_t what = 0;

        if (plans[depth - 1].left == 0) {
            depth--;
            continue;
        }
        if (plans[depth - 1].map)
            put_key(pk, plans[depth - 1].left);
        plans[depth - 1].left--;
        what = draw(d, 1);
        if (what < 200 || depth == DEPTH_MAX) {
            put_scalar(pk, d);
            continue;
        }
        plans[depth].map = what % 2 == 0;
        plans[depth].left = (uint32_t)draw(d, what < 254 ? 1 : 2) % WIDEST;
        if (d->at == d->end)
            plans[depth].left = 0; /* drawn out: it comes to an end */
        (void)(plans[depth].map ? msgpack_pack_map(pk, plans[depth].left)
                                : msgpack_pack_array(pk, plans[depth].left));
        depth++;
    }
}

/* The first byte says whether the rest is a message, or draws one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct draws draws;
    msgpack_sbuffer out;
    msgpack_packer pk;

    if (size < 2)
        return 0;
    if (data[0] != 0) {
        compare(data + 1, size - 1);
        return 0;
    }
    draws = (struct draws){data + 1, data + size};
    msgpack_sbuffer_init(&out);
    msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
    put_map(&pk, &draws);
    if (mp_check(out.data, out.size, NULL) != OK)
        abort();
    compare((const uint8_t *)out.data, out.size);
    msgpack_sbuffer_destroy(&out);
    return 0;
}
