/* An engine on a store of its own, with a clock turned by hand, and a loop that runs until. */
#pragma once

#include "daemon/core/engine.h"
#include "tests/lib/hand_clock.h"
#include "tests/lib/tmpdir.h"

#define SCENE_EVENTS_MAX 4096

struct engine_scene {
    struct tmpdir dir;
    const char *url;
    struct hand_clock clock;
    struct loop *loop;
    struct store *store;
    struct engine *engine;
    struct engine_settings limits;
    struct workflow_settings workflow;
    struct loop_source *pass, *deadline;

    /* what the engine told */
    struct event events[SCENE_EVENTS_MAX]; /* texts are not kept */
    size_t n_events;
    size_t n_commits;
    enum err failed;
    size_t n_done;

    /* those who also want to know of commits */
    void (*committed)(void *self, const struct commit *commit);
    void *committed_self;

    bool (*until)(void *self);
    void *until_self;
    bool late;
};

void engine_scene_init(struct engine_scene *scene, const char *url);
void engine_scene_done(struct engine_scene *scene);

/* The engine and the store, closed and opened again: as after a crash, for what is PROCESSING. */
void engine_scene_close(struct engine_scene *scene);
void engine_scene_open(struct engine_scene *scene);

/* Runs the loop until the condition holds; fails the test when it does not within 30 s. */
void engine_scene_run(struct engine_scene *scene, bool (*until)(void *self), void *self);

/* Posts n commands as one chain and waits until all are done. */
void engine_scene_ask(struct engine_scene *scene, struct command *commands, size_t n);

/* One order: `quantity` of one product. */
struct command_order engine_scene_order(const char *customer, int64_t quantity);
/* Submits it by itself; gives what the engine made of it. */
struct command_order engine_scene_submit(struct engine_scene *scene, struct command_order order);
/* By number: the first order is 1. */
enum err engine_scene_start(struct engine_scene *scene, int64_t order, struct attempt *out);
enum err engine_scene_end(struct engine_scene *scene, int64_t order, enum outcome outcome,
                          const char *reason);
enum err engine_scene_change(struct engine_scene *scene, enum cause cause, int64_t order);

/* Whole, from the store. The arena is the caller's. */
struct order engine_scene_get(struct engine_scene *scene, const struct uuid *uid,
                              struct arena *arena);
/* "received validated stored queued" */
void engine_scene_history(struct engine_scene *scene, const struct uuid *uid, char out[512]);
/* Orders of a status, counted row by row. */
int64_t engine_scene_count(struct engine_scene *scene, enum status status);
/* The store's totals must be what its rows say. */
void engine_scene_check_counts(struct engine_scene *scene);
