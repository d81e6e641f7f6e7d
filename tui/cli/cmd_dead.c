/* The dead-letter queue: replay, replays, discard. */
#include "tui/cli/cmd.h"

#include <stdio.h>
#include <string.h>

#include "shared/limits.h"
#include "shared/units.h"
#include "tui/cli/cli_out.h"
#include "tui/cli/selecting.h"
#include "shared/stop_if.h"

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

/* Replay ----------------------------------------------------------------------------------------
 */

static const struct column plan_columns[] = {
    {"COUNT", COLUMN_RIGHT, 0},
    {"OLDEST", COLUMN_RIGHT, 0},
    {"STEP", COLUMN_LEFT, STEP_NAME_MAX},
    {"REASON", COLUMN_LEFT, 96},
};

static int print_plan(const struct cmd_run *run, const struct client_answer *answer)
{
    struct table *table = table_new(plan_columns, COUNT_OF(plan_columns));
    int64_t now = clock_wall(&run->clock);
    struct mp_reader rows;
    uint32_t n = 0;
    int code = EXIT_DONE;

    out_pair("would replay", "%lld", (long long)cmd_reply_int(answer, "matched", 0));
    out_pair_time("oldest", cmd_reply_int(answer, "oldest_at", 0), now);
    if (!cmd_rows(answer, "reasons", &rows, &n))
        code = cmd_odd_reply(run);
    for (; n > 0 && !mp_failed(&rows); n--) {
        struct reason_group group = {0};

        wire_group_read(&rows, &group);
        table_cell_text(table, "%lld", (long long)group.count);
        table_cell_age(table, group.oldest_at, now);
        table_cell(table, group.step);
        table_cell(table, group.group);
    }
    table_print(table, run->colour);
    table_free(table);
    if (code == EXIT_DONE && wire_reply_find(answer->reply, answer->len, "token", &rows)) {
        struct slice token = mp_str(&rows);

        (void)printf("\nReplay exactly these within an hour: dofs replay --token %.*s\n",
                     SLICE_ARGS(token));
    }
    return code;
}

static int print_started(const struct cmd_run *run, const struct client_answer *answer)
{
    struct mp_reader r;

    if (!wire_reply_find(answer->reply, answer->len, "replay_id", &r))
        return cmd_odd_reply(run);
    out_pair_slice("replay", mp_str(&r));
    out_pair("matched", "%lld", (long long)cmd_reply_int(answer, "matched", 0));
    out_pair("skipped", "%lld", (long long)cmd_reply_int(answer, "skipped", 0));
    return EXIT_DONE;
}

static int replay(struct cmd_run *run, const struct request *request)
{
    struct client_answer answer = {0};
    int code = cmd_ask(run, request, &answer);

    if (code != EXIT_DONE)
        return code;
    if (run->json)
        cmd_print_reply(&answer);
    else if (request->replay.dry_run)
        code = print_plan(run, &answer);
    else
        code = print_started(run, &answer);
    client_answer_done(&answer);
    return code;
}

static bool too_many(const struct cmd_run *run, const struct selection *which, int *code)
{
    if (which->ids.n <= ORDER_IDS_MAX)
        return false;
    *code = cmd_usage(run, "at most %d IDs at once; use --filter or --all", ORDER_IDS_MAX);
    return true;
}

/* How the replay goes about it. */
static int read_manner(struct cmd_run *run, struct request_replay *wanted)
{
    const char *stop_if = cmd_text(run, "stop-if");
    const char *from = cmd_text(run, "from");

    wanted->rate = cmd_number(run, "rate", 0);
    wanted->canary = cmd_int(run, "canary", 0);
    wanted->reason = slice_of(cmd_text(run, "reason"));
    wanted->dry_run = cmd_given(run, "dry-run");
    wanted->from_start = from != NULL && strcmp(from, "start") == 0;
    if (from != NULL && !wanted->from_start && strcmp(from, "failed") != 0)
        return cmd_usage(run, "--from takes failed (go on at the step that failed) or start");
    if (cmd_given(run, "rate") && !(wanted->rate > 0))
        return cmd_usage(run, "--rate takes a number of orders per second above 0");
    if (cmd_given(run, "canary") && wanted->canary < 1)
        return cmd_usage(run, "--canary takes a number of orders above 0");
    if (stop_if != NULL && !stop_if_parse(slice_of(stop_if), &wanted->stop_if))
        return cmd_usage(run, "--stop-if '%s': not a share and a number of orders, such as 50%%/20",
                         stop_if);
    return EXIT_DONE;
}

