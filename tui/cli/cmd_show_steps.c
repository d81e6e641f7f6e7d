/* Where an order stands in its steps, and whether the list is another one today. */
#include "tui/cli/cmd_show_steps.h"

#include <stdio.h>

#include "shared/limits.h"
#include "shared/order_steps.h"
#include "shared/wire_steps.h"
#include "tui/cli/cli_out.h"

static const struct column step_columns[] = {
    {"STEP", COLUMN_LEFT, STEP_NAME_MAX},
    {"STATE", COLUMN_LEFT, 0},
    {"UNDO", COLUMN_LEFT, 0},
    {"RESULT", COLUMN_LEFT, 64},
};

/* At which step it stands, in a word. */
static const char *state_here(const struct order *order)
{
    static const char *const words[STATUS_COUNT] = {
        [STATUS_QUEUED] = "at",       [STATUS_PROCESSING] = "at",  [STATUS_RETRYING] = "at",
        [STATUS_HELD] = "at",         [STATUS_FULFILLED] = "done", [STATUS_FAILED] = "failed",
        [STATUS_UNDOING] = "undoing", [STATUS_REJECTED] = "-",     [STATUS_CANCELLED] = "stopped",
    };

    if (order->status == STATUS_FAILED && order_undoes(order))
        return "undo failed";
    return words[order->status] != NULL ? words[order->status] : "-";
}

/* Of one that the undos have left behind: what it handed on says that it was done. */
static const char *state_left(const struct order *order, const struct step *step)
{
    if (order_result_of(order, step->name).p == NULL)
        return "-";
    return step->undo ? "undone" : "done";
}

static const char *state_of(const struct order *order, const struct step *step, size_t i, size_t at)
{
    bool was_done = order_result_of(order, step->name).p != NULL;

    if (at == STEP_NONE || order->status == STATUS_CANCELLED)
        return i == at && !was_done ? state_here(order) : state_left(order, step);
    if (i < at)
        return "done";
    if (i == at)
        return state_here(order);
    return order_undoes(order) ? state_left(order, step) : "next";
}

void cmd_show_steps(const struct cmd_run *run, const struct order *order)
{
    struct table *table = NULL;
    size_t at = order_step_at(order);
    struct step step;

    if (!order_has_steps(order))
        return;
    (void)putchar('\n');
    table = table_new(step_columns, sizeof step_columns / sizeof *step_columns);
    for (size_t i = 0; steps_at(order->steps, i, &step); i++) {
        struct slice result = order_result_of(order, step.name);

        table_cell(table, step.name);
        table_cell(table, slice_of(state_of(order, &step, i, at)));
        table_cell(table, step.undo ? SLICE("yes") : SLICE("-"));
        table_cell(table, slice_cut(&result, '\n'));
    }
    table_print(table, run->colour);
    table_free(table);
}

static void print_list(struct slice steps)
{
    struct step step;

    for (size_t i = 0; steps_at(steps, i, &step); i++) {
        (void)fputs(i > 0 ? ", " : "", stdout);
        out_safe(0, step.name);
        (void)fputs(step.undo ? " (undo)" : "", stdout);
    }
}

void cmd_show_today(struct cmd_run *run, const struct order *order)
{
    const struct request request = {.op = OP_INFO};
    struct client_answer answer = {0};
    struct mp_reader r;

    if (cmd_ask(run, &request, &answer) != EXIT_DONE)
        return;
    if (wire_reply_find(answer.reply, answer.len, "steps", &r)) {
        struct slice today = wire_steps_read(&r, &run->arena);

        if (!mp_failed(&r) && !slice_eq(today, order->steps)) {
            (void)fputs("\nAccepted under another list of steps than today's: ", stdout);
            print_list(order->steps);
            (void)fputs("; today: ", stdout);
            print_list(today);
            (void)putchar('\n');
        }
    }
    client_answer_done(&answer);
}
