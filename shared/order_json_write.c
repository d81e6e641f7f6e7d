/* Any msgpack value as JSON, times as text. */
#include "shared/order_json.h"

#include "shared/limits.h"
#include "shared/units.h"

/* What is open: how many values are left in it, and whether they are pairs. */
struct level {
    uint32_t left;
    bool map;
};

struct walk {
    struct json_writer *w;
    struct mp_reader *r;
    const char *const *skip;
    size_t depth;
    struct level levels[DEPTH_MAX + 1];
};

static bool is_time(struct slice key)
{
    return slice_is(key, "at") || slice_is(key, "not_before") ||
           (key.n > 3 && slice_eq((struct slice){key.p + key.n - 3, 3}, SLICE("_at")));
}

static bool skipped(const struct walk *walk, struct slice key)
{
    for (const char *const *name = walk->skip; name != NULL && *name != NULL; name++) {
        if (walk->depth == 1 && slice_is(key, *name))
            return true;
    }
    return false;
}

static void put_int(struct walk *walk, struct slice key)
{
    char text[UNITS_TEXT_MAX];
    int64_t value = mp_int(walk->r);

    if (key.p == NULL || !is_time(key)) {
        json_put_int(walk->w, value);
        return;
    }
    units_format_time(value, text);
    json_put_str(walk->w, slice_of(text));
}

static void open_level(struct walk *walk, bool map)
{
    uint32_t n = map ? mp_map(walk->r) : mp_list(walk->r);

    if (walk->depth >= sizeof walk->levels / sizeof walk->levels[0]) {
        walk->r->failed = true;
        return;
    }
    if (map)
        json_open_map(walk->w);
    else
        json_open_list(walk->w);
    walk->levels[walk->depth++] = (struct level){n, map};
}

static void put_value(struct walk *walk, struct slice key)
{
    switch (mp_peek(walk->r)) {
    case MP_BOOL:
        json_put_bool(walk->w, mp_bool(walk->r));
        break;
    case MP_INT:
        put_int(walk, key);
        break;
    case MP_FLOAT:
        json_put_number(walk->w, mp_number(walk->r));
        break;
    case MP_STR:
        json_put_str(walk->w, mp_str(walk->r));
        break;
    case MP_LIST:
        open_level(walk, false);
        break;
    case MP_MAP:
        open_level(walk, true);
        break;
    case MP_NIL:
    case MP_BIN:
    case MP_EXT: /* neither is part of any reply */
        mp_skip(walk->r);
        json_put_nil(walk->w);
        break;
    case MP_END:
        walk->r->failed = true;
        break;
    }
}

/* The next value of the innermost level. */
static void step(struct walk *walk)
{
    struct level *level = &walk->levels[walk->depth - 1];
    struct slice key = {NULL, 0};

    level->left--;
    if (level->map) {
        key = mp_str(walk->r);
        if (skipped(walk, key)) {
            mp_skip(walk->r);
            return;
        }
        json_key_slice(walk->w, key);
    }
    put_value(walk, key);
}

static void close_level(struct walk *walk)
{
    walk->depth--;
    if (walk->levels[walk->depth].map)
        json_close_map(walk->w);
    else
        json_close_list(walk->w);
}

void order_json_write(struct json_writer *w, struct mp_reader *r, const char *const *skip)
{
    struct walk walk = {.w = w, .r = r, .skip = skip};

    put_value(&walk, (struct slice){NULL, 0});
    while (walk.depth > 0) { /* all that is open is closed, even after a failure */
        if (mp_failed(r) || walk.levels[walk.depth - 1].left == 0)
            close_level(&walk);
        else
            step(&walk);
    }
}
