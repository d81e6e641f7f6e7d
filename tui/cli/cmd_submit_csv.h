/* Orders from CSV: successive rows of one reference are one order. */
#pragma once

#include "tui/cli/cmd_submit_lines.h"
#include "tui/cli/cmd_submit_read.h"

struct submit_csv;

/*
 * Takes the header from the current line of `lines`, which is borrowed.
 *
 * errors   ERR_INVALID: a missing, unknown or doubled column
 */
enum err submit_csv_open(struct submit_lines *lines, struct submit_csv **out, struct why *why);
void submit_csv_close(struct submit_csv *csv); /* takes NULL */

/* The next order; false at the end. Its parts live in `arena`, but for the text. */
bool submit_csv_next(struct submit_csv *csv, struct arena *arena, struct submit_row *row);

struct slice submit_csv_header(const struct submit_csv *csv);
