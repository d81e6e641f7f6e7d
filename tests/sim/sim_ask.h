/* A command with all that it borrows, from the asking to the answer. */
#pragma once

#include "tests/sim/sim_world.h"

#define ASK_ORDERS_MAX 4
#define ASK_UIDS_MAX 8
#define ASK_WORD_BYTES 32

/* A command with all that it borrows. */
struct ask {
    struct command command;
    struct world *world;
    struct command_order orders[ASK_ORDERS_MAX];
    int64_t requests[ASK_ORDERS_MAX];
    struct item items[ASK_ORDERS_MAX];
    char customers[ASK_ORDERS_MAX][ASK_WORD_BYTES];
    char references[ASK_ORDERS_MAX][ASK_WORD_BYTES];
    char keys[ASK_ORDERS_MAX][ASK_WORD_BYTES];
    struct uuid uids[ASK_UIDS_MAX];
    size_t replay; /* which of the asked ones */
};

struct ask *sim_ask_new(struct world *world, enum command_kind kind,
                        void (*done)(struct command *command));
/* Takes it: freed by its `done`, or here where it is refused at once. */
void sim_ask_post(struct ask *ask);

/* Its i-th order is that of a request, which is always the same. */
void sim_ask_order(struct ask *ask, size_t i, int64_t request);

/*
 * Did it come to an answer? Not when the machine is dead by now. Else it must be one of those that
 * may be; `refused` is one more that may.
 */
bool sim_ask_answered(const struct command *command, enum err result, enum err refused);
