/* The orders, live: how an action, a reply or an event changes their list. */
#pragma once

#include "tui/model/action.h"
#include "tui/model/model_list.h"

struct model;

/* Folds an event into the window; `known_only`: only into a row that is there. */
void model_orders_event(struct model *m, const struct event *event, bool known_only);
