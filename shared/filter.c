/* Whether something matches a filter, and filters back to text. */
#include "shared/filter.h"

#include <string.h>

#include "shared/filter_names.h"
#include "shared/units.h"

static bool has(struct slice s, const char *any)
{
    for (size_t i = 0; i < s.n; i++) {
        if (strchr(any, s.p[i]) != NULL && s.p[i] != '\0')
            return true;
    }
    return false;
}

static bool value_hits(const struct filter_term *term, struct slice wanted, struct slice value)
{
    if (memchr(wanted.p, '*', wanted.n) != NULL)
        return text_match(wanted, value);
    return term->field == FILTER_WORD ? slice_starts(value, wanted) : slice_eq(value, wanted);
}

bool filter_value_matches(const struct filter_term *term, struct slice value)
{
    if (value.p == NULL)
        return false;
    for (size_t i = 0; i < term->n_values; i++) {
        if (value_hits(term, term->values[i], value))
            return true;
    }
    return false;
}

static bool product_matches(const struct filter_term *term, const struct filter_subject *subject)
{
    for (size_t i = 0; i < subject->n_items; i++) {
        if (filter_value_matches(term, subject->items[i].product_id))
            return true;
    }
    return false;
}

static bool word_matches(const struct filter_term *term, const struct filter_subject *subject)
{
    if (filter_value_matches(term, subject->customer_id) ||
        filter_value_matches(term, subject->reference))
        return true;
    if (subject->uid != NULL) {
        char id[UUID_TEXT_LEN + 1];

        uuid_format(subject->uid, id);
        if (filter_value_matches(term, (struct slice){id, UUID_TEXT_LEN}))
            return true;
    }
    return product_matches(term, subject);
}

static bool compares(int64_t value, enum filter_cmp cmp, int64_t number)
{
    switch (cmp) {
    case FILTER_EQ:
        return value == number;
    case FILTER_LT:
        return value < number;
    case FILTER_LE:
        return value <= number;
    case FILTER_GT:
        return value > number;
    case FILTER_GE:
        return value >= number;
    }
    return false;
}

static bool term_hits(const struct filter_term *term, const struct filter_subject *subject,
                      int64_t now_us)
{
    switch (term->field) {
    case FILTER_WORD:
        return word_matches(term, subject);
    case FILTER_STATUS:
        return (term->statuses & STATUS_BIT(subject->status)) != 0;
    case FILTER_CUSTOMER:
        return filter_value_matches(term, subject->customer_id);
    case FILTER_PRODUCT:
        return product_matches(term, subject);
    case FILTER_REFERENCE:
        return filter_value_matches(term, subject->reference);
    case FILTER_REASON:
        return filter_value_matches(term, subject->reason);
    case FILTER_GROUP:
        return filter_value_matches(term, subject->group);
    case FILTER_STEP:
        return filter_value_matches(term, subject->step);
    case FILTER_BY:
        return filter_value_matches(term, subject->by);
    case FILTER_AGE:
        return compares(now_us - subject->created_at, term->cmp, term->number);
    case FILTER_ATTEMPTS:
        return compares(subject->attempts, term->cmp, term->number);
    case FILTER_FIELDS:
        break;
    }
    return false;
}

bool filter_matches(const struct filter *filter, const struct filter_subject *subject,
                    int64_t now_us)
{
    for (size_t i = 0; i < filter->n; i++) {
        if (term_hits(&filter->terms[i], subject, now_us) == filter->terms[i].negated)
            return false;
    }
    return true;
}

static void write_quoted(struct buf *out, struct slice value)
{
    buf_add_byte(out, '"');
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '"' || value.p[i] == '\\')
            buf_add_byte(out, '\\');
        buf_add_byte(out, (uint8_t)value.p[i]);
    }
    buf_add_byte(out, '"');
}

static void write_values(struct buf *out, const struct filter_term *term)
{
    const char *special = term->field == FILTER_WORD ? " \t\":<>" : " \t\",";

    for (size_t i = 0; i < term->n_values; i++) {
        struct slice value = term->values[i];

        if (i > 0)
            buf_add_byte(out, ',');
        if (has(value, special) || (term->field == FILTER_WORD && value.p[0] == '-'))
            write_quoted(out, value);
        else
            buf_add(out, value.p, value.n);
    }
}

static void write_statuses(struct buf *out, unsigned statuses)
{
    const char *comma = "";

    for (unsigned i = STATUS_NONE + 1; i < STATUS_COUNT; i++) {
        if ((statuses & (1U << i)) != 0) {
            buf_printf(out, "%s%s", comma, status_name((enum status)i));
            comma = ",";
        }
    }
}

static void write_number(struct buf *out, const struct filter_term *term)
{
    char age[UNITS_TEXT_MAX];

    if (term->field == FILTER_ATTEMPTS) {
        buf_printf(out, "%lld", (long long)term->number);
        return;
    }
    units_format_duration(term->number, age);
    buf_add_text(out, age);
}

static void write_term(struct buf *out, const struct filter_term *term)
{
    if (term->negated)
        buf_add_byte(out, '-');
    if (term->field != FILTER_WORD) {
        buf_add_text(out, filter_field_name(term->field));
        buf_add_text(out, filter_cmp_name(term->cmp));
    }
    if (term->field == FILTER_STATUS)
        write_statuses(out, term->statuses);
    else if (term->field == FILTER_AGE || term->field == FILTER_ATTEMPTS)
        write_number(out, term);
    else
        write_values(out, term);
}

void filter_write(const struct filter *filter, struct buf *out)
{
    for (size_t i = 0; i < filter->n; i++) {
        if (i > 0)
            buf_add_byte(out, ' ');
        write_term(out, &filter->terms[i]);
    }
}