static bool read_which(struct cmd_run *run, struct request_replay *wanted, int *code)
{
    wanted->token = slice_of(cmd_text(run, "token"));
    if (wanted->token.p == NULL) {
        if (!selecting_read(run, &wanted->which, code) || too_many(run, &wanted->which, code))
            return false;
        wanted->query.filter_text = wanted->which.filter_text;
        return true;
    }
    if (run->n_arguments > 0 || cmd_given(run, "filter") || cmd_given(run, "all") ||
        wanted->dry_run) {
        *code = cmd_usage(run, "--token goes without IDs, --filter, --all and --dry-run");
        return false;
    }
    return true;
}

/* Asks before more than one is replayed. What is replayed is what was counted: by a token. */
static bool confirm(struct cmd_run *run, struct request *request, int *code)
{
    struct request_replay *wanted = &request->replay;
    bool many = wanted->which.by_filter || wanted->which.all;
    struct client_answer answer = {0};
    struct mp_reader r;
    int64_t matched = (int64_t)wanted->which.ids.n;

    if (wanted->dry_run || cmd_given(run, "yes"))
        return true;
    if (wanted->token.p != NULL)
        return cmd_confirm(run, "Replay what the dry run found?", code);
    if (!many)
        return selecting_confirm(run, "Replay", matched, code);
    wanted->dry_run = true;
    *code = cmd_ask(run, request, &answer);
    wanted->dry_run = false;
    if (*code != EXIT_DONE)
        return false;
    matched = cmd_reply_int(&answer, "matched", -1);
    if (wire_reply_find(answer.reply, answer.len, "token", &r))
        wanted->token = slice_copy(&run->arena, mp_str(&r));
    client_answer_done(&answer);
    wanted->which = (struct selection){0};
    wanted->query = (struct dead_query){0};
    return selecting_confirm(run, "Replay", matched, code);
}

static int run_replay(struct cmd_run *run)
{
    struct request request = {.op = OP_REPLAY};
    char key[UUID_TEXT_LEN + 1];
    int code = read_manner(run, &request.replay);

    cmd_new_key(key);
    request.replay.key = slice_of(key);
    if (code != EXIT_DONE || !read_which(run, &request.replay, &code) ||
        !confirm(run, &request, &code))
        return code;
    return replay(run, &request);
}

/* Replays ---------------------------------------------------------------------------------------
 */

static const struct column replay_columns[] = {
    {"ID", COLUMN_LEFT, 0},      {"STATE", COLUMN_LEFT, 0},    {"MATCHED", COLUMN_RIGHT, 0},
    {"MOVED", COLUMN_RIGHT, 0},  {"SKIPPED", COLUMN_RIGHT, 0}, {"REFAILED", COLUMN_RIGHT, 0},
    {"RATE", COLUMN_RIGHT, 0},   {"STARTED", COLUMN_RIGHT, 0}, {"BY", COLUMN_LEFT, 24},
    {"REASON", COLUMN_LEFT, 40},
};

static void replay_row(struct table *table, const struct replay_row *replay, int64_t now)
{
    char id[UUID_TEXT_LEN + 1];

    cmd_short_id(&replay->uid, id);
    table_cell(table, slice_of(id));
    table_cell(table, slice_of(replay_state_name(replay->state)));
    table_cell_text(table, "%lld", (long long)replay->matched);
    table_cell_text(table, "%lld", (long long)replay->moved);
    table_cell_text(table, "%lld", (long long)replay->skipped);
    table_cell_text(table, "%lld", (long long)replay->refailed);
    if (replay->rate > 0)
        table_cell_text(table, "%g/s", replay->rate);
    else
        table_cell(table, SLICE(""));
    table_cell_age(table, replay->started_at, now);
    table_cell(table, replay->by);
    table_cell(table, replay->reason);
}

