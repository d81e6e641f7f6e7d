/* amend: the whole order anew, from a file, in place of one that is held or failed. */
#include "tui/cli/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/limits.h"
#include "shared/order_json.h"
#include "tui/cli/cli_out.h"

#define FILE_MAX_BYTES ((size_t)FRAME_MAX_BYTES)

static enum err read_all(FILE *file, const char *name, struct buf *out, struct why *why)
{
    while (!feof(file) && !ferror(file) && buf_reserve(out, 4096))
        out->len += fread(out->data + out->len, 1, 4096, file);
    if (ferror(file))
        return err_sys(why, ERR_INVALID, errno, "cannot read '%s'", name);
    if (out->failed)
        return err_set(why, ERR_TOO_LARGE, "'%s' has more than %zu bytes", name, FILE_MAX_BYTES);
    return OK;
}

static enum err read_file(const char *name, struct buf *out, struct why *why)
{
    bool standard = strcmp(name, "-") == 0;
    FILE *file = standard ? stdin : fopen(name, "re");
    enum err e = OK;

    if (file == NULL)
        return err_sys(why, ERR_NOT_FOUND, errno, "cannot open '%s'", name);
    e = read_all(file, standard ? "standard input" : name, out, why);
    if (!standard)
        (void)fclose(file);
    return e;
}

/* The draft borrows from *json. */
static enum err read_draft(struct cmd_run *run, struct order_draft *out, struct json **json,
                           struct why *why)
{
    struct problems problems = {.arena = &run->arena};
    struct buf text;
    enum err e = OK;

    buf_init(&text, FILE_MAX_BYTES + 4096);
    e = read_file(cmd_text(run, "file"), &text, why);
    if (e == OK)
        e = json_parse((const char *)text.data, text.len, json, why);
    buf_done(&text);
    if (e != OK)
        return e;
    order_json_read(*json, out, &problems);
    validate_draft(out, &problems);
    return problems.n > 0 ? problems_why(&problems, why) : OK;
}

static int amend(struct cmd_run *run, const struct request *request)
{
    struct client_answer answer = {0};
    struct mp_reader r;
    enum status status = STATUS_NONE;
    char id[UUID_TEXT_LEN + 1];
    int code = cmd_ask(run, request, &answer);

    if (code != EXIT_DONE)
        return code;
    uuid_format(&request->amend.order_id, id);
    if (run->json) {
        cmd_print_reply(&answer);
    } else if (wire_reply_find(answer.reply, answer.len, "status", &r) &&
               status_parse(mp_str(&r), &status)) {
        (void)printf("%s  ", id);
        out_status(status, run->colour);
        (void)puts(status == STATUS_FAILED ? "  amended; replay it to try it again"
                                           : "  amended; release it to go on");
    } else {
        code = cmd_odd_reply(run);
    }
    client_answer_done(&answer);
    return code;
}

static int run_amend(struct cmd_run *run)
{
    struct request request = {.op = OP_AMEND};
    struct json *json = NULL;
    struct why why = {0};
    int code = EXIT_DONE;
    enum err e = OK;

    request.amend.reason = slice_of(cmd_text(run, "reason"));
    e = read_draft(run, &request.amend.draft, &json, &why);
    if (e != OK)
        code = cmd_refused(run, e, &why);
    else if (cmd_order_id(run, run->arguments[0], &request.amend.order_id, &code))
        code = amend(run, &request);
    json_free(json);
    return code;
}

static const struct flag amend_flags[] = {
    {"file", 'f', FLAG_TEXT, FLAG_REQUIRED, "FILE",
     "the whole order as JSON, as for submit --file; -: standard input"},
    {"reason", 'r', FLAG_TEXT, FLAG_REQUIRED, "TEXT", "kept in the order's history"},
    {0},
};

const struct cmd cmd_amend = {
    .name = "amend",
    .arguments = "ID",
    .min_arguments = 1,
    .max_arguments = 1,
    .help = "Correct an order that is held or failed",
    .flags = amend_flags,
    .run = run_amend,
};
