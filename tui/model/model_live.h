/* Events folded into the two lists, also those that came while a page was under way; within the
   model. */
#pragma once

#include "tui/model/model_list.h"

struct model;

void live_event(struct model *m, const struct event *event);

/* A page came: what happened since it was asked for is folded in, `known_only` into rows that are
   there. */
void live_replay(struct model *m, struct list *list, bool known_only);

/* The number of matches changes by `by`. */
void live_count(struct list *list, int64_t by);
/* A row came while the list is held: it is counted, and `g` goes to it. */
void live_wait_above(struct list *list);
/* What came might match, but the event does not tell: the daemon is asked. */
void live_maybe(struct model *m, struct list *list);
