/* Rows made of what the daemon sends, and moved on by events; within the model. */
#pragma once

#include "shared/filter.h"
#include "tui/model/model_list.h"

/* Copies text into a fixed field, cut between characters. */
void row_text(char *out, size_t size, struct slice text);
#define ROW_TEXT(field, text) row_text((field), sizeof(field), (text))

/* On the heap; freed by free(). */
struct row *row_of_order(const struct order *order);
struct row *row_of_dead(const struct dead_letter *dead);
struct row *row_of_event(const struct event *event, enum list_kind kind);

/* What the event says of the order, if it is newer than the row. */
void row_move_on(struct row *row, const struct event *event);

/* The event of a step that is done, or undone, names that step; the row's is the one that follows
   by `today`, a list of steps as text. "" where that is not known. */
void row_next_step(struct row *row, const struct event *event, struct slice today);

/* What a filter says of a row of which products and more are not known. */
enum verdict { VERDICT_NO, VERDICT_MAYBE, VERDICT_YES };
enum verdict row_verdict(const struct row *row, const struct filter *filter, int64_t now_us);

/* Can an event change whether an order matches? */
bool filter_moves(const struct filter *filter);
