/* Changes all orders that a filter names: reads a chunk of them, changes it, reads the next. */
#include "daemon/api/change_walk.h"

#include <string.h>

static void read_chunk(struct change_walk *walk);

static void chunk_changed(struct command *command)
{
    struct call *call = command->owner;
    struct change_walk *walk = call->state;

    /* A chunk of one is told as a single order would be. */
    if (walk->n == 1 && (command->result == ERR_NOT_FOUND || command->result == ERR_WRONG_STATE)) {
        walk->skipped++;
    } else {
        if (call_command_failed(call))
            return;
        walk->changed += command->change.changed;
        walk->skipped += command->change.skipped;
    }
    if (walk->last)
        walk->end(call, walk->changed, walk->skipped);
    else
        read_chunk(walk);
}

static enum err run_page(struct call *call, struct store_reader *reader, struct why *why)
{
    struct change_walk *walk = call->state;
    struct store_page page = {.limit = CHANGE_WALK_CHUNK};
    enum err e = OK;

    if (walk->cursor[0] != '\0')
        page.cursor = slice_of(walk->cursor);
    walk->n = 0;
    e = walk->page(walk, reader, &page, why);
    if (e != OK)
        return e;
    memcpy(walk->cursor, page.next_cursor, sizeof(walk->cursor));
    walk->last = walk->cursor[0] == '\0';
    return OK;
}

static void chunk_read(struct call *call)
{
    struct change_walk *walk = call->state;

    if (walk->n == 0) {
        if (walk->last)
            walk->end(call, walk->changed, walk->skipped);
        else
            read_chunk(walk);
        return;
    }
    call->command.kind = COMMAND_CHANGE;
    call->command.change.uids = walk->uids;
    call->command.change.orders = NULL;
    call->command.change.n = walk->n;
    call->command.change.changed = 0;
    call->command.change.skipped = 0;
    if (walk->begun) /* half a change helps nobody: what is begun goes on, however busy it is */
        call_post_anyway(call, chunk_changed);
    else
        call_post(call, chunk_changed);
    walk->begun = true;
}

static void read_chunk(struct change_walk *walk)
{
    call_read_then(walk->call, run_page, chunk_read);
}

void change_walk_start(struct call *call,
                       enum err (*page)(struct change_walk *walk, struct store_reader *reader,
                                        struct store_page *page, struct why *why),
                       void (*end)(struct call *call, int64_t changed, int64_t skipped))
{
    struct change_walk *walk = arena_alloc(&call->arena, sizeof(*walk));

    walk->call = call;
    walk->page = page;
    walk->end = end;
    call->state = walk;
    read_chunk(walk);
}

bool change_walk_add(struct change_walk *walk, const struct uuid *uid)
{
    if (walk->n == CHANGE_WALK_CHUNK)
        return false;
    walk->uids[walk->n++] = *uid;
    return true;
}
