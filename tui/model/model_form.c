/* The form for a new order: its fields, and the keys in it. */
#include "tui/model/model_form.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tui/model/model.h"
#include "tui/model/model_form_parts.h"
#include "tui/model/model_parts.h"

#define NO_FIELD SIZE_MAX

static const char *const labels[FORM_KINDS] = {
    [FORM_CUSTOMER] = "customer",     [FORM_REFERENCE] = "reference", [FORM_PRIORITY] = "priority",
    [FORM_NOT_BEFORE] = "not before", [FORM_PRODUCT] = "product",     [FORM_QUANTITY] = "quantity",
    [FORM_KEY] = "metadata",          [FORM_VALUE] = "value",         [FORM_REASON] = "reason",
    [FORM_SUBMIT] = "Submit",
};

const char *form_label(const struct form *form, enum form_kind kind)
{
    if (kind == FORM_SUBMIT && form->amends)
        return "Amend";
    return (unsigned)kind < FORM_KINDS ? labels[kind] : "";
}

static size_t rows_of(const struct form *form, enum form_kind kind)
{
    if (kind == FORM_PRODUCT || kind == FORM_QUANTITY)
        return form->n_items;
    if (kind == FORM_REASON)
        return form->amends ? 1 : 0;
    return kind == FORM_KEY || kind == FORM_VALUE ? form->n_pairs : 1;
}

/* Where a field lies in the form, for readers and writers alike. */
static size_t offset_of(const struct form *form, enum form_kind kind, size_t row)
{
    size_t item = row * sizeof(struct form_item), pair = row * sizeof(struct form_pair);

    if (row >= rows_of(form, kind))
        return NO_FIELD;
    switch (kind) {
    case FORM_CUSTOMER:
        return offsetof(struct form, customer);
    case FORM_REFERENCE:
        return offsetof(struct form, reference);
    case FORM_PRIORITY:
        return offsetof(struct form, priority);
    case FORM_NOT_BEFORE:
        return offsetof(struct form, not_before);
    case FORM_PRODUCT:
        return offsetof(struct form, items) + item + offsetof(struct form_item, product);
    case FORM_QUANTITY:
        return offsetof(struct form, items) + item + offsetof(struct form_item, quantity);
    case FORM_KEY:
        return offsetof(struct form, pairs) + pair + offsetof(struct form_pair, key);
    case FORM_VALUE:
        return offsetof(struct form, pairs) + pair + offsetof(struct form_pair, value);
    case FORM_REASON:
        return offsetof(struct form, reason);
    case FORM_SUBMIT:
    case FORM_KINDS:
        break;
    }
    return NO_FIELD;
}

const struct form_field *form_field(const struct form *form, enum form_kind kind, size_t row)
{
    size_t at = offset_of(form, kind, row);

    return at == NO_FIELD ? NULL : (const void *)((const char *)form + at);
}

struct form_field *form_field_at(struct form *form, enum form_kind kind, size_t row)
{
    size_t at = offset_of(form, kind, row);

    return at == NO_FIELD ? NULL : (void *)((char *)form + at);
}

void form_clear(struct form *form)
{
    *form = (struct form){.n_items = 1, .n_pairs = 1};
}

void form_show(struct model *m, enum form_purpose purpose)
{
    m->form = m->forms[purpose];
    model_push(m, SCREEN_FORM);
}

void form_open(struct model *m)
{
    struct form **form = &m->forms[FORM_FOR_NEW];

    if (*form == NULL) {
        *form = calloc(1, sizeof **form);
        if (*form == NULL)
            abort();
        form_clear(*form);
    }
    form_show(m, FORM_FOR_NEW);
}

/* The focus ------------------------------------------------------------------------------------
 */

static bool paired(enum form_kind kind)
{
    return kind == FORM_PRODUCT || kind == FORM_KEY;
}

