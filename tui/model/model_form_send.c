/* Sending the order: the form to a draft, problems back under their fields. */
#include <stdio.h>
#include <string.h>

#include "shared/units.h"
#include "shared/validate.h"
#include "shared/wire_reply.h"
#include "tui/model/model.h"
#include "tui/model/model_form_parts.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_row.h"

/* The form as an order, and from which of its rows the order's rows come. */
struct draft {
    struct order_draft order;
    struct item items[ITEMS_MAX];
    size_t item_row[ITEMS_MAX];
    struct pair pairs[METADATA_PAIRS_MAX];
    size_t pair_row[METADATA_PAIRS_MAX];
};

static struct slice given(const struct form_field *field)
{
    return field->input.n > 0 ? input_slice(&field->input) : (struct slice){NULL, 0};
}

static void take_items(const struct form *form, struct draft *draft, struct problems *problems)
{
    size_t n = 0;

    for (size_t i = 0; i < form->n_items; i++) {
        const struct form_item *from = &form->items[i];

        if (from->product.input.n == 0 && from->quantity.input.n == 0)
            continue;
        draft->item_row[n] = i;
        draft->items[n].product_id = input_slice(&from->product.input);
        if (!text_int(slice_trim(input_slice(&from->quantity.input)), &draft->items[n].quantity)) {
            char path[FIELD_MAX_BYTES];

            (void)snprintf(path, sizeof path, "items[%zu].quantity", n);
            problems_add(problems, path, "must be an integer from 1 to %d", QUANTITY_MAX);
        }
        n++;
    }
    draft->order.items = draft->items;
    draft->order.n_items = n;
}

/* A map has each key once. */
static void refuse_twice(const struct draft *draft, size_t n, struct problems *problems)
{
    char path[FIELD_MAX_BYTES];

    for (size_t i = 0; i < n; i++) {
        if (!slice_eq(draft->pairs[i].key, draft->pairs[n].key))
            continue;
        (void)snprintf(path, sizeof path, "metadata.%.*s", SLICE_ARGS(draft->pairs[n].key));
        if (!problems_has(problems, path))
            problems_add(problems, path, "is there twice");
    }
}

static void take_pairs(const struct form *form, struct draft *draft, struct problems *problems)
{
    size_t n = 0;

    for (size_t i = 0; i < form->n_pairs; i++) {
        const struct form_pair *from = &form->pairs[i];

        if (from->key.input.n == 0 && from->value.input.n == 0)
            continue;
        draft->pair_row[n] = i;
        draft->pairs[n].key = input_slice(&from->key.input);
        draft->pairs[n].value = input_slice(&from->value.input);
        refuse_twice(draft, n, problems);
        n++;
    }
    draft->order.metadata = draft->pairs;
    draft->order.n_metadata = n;
}

/* A time, or how long from now. */
static void take_not_before(const struct model *m, struct draft *draft, struct problems *problems)
{
    struct slice text = slice_trim(input_slice(&m->form->not_before.input));
    int64_t wait_us = 0;

    if (text.n == 0)
        return;
    if (units_duration(text, &wait_us))
        draft->order.not_before = m->wall_us + wait_us;
    else if (!units_time(text, &draft->order.not_before))
        problems_add(problems, "not_before",
                     "must be a time (2026-01-31T12:00:00Z) or a wait (2h)");
}

static void take(const struct model *m, struct draft *draft, struct problems *problems)
{
    const struct form *form = m->form;
    struct slice priority = slice_trim(input_slice(&form->priority.input));

    *draft = (struct draft){.order = {.priority = PRIORITY_DEFAULT}};
    draft->order.customer_id = input_slice(&form->customer.input);
    draft->order.reference = given(&form->reference);
    if (priority.n > 0 && !text_int(priority, &draft->order.priority))
        problems_add(problems, "priority", "must be an integer from 0 to %d", PRIORITY_MAX);
    take_not_before(m, draft, problems);
    take_items(form, draft, problems);
    take_pairs(form, draft, problems);
    validate_draft(&draft->order, problems);
    if (form->amends)
        amend_check(form, problems);
}

/* Problems --------------------------------------------------------------------------------------
 */

static void clear_problems(struct form *form)
{
    for (unsigned kind = 0; kind < FORM_SUBMIT; kind++) {
        struct form_field *field = NULL;

        for (size_t row = 0; (field = form_field_at(form, (enum form_kind)kind, row)); row++)
            field->problem[0] = '\0';
    }
    form->items_problem[0] = form->metadata_problem[0] = form->refused[0] = '\0';
}

