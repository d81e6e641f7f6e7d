/* Which dead letters a replay means: a filter that the store keeps with it, or a list of orders. */
#include "daemon/api/replay_pick.h"

#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"

/* Can the filter language say that a field has exactly this value? */
static bool sayable(struct slice value)
{
    return value.p == NULL || memchr(value.p, '*', value.n) == NULL;
}

static size_t add_term(struct filter_term *terms, size_t n, enum filter_field field,
                       struct slice value)
{
    if (value.p == NULL)
        return n;
    terms[n].field = field;
    terms[n].n_values = 1;
    terms[n].values[0] = value;
    return n + 1;
}

/* The whole query as the text of one filter; false where there is none. */
static bool as_text(const struct dead_query *query, struct arena *arena, struct slice *out)
{
    struct filter_term *terms = NULL;
    struct filter filter = {0};
    struct filter again = {0};
    struct buf text;
    bool ok = false;

    if (query->from != 0 || query->to != 0 || query->search.p != NULL || !sayable(query->reason) ||
        !sayable(query->group) || !sayable(query->customer_id))
        return false;
    terms = arena_alloc(arena, (query->filter.n + 3) * sizeof(*terms));
    if (query->filter.n > 0)
        memcpy(terms, query->filter.terms, query->filter.n * sizeof(*terms));
    filter.n = add_term(terms, query->filter.n, FILTER_REASON, query->reason);
    filter.n = add_term(terms, filter.n, FILTER_GROUP, query->group);
    filter.n = add_term(terms, filter.n, FILTER_CUSTOMER, query->customer_id);
    filter.terms = terms;
    buf_init(&text, FILTER_MAX_BYTES);
    filter_write(&filter, &text);
    *out = slice_copy(arena, (struct slice){buf_text(&text), text.len});
    /* It is read back each time the replay goes on: it must not be found out then that it cannot.
     */
    ok = !text.failed && filter_parse(*out, arena, &again, NULL) == OK;
    buf_done(&text);
    return ok;
}

/* A walk over all dead letters that match, newest first, until `stop`. */
struct dead_walk {
    struct store_reader *reader;
    const struct dead_query *query;
    int64_t now_us;
    bool (*row)(void *self, const struct dead_letter *dead);
    void *self;
    const bool *stop;
};

static enum err each_dead(const struct dead_walk *walk, struct why *why)
{
    char cursor[STORE_CURSOR_MAX] = "";
    struct store_page page;
    enum err e = OK;

    do {
        page = (struct store_page){.limit = PAGE_MAX};
        if (cursor[0] != '\0')
            page.cursor = slice_of(cursor);
        e = store_failed(walk->reader,
                         &(struct store_failed_ask){.query = walk->query,
                                                    .now_us = walk->now_us,
                                                    .page = &page,
                                                    .row = walk->row,
                                                    .self = walk->self},
                         why);
        if (e == OK)
            memcpy(cursor, page.next_cursor, sizeof(cursor));
    } while (e == OK && cursor[0] != '\0' && !*walk->stop);
    return e;
}

bool dead_numbers_add(struct dead_numbers *numbers, int64_t n)
{
    if (numbers->n == numbers->cap) {
        size_t cap = numbers->cap > 0 ? numbers->cap * 2 : 256;
        int64_t *grown = NULL;

        if (numbers->n >= PREVIEW_ORDERS_MAX)
            return false;
        grown = arena_alloc(numbers->arena, cap * sizeof(*grown));
        if (numbers->n > 0)
            memcpy(grown, numbers->at, numbers->n * sizeof(*grown));
        numbers->at = grown;
        numbers->cap = cap;
    }
    numbers->at[numbers->n++] = n;
    return true;
}

/* The oldest failed first: it goes back first. */
void dead_numbers_reverse(struct dead_numbers *numbers)
{
    for (size_t i = 0; i < numbers->n / 2; i++) {
        int64_t kept = numbers->at[i];

        numbers->at[i] = numbers->at[numbers->n - 1 - i];
        numbers->at[numbers->n - 1 - i] = kept;
    }
}

