/*
 * Why an order is as it is, for a person: what happened to it, what will happen next, and which
 * commands would change that.
 */
#pragma once

#include "shared/order.h"

#define ORDER_WHY_HAPPENED_MAX 12 /* sentences; of a longer story the middle is left out */
#define ORDER_WHY_COMMANDS_MAX 8

/* What is known. */
struct order_why_facts {
    const struct order *order;
    const struct entry *entries; /* its whole history, oldest first */
    size_t n_entries;
    bool paused, draining; /* the daemon's */
    int64_t now_us;        /* wall */
};

struct order_why_command {
    struct slice line; /* "dofs retry 0189..."; words in capitals are to be filled in */
    const char *does;  /* "starts the next attempt now" */
};

/* Sentences, each with its full stop. Texts of the order's stand in them as they are: what shows
   them makes them safe. */
struct order_why {
    struct slice happened[ORDER_WHY_HAPPENED_MAX];
    size_t n_happened;
    struct slice stands; /* where it is in its steps; absent where there is one */
    struct slice next;
    struct order_why_command commands[ORDER_WHY_COMMANDS_MAX];
    size_t n_commands;
};

/*
 * Fills `out`; its texts are the arena's.
 *
 * errors   none: what is not known is left out
 * thread   any
 */
void order_why(const struct order_why_facts *facts, struct arena *arena, struct order_why *out);
