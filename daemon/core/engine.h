/*
 * The single writer: takes commands from the inbox, carries many out in one transaction, and hands
 * the commit over. No command is `done` before its transaction is durable.
 */
#pragma once

#include "daemon/core/command.h"
#include "daemon/core/workflow.h"
#include "daemon/store/store.h"
#include "daemon/sys/loop.h"
#include "shared/clock.h"
#include "shared/err.h"

/* Orders' changes in one transaction, about: starts, ends and operators' commands, and submits. */
#define ENGINE_AHEAD_MAX 2048
#define ENGINE_BEHIND_MAX 512
#define ENGINE_SHARE_US 2000 /* how long a command that can wait does */

struct engine;

struct engine_settings {
    uint32_t max_inbox;  /* commands not yet committed; beyond it `busy` */
    int64_t max_backlog; /* unfinished orders; 0: no limit */
};

struct engine_listener {
    /* After each commit, on the loop's thread, before its commands are `done`. Borrowed. */
    void (*committed)(void *self, const struct commit *commit);
    /* The store failed: nothing is written from now on. On the loop's thread, once. */
    void (*failed)(void *self, enum err code, const char *text);
    void *self;
};

/* What the engine stands on; all borrowed. */
struct engine_parts {
    struct store *store;
    struct loop *loop;
    const struct clock *clock;
    struct engine_listener listener;
    struct ballast *ballast; /* borrowed, the writer's from then on; NULL: none */
};

/*
 * Recovers (orders that were PROCESSING have their attempt cut short: `recovered`), then starts the
 * writer's thread. `workflow` is borrowed and must live until COMMAND_SETTINGS replaces it.
 */
enum err engine_open(struct engine **out, const struct engine_parts *parts,
                     const struct engine_settings *settings,
                     const struct workflow_settings *workflow, struct why *why);

/* Carries out what is in the inbox, joins the thread, hands over the last commits. Takes NULL. */
void engine_close(struct engine *engine);

/*
 * Posts a chain of commands (linked by `next`). All are taken, or none. They are carried out in
 * order, but that submits, moves of replays and retention let all others go ahead of them.
 * returns  OK; ERR_BUSY with retry_after_us; ERR_READ_ONLY or ERR_OUTCOME_UNKNOWN once the store
 *          has failed. Then `done` is not called.
 * thread   loop's
 */
enum err engine_post(struct engine *engine, struct command *first, struct why *why);

/* The same for commands that must not be refused for want of room (starts, ends, control). */
enum err engine_post_anyway(struct engine *engine, struct command *first, struct why *why);

void engine_set_limits(struct engine *engine, const struct engine_settings *settings);

/* The totals as of the last commit handed over. Thread: loop's. */
const struct store_totals *engine_totals(const struct engine *engine);

/* Was the last transaction written? ERR_READ_ONLY with the reason where not. Thread: loop's. */
enum err engine_writes(const struct engine *engine, struct why *why);

/* Has the writer made progress lately, or nothing to do? For the watchdog. */
bool engine_alive(const struct engine *engine);
