/* The kinds of request fields that hold orders, or say which orders are meant. */
#include "shared/request_kinds.h"

#define NAMED SLICE("filter: ")

static bool read_filter_text(const struct request_in *in, const struct wire_place *place,
                             struct slice *text, struct filter *filter)
{
    struct why why = {0};

    if (!wire_field_str(in->r, place, in->problems, text))
        return false;
    if (filter_parse(*text, in->problems->arena, filter, &why) != OK) /* "filter: wrong …" */
        wire_problem(in->problems, place, "%s",
                     why.text + (slice_starts(slice_of(why.text), NAMED) ? NAMED.n : 0));
    return true;
}

/* What changes orders must say which: an empty filter is more likely a slip than all of them. */
static void need_a_term(const struct request_in *in, const struct wire_place *place,
                        struct slice text)
{
    if (slice_trim(text).n == 0)
        wire_problem(in->problems, place, "must have a term");
}

static void read_filter(const struct request_in *in, const struct request_row *row,
                        const struct wire_place *place, void *base)
{
    struct slice *text = request_part(row, base);

    (void)read_filter_text(in, place, text, (struct filter *)(void *)((char *)base + row->second));
}

static bool given_filter(const struct request_row *row, const void *base)
{
    return ((const struct slice *)request_part_of(row, base))->p != NULL;
}

static void write_filter(struct buf *out, const struct request_row *row, const void *base)
{
    mp_put_str(out, *(const struct slice *)request_part_of(row, base));
}

static void read_one(const struct request_in *in, const struct request_row *row,
                     const struct wire_place *place, void *base)
{
    struct selection *which = request_part(row, base);
    struct uuid *id = arena_alloc(in->problems->arena, sizeof *id);

    if (!wire_field_uuid(in->r, place, in->problems, id))
        return;
    which->one = true;
    which->ids = (struct id_list){id, 1};
}

static bool given_one(const struct request_row *row, const void *base)
{
    return ((const struct selection *)request_part_of(row, base))->one;
}

static void write_one(struct buf *out, const struct request_row *row, const void *base)
{
    wire_put_uuid(out, ((const struct selection *)request_part_of(row, base))->ids.ids);
}

/* Nothing is allocated, and the list is passed over, unless it has 1 to max values. */
static bool read_bounded_list(const struct request_in *in, const struct wire_place *place,
                              int64_t max, uint32_t *n)
{
    struct mp_reader before = *in->r;

    if (!wire_field_list(in->r, place, in->problems, n))
        return false;
    if (*n >= 1 && *n <= max)
        return true;
    *in->r = before;
    mp_skip(in->r);
    wire_problem(in->problems, place, "must be a list of 1 to %lld, not %u", (long long)max, *n);
    return false;
}

static void read_ids(const struct request_in *in, const struct request_row *row,
                     const struct wire_place *place, void *base)
{
    struct selection *which = request_part(row, base);
    struct wire_place each = {row->name.p, 0, {NULL, 0}};
    struct uuid *ids = NULL;
    uint32_t n = 0;

    if (!read_bounded_list(in, place, row->max, &n))
        return;
    ids = arena_alloc(in->problems->arena, n * sizeof *ids);
    for (; each.at < n; each.at++) {
        if (mp_nil(in->r))
            wire_problem(in->problems, &each, "must be an id: a UUID in lower case");
        else
            (void)wire_field_uuid(in->r, &each, in->problems, &ids[each.at]);
    }
    which->ids = (struct id_list){ids, n};
}

static bool given_ids(const struct request_row *row, const void *base)
{
    const struct selection *which = request_part_of(row, base);

    return !which->one && which->ids.n > 0;
}

static void write_ids(struct buf *out, const struct request_row *row, const void *base)
{
    const struct selection *which = request_part_of(row, base);

    mp_put_list(out, (uint32_t)which->ids.n);
    for (size_t i = 0; i < which->ids.n; i++)
        wire_put_uuid(out, &which->ids.ids[i]);
}

static void read_which(const struct request_in *in, const struct request_row *row,
                       const struct wire_place *place, void *base)
{
    struct selection *which = request_part(row, base);

    which->by_filter = read_filter_text(in, place, &which->filter_text, &which->filter);
    if (which->by_filter)
        need_a_term(in, place, which->filter_text);
}

static bool given_which(const struct request_row *row, const void *base)
{
    return ((const struct selection *)request_part_of(row, base))->by_filter;
}

static void write_which(struct buf *out, const struct request_row *row, const void *base)
{
    mp_put_str(out, ((const struct selection *)request_part_of(row, base))->filter_text);
}

static void read_dead(const struct request_in *in, const struct request_row *row,
                      const struct wire_place *place, void *base)
{
    struct request_replay *replay = request_part(row, base);
    struct request_in inside = {in->r, in->problems, "filter", false};
    size_t problems = in->problems->n;
    uint32_t pairs = 0;

    if (mp_peek(in->r) != MP_MAP) {
        replay->which.by_filter =
            read_filter_text(in, place, &replay->query.filter_text, &replay->query.filter);
        if (replay->which.by_filter)
            need_a_term(in, place, replay->query.filter_text);
    } else if (wire_field_map(in->r, place, in->problems, &pairs)) {
        replay->which.by_filter = true;
        request_rows_read(&inside, pairs, request_dead_query(), &replay->query);
        if (in->problems->n == problems &&
            request_rows_given(request_dead_query(), &replay->query) == 0)
            wire_problem(in->problems, place, "must have a field");
    }
}

