/* Is what a peer sent one well-formed map, with no key twice and not too deep? */
#include "shared/mp.h"

#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"
#include "shared/mp_head.h"
#include "shared/need.h"

#define KEYS_AT_HAND 64 /* keys of all open maps that need no memory of their own */
#define PAIRWISE_MAX 16 /* keys of one map compared each with each */

/* A map or list that is not at its end. */
struct level {
    uint64_t left;  /* values that still come, keys included */
    uint64_t seen;  /* a bit for each shape of key there was: most new keys are new at a glance */
    uint32_t first; /* where its keys start in `keys` */
    uint32_t pairs;
    bool map;
};

struct check {
    const uint8_t *start;
    const uint8_t *end;
    const uint8_t *at;
    struct why *why;
    uint32_t *keys; /* offsets of the keys of all open maps; at most one for two bytes sent */
    uint32_t *heap; /* where `keys` is once it has outgrown the stack */
    uint32_t n_keys;
    uint32_t cap_keys;
    uint32_t depth;
    struct level levels[DEPTH_MAX];
};

static enum err fail(const struct check *c, const uint8_t *at, const char *what)
{
    return err_set(c->why, ERR_MALFORMED, "malformed message at byte %zu: %s",
                   (size_t)(at - c->start), what);
}

/* The key whose head is at `offset`; it was read before, so it is there. */
static struct slice key_at(const struct check *c, uint32_t offset)
{
    struct mp_head head = {0};

    if (!mp_head_read(c->start + offset, c->end, &head))
        return (struct slice){"", 0};
    return (struct slice){(const char *)head.body, (size_t)head.value};
}

/* Shorter first: an order, not the one people use. */
static int compare_keys(const struct check *c, uint32_t a, uint32_t b)
{
    struct slice x = key_at(c, a);
    struct slice y = key_at(c, b);

    if (x.n != y.n)
        return x.n < y.n ? -1 : 1;
    return memcmp(x.p, y.p, x.n);
}

/* Lets the key at `i` sink to its place in a heap of `n`. */
static void sift(const struct check *c, uint32_t *keys, size_t i, size_t n)
{
    uint32_t key = keys[i];
    size_t child = 0;

    for (; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && compare_keys(c, keys[child], keys[child + 1]) < 0)
            child++;
        if (compare_keys(c, key, keys[child]) >= 0)
            break;
        keys[i] = keys[child];
    }
    keys[i] = key;
}

/* A heap sort: no input makes it slow, and it takes no memory as qsort() may. */
static void sort_keys(const struct check *c, uint32_t *keys, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sift(c, keys, i, n);
    while (n-- > 1) {
        uint32_t last = keys[0];

        keys[0] = keys[n];
        keys[n] = last;
        sift(c, keys, 0, n);
    }
}

/* At the end of a map with too many keys to compare them one by one as they come. */
static enum err check_sorted(struct check *c, const struct level *level)
{
    uint32_t *keys = c->keys + level->first;

    sort_keys(c, keys, level->pairs);
    for (uint32_t i = 1; i < level->pairs; i++)
        if (compare_keys(c, keys[i - 1], keys[i]) == 0)
            return fail(c, c->start + keys[i], "a key is there twice");
    return OK;
}

static uint64_t shape_bit(struct slice key)
{
    size_t first = key.n == 0 ? 0 : (uint8_t)key.p[0];
    size_t last = key.n == 0 ? 0 : (uint8_t)key.p[key.n - 1];

    return 1ULL << ((key.n * 7 + first * 5 + last) & 63U);
}

static bool is_twice(const struct check *c, const struct level *level, struct slice key)
{
    if ((level->seen & shape_bit(key)) == 0)
        return false;
    for (uint32_t i = level->first; i < c->n_keys; i++)
        if (slice_eq(key_at(c, c->keys[i]), key))
            return true;
    return false;
}

static enum err take_key(struct check *c, struct level *level, const struct mp_head *head)
{
    struct slice key = {(const char *)head->body, (size_t)head->value};

    if (head->kind != MP_STR)
        return fail(c, c->at, "a key that is no string");
    if (!utf8_valid(key))
        return fail(c, c->at, "a key that is no UTF-8");
    if (level->pairs <= PAIRWISE_MAX) {
        if (is_twice(c, level, key))
            return fail(c, c->at, "a key is there twice");
        level->seen |= shape_bit(key);
    }
    c->keys[c->n_keys++] = (uint32_t)(c->at - c->start);
    return OK;
}

/* Open maps have at most one key for two bytes sent, so that this is done once at most. */
static void make_room(struct check *c)
{
    size_t cap = (size_t)(c->end - c->start) / 2 + 1;
    uint32_t *keys = need(calloc(cap, sizeof(*keys)));

    memcpy(keys, c->keys, c->n_keys * sizeof(*keys));
    free(c->heap);
    c->heap = keys;
    c->keys = keys;
    c->cap_keys = (uint32_t)cap;
}

static enum err open_level(struct check *c, const struct mp_head *head)
{
    bool map = head->kind == MP_MAP;

    if (c->depth == DEPTH_MAX)
        return fail(c, c->at, "nested too deep");
    c->levels[c->depth++] = (struct level){.left = mp_head_inside(head),
                                           .first = c->n_keys,
                                           .pairs = map ? (uint32_t)head->value : 0,
                                           .map = map};
    if (map && head->value > c->cap_keys - c->n_keys)
        make_room(c);
    return OK;
}

static enum err close_full_levels(struct check *c)
{
    enum err e = OK;

    while (e == OK && c->depth > 0 && c->levels[c->depth - 1].left == 0) {
        const struct level *level = &c->levels[--c->depth];

        if (level->pairs > PAIRWISE_MAX)
            e = check_sorted(c, level);
        c->n_keys = level->first;
    }
    return e;
}

/* One value, or the head of one with more inside. */
static enum err step(struct check *c)
{
    struct level *level = &c->levels[c->depth - 1];
    struct mp_head head;
    enum err e = OK;

    if (!mp_head_read(c->at, c->end, &head))
        return fail(c, c->at, "cut short, or no msgpack");
    if (level->map && level->left % 2 == 0)
        e = take_key(c, level, &head);
    level->left--;
    if (e == OK && (head.kind == MP_MAP || head.kind == MP_LIST))
        e = open_level(c, &head);
    c->at = head.next;
    return e == OK ? close_full_levels(c) : e;
}

static enum err check_all(struct check *c)
{
    struct mp_head head;
    enum err e = OK;

    if (!mp_head_read(c->at, c->end, &head))
        return fail(c, c->at, "cut short, or no msgpack");
    if (head.kind != MP_MAP)
        return fail(c, c->at, "not a map");
    e = open_level(c, &head);
    c->at = head.next;
    if (e == OK)
        e = close_full_levels(c);
    while (e == OK && c->depth > 0)
        e = step(c);
    if (e == OK && c->at != c->end)
        e = fail(c, c->at, "more behind the message");
    return e;
}

enum err mp_check(const void *bytes, size_t n, struct why *why)
{
    uint32_t at_hand[KEYS_AT_HAND] = {0};
    struct check c = {.start = bytes,
                      .end = (const uint8_t *)bytes + n,
                      .at = bytes,
                      .why = why,
                      .keys = at_hand,
                      .cap_keys = KEYS_AT_HAND};
    enum err e = OK;

    if (n > UINT32_MAX)
        return err_set(why, ERR_MALFORMED, "malformed message: longer than any may be");
    e = check_all(&c);
    free(c.heap);
    return e;
}
