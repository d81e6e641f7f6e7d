/* The text of a filter to its terms. */
#include "shared/filter.h"

#include <string.h>

#include "shared/filter_names.h"
#include "shared/limits.h"
#include "shared/units.h"

#define SHOWN_MAX 60 /* bytes of a wrong term that are named */

static const char *const fields[FILTER_FIELDS] = {
    [FILTER_WORD] = "",           [FILTER_STATUS] = "status",       [FILTER_CUSTOMER] = "customer",
    [FILTER_PRODUCT] = "product", [FILTER_REFERENCE] = "reference", [FILTER_REASON] = "reason",
    [FILTER_GROUP] = "group",     [FILTER_STEP] = "step",           [FILTER_BY] = "by",
    [FILTER_AGE] = "age",         [FILTER_ATTEMPTS] = "attempts",
};

/* The longer ones first: they begin with the shorter. */
static const struct {
    enum filter_cmp cmp;
    const char *name;
} comparisons[] = {
    {FILTER_LE, "<="}, {FILTER_GE, ">="}, {FILTER_LT, "<"}, {FILTER_GT, ">"}, {FILTER_EQ, ":"},
};

const char *filter_field_name(enum filter_field field)
{
    return (unsigned)field < FILTER_FIELDS ? fields[field] : "";
}

const char *filter_cmp_name(enum filter_cmp cmp)
{
    for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++) {
        if (comparisons[i].cmp == cmp)
            return comparisons[i].name;
    }
    return "";
}

struct parser {
    struct slice rest;
    struct slice term; /* from the start of the term on */
    struct arena *arena;
    struct why *why;
};

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static bool at_end(const struct parser *p)
{
    return p->rest.n == 0 || blank(p->rest.p[0]);
}

static void skip(struct parser *p, size_t n)
{
    p->rest = (struct slice){p->rest.p + n, p->rest.n - n};
}

/* Says what is wrong with the term at hand, which is shown up to the next blank. */
static enum err wrong(const struct parser *p, const char *problem)
{
    struct buf shown;
    size_t n = (size_t)(p->rest.p - p->term.p);
    enum err e = ERR_INVALID;

    while (n < p->term.n && !blank(p->term.p[n]))
        n++;
    buf_init(&shown, (size_t)SHOWN_MAX * 10); /* an escape is up to ten bytes for one */
    text_escape(&shown, (struct slice){p->term.p, n < SHOWN_MAX ? n : SHOWN_MAX});
    e = err_set(p->why, ERR_INVALID, "filter: wrong term '%s%s': %s", buf_text(&shown),
                n > SHOWN_MAX ? "..." : "", problem);
    buf_done(&shown);
    return e;
}

/* What stands between quotes, without its backslashes; the first quote is next. */
static enum err take_quoted(struct parser *p, struct slice *out)
{
    size_t end = 1, escapes = 0, n = 0;
    char *copy = NULL;

    for (; end < p->rest.n && p->rest.p[end] != '"'; end++) {
        if (p->rest.p[end] == '\\' && end + 1 < p->rest.n) {
            escapes++;
            end++;
        }
    }
    if (end >= p->rest.n) {
        skip(p, p->rest.n);
        return wrong(p, "a quote is not closed");
    }
    *out = (struct slice){p->rest.p + 1, end - 1};
    skip(p, end + 1);
    if (escapes == 0)
        return OK;
    copy = arena_alloc(p->arena, out->n);
    for (size_t i = 0; i < out->n; i++) {
        if (out->p[i] == '\\' && i + 1 < out->n)
            i++;
        copy[n++] = out->p[i];
    }
    *out = (struct slice){copy, n};
    return OK;
}

/* One value, bare or quoted; a bare one ends before a blank, and before a comma in a list. */
static enum err take_value(struct parser *p, bool list, struct slice *out)
{
    enum err e = OK;

    if (p->rest.n > 0 && p->rest.p[0] == '"') {
        e = take_quoted(p, out);
        if (e == OK && !at_end(p) && !(list && p->rest.p[0] == ','))
            return wrong(p, "text behind a closing quote");
    } else {
        size_t n = 0;

        while (n < p->rest.n && !blank(p->rest.p[n]) && !(list && p->rest.p[n] == ','))
            n++;
        *out = (struct slice){p->rest.p, n};
        skip(p, n);
        if (memchr(out->p, '"', out->n) != NULL)
            return wrong(p, "a quote inside of a value");
    }
    if (e == OK && out->n == 0)
        return wrong(p, "a value is missing");
    return e;
}

/* A word is the start of something: with a `*` in it, whatever follows must match too. */
static struct slice open_ended(struct arena *arena, struct slice word)
{
    char *copy = NULL;

