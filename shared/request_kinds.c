/* The plain kinds of request fields: texts, numbers, names. */
#include "shared/request_kinds.h"

static void read_text(const struct request_in *in, const struct request_row *row,
                      const struct wire_place *place, void *base)
{
    struct slice *part = request_part(row, base);
    char field[FIELD_MAX_BYTES];

    if (!wire_field_str(in->r, place, in->problems, part))
        return;
    wire_place_text(place, field);
    validate_text(*part, field, (size_t)row->min, (size_t)row->max, in->problems);
}

static void read_bytes(const struct request_in *in, const struct request_row *row,
                       const struct wire_place *place, void *base)
{
    struct slice *part = request_part(row, base);

    if (!wire_field_str(in->r, place, in->problems, part))
        return;
    if (part->n < (size_t)row->min || part->n > (size_t)row->max)
        wire_problem(in->problems, place, "must have %lld to %lld bytes, not %zu",
                     (long long)row->min, (long long)row->max, part->n);
    else if (!utf8_valid(*part))
        wire_problem(in->problems, place, "must be valid UTF-8");
}

static bool given_slice(const struct request_row *row, const void *base)
{
    return ((const struct slice *)request_part_of(row, base))->p != NULL;
}

static void write_slice(struct buf *out, const struct request_row *row, const void *base)
{
    mp_put_str(out, *(const struct slice *)request_part_of(row, base));
}

static bool read_in_range(const struct request_in *in, const struct request_row *row,
                          const struct wire_place *place, int64_t *value)
{
    if (!wire_field_int(in->r, place, in->problems, value))
        return false;
    if (*value >= row->min && *value <= row->max)
        return true;
    if (row->max == INT64_MAX)
        wire_problem(in->problems, place, "must be an integer of %lld or more, not %lld",
                     (long long)row->min, (long long)*value);
    else
        wire_problem(in->problems, place, "must be an integer from %lld to %lld, not %lld",
                     (long long)row->min, (long long)row->max, (long long)*value);
    return false;
}

static void read_int(const struct request_in *in, const struct request_row *row,
                     const struct wire_place *place, void *base)
{
    int64_t value = 0;

    if (read_in_range(in, row, place, &value))
        *(int64_t *)request_part(row, base) = value;
}

static bool given_int(const struct request_row *row, const void *base)
{
    return row->required || *(const int64_t *)request_part_of(row, base) != 0;
}

static void write_int(struct buf *out, const struct request_row *row, const void *base)
{
    mp_put_int(out, *(const int64_t *)request_part_of(row, base));
}

static void read_int_maybe(const struct request_in *in, const struct request_row *row,
                           const struct wire_place *place, void *base)
{
    bool *given = (bool *)((char *)base + row->second);

    *given = read_in_range(in, row, place, request_part(row, base));
}

static void read_limit(const struct request_in *in, const struct request_row *row,
                       const struct wire_place *place, void *base)
{
    int64_t value = 0;

    if (read_in_range(in, row, place, &value))
        *(uint32_t *)request_part(row, base) = (uint32_t)value;
}

static bool given_limit(const struct request_row *row, const void *base)
{
    uint32_t limit = *(const uint32_t *)request_part_of(row, base);

    return limit != 0 && limit != row->initial;
}

static void write_limit(struct buf *out, const struct request_row *row, const void *base)
{
    mp_put_int(out, *(const uint32_t *)request_part_of(row, base));
}

static void read_rate(const struct request_in *in, const struct request_row *row,
                      const struct wire_place *place, void *base)
{
    double value = 0;

    if (!wire_field_number(in->r, place, in->problems, &value))
        return;
    if (value > 0 && value <= (double)row->max) /* false for what is no number, too */
        *(double *)request_part(row, base) = value;
    else
        wire_problem(in->problems, place, "must be a number above 0, at most %lld",
                     (long long)row->max);
}

static bool given_rate(const struct request_row *row, const void *base)
{
    return *(const double *)request_part_of(row, base) > 0;
}

static void write_rate(struct buf *out, const struct request_row *row, const void *base)
{
    mp_put_number(out, *(const double *)request_part_of(row, base));
}

static void read_bool(const struct request_in *in, const struct request_row *row,
                      const struct wire_place *place, void *base)
{
    (void)wire_field_bool(in->r, place, in->problems, request_part(row, base));
}

