/* Changes all orders that a filter names: reads a chunk of them, changes it, reads the next. */
#pragma once

#include "daemon/api/op_handler.h"

#define CHANGE_WALK_CHUNK 500

struct change_walk {
    struct call *call;
    /* Reads the next page of orders, giving each to change_walk_add. On a reader's thread. */
    enum err (*page)(struct change_walk *walk, struct store_reader *reader, struct store_page *page,
                     struct why *why);
    void (*end)(struct call *call, int64_t changed, int64_t skipped);
    struct uuid uids[CHANGE_WALK_CHUNK];
    size_t n;
    char cursor[STORE_CURSOR_MAX];
    bool last, begun;
    int64_t changed, skipped;
};

/*
 * Starts a walk; call->command.change has its cause and reason already. Answers the call: by `end`,
 * or by refusing it. Each chunk is a transaction of its own. An order is met once, as pages go by
 * what a change leaves alone.
 */
void change_walk_start(struct call *call,
                       enum err (*page)(struct change_walk *walk, struct store_reader *reader,
                                        struct store_page *page, struct why *why),
                       void (*end)(struct call *call, int64_t changed, int64_t skipped));

/* False: the chunk is full. */
bool change_walk_add(struct change_walk *walk, const struct uuid *uid);
