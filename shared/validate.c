/* Every problem of an order: its limits, and the list that problems are gathered in. */
#include "shared/validate.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "shared/limits.h"

#define METADATA_BYTES ((size_t)METADATA_MAX_BYTES)
#define TIME_MAX_US 253402300799999999LL /* 9999-12-31: the last that RFC 3339 can write */

#define PROBLEMS_KEPT 500 /* hostile input cannot make a list without end; `n` goes on counting */
#define TEXT_MAX_BYTES 240
#define SAFE_MAX_BYTES ((size_t)4 * 1024) /* an escape is up to ten bytes for one */
#define WHY_PROBLEMS 5

/* A byte run made safe for terminals and valid as UTF-8; to be ended by buf_done. */
static struct buf safe(const char *text, size_t n)
{
    struct buf out;

    buf_init(&out, SAFE_MAX_BYTES);
    text_escape(&out, (struct slice){text, n});
    return out;
}

static struct buf safe_field(const char *field)
{
    return safe(field, strnlen(field, FIELD_MAX_BYTES - 1));
}

void problems_add(struct problems *problems, const char *field, const char *fmt, ...)
{
    char text[TEXT_MAX_BYTES];
    struct buf safe_name, safe_text;
    struct problem *problem = NULL;
    va_list args;

    problems->n++;
    if (problems->n > PROBLEMS_KEPT)
        return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    safe_name = safe_field(field);
    safe_text = safe(text, strlen(text));
    problem = arena_alloc(problems->arena, sizeof *problem);
    problem->field = arena_copy(problems->arena, buf_text(&safe_name), safe_name.len);
    problem->text = arena_copy(problems->arena, buf_text(&safe_text), safe_text.len);
    buf_done(&safe_name);
    buf_done(&safe_text);
    if (problems->last != NULL)
        problems->last->next = problem;
    else
        problems->first = problem;
    problems->last = problem;
}

bool problems_has(const struct problems *problems, const char *field)
{
    struct buf name;
    bool found = false;

    if (problems->n == 0)
        return false;
    name = safe_field(field);
    for (const struct problem *p = problems->first; p != NULL && !found; p = p->next)
        found = strcmp(p->field, buf_text(&name)) == 0;
    buf_done(&name);
    return found;
}

void problems_require(struct problems *problems, const char *field, bool given)
{
    if (!given && !problems_has(problems, field))
        problems_add(problems, field, "is required");
}

enum err problems_why(const struct problems *problems, struct why *why)
{
    struct buf text;
    size_t shown = 0;

    buf_init(&text, (size_t)WHY_TEXT_MAX * 4);
    if (problems->n > 1)
        buf_printf(&text, "%zu problems: ", problems->n);
    for (const struct problem *p = problems->first; p != NULL && shown < WHY_PROBLEMS; p = p->next)
        buf_printf(&text, "%s%s%s%s", shown++ > 0 ? "; " : "", p->field,
                   p->field[0] != '\0' ? ": " : "", p->text);
    if (problems->n > shown)
        buf_add_text(&text, "; ...");
    (void)err_set(why, ERR_INVALID, "%s", buf_text(&text));
    buf_done(&text);
    return ERR_INVALID;
}

#define EACH_BYTE 0x0101010101010101ULL
#define HIGH_BITS 0x8080808080808080ULL