static void read_true(const struct request_in *in, const struct request_row *row,
                      const struct wire_place *place, void *base)
{
    bool *part = request_part(row, base);

    if (wire_field_bool(in->r, place, in->problems, part) && !*part)
        wire_problem(in->problems, place, "must be true where it is given");
}

static bool given_bool(const struct request_row *row, const void *base)
{
    return *(const bool *)request_part_of(row, base);
}

static void write_bool(struct buf *out, const struct request_row *row, const void *base)
{
    (void)row;
    (void)base;
    mp_put_bool(out, true);
}

static void read_from(const struct request_in *in, const struct request_row *row,
                      const struct wire_place *place, void *base)
{
    struct slice name;

    if (!wire_field_str(in->r, place, in->problems, &name))
        return;
    if (slice_is(name, "start"))
        *(bool *)request_part(row, base) = true;
    else if (!slice_is(name, "failed"))
        wire_problem(in->problems, place, "must be failed or start");
}

static void write_from(struct buf *out, const struct request_row *row, const void *base)
{
    (void)row;
    (void)base;
    mp_put_str(out, SLICE("start"));
}

static bool given_always(const struct request_row *row, const void *base)
{
    (void)row;
    return base != NULL;
}

static void read_id(const struct request_in *in, const struct request_row *row,
                    const struct wire_place *place, void *base)
{
    (void)wire_field_uuid(in->r, place, in->problems, request_part(row, base));
}

static void write_id(struct buf *out, const struct request_row *row, const void *base)
{
    wire_put_uuid(out, request_part_of(row, base));
}

static void read_id_maybe(const struct request_in *in, const struct request_row *row,
                          const struct wire_place *place, void *base)
{
    if (wire_field_uuid(in->r, place, in->problems, request_part(row, base)))
        *(bool *)((char *)base + row->second) = true;
}

static bool given_maybe(const struct request_row *row, const void *base)
{
    return *(const bool *)((const char *)base + row->second);
}

static bool status_bit(struct slice name, unsigned *bit)
{
    enum status status = STATUS_NONE;

    if (!status_parse(name, &status))
        return false;
    *bit = STATUS_BIT(status);
    return true;
}

static bool topic_bit(struct slice name, unsigned *bit)
{
    enum topic topic = TOPIC_COUNT;

    if (!topic_parse(name, &topic))
        return false;
    *bit = 1U << (unsigned)topic;
    return true;
}

static void read_names(const struct request_in *in, const struct wire_place *place, unsigned *bits,
                       bool (*bit_of)(struct slice, unsigned *))
{
    struct wire_place each = {place->name.p, 0, {NULL, 0}};
    uint32_t n = 0;

    if (!wire_field_list(in->r, place, in->problems, &n))
        return;
    for (; each.at < n; each.at++) {
        struct slice name = {"", 0};
        unsigned bit = 0;

        if (mp_peek(in->r) == MP_STR)
            name = mp_str(in->r);
        else
            mp_skip(in->r);
        if (bit_of(name, &bit))
            *bits |= bit;
        else
            wire_problem(in->problems, &each, "is no name there is");
    }
}

static void read_statuses(const struct request_in *in, const struct request_row *row,
                          const struct wire_place *place, void *base)
{
    struct wire_place named = {place->of, place->at, row->name}; /* ends with a NUL */

    read_names(in, &named, request_part(row, base), status_bit);
}

static void read_topics(const struct request_in *in, const struct request_row *row,
                        const struct wire_place *place, void *base)
{
    struct wire_place named = {place->of, place->at, row->name};

    read_names(in, &named, request_part(row, base), topic_bit);
}

static bool given_bits(const struct request_row *row, const void *base)
{
    return *(const unsigned *)request_part_of(row, base) != 0;
}

/* `n` names, those whose bit is set. */
static void put_names(struct buf *out, unsigned bits, unsigned n, const char *(*name)(unsigned))
{
    mp_put_list(out, (uint32_t)__builtin_popcount(bits & ((1U << n) - 1)));
    for (unsigned i = 0; i < n; i++) {
        if ((bits & (1U << i)) != 0)
            mp_put_text(out, name(i));
    }
}

static const char *status_of(unsigned i)
{
    return status_name((enum status)i);
}

static const char *topic_of(unsigned i)
{
    return topic_name((enum topic)i);
}

static void write_statuses(struct buf *out, const struct request_row *row, const void *base)
{
    put_names(out, *(const unsigned *)request_part_of(row, base), STATUS_COUNT, status_of);
}

