/* A list of steps, as kept with an order, to and from msgpack. */
#include "shared/wire_steps.h"

#include "shared/steps.h"

void wire_steps_write(struct buf *out, struct slice steps)
{
    struct step step;

    mp_put_list(out, (uint32_t)steps_count(steps));
    for (size_t i = 0; steps_at(steps, i, &step); i++) {
        mp_put_map(out, 2);
        mp_put_str(out, SLICE("step"));
        mp_put_str(out, step.name);
        mp_put_str(out, SLICE("undo"));
        mp_put_bool(out, step.undo);
    }
}

static bool read_undo(struct mp_reader *r)
{
    if (mp_nil(r))
        return false;
    if (mp_peek(r) == MP_BOOL)
        return mp_bool(r);
    mp_skip(r);
    return true;
}

static struct step read_step(struct mp_reader *r)
{
    struct step step = {{NULL, 0}, false};

    for (uint32_t pairs = mp_map(r); pairs > 0 && !mp_failed(r); pairs--) {
        struct slice key = mp_str(r);

        if (slice_is(key, "step"))
            step.name = mp_str(r);
        else if (slice_is(key, "undo"))
            step.undo = read_undo(r);
        else
            mp_skip(r);
    }
    if (!step_name_ok(step.name))
        r->failed = true;
    return step;
}

/* So that an order of one step is the same before and behind the wire. */
static bool usual(const struct buf *text)
{
    return slice_eq((struct slice){(const char *)text->data, text->len}, STEP_DEFAULT);
}

struct slice wire_steps_read(struct mp_reader *r, struct arena *arena)
{
    uint32_t n = mp_list(r);
    struct slice steps = {NULL, 0};
    struct buf text;

    if (n > STEPS_MAX)
        r->failed = true;
    buf_init(&text, WIRE_STEPS_TEXT_MAX);
    for (uint32_t i = 0; i < n && !mp_failed(r); i++) {
        struct step step = read_step(r);

        if (!mp_failed(r))
            steps_add(&text, &step);
    }
    if (!mp_failed(r) && text.len > 0 && !usual(&text))
        steps = (struct slice){arena_copy(arena, text.data, text.len), text.len};
    buf_done(&text);
    return steps;
}