/* Printable ASCII only? May say no to what is fine: the slow way then looks closer. */
static bool plain_ascii(struct slice s)
{
    size_t i = 0;

    for (; i + 8 <= s.n; i += 8) {
        uint64_t x = 0, below, del;

        memcpy(&x, s.p + i, 8);
        below = x - EACH_BYTE * 0x20;
        del = (x ^ (EACH_BYTE * 0x7f)) - EACH_BYTE;
        if (((x | below | del) & HIGH_BITS) != 0)
            return false;
    }
    for (; i < s.n; i++) {
        if (s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    }
    return true;
}

/* Most texts pass here without a look at their characters. */
static bool surely_fine(struct slice s, size_t min, size_t max)
{
    return s.p != NULL && s.n >= min && s.n <= max && plain_ascii(s);
}

void validate_text(struct slice value, const char *field, size_t min, size_t max,
                   struct problems *problems)
{
    size_t n = 0;

    if (surely_fine(value, min, max) || problems_has(problems, field))
        return;
    if (value.p == NULL) {
        problems_add(problems, field, "is required");
        return;
    }
    if (!utf8_valid(value)) {
        problems_add(problems, field, "must be valid UTF-8");
        return;
    }
    n = utf8_count(value);
    if (n < min || n > max)
        problems_add(problems, field, "must have %zu to %zu characters, not %zu", min, max, n);
    else if (text_has_control(value))
        problems_add(problems, field, "must not hold control characters");
}

static void check_item(const struct item *item, size_t i, struct problems *problems)
{
    char field[48];

    (void)snprintf(field, sizeof field, "items[%zu]", i);
    if (problems_has(problems, field))
        return;
    (void)snprintf(field, sizeof field, "items[%zu].product_id", i);
    validate_text(item->product_id, field, 1, PRODUCT_ID_MAX, problems);
    (void)snprintf(field, sizeof field, "items[%zu].quantity", i);
    if ((item->quantity < 1 || item->quantity > QUANTITY_MAX) && !problems_has(problems, field))
        problems_add(problems, field, "must be an integer from 1 to %d, not %lld", QUANTITY_MAX,
                     (long long)item->quantity);
}

static void check_items(const struct order_draft *draft, struct problems *problems)
{
    if (draft->items == NULL) {
        problems_require(problems, "items", false);
        return;
    }
    if (problems_has(problems, "items"))
        return;
    if (draft->n_items < 1 || draft->n_items > ITEMS_MAX)
        problems_add(problems, "items", "must be a list of 1 to %d, not %zu", ITEMS_MAX,
                     draft->n_items);
    for (size_t i = 0; i < draft->n_items && i < ITEMS_MAX; i++) {
        const struct item *item = &draft->items[i];

        if (item->quantity < 1 || item->quantity > QUANTITY_MAX ||
            !surely_fine(item->product_id, 1, PRODUCT_ID_MAX))
            check_item(item, i, problems);
    }
}

static void check_pair(const struct pair *pair, struct problems *problems)
{
    char field[FIELD_MAX_BYTES];

    (void)snprintf(field, sizeof field, "metadata.%.*s", SLICE_ARGS(pair->key));
    if (problems_has(problems, field))
        return;
    if (!utf8_valid(pair->key) || text_has_control(pair->key))
        problems_add(problems, field, "the key must be valid UTF-8 without control characters");
    validate_text(pair->value, field, 0, METADATA_BYTES, problems);
}

static void check_metadata(const struct order_draft *draft, struct problems *problems)
{
    size_t bytes = 0;

    if (draft->n_metadata == 0 || problems_has(problems, "metadata"))
        return;
    if (draft->n_metadata > METADATA_PAIRS_MAX)
        problems_add(problems, "metadata", "must have at most %d pairs, not %zu",
                     METADATA_PAIRS_MAX, draft->n_metadata);
    for (size_t i = 0; i < draft->n_metadata; i++) {
        const struct pair *pair = &draft->metadata[i];

        bytes += pair->key.n + pair->value.n;
        if (i < METADATA_PAIRS_MAX && (!surely_fine(pair->key, 0, METADATA_BYTES) ||
                                       !surely_fine(pair->value, 0, METADATA_BYTES)))
            check_pair(pair, problems);
    }
    if (bytes > METADATA_BYTES)
        problems_add(problems, "metadata", "must have at most %d bytes of keys and values, not %zu",
                     METADATA_MAX_BYTES, bytes);
}

void validate_draft(const struct order_draft *draft, struct problems *problems)
{
    validate_text(draft->customer_id, "customer_id", CUSTOMER_ID_MIN, CUSTOMER_ID_MAX, problems);
    check_items(draft, problems);
    if (draft->reference.p != NULL)
        validate_text(draft->reference, "reference", 1, REFERENCE_MAX, problems);
    check_metadata(draft, problems);
    if ((draft->priority < 0 || draft->priority > PRIORITY_MAX) &&
        !problems_has(problems, "priority"))
        problems_add(problems, "priority", "must be an integer from 0 to %d, not %lld",
                     PRIORITY_MAX, (long long)draft->priority);
    if ((draft->not_before < 0 || draft->not_before > TIME_MAX_US) &&
        !problems_has(problems, "not_before"))
        problems_add(problems, "not_before", "must be a time: microseconds since 1970, not %lld",
                     (long long)draft->not_before);
}