static void write_topics(struct buf *out, const struct request_row *row, const void *base)
{
    put_names(out, *(const unsigned *)request_part_of(row, base), TOPIC_COUNT, topic_of);
}

static const char *const sorts[] = {
    [SORT_NEWEST] = "newest",
    [SORT_OLDEST] = "oldest",
    [SORT_UPDATED] = "updated",
};

static void read_sort(const struct request_in *in, const struct request_row *row,
                      const struct wire_place *place, void *base)
{
    struct slice name;

    if (!wire_field_str(in->r, place, in->problems, &name))
        return;
    for (unsigned i = 0; i <= (unsigned)row->max && i <= SORT_UPDATED; i++) {
        if (slice_is(name, sorts[i])) {
            *(enum list_sort *)request_part(row, base) = (enum list_sort)i;
            return;
        }
    }
    wire_problem(in->problems, place, "%s",
                 row->max == SORT_UPDATED ? "must be newest, oldest or updated"
                                          : "must be newest or oldest");
}

static bool given_sort(const struct request_row *row, const void *base)
{
    return *(const enum list_sort *)request_part_of(row, base) != SORT_NEWEST;
}

static void write_sort(struct buf *out, const struct request_row *row, const void *base)
{
    mp_put_text(out, sorts[*(const enum list_sort *)request_part_of(row, base)]);
}

/* The count was checked against the bytes left, so memory is bounded by the frame. */
static void read_name_list(const struct request_in *in, const struct request_row *row,
                           const struct wire_place *place, void *base)
{
    struct wire_place each = {row->name.p, 0, {NULL, 0}};
    struct name_list *list = request_part(row, base);
    struct slice *names = NULL;
    uint32_t n = 0;

    if (!wire_field_list(in->r, place, in->problems, &n))
        return;
    if (n < 1 || n > (uint32_t)row->max) {
        wire_problem(in->problems, place, "must be a list of 1 to %lld, not %u",
                     (long long)row->max, (unsigned)n);
        for (; n > 0; n--)
            mp_skip(in->r);
        return;
    }
    names = arena_alloc(in->problems->arena, n * sizeof(*names));
    for (; each.at < n; each.at++) {
        char field[FIELD_MAX_BYTES];

        wire_place_text(&each, field);
        if (wire_field_str(in->r, &each, in->problems, &names[each.at]))
            validate_text(names[each.at], field, 1, (size_t)row->min, in->problems);
    }
    *list = (struct name_list){names, n};
}

static bool given_name_list(const struct request_row *row, const void *base)
{
    return ((const struct name_list *)request_part_of(row, base))->n > 0;
}

static void write_name_list(struct buf *out, const struct request_row *row, const void *base)
{
    const struct name_list *list = request_part_of(row, base);

    mp_put_list(out, (uint32_t)list->n);
    for (size_t i = 0; i < list->n; i++)
        mp_put_str(out, list->names[i]);
}

const struct request_kind_ops *request_kind_ops(enum request_kind kind)
{
    static const struct request_kind_ops plain[REQUEST_ONE] = {
        [REQUEST_TEXT] = {read_text, given_slice, write_slice},
        [REQUEST_BYTES] = {read_bytes, given_slice, write_slice},
        [REQUEST_INT] = {read_int, given_int, write_int},
        [REQUEST_INT_MAYBE] = {read_int_maybe, given_maybe, write_int},
        [REQUEST_LIMIT] = {read_limit, given_limit, write_limit},
        [REQUEST_RATE] = {read_rate, given_rate, write_rate},
        [REQUEST_BOOL] = {read_bool, given_bool, write_bool},
        [REQUEST_TRUE] = {read_true, given_bool, write_bool},
        [REQUEST_FROM] = {read_from, given_bool, write_from},
        [REQUEST_ID] = {read_id, given_always, write_id},
        [REQUEST_ID_MAYBE] = {read_id_maybe, given_maybe, write_id},
        [REQUEST_STATUSES] = {read_statuses, given_bits, write_statuses},
        [REQUEST_TOPICS] = {read_topics, given_bits, write_topics},
        [REQUEST_SORT] = {read_sort, given_sort, write_sort},
        [REQUEST_NAMES] = {read_name_list, given_name_list, write_name_list},
    };

    return kind < REQUEST_ONE ? &plain[kind] : request_order_kind_ops(kind);
}