    if (word.n == 0 || memchr(word.p, '*', word.n) == NULL || word.p[word.n - 1] == '*')
        return word;
    copy = arena_alloc(arena, word.n + 1);
    memcpy(copy, word.p, word.n);
    copy[word.n] = '*';
    return (struct slice){copy, word.n + 1};
}

static enum err take_word(struct parser *p, struct filter_term *term)
{
    enum err e = take_value(p, false, &term->values[0]);

    if (e != OK)
        return e;
    term->values[0] = open_ended(p->arena, term->values[0]);
    term->n_values = 1;
    return OK;
}

static enum err take_status(struct parser *p, struct filter_term *term, struct slice name)
{
    enum status status = STATUS_NONE;

    if (!status_parse(name, &status))
        return wrong(p, "there is no such status");
    term->statuses |= STATUS_BIT(status);
    return OK;
}

static enum err take_number(struct parser *p, struct filter_term *term, struct slice text)
{
    if (term->field == FILTER_AGE)
        return units_duration(text, &term->number)
                   ? OK
                   : wrong(p, "an age is a duration such as 90s, 15m, 1h or 7d");
    return text_int(text, &term->number) && term->number >= 0 ? OK
                                                              : wrong(p, "attempts is a count");
}

static enum err take_values(struct parser *p, struct filter_term *term)
{
    bool number = term->field == FILTER_AGE || term->field == FILTER_ATTEMPTS;

    for (;;) {
        struct slice value = {NULL, 0};
        enum err e = take_value(p, !number, &value);

        if (e != OK)
            return e;
        if (number)
            return take_number(p, term, value);
        if (term->field == FILTER_STATUS)
            e = take_status(p, term, value);
        else if (term->n_values == FILTER_VALUES_MAX)
            e = wrong(p, "too many values");
        else
            term->values[term->n_values++] = value;
        if (e != OK || at_end(p))
            return e;
        skip(p, 1); /* the comma */
    }
}

static enum err take_field(struct parser *p, struct filter_term *term, struct slice name)
{
    unsigned field = FILTER_WORD + 1;
    size_t i = 0;

    while (field < FILTER_FIELDS && !slice_is(name, fields[field]))
        field++;
    if (field == FILTER_FIELDS)
        return wrong(p, "there is no such field");
    term->field = (enum filter_field)field;
    while (!slice_starts(p->rest, slice_of(comparisons[i].name)))
        i++; /* the caller saw one */
    term->cmp = comparisons[i].cmp;
    skip(p, strlen(comparisons[i].name));
    if (term->field == FILTER_AGE && term->cmp == FILTER_EQ)
        return wrong(p, "age takes < <= > or >=");
    if (term->field != FILTER_AGE && term->field != FILTER_ATTEMPTS && term->cmp != FILTER_EQ)
        return wrong(p, "this field takes a colon");
    return take_values(p, term);
}

static enum err take_term(struct parser *p, struct filter_term *term)
{
    size_t n = 0;

    *term = (struct filter_term){0};
    p->term = p->rest;
    if (p->rest.p[0] == '-') {
        term->negated = true;
        skip(p, 1);
    }
    while (n < p->rest.n && !blank(p->rest.p[n]) && !one_of(p->rest.p[n], "\":<>"))
        n++;
    if (n < p->rest.n && one_of(p->rest.p[n], ":<>")) {
        struct slice name = {p->rest.p, n};

        skip(p, n);
        return take_field(p, term, name);
    }
    return take_word(p, term);
}

static void skip_blanks(struct parser *p)
{
    while (p->rest.n > 0 && blank(p->rest.p[0]))
        skip(p, 1);
}

enum err filter_parse(struct slice text, struct arena *arena, struct filter *out, struct why *why)
{
    struct parser p = {text, text, arena, why};
    struct filter_term *terms = NULL;
    size_t n = 0;
    enum err e = OK;

    if (text.n > FILTER_MAX_BYTES)
        return err_set(why, ERR_INVALID, "filter: longer than %d bytes", FILTER_MAX_BYTES);
    if (!utf8_valid(text))
        return err_set(why, ERR_INVALID, "filter: must be valid UTF-8");
    for (skip_blanks(&p); p.rest.n > 0 && e == OK; skip_blanks(&p)) {
        p.term = p.rest;
        if (n == FILTER_TERMS_MAX)
            return wrong(&p, "too many terms");
        if (terms == NULL)
            terms = arena_alloc(arena, FILTER_TERMS_MAX * sizeof *terms);
        e = take_term(&p, &terms[n++]);
    }
    if (e == OK)
        *out = (struct filter){n, terms};
    return e;
}
