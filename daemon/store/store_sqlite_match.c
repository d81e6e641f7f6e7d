/* Whether a candidate row is in a list, and places in lists as text. */
#include <stdio.h>
#include <string.h>

#include "daemon/store/store_sqlite_match.h"

#define GROUP_MAX_BYTES 4096
#define PRODUCT_MAX_BYTES 4096 /* 128 characters, each escaped */

static bool is_plain(struct slice value)
{
    return memchr(value.p, '*', value.n) == NULL;
}

struct slice match_value(const struct filter *filter, enum filter_field field)
{
    for (size_t i = 0; i < filter->n; i++) {
        const struct filter_term *term = &filter->terms[i];

        if (term->field == field && !term->negated && term->n_values == 1 &&
            is_plain(term->values[0]))
            return term->values[0];
    }
    return (struct slice){NULL, 0};
}

static void look_at_terms(struct match *match, const struct filter *filter)
{
    match->filter = filter;
    for (size_t i = 0; i < filter->n; i++) {
        const struct filter_term *term = &filter->terms[i];

        if (term->field == FILTER_STATUS)
            match->statuses &= term->negated ? ~term->statuses : term->statuses;
        else
            match->anything = false;
        if (term->field == FILTER_PRODUCT || term->field == FILTER_WORD)
            match->items = true;
        if (term->field == FILTER_GROUP)
            match->groups = true;
    }
}

static bool may_start_id(struct slice text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (strchr("0123456789abcdef-", text.p[i]) == NULL)
            return false;
    }
    return true;
}

static bool all_absent(const struct match *match)
{
    return match->customer_id.p == NULL && match->product_id.p == NULL &&
           match->reference.p == NULL && match->reason.p == NULL && match->group.p == NULL &&
           match->search.p == NULL && match->from == 0 && match->to == 0;
}

void match_list(struct match *match, const struct request_list *query, int64_t now_us)
{
    struct slice product = {NULL, 0};

    *match = (struct match){
        .statuses = query->statuses != 0 ? query->statuses : STATUS_ALL_BITS,
        .customer_id = query->customer_id,
        .product_id = query->product_id,
        .reference = query->reference,
        .search = query->search,
        .from = query->from,
        .to = query->to,
        .now_us = now_us,
    };
    buf_init(&match->text, GROUP_MAX_BYTES);
    buf_init(&match->packed, PRODUCT_MAX_BYTES);
    match->anything = all_absent(match);
    match->ids = may_start_id(query->search);
    look_at_terms(match, &query->filter);
    product = query->product_id.p != NULL ? query->product_id
                                          : match_value(&query->filter, FILTER_PRODUCT);
    if (product.p != NULL)
        pack_product(&match->packed, product);
    match->product = (struct slice){buf_text(&match->packed), match->packed.len};
}

void match_dead(struct match *match, const struct dead_query *query, int64_t now_us)
{
    *match = (struct match){
        .statuses = STATUS_ALL_BITS,
        .customer_id = query->customer_id,
        .reason = query->reason,
        .group = query->group,
        .search = query->search,
        .from = query->from,
        .to = query->to,
        .now_us = now_us,
    };
    buf_init(&match->text, GROUP_MAX_BYTES);
    match->anything = all_absent(match);
    match->ids = may_start_id(query->search);
    look_at_terms(match, &query->filter);
}

void match_done(struct match *match)
{
    arena_done(&match->scratch);
    buf_done(&match->text);
    buf_done(&match->packed);
}

static bool has_bytes(struct slice text, struct slice bytes)
{
    return text.p != NULL && memmem(text.p, text.n, bytes.p, bytes.n) != NULL;
}

bool match_may(const struct match *match, sqlite3_stmt *stmt, int items_column)
{
    unsigned status = STATUS_BIT((unsigned)col_int(stmt, 1));
    int64_t created_at = col_int(stmt, 2);

    if ((match->statuses & status) == 0 || (match->from != 0 && created_at < match->from) ||
        (match->to != 0 && created_at >= match->to))
        return false;
    return match->product.n == 0 || has_bytes(col_slice(stmt, items_column), match->product);
}

bool match_search(const struct match *match, const struct uuid *uid, struct slice customer_id,
                  struct slice reference)
{
    char id[UUID_TEXT_LEN + 1];

    if (slice_starts(customer_id, match->search) ||
        (reference.p != NULL && slice_starts(reference, match->search)))
        return true;
    if (!match->ids)
        return false;
    uuid_format(uid, id);
    return slice_starts((struct slice){id, UUID_TEXT_LEN}, match->search);
}

static bool equal_or_any(struct slice wanted, struct slice value)
{
    return wanted.p == NULL || slice_eq(wanted, value);
}

