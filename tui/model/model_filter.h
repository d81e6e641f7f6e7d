/* The filter line: typed, its complete terms applied; within the model. */
#pragma once

#include "tui/model/model_list.h"

/* Each returns true when what is applied has changed. */
bool filterline_type(struct list_filter *line, struct slice text);
bool filterline_edit(struct list_filter *line, enum edit edit);
bool filterline_set(struct list_filter *line, struct slice text);

void filterline_open(struct list_filter *line);
void filterline_done(struct list_filter *line);

/* A value as the language quotes it, for a term made by us. */
void filterline_quote(struct buf *out, struct slice value);
