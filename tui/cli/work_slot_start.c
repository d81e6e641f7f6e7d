/* A lease becomes a program: its environment, its input, the time it has. */
#include "tui/cli/work_slot.h"

#include <inttypes.h>
#include <stdio.h>

#include "shared/limits.h"
#include "shared/order_json.h"

#define LASTS_US (30 * 1000000LL) /* where the daemon does not say */
#define JSON_MAX_BYTES (8UL * (size_t)FRAME_MAX_BYTES)
#define ENV_MAX_BYTES 160

enum env { ENV_ORDER_ID, ENV_ATTEMPT, ENV_INSTANCE, ENV_KEY, ENV_STEP, ENV_UNDO, ENV_COUNT };

static void set_env(const struct slot *slot, const struct lease_row *lease,
                    char env[ENV_COUNT][ENV_MAX_BYTES])
{
    (void)snprintf(env[ENV_ORDER_ID], ENV_MAX_BYTES, "DOFS_ORDER_ID=%s", slot->id);
    (void)snprintf(env[ENV_ATTEMPT], ENV_MAX_BYTES, "DOFS_ATTEMPT=%" PRIu32, lease->attempt);
    (void)snprintf(env[ENV_INSTANCE], ENV_MAX_BYTES, "DOFS_INSTANCE=%s", slot->work->instance);
    (void)snprintf(env[ENV_KEY], ENV_MAX_BYTES, "DOFS_KEY=%.*s", SLICE_ARGS(lease->key));
    (void)snprintf(env[ENV_STEP], ENV_MAX_BYTES, "DOFS_STEP=%.*s", SLICE_ARGS(lease->step));
    (void)snprintf(env[ENV_UNDO], ENV_MAX_BYTES, "DOFS_UNDO=1");
}

/* The order as `dofs show --json` prints it, a line. */
static void put_input(struct slot *slot, struct slice order)
{
    struct mp_reader r;
    struct json_writer w;

    buf_init(&slot->child.input, JSON_MAX_BYTES);
    mp_reader_init(&r, order.p, order.n);
    json_writer_init(&w, &slot->child.input);
    order_json_write(&w, &r, NULL);
    buf_add_byte(&slot->child.input, '\n');
}

static void start_program(struct slot *slot, const struct lease_row *lease, struct slice order)
{
    char env[ENV_COUNT][ENV_MAX_BYTES];
    const char *entries[ENV_COUNT + 1] = {NULL};
    const struct child_program program = {slot->work->words, entries, NULL};
    struct why why = {0};

    set_env(slot, lease, env);
    for (size_t i = 0; i < ENV_COUNT; i++)
        entries[i] = i != ENV_UNDO || lease->undo ? env[i] : NULL; /* the last */
    slot->child = (struct work_child){.ended = slot_ended, .self = slot};
    put_input(slot, order);
    slot->running = true;
    slot->state = SLOT_RUNNING;
    slot->beat_at = clock_mono(&slot->work->run->clock) + slot->lasts_us / WORK_BEATS;
    if (work_child_start(&slot->work->children, &program, slot->lasts_us, &slot->child, &why) == OK)
        return;
    slot_ended(slot, &(struct exec_end){.code = EXIT_REFUSED, .error = slice_of(why.text)});
}

/* By the daemon's clock alone: the attempt began when the order was updated. */
static int64_t how_long(const struct work *work, const struct lease_row *lease,
                        const struct order *order)
{
    int64_t us = lease->expires_at - order->updated_at;

    if (work->lease_us > 0)
        return work->lease_us;
    return us > 0 && us <= LEASE_MAX_US ? us : LASTS_US;
}

bool slot_start(struct slot *slot, struct mp_reader *r)
{
    struct lease_row lease = {0};
    struct order order = {0};
    struct slice bytes = {0};
    struct arena arena = {0};
    struct mp_reader inside;
    bool fine = false;

    wire_lease_read(r, &lease, &bytes);
    mp_reader_init(&inside, bytes.p, bytes.n);
    if (!mp_failed(r))
        wire_order_read(&inside, &arena, &order);
    fine = !mp_failed(r) && !mp_failed(&inside) && lease.lease.n < sizeof slot->lease;
    if (fine) {
        slot->order = order.uid;
        uuid_format(&order.uid, slot->id);
        (void)snprintf(slot->lease, sizeof slot->lease, "%.*s", SLICE_ARGS(lease.lease));
        slot->attempt = lease.attempt;
        slot->lasts_us = how_long(slot->work, &lease, &order);
        slot->lost = slot->stopped = false;
        start_program(slot, &lease, bytes);
    }
    arena_done(&arena);
    return fine;
}
