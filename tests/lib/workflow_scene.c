/* Settings, a time and orders by status, for decisions about orders. */
#include "tests/lib/workflow_scene.h"

#include <stdio.h>

void workflow_scene_init(struct workflow_scene *scene)
{
    *scene = (struct workflow_scene){
        .settings = {.rules = {.max_total_quantity = 100},
                     .retry = {.max_attempts = 3,
                               .interval_us = 1 * SCENE_S,
                               .backoff_rate = 2.0,
                               .max_delay_us = 300 * SCENE_S},
                     .seed = 7,
                     .has_seed = true},
    };
    rng_seed(&scene->rng, 1);
    scene->now = (struct workflow_now){.settings = &scene->settings,
                                       .wall_us = SCENE_WALL,
                                       .due_us = SCENE_DUE,
                                       .rng = &scene->rng,
                                       .by = SLICE("ann")};
}

struct order workflow_scene_order(enum status status)
{
    struct order order = {.id = 1,
                          .status = status,
                          .attempts = 1,
                          .max_attempts = 3,
                          .step = SLICE("fulfil"),
                          .customer_id = SLICE("cust")};

    if (status == STATUS_QUEUED || status == STATUS_RETRYING || status == STATUS_FAILED ||
        status == STATUS_UNDOING)
        order.due_at = SCENE_WALL - 1 * SCENE_S;
    return order;
}

/* "received validated stored queued" */
const char *workflow_scene_history(const struct decision *decision)
{
    static char text[256];
    size_t n = 0;

    text[0] = '\0';
    for (size_t i = 0; i < decision->n_entries; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i > 0 ? " " : "",
                              entry_name(decision->entries[i].type));
    return text;
}

enum err workflow_scene_end(const struct workflow_now *now, enum outcome outcome,
                            struct order *order, struct decision *decision)
{
    const struct attempt_end end = {
        .outcome = outcome, .reason = SLICE("no stock"), .retry_after_us = -1};

    return workflow_end(now, order, &end, decision, NULL);
}

enum err workflow_scene_ask(const struct workflow_now *now, enum cause cause, struct order *order,
                            struct decision *decision)
{
    const struct workflow_ask ask = {
        .cause = cause, .reason = SLICE("because"), .in_dlq = order->status == STATUS_FAILED};

    return workflow_change(now, &ask, order, decision, NULL);
}