static int print_replays(const struct cmd_run *run, const struct client_answer *answer,
                         struct table *table)
{
    struct mp_reader rows;
    uint32_t n = 0;

    if (!cmd_rows(answer, "replays", &rows, &n))
        return cmd_odd_reply(run);
    for (; n > 0 && !mp_failed(&rows); n--) {
        struct replay_row row = {0};

        if (run->json) {
            out_json_line(&rows, NULL);
            continue;
        }
        wire_replay_read(&rows, &row);
        replay_row(table, &row, clock_wall(&run->clock));
    }
    table_print(table, run->colour);
    return mp_failed(&rows) ? cmd_odd_reply(run) : EXIT_DONE;
}

static int list_replays(struct cmd_run *run)
{
    struct request request = {.op = OP_REPLAYS, .replays = {.page = {.limit = PAGE_MAX}}};
    struct table *table = table_new(replay_columns, COUNT_OF(replay_columns));
    struct client_answer answer = {0};
    int code = EXIT_DONE;

    do {
        code = cmd_ask(run, &request, &answer);
        if (code != EXIT_DONE)
            break;
        code = print_replays(run, &answer, table);
        request.replays.page.cursor = slice_copy(&run->arena, cmd_next_cursor(&answer));
        client_answer_done(&answer);
    } while (code == EXIT_DONE && request.replays.page.cursor.p != NULL);
    table_free(table);
    return code;
}

/* Counts the replays of one page whose id begins with `start`; *out is one of them. */
static size_t replays_that_start(const struct client_answer *answer, struct slice start,
                                 struct uuid *out)
{
    struct mp_reader rows;
    uint32_t n = 0;
    size_t found = 0;

    if (!cmd_rows(answer, "replays", &rows, &n))
        return 0;
    for (; n > 0 && !mp_failed(&rows); n--) {
        struct replay_row row = {0};
        char id[UUID_TEXT_LEN + 1];

        wire_replay_read(&rows, &row);
        uuid_format(&row.uid, id);
        if (slice_starts(slice_of(id), start)) {
            *out = row.uid;
            found++;
        }
    }
    return found;
}

static bool replay_id(struct cmd_run *run, const char *text, struct uuid *out, int *code)
{
    struct request request = {.op = OP_REPLAYS, .replays = {.page = {.limit = PAGE_MAX}}};
    struct client_answer answer = {0};
    struct why why = {0};
    size_t found = 0;

    if (uuid_parse(text, strlen(text), out))
        return true;
    do {
        *code = cmd_ask(run, &request, &answer);
        if (*code != EXIT_DONE)
            return false;
        found += replays_that_start(&answer, slice_of(text), out);
        request.replays.page.cursor = slice_copy(&run->arena, cmd_next_cursor(&answer));
        client_answer_done(&answer);
    } while (found < 2 && request.replays.page.cursor.p != NULL);
    if (found == 1)
        return true;
    (void)err_set(&why, ERR_NOT_FOUND, "%s replay's id begins with '%.100s'",
                  found == 0 ? "no" : "more than one", text);
    *code = cmd_refused(run, found == 0 ? ERR_NOT_FOUND : ERR_CONFLICT, &why);
    return false;
}

static int run_replays(struct cmd_run *run)
{
    const char *cancel = cmd_text(run, "cancel");
    struct request request = {.op = OP_REPLAY_CANCEL};
    struct client_answer answer = {0};
    struct mp_reader r;
    int code = EXIT_DONE;

    if (cancel == NULL)
        return list_replays(run);
    if (!replay_id(run, cancel, &request.replay_cancel.replay_id, &code))
        return code;
    code = cmd_ask(run, &request, &answer);
    if (code != EXIT_DONE)
        return code;
    if (run->json)
        cmd_print_reply(&answer);
    else if (wire_reply_find(answer.reply, answer.len, "state", &r))
        out_pair_slice("state", mp_str(&r));
    client_answer_done(&answer);
    return EXIT_DONE;
}

