/* What the files of order_why share. */
#pragma once

#include "shared/order_why.h"

#define ORDER_WHY_SENTENCE_BYTES ((size_t)8 * 1024)

/* Was it dropped from the dead-letter queue, so that no replay takes it? */
bool order_why_discarded(const struct order_why_facts *facts);

/* " at 'pay'", " to undo 'pay'", nothing where there is one step: what an attempt is for. */
void order_why_add_aim(const struct order_why_facts *facts, struct slice step, bool undo,
                       struct buf *text);

/* order_why_stands.c: `stands`. */
void order_why_stands(const struct order_why_facts *facts, struct arena *arena, struct buf *text,
                      struct order_why *out);

/* Its undo has an attempt under way, and since when; else NULL. */
const struct entry *order_why_undo_running(const struct order_why_facts *facts);

/* order_why_next.c: `next` and `commands`. `text` is scratch. */
void order_why_next(const struct order_why_facts *facts, struct arena *arena, struct buf *text,
                    struct order_why *out);

/* order_why_command.c: `commands`. */
void order_why_commands(const struct order_why_facts *facts, struct arena *arena,
                        struct order_why *out);

/* No attempt starts now. */
bool order_why_stopped(const struct order_why_facts *facts);

/* What was gathered in `text`, as the arena's; `text` is empty again. */
struct slice order_why_keep(struct arena *arena, struct buf *text);