/* "items[2].quantity": the field of that item of the order, in whichever row of the form. */
static struct form_field *item_field(struct form *form, const struct draft *draft,
                                     struct slice path)
{
    struct slice rest = {path.p + 6, path.n - 6};
    struct slice index = slice_cut(&rest, ']');
    int64_t i = 0;

    if (!text_int(index, &i) || i < 0 || (size_t)i >= draft->order.n_items)
        return NULL;
    return form_field_at(form, slice_is(rest, ".quantity") ? FORM_QUANTITY : FORM_PRODUCT,
                         draft->item_row[i]);
}

/* "metadata.KEY", or "metadata[KEY]": a pair of that key. */
static struct form_field *pair_field(struct form *form, const struct draft *draft,
                                     struct slice path)
{
    struct slice key = {path.p + 9, path.n - 9};

    for (size_t i = 0; i < draft->order.n_metadata; i++) {
        struct slice own = draft->pairs[i].key;

        if (slice_eq(own, key) || (key.n == own.n + 1 && slice_starts(key, own)))
            return form_field_at(form, FORM_VALUE, draft->pair_row[i]);
    }
    return NULL;
}

static struct form_field *field_of(struct form *form, const struct draft *draft, struct slice path)
{
    if (slice_is(path, "customer_id"))
        return &form->customer;
    if (slice_is(path, "reference"))
        return &form->reference;
    if (slice_is(path, "priority"))
        return &form->priority;
    if (slice_is(path, "not_before"))
        return &form->not_before;
    if (slice_is(path, "reason"))
        return &form->reason;
    if (slice_starts(path, SLICE("items[")))
        return item_field(form, draft, path);
    if (path.n > 9 && slice_starts(path, SLICE("metadata")))
        return pair_field(form, draft, path);
    return NULL;
}

static void show_problem(struct form *form, const struct draft *draft, struct slice path,
                         struct slice text)
{
    struct form_field *field = field_of(form, draft, path);

    if (field != NULL && field->problem[0] == '\0')
        ROW_TEXT(field->problem, text);
    else if (field == NULL && slice_starts(path, SLICE("items")))
        ROW_TEXT(form->items_problem, text);
    else if (field == NULL && slice_starts(path, SLICE("metadata")))
        ROW_TEXT(form->metadata_problem, text);
    else if (field == NULL)
        ROW_TEXT(form->refused, text);
}

/* The cursor goes to the first field with a problem. */
static void focus_problem(struct form *form)
{
    for (unsigned kind = 0; kind < FORM_SUBMIT; kind++) {
        const struct form_field *field = NULL;

        for (size_t row = 0; (field = form_field(form, (enum form_kind)kind, row)); row++) {
            if (field->problem[0] == '\0')
                continue;
            form->focus = (enum form_kind)kind;
            form->focus_row = row;
            return;
        }
    }
    if (form->items_problem[0] != '\0') {
        form->focus = FORM_PRODUCT;
        form->focus_row = 0;
    }
}

static void show_problems(struct model *m, const struct draft *draft,
                          const struct problems *problems)
{
    for (const struct problem *p = problems->first; p != NULL; p = p->next)
        show_problem(m->form, draft, slice_of(p->field), slice_of(p->text));
    focus_problem(m->form);
    model_say(m, SAY_PROBLEM, "%zu %s to mend before it can be sent", problems->n,
              problems->n == 1 ? "field" : "fields");
}

/* Sending ---------------------------------------------------------------------------------------
 */

void form_unsent(struct model *m, const char *why)
{
    m->form->state = FORM_UNSENT;
    if (m->form->amends)
        model_say(m, SAY_PROBLEM, "not known to be amended: %s; F7 sends it again", why);
    else
        model_say(m, SAY_PROBLEM,
                  "not known to be stored: %s; F7 sends it again, it is stored once", why);
}

/* A wait becomes a time: sent again, the order must be the same. */
static void settle_not_before(struct form *form, int64_t not_before)
{
    char text[UNITS_TEXT_MAX];

    if (not_before == 0)
        return;
    units_format_time(not_before, text);
    input_set(&form->not_before.input, slice_of(text));
}

