/* submit: one order from the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"
#include "tui/cli/cli_out.h"
#include "tui/cli/cmd.h"
#include "tui/cli/cmd_submit_file.h"
#include "tui/cli/cmd_submit_wait.h"

/* PRODUCT may hold colons itself: the last one counts. */
static int read_items(struct cmd_run *run, struct order_draft *draft)
{
    const char *const *texts = NULL;
    size_t n = cmd_texts(run, "item", &texts);
    struct item *items = arena_alloc(&run->arena, (n + 1) * sizeof *items);

    for (size_t i = 0; i < n; i++) {
        const char *colon = strrchr(texts[i], ':');

        if (colon == NULL || !text_int(slice_of(colon + 1), &items[i].quantity))
            return cmd_usage(run, "--item '%.100s': must be PRODUCT:QTY", texts[i]);
        items[i].product_id = (struct slice){texts[i], (size_t)(colon - texts[i])};
    }
    draft->items = items;
    draft->n_items = n;
    return EXIT_DONE;
}

static int read_metadata(struct cmd_run *run, struct order_draft *draft)
{
    const char *const *texts = NULL;
    size_t n = cmd_texts(run, "meta", &texts);
    struct pair *pairs = arena_alloc(&run->arena, (n + 1) * sizeof *pairs);

    for (size_t i = 0; i < n; i++) {
        const char *equals = strchr(texts[i], '=');

        if (equals == NULL)
            return cmd_usage(run, "--meta '%.100s': must be KEY=VALUE", texts[i]);
        pairs[i].key = (struct slice){texts[i], (size_t)(equals - texts[i])};
        pairs[i].value = slice_of(equals + 1);
    }
    draft->metadata = pairs;
    draft->n_metadata = n;
    return EXIT_DONE;
}

static int read_draft(struct cmd_run *run, struct order_draft *draft)
{
    int code = EXIT_DONE;

    *draft = (struct order_draft){
        .customer_id = slice_of(cmd_text(run, "customer")),
        .reference = slice_of(cmd_text(run, "ref")),
        .priority = cmd_int(run, "priority", PRIORITY_DEFAULT),
        .not_before = cmd_us(run, "not-before", 0),
    };
    code = read_items(run, draft);
    return code == EXIT_DONE ? read_metadata(run, draft) : code;
}

/* What came of it, as far as it is known. */
static void print_order(const struct cmd_run *run, const struct order *order, bool ended)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(&order->uid, id);
    (void)printf("%s  ", id);
    out_status(order->status, run->colour);
    if (ended && order->attempts > 0)
        (void)printf(" after %u attempt%s", (unsigned)order->attempts,
                     order->attempts == 1 ? "" : "s");
    if (order->failure_reason.p != NULL) {
        (void)fputs(": ", stdout);
        out_safe(0, order->failure_reason);
    }
    (void)putchar('\n');
}

/* A rejected order is stored, but whoever asked for it will not get it. */
static int print_reply(struct cmd_run *run, const struct client_answer *answer,
                       const struct reply_submit *reply)
{
    const struct order order = {
        .uid = reply->order_id, .status = reply->status, .failure_reason = reply->reasons};

    if (run->json)
        cmd_print_reply(answer);
    else
        print_order(run, &order, false);
    if (reply->duplicate && !run->json)
        (void)fputs("This key was used before: this is the order it made.\n", stderr);
    if (reply->status != STATUS_REJECTED)
        return EXIT_DONE;
    (void)fputs("dofs submit: rejected: ", stderr);
    out_safe(1, reply->reasons);
    (void)fputc('\n', stderr);
    return EXIT_REFUSED;
}

static int print_ending(struct cmd_run *run, struct submit_wait *wait, const struct uuid *id)
{
    struct client_answer answer = {0};
    struct order order = {0};
    struct mp_reader r;
    int code = submit_wait_end(wait, id, -1, &answer, &order);

    if (answer.message == NULL)
        return code;
    if (!run->json)
        print_order(run, &order, true);
    else if (wire_reply_find(answer.reply, answer.len, "order", &r))
        out_json_line(&r, NULL);
    client_answer_done(&answer);
    return code;
}

static int submit(struct cmd_run *run, const struct request *request)
{
    struct submit_wait *wait = cmd_given(run, "wait") ? submit_wait_open(run) : NULL;
    struct client_answer answer = {0};
    struct reply_submit reply = {0};
    int code = cmd_ask(run, request, &answer);

    if (code != EXIT_DONE)
        goto done;
    if (wire_read_submit(answer.reply, answer.len, &run->arena, &reply, NULL) != OK)
        code = cmd_odd_reply(run);
    else if (wait == NULL)
        code = print_reply(run, &answer, &reply);
    else
        code = print_ending(run, wait, &reply.order_id);
    client_answer_done(&answer);
done:
    submit_wait_close(wait);
    return code;
}

static int run_one(struct cmd_run *run)
{
    struct request request = {.op = OP_SUBMIT};
    char key[UUID_TEXT_LEN + 1];
    int code = EXIT_DONE;

    if (cmd_given(run, "rejects"))
        return cmd_usage(run, "--rejects goes with --file");
    if (!cmd_given(run, "customer") || !cmd_given(run, "item"))
        return cmd_usage(run, "--customer and --item are needed, or --file");
    code = read_draft(run, &request.submit.draft);
    if (code != EXIT_DONE)
        return code;
    cmd_new_key(key); /* so that a repeat after a lost connection makes no second order */
    request.submit.key = slice_of(cmd_given(run, "key") ? cmd_text(run, "key") : key);
    return submit(run, &request);
}

static int run_submit(struct cmd_run *run)
{
    static const char *const of_one[] = {"customer", "item",       "ref",  "meta",
                                         "priority", "not-before", "wait", NULL};

    if (!cmd_given(run, "file"))
        return run_one(run);
    for (const char *const *flag = of_one; *flag != NULL; flag++)
        if (cmd_given(run, *flag))
            return cmd_usage(run, "--%s does not go with --file", *flag);
    return submit_file(run);
}

static const struct flag submit_flags[] = {
    {"customer", 'c', FLAG_TEXT, 0, "ID", "who orders"},
    {"item", 0, FLAG_TEXT, FLAG_MANY, "PRODUCT:QTY", "what, and how many; may be repeated"},
    {"ref", 'r', FLAG_TEXT, 0, "TEXT", "the customer's own order number"},
    {"meta", 'm', FLAG_TEXT, FLAG_MANY, "KEY=VALUE", "something to keep with it"},
    {"priority", 0, FLAG_INT, 0, "N", "0 (first) to 9 (default: 5)"},
    {"not-before", 0, FLAG_TIME, 0, "TIME", "no attempt starts before it"},
    {"key", 'k', FLAG_TEXT, 0, "KEY",
     "makes a repeat safe: the same key and order are taken once; with --file a prefix, which "
     "gets the line's number"},
    {"wait", 'w', FLAG_SWITCH, 0, NULL, "until it has ended; exit code 4 if not fulfilled"},
    {"file", 'f', FLAG_TEXT, 0, "FILE", "many orders, as JSON Lines or CSV; -: standard input"},
    {"rejects", 0, FLAG_TEXT, 0, "FILE", "with --file: the lines that were not taken go there"},
    {0},
};

const struct cmd cmd_submit = {
    .name = "submit",
    .arguments = "",
    .help = "Submit an order, or a file of orders",
    .flags = submit_flags,
    .run = run_submit,
};
