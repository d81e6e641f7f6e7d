/* Settings, a time and orders by status, for decisions about orders. */
#pragma once

#include "daemon/core/workflow.h"

#define SCENE_WALL 1700000000000000LL
#define SCENE_DUE (SCENE_WALL + 5) /* the two scales need not agree */
#define SCENE_S 1000000LL

struct workflow_scene {
    struct workflow_settings settings;
    struct rng rng;
    struct workflow_now now;
};

/* Three attempts, 1 s, doubled; no jitter; at most 100 pieces; the seed 7. */
void workflow_scene_init(struct workflow_scene *scene);

/* After one attempt; due, where it waits; in the DLQ, where it failed. */
struct order workflow_scene_order(enum status status);

/* "received validated stored queued"; good until the next call. */
const char *workflow_scene_history(const struct decision *decision);

enum err workflow_scene_end(const struct workflow_now *now, enum outcome outcome,
                            struct order *order, struct decision *decision);
enum err workflow_scene_ask(const struct workflow_now *now, enum cause cause, struct order *order,
                            struct decision *decision);
