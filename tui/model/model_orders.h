/* The orders, live: how an action, a reply or an event changes their list. */
#pragma once

#include "tui/model/action.h"
#include "tui/model/model_list.h"

struct model;

/* Folds an event into the orders' list. */
void model_orders_event(struct model *m, const struct event *event);