/* Product, quantity, the next row's product; then the next kind. */
static void focus_next(struct form *form)
{
    if (paired(form->focus)) {
        form->focus++;
    } else if ((form->focus == FORM_QUANTITY || form->focus == FORM_VALUE) &&
               form->focus_row + 1 < rows_of(form, form->focus)) {
        form->focus--;
        form->focus_row++;
    } else {
        do {
            form->focus = form->focus == FORM_SUBMIT ? FORM_CUSTOMER : form->focus + 1;
        } while (rows_of(form, form->focus) == 0);
        form->focus_row = 0;
    }
}

static void focus_previous(struct form *form)
{
    if (form->focus == FORM_QUANTITY || form->focus == FORM_VALUE) {
        form->focus--;
    } else if (paired(form->focus) && form->focus_row > 0) {
        form->focus++;
        form->focus_row--;
    } else {
        do {
            form->focus = form->focus == FORM_CUSTOMER ? FORM_SUBMIT : form->focus - 1;
        } while (rows_of(form, form->focus) == 0);
        form->focus_row = rows_of(form, form->focus) - 1;
    }
}

/* Up and down keep the column where a row has two fields. */
static void focus_row(struct form *form, bool down)
{
    bool second = form->focus == FORM_QUANTITY || form->focus == FORM_VALUE;

    if (down) {
        focus_next(form);
        if (!second && (form->focus == FORM_QUANTITY || form->focus == FORM_VALUE))
            focus_next(form);
        else if (second && paired(form->focus))
            form->focus++;
        return;
    }
    focus_previous(form);
    if (second && paired(form->focus))
        focus_previous(form);
    if (!second && (form->focus == FORM_QUANTITY || form->focus == FORM_VALUE))
        form->focus--;
}

static bool row_filled(const struct form *form)
{
    enum form_kind first = form->focus == FORM_QUANTITY ? FORM_PRODUCT : FORM_KEY;
    const struct form_field *field = form_field(form, first, form->focus_row);

    return field != NULL && field->input.n > 0;
}

/* Enter at the end of the last row begins another, unless that row is empty. */
static void enter(struct model *m)
{
    struct form *form = m->form;
    bool item = form->focus == FORM_QUANTITY, pair = form->focus == FORM_VALUE;
    bool last = form->focus_row + 1 == rows_of(form, form->focus);

    if (form->focus == FORM_SUBMIT) {
        form_send(m);
        return;
    }
    if (item && last && row_filled(form) && form->n_items < ITEMS_MAX)
        form->items[form->n_items++] = (struct form_item){0};
    if (pair && last && row_filled(form) && form->n_pairs < METADATA_PAIRS_MAX)
        form->pairs[form->n_pairs++] = (struct form_pair){0};
    focus_next(form);
}

static void edited(struct form *form, struct form_field *field)
{
    field->problem[0] = '\0';
    form->refused[0] = '\0';
    if (form->focus == FORM_PRODUCT || form->focus == FORM_QUANTITY)
        form->items_problem[0] = '\0';
    if (form->focus == FORM_KEY || form->focus == FORM_VALUE)
        form->metadata_problem[0] = '\0';
}

void form_type(struct model *m, struct slice text)
{
    struct form_field *field = form_field_at(m->form, m->form->focus, m->form->focus_row);

    if (m->form->state == FORM_SENDING || field == NULL)
        return;
    input_type(&field->input, text);
    edited(m->form, field);
}

void form_edit(struct model *m, enum edit edit)
{
    struct form *form = m->form;
    struct form_field *field = form_field_at(form, form->focus, form->focus_row);

    if (edit == EDIT_ESCAPE) { /* the draft stays for the next `n` */
        (void)model_pop(m);
        return;
    }
    if (form->state == FORM_SENDING)
        return;
    if (field != NULL && input_edit(&field->input, edit)) {
        if (edit >= EDIT_BACKSPACE)
            edited(form, field);
        return;
    }
    if (edit == EDIT_NEXT)
        focus_next(form);
    else if (edit == EDIT_PREVIOUS)
        focus_previous(form);
    else if (edit == EDIT_UP || edit == EDIT_DOWN)
        focus_row(form, edit == EDIT_DOWN);
    else if (edit == EDIT_ENTER)
        enter(m);
}
