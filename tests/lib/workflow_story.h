/* Lives of orders of several steps, told act by act. */
#pragma once

#include "tests/lib/workflow_scene.h"

#define STORY_LIST "reserve<,charge<,ship"

enum story_act {
    DO_END, /* of a story */
    DO_START,
    DO_FULFIL,
    DO_FAIL,
    DO_FAIL_FOR_GOOD,
    DO_GIVE_BACK,
    DO_CRASH,
    DO_CANCEL,
    DO_HOLD,
    DO_RELEASE,
    DO_RETRY_NOW,
    DO_DISCARD,
    DO_REPLAY,
    DO_REPLAY_START,
};

/*
 * An act, and what the order and its decision are then: "UNDOING charge 0/2 cancelling,
 * undo_started(charge by ann)", that is status, step, attempts and their most, then the entries,
 * with step and attempt or actor; "wrong_state" where it is refused.
 */
struct story_move {
    enum story_act act;
    const char *want;
};

#define MOVE(act, want)                                                                            \
    {                                                                                              \
        (act), (want)                                                                              \
    }

struct story {
    const char *label;
    const char *steps;
    struct story_move moves[20];
};

/* How an order comes to its second and third step. */
#define RESERVED                                                                                   \
    MOVE(DO_START, "PROCESSING reserve 1/3, attempt_started(reserve 1)"),                          \
        MOVE(DO_FULFIL, "QUEUED charge 0/2, step_done(reserve 1)")
#define CHARGED                                                                                    \
    RESERVED, MOVE(DO_START, "PROCESSING charge 1/2, attempt_started(charge 1)"),                  \
        MOVE(DO_FULFIL, "QUEUED ship 0/1, step_done(charge 1)")

/* Today's steps: reserve has three attempts, charge two, ship one; any other has four. */
void workflow_story_scene(struct workflow_scene *scene);

/* By ann, or dofsd. What waits is due when it starts. */
enum err workflow_story_do(struct workflow_scene *scene, enum story_act act, struct order *order,
                           struct decision *out);

/* Fails the test at the first act that leads elsewhere. */
void workflow_stories(const struct story *stories, size_t n);
#define WORKFLOW_STORIES(stories) workflow_stories(stories, sizeof(stories) / sizeof((stories)[0]))