static bool pick_number(void *self, int64_t n)
{
    return dead_numbers_add(self, n);
}

static bool no_group(void *self, const struct reason_group *group)
{
    (void)self;
    (void)group;
    return false;
}

enum err replay_pick_make(const struct replay_choice *choice, struct replay_pick *out,
                          struct why *why)
{
    struct store_preview preview = {0};
    struct store_preview_ask ask = {
        .query = choice->query, .now_us = choice->now_us, .out = &preview, .row = no_group};
    enum err e = OK;

    out->ns = (struct dead_numbers){.arena = choice->arena};
    if (!as_text(choice->query, choice->arena, &out->filter_text)) {
        ask.each = pick_number;
        ask.each_self = &out->ns;
    }
    e = store_preview_dead(choice->reader, &ask, why);
    if (e != OK)
        return e;
    dead_numbers_reverse(&out->ns);
    out->matched = preview.matched;
    out->upto = preview.matched == 0 ? REPLAY_UPTO_NONE : preview.upto;
    return OK;
}

static int by_uuid(const void *a, const void *b)
{
    return uuid_compare(a, b);
}

struct previewed {
    struct replay_groups *out;
    struct arena *arena;
    const struct uuid *ids; /* sorted */
    size_t n;
    bool all; /* each of the ids was met */
};

/* The newest come first: the reason a group is first met with is its newest. */
static void count_group(struct previewed *seen, const struct dead_letter *dead)
{
    struct replay_groups *out = seen->out;
    struct reason_group *group = NULL;

    for (size_t i = 0; i < out->n && group == NULL; i++) {
        if (slice_eq(out->groups[i].group, dead->group) &&
            slice_eq(out->groups[i].step, dead->step))
            group = &out->groups[i];
    }
    if (group == NULL) {
        group = &out->groups[out->n++];
        group->step = slice_copy(seen->arena, dead->step);
        group->group = slice_copy(seen->arena, dead->group);
        group->failure_reason = slice_copy(seen->arena, dead->failure_reason);
        group->newest_at = dead->failed_at;
    }
    group->count++;
    group->oldest_at = dead->failed_at;
}

static bool preview_row(void *self, const struct dead_letter *dead)
{
    struct previewed *seen = self;
    struct store_preview *preview = &seen->out->preview;

    if (bsearch(&dead->uid, seen->ids, seen->n, sizeof(dead->uid), by_uuid) == NULL)
        return true;
    count_group(seen, dead);
    (void)dead_numbers_add(&seen->out->ns, dead->n);
    preview->matched++;
    preview->oldest_at = dead->failed_at;
    seen->all = (size_t)preview->matched == seen->n;
    return true;
}

static int by_count(const void *a, const void *b)
{
    const struct reason_group *left = a;
    const struct reason_group *right = b;

    return (left->count < right->count) - (left->count > right->count);
}

enum err replay_pick_preview(const struct replay_choice *choice, const struct id_list *ids,
                             struct replay_groups *out, struct why *why)
{
    struct uuid *sorted = arena_alloc(choice->arena, ids->n * sizeof(*sorted));
    const struct dead_query everything = {0};
    struct previewed seen = {.out = out, .arena = choice->arena, .ids = sorted, .n = ids->n};
    struct dead_walk walk = {
        .reader = choice->reader,
        .query = &everything,
        .now_us = choice->now_us,
        .row = preview_row,
        .self = &seen,
        .stop = &seen.all,
    };
    enum err e = OK;

    memcpy(sorted, ids->ids, ids->n * sizeof(*sorted));
    qsort(sorted, ids->n, sizeof(*sorted), by_uuid);
    *out = (struct replay_groups){.ns = {.arena = choice->arena}};
    out->groups = arena_alloc(choice->arena, ids->n * sizeof(*out->groups));
    e = each_dead(&walk, why);
    dead_numbers_reverse(&out->ns);
    if (e == OK && out->n > 1)
        qsort(out->groups, out->n, sizeof(*out->groups), by_count);
    return e;
}
