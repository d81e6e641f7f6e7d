/* alarms: what they are, and who knows of them. */
#include "tui/cli/cmd.h"

#include <stdio.h>

#include "shared/alarm.h"
#include "tui/cli/cli_out.h"

static const struct column columns[] = {
    {"ALARM", COLUMN_LEFT, 0},  {"STATE", COLUMN_LEFT, 0},
    {"VALUE", COLUMN_RIGHT, 0}, {"THRESHOLD", COLUMN_RIGHT, 0},
    {"SINCE", COLUMN_RIGHT, 0}, {"ACKNOWLEDGED BY", COLUMN_LEFT, 24},
};

static void add_row(struct table *table, const struct alarm_row *row, int64_t now)
{
    char text[UNITS_TEXT_MAX];

    table_cell(table, row->name);
    table_cell(table, slice_of(alarm_state(row->alarm)));
    alarm_format(row->name, row->value, text);
    table_cell(table, slice_of(text));
    alarm_format(row->name, row->threshold, text);
    table_cell(table, row->threshold > 0 ? slice_of(text) : SLICE("off"));
    table_cell_age(table, row->since_at, now);
    table_cell(table, row->acknowledged_by);
}

static int print_alarms(struct cmd_run *run, const struct client_answer *answer)
{
    struct table *table = NULL;
    struct mp_reader rows;
    uint32_t n = 0;

    if (!cmd_rows(answer, "alarms", &rows, &n))
        return cmd_odd_reply(run);
    table = table_new(columns, sizeof columns / sizeof *columns);
    for (; n > 0 && !mp_failed(&rows); n--) {
        struct alarm_row row;

        if (run->json) {
            out_json_line(&rows, NULL);
            continue;
        }
        alarm_read(&rows, &row);
        add_row(table, &row, clock_wall(&run->clock));
    }
    table_print(table, run->colour);
    table_free(table);
    return mp_failed(&rows) ? cmd_odd_reply(run) : EXIT_DONE;
}

static int acknowledge(struct cmd_run *run, const char *name)
{
    const struct request request = {.op = OP_ALARM_ACK, .alarm_ack = {.name = slice_of(name)}};
    struct client_answer answer = {0};
    int code = cmd_ask(run, &request, &answer);

    if (code != EXIT_DONE)
        return code;
    if (run->json)
        cmd_print_reply(&answer);
    else
        (void)printf("%s: acknowledged until it changes\n", name);
    client_answer_done(&answer);
    return EXIT_DONE;
}

static int run_alarms(struct cmd_run *run)
{
    const struct request request = {.op = OP_ALARMS};
    struct client_answer answer = {0};
    int code = EXIT_DONE;

    if (cmd_given(run, "ack"))
        return acknowledge(run, cmd_text(run, "ack"));
    code = cmd_ask(run, &request, &answer);
    if (code != EXIT_DONE)
        return code;
    code = print_alarms(run, &answer);
    client_answer_done(&answer);
    return code;
}

static const struct flag flags[] = {
    {"ack", 0, FLAG_TEXT, 0, "NAME", "tell that you know of this alarm, until it changes"},
    {0},
};

const struct cmd cmd_alarms = {
    .name = "alarms",
    .help = "List the alarms, or acknowledge one",
    .flags = flags,
    .run = run_alarms,
};