static bool given_dead(const struct request_row *row, const void *base)
{
    return ((const struct request_replay *)request_part_of(row, base))->which.by_filter;
}

/* As text where the text says it all. */
static void write_dead(struct buf *out, const struct request_row *row, const void *base)
{
    const struct dead_query *query =
        &((const struct request_replay *)request_part_of(row, base))->query;
    uint32_t given = request_rows_given(request_dead_query(), query);

    if (given == 1 && query->filter_text.p != NULL) {
        mp_put_str(out, query->filter_text);
        return;
    }
    mp_put_map(out, given);
    request_rows_write(out, request_dead_query(), query);
}

static void read_share(const struct request_in *in, const struct request_row *row,
                       const struct wire_place *place, void *base)
{
    double value = 0;

    if (!wire_field_number(in->r, place, in->problems, &value))
        return;
    if (value >= 0 && value <= 1)
        *(double *)request_part(row, base) = value;
    else
        wire_problem(in->problems, place, "must be a number from 0 to 1");
}

static void write_share(struct buf *out, const struct request_row *row, const void *base)
{
    mp_put_number(out, *(const double *)request_part_of(row, base));
}

static void read_stop(const struct request_in *in, const struct request_row *row,
                      const struct wire_place *place, void *base)
{
    struct request_in inside = {in->r, in->problems, "stop_if", false};
    uint32_t pairs = 0;

    if (mp_peek(in->r) != MP_MAP) {
        mp_skip(in->r);
        wire_problem(in->problems, place, "must be a map");
    } else if (wire_field_map(in->r, place, in->problems, &pairs)) {
        request_rows_read(&inside, pairs, request_stop_if(), request_part(row, base));
    }
}

static bool given_stop(const struct request_row *row, const void *base)
{
    return ((const struct request_stop_if *)request_part_of(row, base))->of_last > 0;
}

static void write_stop(struct buf *out, const struct request_row *row, const void *base)
{
    const struct request_stop_if *stop = request_part_of(row, base);

    mp_put_map(out, request_rows_given(request_stop_if(), stop));
    request_rows_write(out, request_stop_if(), stop);
}

static void read_order(const struct request_in *in, const struct request_row *row,
                       const struct wire_place *place, void *base)
{
    struct order_draft *draft = request_part(row, base);

    if (mp_peek(in->r) != MP_MAP) {
        mp_skip(in->r);
        wire_problem(in->problems, place, "must be a map");
        return;
    }
    wire_draft_read(in->r, draft, in->problems);
    validate_draft(draft, in->problems);
}

static bool given_order(const struct request_row *row, const void *base)
{
    (void)row;
    return base != NULL;
}

static void write_order(struct buf *out, const struct request_row *row, const void *base)
{
    wire_draft_write(out, request_part_of(row, base));
}

static void read_entry(const struct request_in *in, const struct wire_place *place,
                       struct submission *entry)
{
    struct request_in inside = {in->r, &entry->problems, NULL, false};
    uint32_t pairs = 0;

    entry->problems.arena = in->problems->arena;
    if (mp_peek(in->r) != MP_MAP) {
        mp_skip(in->r);
        wire_problem(&entry->problems, place, "must be a map");
    } else if (wire_field_map(in->r, place, &entry->problems, &pairs)) {
        request_rows_read(&inside, pairs, request_submission(), entry);
    }
}

static void read_orders(const struct request_in *in, const struct request_row *row,
                        const struct wire_place *place, void *base)
{
    struct request *request = request_part(row, base);
    struct wire_place each = {row->name.p, 0, {NULL, 0}};
    struct submission *orders = NULL;
    uint32_t n = 0;

    if (!read_bounded_list(in, place, row->max, &n))
        return;
    orders = arena_alloc(in->problems->arena, n * sizeof *orders);
    for (; each.at < n; each.at++)
        read_entry(in, &each, &orders[each.at]);
    request->submit_batch.orders = orders;
    request->submit_batch.n = n;
}

static void write_orders(struct buf *out, const struct request_row *row, const void *base)
{
    const struct request *request = request_part_of(row, base);

    mp_put_list(out, (uint32_t)request->submit_batch.n);
    for (size_t i = 0; i < request->submit_batch.n; i++) {
        const struct submission *entry = &request->submit_batch.orders[i];

        mp_put_map(out, request_rows_given(request_submission(), entry));
        request_rows_write(out, request_submission(), entry);
    }
}

const struct request_kind_ops *request_order_kind_ops(enum request_kind kind)
{
    static const struct request_kind_ops kinds[REQUEST_KINDS] = {
        [REQUEST_ONE] = {read_one, given_one, write_one},
        [REQUEST_IDS] = {read_ids, given_ids, write_ids},
        [REQUEST_WHICH] = {read_which, given_which, write_which},
        [REQUEST_FILTER] = {read_filter, given_filter, write_filter},
        [REQUEST_DEAD] = {read_dead, given_dead, write_dead},
        [REQUEST_SHARE] = {read_share, given_order, write_share},
        [REQUEST_STOP] = {read_stop, given_stop, write_stop},
        [REQUEST_ORDER] = {read_order, given_order, write_order},
        [REQUEST_ORDERS] = {read_orders, given_order, write_orders},
    };

    return &kinds[kind];
}
