/* Changes to orders by id or filter: cancel, hold, release, retry. */
#include "tui/cli/cmd.h"

#include <stdio.h>

#include "shared/limits.h"
#include "shared/units.h"
#include "tui/cli/cli_out.h"
#include "tui/cli/selecting.h"

/* How one of the changes is spoken of. */
struct verb {
    const struct cmd *cmd;
    enum op op;
    const char *ask;  /* "Cancel" in the question */
    const char *done; /* "cancelled" */
};

static const struct verb verbs[] = {
    {&cmd_cancel, OP_CANCEL, "Cancel", "cancelled"},
    {&cmd_hold, OP_HOLD, "Hold", "held"},
    {&cmd_release, OP_RELEASE, "Release", "released"},
    {&cmd_retry, OP_RETRY_NOW, "Retry", "queued again"},
};

static const struct verb *verb_of(const struct cmd *cmd)
{
    const struct verb *verb = verbs;

    while (verb->cmd != cmd)
        verb++;
    return verb;
}

struct tally {
    int64_t changed, skipped;
};

static int print_one(const struct cmd_run *run, const struct client_answer *answer)
{
    struct reply_change_one reply = {0};
    char id[UUID_TEXT_LEN + 1];

    if (run->json) {
        cmd_print_reply(answer);
        return EXIT_DONE;
    }
    if (wire_read_change_one(answer->reply, answer->len, &reply, NULL) != OK)
        return cmd_odd_reply(run);
    uuid_format(&reply.order_id, id);
    (void)printf("%s  ", id);
    out_status(reply.status, run->colour);
    (void)puts(reply.cancelling ? "  (noted; it ends with the attempt unless that fulfils it)"
                                : "");
    return EXIT_DONE;
}

static void print_many(const struct cmd_run *run, const struct verb *verb,
                       const struct tally *tally)
{
    char changed[UNITS_TEXT_MAX];
    char skipped[UNITS_TEXT_MAX];

    if (run->json) {
        (void)printf("{\"changed\":%lld,\"skipped\":%lld}\n", (long long)tally->changed,
                     (long long)tally->skipped);
        return;
    }
    units_format_count(tally->changed, changed);
    units_format_count(tally->skipped, skipped);
    (void)printf("%s %s, %s skipped\n", changed, verb->done, skipped);
}

static int change_part(struct cmd_run *run, const struct request *request, struct tally *tally)
{
    struct client_answer answer = {0};
    int code = cmd_ask(run, request, &answer);

    if (code != EXIT_DONE)
        return code;
    if (request->change.which.one) {
        code = print_one(run, &answer);
    } else {
        tally->changed += cmd_reply_int(&answer, "changed", 0);
        tally->skipped += cmd_reply_int(&answer, "skipped", 0);
    }
    client_answer_done(&answer);
    return code;
}

/* A request takes so many ids at most: more go in parts. */
static int change(struct cmd_run *run, struct request *request, struct tally *tally)
{
    struct id_list all = request->change.which.ids;
    int code = EXIT_DONE;

    if (all.n <= ORDER_IDS_MAX)
        return change_part(run, request, tally);
    for (size_t at = 0; at < all.n && code == EXIT_DONE; at += ORDER_IDS_MAX) {
        size_t left = all.n - at;

        request->change.which.ids.ids = all.ids + at;
        request->change.which.ids.n = left < ORDER_IDS_MAX ? left : ORDER_IDS_MAX;
        code = change_part(run, request, tally);
    }
    return code;
}

static int run_change(struct cmd_run *run)
{
    const struct verb *verb = verb_of(run->cmd);
    struct request request = {.op = verb->op};
    struct request_change *wanted = &request.change;
    struct tally tally = {0};
    int64_t matched = 0;
    int code = EXIT_DONE;

    wanted->reason = slice_of(cmd_text(run, "reason"));
    if (!selecting_read(run, &wanted->which, &code))
        return code;
    wanted->which.one = wanted->which.ids.n == 1;
    if (!selecting_count(run, &wanted->which, OP_LIST, &matched, &code) ||
        !selecting_confirm(run, verb->ask, matched, &code))
        return code;
    code = change(run, &request, &tally);
    if (code == EXIT_DONE && !wanted->which.one)
        print_many(run, verb, &tally);
    return code;
}

static const struct flag change_flags[] = {
    {"filter", 'f', FLAG_TEXT, 0, "FILTER", "all orders that match, in place of IDs"},
    {"reason", 'r', FLAG_TEXT, 0, "TEXT", "kept in each order's history"},
    {"yes", 'y', FLAG_SWITCH, 0, NULL, "do not ask before changing more than one"},
    {0},
};

const struct cmd cmd_cancel = {
    .name = "cancel",
    .arguments = "(ID... | --filter FILTER)",
    .max_arguments = SIZE_MAX,
    .help = "Withdraw orders that are not fulfilled yet",
    .flags = change_flags,
    .run = run_change,
};

const struct cmd cmd_hold = {
    .name = "hold",
    .arguments = "(ID... | --filter FILTER)",
    .max_arguments = SIZE_MAX,
    .help = "Keep queued orders back until they are released",
    .flags = change_flags,
    .run = run_change,
};

const struct cmd cmd_release = {
    .name = "release",
    .arguments = "(ID... | --filter FILTER)",
    .max_arguments = SIZE_MAX,
    .help = "Queue held orders again",
    .flags = change_flags,
    .run = run_change,
};

const struct cmd cmd_retry = {
    .name = "retry",
    .arguments = "(ID... | --filter FILTER)",
    .max_arguments = SIZE_MAX,
    .help = "Let the next attempt of retrying orders start now",
    .flags = change_flags,
    .run = run_change,
};