/* Discard ---------------------------------------------------------------------------------------
 */

static int run_discard(struct cmd_run *run)
{
    struct request request = {.op = OP_DISCARD};
    struct selection *which = &request.discard.which;
    struct client_answer answer = {0};
    char count[UNITS_TEXT_MAX];
    int64_t matched = 0;
    int code = EXIT_DONE;

    request.discard.note = slice_of(cmd_text(run, "note"));
    if (!selecting_read(run, which, &code) || too_many(run, which, &code) ||
        !selecting_count(run, which, OP_FAILED, &matched, &code) ||
        !selecting_confirm(run, "Discard", matched, &code))
        return code;
    code = cmd_ask(run, &request, &answer);
    if (code != EXIT_DONE)
        return code;
    units_format_count(cmd_reply_int(&answer, "discarded", 0), count);
    if (run->json)
        cmd_print_reply(&answer);
    else
        (void)printf("%s discarded\n", count);
    client_answer_done(&answer);
    return EXIT_DONE;
}

static const struct flag replay_flags[] = {
    {"filter", 'f', FLAG_TEXT, 0, "FILTER", "all dead letters that match, in place of IDs"},
    {"all", 'a', FLAG_SWITCH, 0, NULL, "all dead letters"},
    {"token", 0, FLAG_TEXT, 0, "TOKEN", "exactly what a dry run found, within an hour"},
    {"rate", 0, FLAG_NUMBER, 0, "N", "orders per second, evenly spaced (default: at once)"},
    {"canary", 0, FLAG_INT, 0, "N", "so many first; the rest only once those are fulfilled"},
    {"stop-if", 0, FLAG_TEXT, 0, "SHARE/N",
     "stop once more than this share of its last N to end failed again, such as 50%/20"},
    {"from", 0, FLAG_TEXT, 0, "WHERE", "failed: at the step that failed (default); start: anew"},
    {"reason", 'r', FLAG_TEXT, 0, "TEXT", "kept with the replay"},
    {"dry-run", 0, FLAG_SWITCH, 0, NULL, "only tell how many, the oldest, and the reasons"},
    {"yes", 'y', FLAG_SWITCH, 0, NULL, "do not ask before replaying more than one"},
    {0},
};

static const struct flag replays_flags[] = {
    {"cancel", 0, FLAG_TEXT, 0, "ID", "end a replay; what has moved stays moved"},
    {0},
};

static const struct flag discard_flags[] = {
    {"filter", 'f', FLAG_TEXT, 0, "FILTER", "all dead letters that match, in place of IDs"},
    {"all", 'a', FLAG_SWITCH, 0, NULL, "all dead letters"},
    {"note", 0, FLAG_TEXT, FLAG_REQUIRED, "TEXT", "why; kept in each order's history"},
    {"yes", 'y', FLAG_SWITCH, 0, NULL, "do not ask before discarding more than one"},
    {0},
};

const struct cmd cmd_replay = {
    .name = "replay",
    .arguments = "(ID... | --filter FILTER | --all | --token TOKEN)",
    .max_arguments = SIZE_MAX,
    .help = "Put dead letters back to work",
    .flags = replay_flags,
    .run = run_replay,
};

const struct cmd cmd_replays = {
    .name = "replays",
    .help = "List the replays of the last 30 days, or cancel one",
    .flags = replays_flags,
    .run = run_replays,
};

const struct cmd cmd_discard = {
    .name = "discard",
    .arguments = "(ID... | --filter FILTER | --all)",
    .max_arguments = SIZE_MAX,
    .help = "Take dead letters out of the queue for good; the orders stay FAILED",
    .flags = discard_flags,
    .run = run_discard,
};