static void send(struct model *m, const struct draft *draft)
{
    struct form *form = m->form;
    struct request request = {.op = OP_SUBMIT};

    settle_not_before(form, draft->order.not_before);
    if (form->amends) {
        amend_send(m, &draft->order);
        return;
    }
    if (form->key[0] == '\0') {
        struct uuid key = uuid_make(&m->ids, m->wall_us);

        uuid_format(&key, form->key);
    }
    request.submit.draft = draft->order;
    request.submit.key = slice_of(form->key);
    form->asking = ask_send(m, (struct ask){.kind = ASK_SUBMIT}, &request);
    form->state = FORM_SENDING;
    model_say(m, SAY_NOTE, "sending");
}

void form_send(struct model *m)
{
    struct arena arena = {0};
    struct problems problems = {.arena = &arena};
    struct draft draft;
    const char *why_not = model_why_not(m, ACTION_SEND);

    if (m->form->state == FORM_SENDING)
        return;
    clear_problems(m->form);
    take(m, &draft, &problems);
    if (problems.n > 0)
        show_problems(m, &draft, &problems);
    else if (why_not != NULL)
        model_say(m, SAY_PROBLEM, "not sent: %s; the draft is kept", why_not);
    else
        send(m, &draft);
    arena_done(&arena);
}

/* The daemon's own list of problems. */
static void show_details(struct model *m, const struct answer *answer)
{
    struct arena arena = {0};
    struct problems none = {.arena = &arena};
    struct draft draft;
    struct mp_reader error, r;

    take(m, &draft, &none);
    if (!wire_reply_find(answer->bytes.p, answer->bytes.n, "error", &error))
        goto done;
    struct slice map = mp_raw(&error);
    if (!wire_reply_find(map.p, map.n, "details", &r) || mp_peek(&r) != MP_LIST)
        goto done;
    for (uint32_t n = mp_list(&r); n > 0 && !mp_failed(&r); n--) {
        struct slice detail = mp_raw(&r);
        struct mp_reader field, problem;

        if (wire_reply_find(detail.p, detail.n, "field", &field) &&
            wire_reply_find(detail.p, detail.n, "problem", &problem))
            show_problem(m->form, &draft, mp_str(&field), mp_str(&problem));
    }
    focus_problem(m->form);
done:
    arena_done(&arena);
}

static void refused(struct model *m, const struct answer *answer)
{
    struct form *form = m->form;

    if (answer->code == ERR_OUTCOME_UNKNOWN) {
        form_unsent(m, answer_problem(answer));
        return;
    }
    form->state = FORM_EDITING;
    if (answer->code == ERR_CONFLICT) /* sent once more, it is meant as another order */
        form->key[0] = '\0';
    ROW_TEXT(form->refused, slice_of(answer_problem(answer)));
    show_details(m, answer);
    model_say(m, SAY_PROBLEM, "%s", answer_problem(answer));
}

static void stored(struct model *m, const struct reply_submit *reply, bool up)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(&reply->order_id, id);
    if (reply->status == STATUS_REJECTED)
        model_say(m, SAY_PROBLEM, "%.13s is REJECTED: %.*s", id, SLICE_ARGS(reply->reasons));
    else
        model_say(m, SAY_DONE, "%.13s is %s%s", id, status_name(reply->status),
                  reply->duplicate ? " (it had been stored before)" : "");
    form_clear(m->form);
    if (up)
        (void)model_pop(m);
}

static void sent(struct model *m, const struct answer *answer, bool up)
{
    struct arena arena = {0};
    struct reply_submit reply = {0};

    m->form->asking = 0;
    if (answer->none)
        form_unsent(m, answer_problem(answer));
    else if (answer->code != OK)
        refused(m, answer);
    else if (m->form->amends)
        amend_done(m, up);
    else if (wire_read_submit(answer->bytes.p, answer->bytes.n, &arena, &reply, NULL) != OK)
        form_unsent(m, "the daemon's reply cannot be read");
    else
        stored(m, &reply, up);
    arena_done(&arena);
}

/* The form that the answer is for may not be the one that is up by now. */
void form_answer(struct model *m, const struct answer *answer)
{
    struct form *last = m->form;

    m->form = m->forms[answer->ask.kind == ASK_AMEND ? FORM_FOR_AMENDMENT : FORM_FOR_NEW];
    sent(m, answer, model_screen(m) == SCREEN_FORM && m->form == last);
    m->form = last;
}
