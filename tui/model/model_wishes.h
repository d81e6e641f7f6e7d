/* Wishes made, within the model. */
#pragma once

#include "tui/model/model_wish.h"

struct model;

/* A new one at the end of the queue, for the caller to fill; the model owns it. */
struct wish *wish_add(struct model *m, enum wish_kind kind);
