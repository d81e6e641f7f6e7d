/* The window of a list: its rows, its cursor and its edges; within the model. */
#pragma once

#include "tui/model/model_list.h"

/* Can the list be read backwards? Then going back and `G` ask with the opposite sort. */
bool window_both_ways(const struct list *list);
enum list_sort window_opposite(enum list_sort sort);

/* Where an order is; list->n when it is not in the window. */
size_t window_find(const struct list *list, const struct uuid *uid);

/* Takes `row`. A row at the far end leaves when the window is full. The cursor stays on its order,
   and the screen on its rows, unless the list is not held. */
void window_insert(struct list *list, size_t at, struct row *row);
void window_remove(struct list *list, size_t at);
void window_to_front(struct list *list, size_t at);

/* Joins rows (taken) to an edge; as many leave at the other. */
void window_append(struct list *list, struct row **rows, size_t n);
void window_prepend(struct list *list, struct row **rows, size_t n);

void window_clear(struct list *list); /* no rows, no edges known, no anchors */
/* The same, but the way back from row `at` stays known. */
void window_clear_to(struct list *list, size_t at);

/* Moves the cursor by rows; `visible`: rows on the screen. */
void window_move(struct list *list, int64_t by, size_t visible);
/* The same for the screen, the cursor going along: a page. */
void window_page(struct list *list, int64_t by, size_t visible);
void window_show_selected(struct list *list, size_t visible);
