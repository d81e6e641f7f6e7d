/* Does our msgpack reader read what msgpack-c reads? */
#include "tests/lib/mp_same.h"

#include <math.h>
#include <string.h>

#define LEVELS 64 /* more than msgpack-c reads */

/* A list or map that is not at its end; a map's keys and values in turn. */
struct level {
    const msgpack_object *of;
    uint64_t at, n;
};

static bool same_bytes(struct slice ours, const char *p, uint32_t n)
{
    return ours.p != NULL && ours.n == n && memcmp(ours.p, p, n) == 0;
}

/* A NaN is the same as a NaN. */
static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_scalar(struct mp_reader *r, const msgpack_object *o)
{
    struct slice raw;

    switch (o->type) {
    case MSGPACK_OBJECT_NIL:
        return mp_nil(r);
    case MSGPACK_OBJECT_BOOLEAN:
        return mp_bool(r) == o->via.boolean;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        if (o->via.u64 <= INT64_MAX)
            return mp_int(r) == (int64_t)o->via.u64;
        return mp_number(r) == (double)o->via.u64;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        return mp_int(r) == o->via.i64;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return same_number(mp_number(r), o->via.f64);
    case MSGPACK_OBJECT_STR:
        return same_bytes(mp_str(r), o->via.str.ptr, o->via.str.size);
    case MSGPACK_OBJECT_BIN:
        return same_bytes(mp_bin(r), o->via.bin.ptr, o->via.bin.size);
    case MSGPACK_OBJECT_EXT:
        raw = mp_raw(r);
        return raw.n > o->via.ext.size &&
               memcmp(raw.p + raw.n - o->via.ext.size, o->via.ext.ptr, o->via.ext.size) == 0;
    case MSGPACK_OBJECT_ARRAY:
    case MSGPACK_OBJECT_MAP:
        break;
    }
    return false;
}

/* Reads the head of a list or map and is inside it then. */
static bool enter(struct mp_reader *r, const msgpack_object *o, struct level *level)
{
    bool map = o->type == MSGPACK_OBJECT_MAP;
    uint32_t n = map ? o->via.map.size : o->via.array.size;

    *level = (struct level){o, 0, map ? 2 * (uint64_t)n : n};
    return (map ? mp_map(r) : mp_list(r)) == n;
}

static const msgpack_object *next(struct level *level)
{
    uint64_t i = level->at++;

    if (level->of->type == MSGPACK_OBJECT_ARRAY)
        return &level->of->via.array.ptr[i];
    return i % 2 == 0 ? &level->of->via.map.ptr[i / 2].key : &level->of->via.map.ptr[i / 2].val;
}

bool mp_same(struct mp_reader *r, const msgpack_object *root)
{
    struct level levels[LEVELS];
    size_t depth = 0;
    const msgpack_object *o = root;

    for (;;) {
        bool inside = o->type == MSGPACK_OBJECT_ARRAY || o->type == MSGPACK_OBJECT_MAP;

        if (depth == LEVELS || !(inside ? enter(r, o, &levels[depth]) : same_scalar(r, o)))
            return false;
        if (mp_failed(r))
            return false;
        depth += inside ? 1 : 0;
        while (depth > 0 && levels[depth - 1].at == levels[depth - 1].n)
            depth--;
        if (depth == 0)
            return true;
        o = next(&levels[depth - 1]);
    }
}