static bool fields_hold(const struct match *match, const struct filter_subject *subject, int64_t at)
{
    return (match->statuses & STATUS_BIT(subject->status)) != 0 &&
           equal_or_any(match->customer_id, subject->customer_id) &&
           equal_or_any(match->reference, subject->reference) &&
           equal_or_any(match->reason, subject->reason) &&
           equal_or_any(match->group, subject->group) && (match->from == 0 || at >= match->from) &&
           (match->to == 0 || at < match->to);
}

static void read_items(struct match *match, const struct match_row *row, struct order *out)
{
    arena_done(&match->scratch);
    (void)unpack_items(col_slice(row->stmt, row->items_column), &match->scratch, out);
}

/*
 * As packed, an item begins by `["id",`. These bytes stand nowhere else, but where an id ends in a
 * bracket and the one looked for begins by what follows an id: that has a closing bracket in it.
 */
static bool has_product(struct match *match, const struct match_row *row)
{
    struct slice product = match->product_id;
    struct order order = {0};

    if (!has_bytes(col_slice(row->stmt, row->items_column), match->product))
        return false;
    if (memchr(product.p, ']', product.n) == NULL)
        return true;
    read_items(match, row, &order);
    for (size_t i = 0; i < order.n_items; i++) {
        if (slice_eq(order.items[i].product_id, product))
            return true;
    }
    return false;
}

struct actor {
    const struct filter_term *term;
    bool found;
};

static bool look_at_actors(void *self, const struct entry *entries, size_t n)
{
    struct actor *actor = self;

    for (size_t i = 0; i < n && !actor->found; i++)
        actor->found = filter_value_matches(actor->term, entries[i].by);
    return !actor->found;
}

/* Did anybody of this name write an entry of the order's history? */
static bool acted(struct conn *conn, int64_t order, const struct filter_term *term)
{
    struct actor actor = {term, false};
    struct trail_walk walk = {.order = order, .event = look_at_actors, .self = &actor};

    (void)trail_read(conn, &walk, NULL);
    return actor.found;
}

static bool terms_hold(struct match *match, struct conn *conn, int64_t order,
                       const struct filter_subject *subject)
{
    for (size_t i = 0; i < match->filter->n; i++) {
        const struct filter_term *term = &match->filter->terms[i];
        const struct filter one = {1, term};

        if (term->field == FILTER_BY ? acted(conn, order, term) == term->negated
                                     : !filter_matches(&one, subject, match->now_us))
            return false;
    }
    return true;
}

/* An order in the DLQ or not: the group is that of its last failure. */
static struct slice group_of(struct match *match, const struct match_row *row)
{
    if (row->dead != NULL)
        return row->dead->group;
    if (row->order->failure_reason.p == NULL || !match->groups)
        return (struct slice){NULL, 0};
    buf_clear(&match->text);
    text_group(&match->text, row->order->failure_reason);
    return (struct slice){buf_text(&match->text), match->text.len};
}

bool match_holds(struct match *match, struct conn *conn, const struct match_row *row)
{
    const struct order *order = row->order;
    const struct dead_letter *dead = row->dead;
    struct order with_items = {0};
    struct filter_subject subject = {
        .uid = &order->uid,
        .status = order->status,
        .customer_id = order->customer_id,
        .reference = order->reference,
        .reason = dead != NULL ? dead->failure_reason : order->failure_reason,
        .group = group_of(match, row),
        .step = dead != NULL ? dead->step : order->step,
        .attempts = dead != NULL ? dead->attempts : order->attempts,
        .created_at = order->created_at,
    };

    if (!fields_hold(match, &subject, dead != NULL ? dead->failed_at : order->created_at))
        return false;
    if (match->search.p != NULL &&
        !match_search(match, &order->uid, order->customer_id, order->reference))
        return false;
    if (match->product_id.p != NULL && !has_product(match, row))
        return false;
    if (match->items) {
        read_items(match, row, &with_items);
        subject.items = with_items.items;
        subject.n_items = with_items.n_items;
    }
    return terms_hold(match, conn, order->id, &subject);
}

enum err cursor_read(struct slice cursor, char kind, int64_t *out, struct why *why)
{
    if (cursor.p == NULL)
        return OK;
    if (cursor.n < 3 || cursor.n > 22 || cursor.p[0] != kind || cursor.p[1] != ':' ||
        cursor.p[2] < '0' || cursor.p[2] > '9' ||
        !text_int((struct slice){cursor.p + 2, cursor.n - 2}, out))
        return err_set(why, ERR_INVALID, "cursor: is none of this list");
    return OK;
}

void cursor_write(struct store_page *page, char kind, int64_t at)
{
    (void)snprintf(page->next_cursor, sizeof page->next_cursor, "%c:%lld", kind, (long long)at);
}
