/* Amending: the order fetched into a form of its own, sent whole, then replayed or released. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/units.h"
#include "shared/wire_reply.h"
#include "tui/model/model.h"
#include "tui/model/model_form_parts.h"
#include "tui/model/model_parts.h"
#include "tui/model/model_row.h"

static struct form *form_of_amendment(struct model *m)
{
    struct form **form = &m->forms[FORM_FOR_AMENDMENT];

    if (*form == NULL)
        *form = calloc(1, sizeof **form);
    if (*form == NULL)
        abort();
    return *form;
}

void amend_open(struct model *m, enum action action, struct slice arg)
{
    struct request request = {.op = OP_GET};
    const struct form *form = m->forms[FORM_FOR_AMENDMENT];

    (void)action;
    (void)arg;
    if (!detail_uid(m, &request.get.order_id))
        return;
    if (form != NULL && form->state != FORM_EDITING &&
        uuid_compare(&form->uid, &request.get.order_id) == 0) {
        form_show(m, FORM_FOR_AMENDMENT); /* what became of it is not known yet */
        return;
    }
    if (m->amend_asking != 0)
        ask_forget(m, m->amend_asking);
    m->amend_asking = ask_send(m, (struct ask){.kind = ASK_AMEND_ORDER}, &request);
}

/* Filling the form ------------------------------------------------------------------------------
 */

/* False when the line cannot hold the value just as it is: it would be changed unasked. */
static bool put(struct form_field *field, struct slice value)
{
    input_set(&field->input, value);
    return slice_eq(input_slice(&field->input), value);
}

static bool put_int(struct form_field *field, int64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%lld", (long long)value);
    return put(field, slice_of(text));
}

static bool put_rows(struct form *form, const struct order *order)
{
    bool whole = order->n_items <= ITEMS_MAX && order->n_metadata <= METADATA_PAIRS_MAX;

    for (size_t i = 0; i < order->n_items && whole; i++)
        whole = put(&form->items[i].product, order->items[i].product_id) &&
                put_int(&form->items[i].quantity, order->items[i].quantity);
    for (size_t i = 0; i < order->n_metadata && whole; i++)
        whole = put(&form->pairs[i].key, order->metadata[i].key) &&
                put(&form->pairs[i].value, order->metadata[i].value);
    if (whole && order->n_items > 0)
        form->n_items = order->n_items;
    if (whole && order->n_metadata > 0)
        form->n_pairs = order->n_metadata;
    return whole;
}

static bool put_order(struct form *form, const struct order *order)
{
    char time[UNITS_TEXT_MAX] = "";

    if (order->not_before != 0)
        units_format_time(order->not_before, time);
    return put(&form->customer, order->customer_id) &&
           put(&form->reference, order->reference.p != NULL ? order->reference : SLICE("")) &&
           put_int(&form->priority, order->priority) && put(&form->not_before, slice_of(time)) &&
           put_rows(form, order);
}

static void fill(struct model *m, const struct order *order)
{
    struct form *form = form_of_amendment(m);

    form_clear(form);
    form->amends = true;
    form->uid = order->uid;
    form->status = order->status;
    if (!status_change(order->status, CAUSE_AMEND).legal)
        model_say(m, SAY_PROBLEM, "amend: the order is %s", status_name(order->status));
    else if (!put_order(form, order))
        model_say(m, SAY_PROBLEM, "the order has a text that no line holds: `dofs amend` takes it");
    else
        form_show(m, FORM_FOR_AMENDMENT);
}

/* The order has come. One who went on to something else is not called back. */
void amend_order(struct model *m, const struct answer *answer)
{
    struct arena arena = {0};
    struct order order = {0};
    struct mp_reader r;

    m->amend_asking = 0;
    if (answer->none || answer->code != OK) {
        model_say(m, SAY_PROBLEM, "%s", answer_problem(answer));
        return;
    }
    if (model_input_mode(m) != INPUT_KEYS ||
        !wire_reply_find(answer->bytes.p, answer->bytes.n, "order", &r))
        return;
    wire_order_read(&r, &arena, &order);
    if (!mp_failed(&r))
        fill(m, &order);
    arena_done(&arena);
}

/* Sending ---------------------------------------------------------------------------------------
 */

void amend_check(const struct form *form, struct problems *problems)
{
    struct slice reason = slice_trim(input_slice(&form->reason.input));

    if (reason.n == 0)
        problems_add(problems, "reason", "is needed: it is kept in the order's history");
    else if (utf8_count(reason) > REASON_MAX)
        problems_add(problems, "reason", "has over %d characters", REASON_MAX);
}

void amend_send(struct model *m, const struct order_draft *draft)
{
    struct form *form = m->form;
    struct request request = {.op = OP_AMEND};

    request.amend.order_id = form->uid;
    request.amend.draft = *draft;
    request.amend.reason = slice_trim(input_slice(&form->reason.input));
    form->asking = ask_send(m, (struct ask){.kind = ASK_AMEND}, &request);
    form->state = FORM_SENDING;
    model_say(m, SAY_NOTE, "sending");
}

void amend_done(struct model *m, bool up)
{
    struct form *form = m->form;
    struct uuid uid = form->uid;
    enum status status = form->status;
    char id[UUID_TEXT_LEN + 1];

    uuid_format(&uid, id);
    model_say(m, SAY_DONE, "%.13s is amended; it is still %s", id, status_name(status));
    form_clear(form);
    detail_refresh(m);
    if (!up)
        return;
    (void)model_pop(m);
    change_open_one(m, status == STATUS_HELD ? ACTION_HOLD : ACTION_REPLAY, &uid);
}
