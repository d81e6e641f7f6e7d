/* verify: are orders what was stored? Waits for the walk over all of them, with a bar. */
#include "tui/cli/cmd.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "shared/units.h"
#include "shared/wire_order.h"
#include "tui/cli/cli_out.h"

#define LOOK_EVERY_NS 100000000L
#define BAR_CELLS 30

static bool flag_of(const struct client_answer *answer, const char *key)
{
    struct mp_reader value;

    return wire_reply_find(answer->reply, answer->len, key, &value) && mp_bool(&value);
}

static void draw(int64_t checked, int64_t total)
{
    static const char bar[] = "##############################..............................";
    int64_t done = checked < total ? checked : total;
    int64_t cells = total > 0 ? done * BAR_CELLS / total : 0;
    char count[UNITS_TEXT_MAX];

    units_format_count(checked, count);
    (void)fprintf(stderr, "\r[%.*s] %3d%%  %s orders", BAR_CELLS, bar + BAR_CELLS - cells,
                  total > 0 ? (int)(done * 100 / total) : 0, count);
}

/* Asks until the walk has ended. */
static int wait_for_all(struct cmd_run *run, struct client_answer *answer)
{
    const struct timespec pause = {0, LOOK_EVERY_NS};
    const struct request request = {.op = OP_VERIFY};
    bool bar = isatty(STDERR_FILENO) == 1, drawn = false;
    int code = cmd_ask(run, &request, answer);

    while (code == EXIT_DONE && flag_of(answer, "running")) {
        if (bar)
            draw(cmd_reply_int(answer, "checked", 0), cmd_reply_int(answer, "total", 0));
        drawn = bar;
        (void)fflush(stderr);
        (void)nanosleep(&pause, NULL);
        client_answer_done(answer);
        code = cmd_ask(run, &request, answer);
    }
    if (drawn)
        (void)fputs("\r\x1b[K", stderr);
    return code;
}

static void print_ids(const struct client_answer *answer)
{
    struct mp_reader rows;
    uint32_t n = 0;

    if (!cmd_rows(answer, "broken", &rows, &n))
        return;
    for (; n > 0 && !mp_failed(&rows); n--) {
        out_safe(0, mp_str(&rows));
        (void)putchar('\n');
    }
}

static void say(const struct client_answer *answer, int64_t broken)
{
    int64_t unsummed = cmd_reply_int(answer, "unsummed", 0);
    char text[UNITS_TEXT_MAX];

    print_ids(answer);
    units_format_count(cmd_reply_int(answer, "checked", 0), text);
    (void)printf("Checked %s orders: ", text);
    units_format_count(broken, text);
    (void)printf(broken == 0 ? "all hold.\n" : "%s do not hold.\n", text);
    units_format_count(unsummed, text);
    if (unsummed > 0)
        (void)printf("%s of them have no sum yet: they were last written by an older version.\n",
                     text);
}

static int judge(struct cmd_run *run, const struct client_answer *answer)
{
    int64_t broken = cmd_reply_int(answer, "broken_count", 0);
    struct mp_reader failure;
    bool failed = wire_reply_find(answer->reply, answer->len, "failure", &failure) &&
                  mp_peek(&failure) == MP_STR;

    if (run->json)
        cmd_print_reply(answer);
    else
        say(answer, broken);
    if (failed && !run->json) {
        (void)fputs("dofs verify: not all could be looked at: ", stderr);
        (void)fflush(stdout);
        out_safe(1, mp_str(&failure));
        (void)fputc('\n', stderr);
    }
    return broken > 0 || failed ? EXIT_REFUSED : EXIT_DONE;
}

static int run_verify(struct cmd_run *run)
{
    struct request request = {.op = OP_VERIFY};
    struct client_answer answer = {0};
    int code = EXIT_DONE;

    if (run->n_arguments > 0) {
        request.verify.has_id = true;
        if (!cmd_order_id(run, run->arguments[0], &request.verify.order_id, &code))
            return code;
        code = cmd_ask(run, &request, &answer);
    } else {
        code = wait_for_all(run, &answer);
    }
    if (code != EXIT_DONE)
        return code;
    code = judge(run, &answer);
    client_answer_done(&answer);
    return code;
}

const struct cmd cmd_verify = {
    .name = "verify",
    .arguments = "[ID]",
    .max_arguments = 1,
    .help = "Are orders what was stored? All of them, or one; exit 0 or 1",
    .run = run_verify,
};
