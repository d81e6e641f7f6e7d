/* What the files of order_why share. */
#pragma once

#include "shared/order_why.h"

#define ORDER_WHY_SENTENCE_BYTES ((size_t)8 * 1024)

/* Was it dropped from the dead-letter queue, so that no replay takes it? */
bool order_why_discarded(const struct order_why_facts *facts);

/* order_why_next.c: `next` and `commands`. `text` is scratch. */
void order_why_next(const struct order_why_facts *facts, struct arena *arena, struct buf *text,
                    struct order_why *out);

/* What was gathered in `text`, as the arena's; `text` is empty again. */
struct slice order_why_keep(struct arena *arena, struct buf *text);
