/* Orders of all kinds in a store_scene. */
#include "tests/lib/store_kinds.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/store_steps.h"

#define LONG_CHANGES 90

static void add_done(struct store_scene *f, int64_t id)
{
    struct order order = store_scene_order(id);
    static char text[400];

    memset(text, 'r', sizeof text - 1);
    store_scene_add(f, &order);
    order.attempts = 1;
    order.due_at = 0;
    order.result = slice_of(text);
    store_scene_change(f, &order, STATUS_FULFILLED);
}

static void add_dead(struct store_scene *f, int64_t id)
{
    struct order order = store_scene_order(id);
    struct dead_letter dead = {.n = id,
                               .id = id,
                               .uid = order.uid,
                               .customer_id = order.customer_id,
                               .reference = order.reference,
                               .failed_at = order.updated_at,
                               .attempts = 3,
                               .step = order.step,
                               .failure_reason = SLICE("Fulfillment simulation failed"),
                               .group = SLICE("Fulfillment simulation failed")};

    order.status = STATUS_FAILED;
    order.attempts = 3;
    order.failure_reason = dead.failure_reason;
    store_scene_add(f, &order);
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_dead(f->store, &dead, &f->why));
    must(f, store_commit(f->store, &f->why));
}

static void add_long(struct store_scene *f, int64_t id)
{
    struct order order = store_scene_order(id);

    store_scene_add(f, &order);
    for (int i = 0; i < LONG_CHANGES; i++)
        store_scene_change(f, &order, i % 2 == 0 ? STATUS_HELD : STATUS_QUEUED);
}

static void add_steps(struct store_scene *f, int64_t id)
{
    struct order order = store_steps_order(id, "charge", STATUS_QUEUED);
    const struct pair result = {SLICE("reserve"), SLICE("shelf 7, behind the pears")};

    store_scene_add(f, &order);
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_result(f->store, &order, &result, &f->why));
    must(f, store_change_order(f->store, &order, &f->why));
    must(f, store_commit(f->store, &f->why));
}

static void add_full(struct store_scene *f, int64_t id)
{
    static const struct pair metadata[] = {{{"shop", 4}, {"Lyon", 4}}, {{"gift", 4}, {"yes", 3}}};
    struct order order = store_scene_order(id);
    char reference[32];

    (void)snprintf(reference, sizeof reference, "R-%lld", (long long)id);
    order.reference = slice_of(reference);
    order.metadata = metadata;
    order.n_metadata = 2;
    order.not_before = order.created_at + SECOND;
    order.priority = 1;
    order.cancelling = true;
    order.cancel_by = SLICE("anna");
    order.cancel_reason = SLICE("not wanted");
    store_scene_add(f, &order);
    store_scene_change(f, &order, STATUS_PROCESSING);
}

static void add_plain(struct store_scene *f, int64_t id)
{
    struct order order = store_scene_order(id);

    store_scene_add(f, &order);
}

void store_kinds_add(struct store_scene *f, int64_t n)
{
    static void (*const kinds[])(struct store_scene * scene, int64_t id) = {
        add_plain, add_full, add_done, add_dead, add_steps, add_done, add_full, add_plain};

    store_steps_know(f);
    for (int64_t id = 1; id <= n; id++)
        (id % 40 == 0 ? add_long : kinds[id % 8])(f, id);
}
