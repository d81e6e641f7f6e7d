/* verify: are orders what was stored? */
#include "daemon/api/op_handler.h"
#include "shared/wire_order.h"

static void reply_found(struct call *call, const struct scrub_found *found)
{
    struct buf *out = &call->out;

    wire_reply_ok(out, 9);
    mp_put_text(out, "checked");
    mp_put_int(out, found->checked);
    mp_put_text(out, "broken");
    mp_put_list(out, (uint32_t)found->n_named);
    for (size_t i = 0; i < found->n_named; i++)
        wire_put_uuid(out, &found->named[i]);
    mp_put_text(out, "running");
    mp_put_bool(out, found->running);
    mp_put_text(out, "broken_count");
    mp_put_int(out, found->broken);
    mp_put_text(out, "unsummed");
    mp_put_int(out, found->unsummed);
    mp_put_text(out, "total");
    mp_put_int(out, found->total);
    mp_put_text(out, "started_at");
    mp_put_int(out, found->started_at);
    mp_put_text(out, "finished_at");
    if (found->finished_at != 0)
        mp_put_int(out, found->finished_at);
    else
        mp_put_nil(out);
    mp_put_text(out, "failure");
    if (found->result != OK)
        mp_put_text(out, found->why.text);
    else
        mp_put_nil(out);
}

static void take_broken(void *self, const struct uuid *uid, const char *what)
{
    struct scrub_found *found = self;

    (void)what;
    found->named[found->n_named++] = *uid;
    found->broken++;
}

static enum err run_one(struct call *call, struct store_reader *reader, struct why *why)
{
    struct scrub_found *found = call->state;
    struct store_verify_ask ask = {
        .only = &call->request.verify.order_id, .broken = take_broken, .self = found};
    enum err e = store_verify(reader, &ask, why);

    found->checked = ask.checked;
    found->unsummed = ask.unsummed;
    found->total = ask.checked;
    found->finished_at = clock_wall(call->parts->clock);
    if (e == OK)
        reply_found(call, found);
    return e;
}

void op_verify(struct call *call)
{
    struct scrub_found *found = arena_alloc(&call->arena, sizeof(*found));
    const int64_t *counts = engine_totals(call->parts->engine)->counts;
    int64_t total = 0;
    enum err e = OK;

    call->state = found;
    found->started_at = call->received_at;
    if (call->request.verify.has_id) {
        call_read(call, run_one);
        return;
    }
    for (unsigned i = 0; i < STATUS_COUNT; i++)
        total += counts[i];
    e = scrub_ask(call->parts->scrub, total, found, &call->why);
    if (e != OK) {
        call_refuse(call, e, &call->why);
        return;
    }
    reply_found(call, found);
    call_reply(call);
}
