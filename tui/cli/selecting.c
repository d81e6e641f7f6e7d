/* Which orders a change means, how many those are, and whether that is meant. */
#include "tui/cli/selecting.h"

#include <stdio.h>

#include "shared/limits.h"
#include "shared/units.h"

bool selecting_read(struct cmd_run *run, struct selection *out, int *exit_code)
{
    int ways = (run->n_arguments > 0) + cmd_given(run, "filter") + cmd_given(run, "all");

    if (ways != 1) {
        *exit_code = cmd_usage(run, "%s %s", ways == 0 ? "say which orders:" : "give only one of",
                               run->cmd->arguments);
        return false;
    }
    out->filter_text = slice_of(cmd_text(run, "filter"));
    out->by_filter = cmd_given(run, "filter");
    out->all = cmd_given(run, "all");
    return cmd_order_ids(run, &out->ids, exit_code);
}

bool selecting_count(struct cmd_run *run, const struct selection *which, enum op op,
                     int64_t *matched, int *exit_code)
{
    struct request request = {.op = op};
    struct client_answer answer = {0};

    *matched = (int64_t)which->ids.n;
    /* --yes: nobody asks how many it is. */
    if ((!which->by_filter && !which->all) || cmd_given(run, "yes"))
        return true;
    if (op == OP_LIST) {
        request.list.filter_text = which->filter_text;
        request.list.page.limit = 1;
    } else {
        request.failed.query.filter_text = which->filter_text;
        request.failed.page.limit = 1;
    }
    *exit_code = cmd_ask(run, &request, &answer);
    if (*exit_code != EXIT_DONE)
        return false;
    *matched = cmd_reply_int(&answer, "matched", -1);
    client_answer_done(&answer);
    return true;
}

bool selecting_confirm(struct cmd_run *run, const char *verb, int64_t matched, int *exit_code)
{
    char question[128];
    char count[UNITS_TEXT_MAX];

    if (matched == 0 || matched == 1)
        return true;
    units_format_count(matched < 0 ? MATCHED_MAX : matched, count);
    (void)snprintf(question, sizeof question, "%s %s%s orders?", verb,
                   matched < 0 ? "more than " : "", count);
    return cmd_confirm(run, question, exit_code);
}
