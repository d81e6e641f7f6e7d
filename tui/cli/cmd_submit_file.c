/* submit --file: many orders, in batches, several of them in flight. */
#include "tui/cli/cmd_submit_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shared/limits.h"
#include "shared/units.h"
#include "tui/cli/cli_out.h"
#include "tui/cli/cmd_submit_flight.h"
#include "tui/cli/cmd_submit_progress.h"

#define FLIGHTS 4
#define KEY_PREFIX_MAX (IDEMPOTENCY_KEY_MAX_BYTES - 20) /* room for a colon and a line's number */

struct file_run {
    struct cmd_run *run;
    FILE *file, *rejects; /* rejects NULL: not kept */
    struct submit_reader *reader;
    struct submit_progress progress;
    struct flight *flights[FLIGHTS];
    bool flying[FLIGHTS];
    char prefix[KEY_PREFIX_MAX + 1];
    size_t accepted, duplicates, refused;
    bool header_kept; /* of the rejects */
    int code;         /* other than EXIT_DONE: it was given up */
};

static void reject(struct file_run *f, const struct flight_entry *entry, struct slice reason)
{
    struct slice header = submit_reader_header(f->reader);

    f->refused++;
    submit_progress_clear(&f->progress);
    (void)fprintf(stderr, "line %zu: ", entry->line);
    out_safe(1, reason);
    (void)fputc('\n', stderr);
    if (f->rejects == NULL)
        return;
    if (!f->header_kept && header.n > 0)
        (void)fwrite(header.p, 1, header.n, f->rejects);
    f->header_kept = true;
    (void)fwrite(entry->text.p, 1, entry->text.n, f->rejects);
    if (entry->text.n > 0 && entry->text.p[entry->text.n - 1] != '\n')
        (void)fputc('\n', f->rejects);
}

/* Replies to batches do not hold the reasons of a rejection: the order does. */
static void add_reasons(struct file_run *f, const struct reply_submit *reply, struct buf *out)
{
    const struct request request = {.op = OP_GET, .get = {.order_id = reply->order_id}};
    struct client_answer answer = {0};
    struct arena arena = {0};
    struct order order = {0};
    struct mp_reader r;
    struct why why = {0};
    enum err refusal = OK;

    buf_add_text(out, "rejected: ");
    if (reply->reasons.p != NULL) {
        buf_add(out, reply->reasons.p, reply->reasons.n);
        return;
    }
    if (cmd_ask_quietly(f->run, &request, &answer, &refusal, &why) != EXIT_DONE)
        return;
    if (wire_reply_find(answer.reply, answer.len, "order", &r))
        wire_order_read(&r, &arena, &order);
    buf_add(out, order.failure_reason.p, order.failure_reason.n);
    client_answer_done(&answer);
    arena_done(&arena);
}

static void take_outcome(struct file_run *f, const struct flight_entry *entry,
                         const struct submit_outcome *outcome)
{
    struct buf text = {.max = (size_t)FRAME_MAX_BYTES};
    struct mp_reader r;

    if (outcome->code == OK && outcome->reply.status != STATUS_REJECTED) {
        f->accepted++;
        f->duplicates += outcome->reply.duplicate ? 1 : 0;
    } else if (outcome->code == OK) {
        add_reasons(f, &outcome->reply, &text);
    } else {
        submit_outcome_text(outcome, &text);
    }
    if (text.len > 0)
        reject(f, entry, slice_of(buf_text(&text)));
    if (f->run->json && outcome->code == OK) {
        mp_reader_init(&r, outcome->map.p, outcome->map.n);
        out_json_line(&r, NULL);
    }
    buf_done(&text);
}

static void take_results(struct file_run *f, const struct flight *flight, struct mp_reader *results)
{
    struct arena arena = {0};
    size_t n = 0;
    const struct flight_entry *entries = flight_entries(flight, &n);

    for (size_t i = 0; i < n; i++) {
        struct submit_outcome outcome;

        if (entries[i].problem != NULL) {
            reject(f, &entries[i], slice_of(entries[i].problem));
            continue;
        }
        submit_outcome_next(results, &arena, &outcome);
        take_outcome(f, &entries[i], &outcome);
    }
    arena_done(&arena);
}

/* Nothing more is sent after this. */
static void give_up(struct file_run *f, const struct flight *flight, int code, const char *why)
{
    size_t n = 0;

    if (f->code != EXIT_DONE)
        return; /* the first reason is the one that counts */
    f->code = code;
    submit_progress_clear(&f->progress);
    (void)fputs("dofs submit: ", stderr);
    out_safe(1, slice_of(why));
    (void)fprintf(stderr, "\nThe lines from %zu on may not have been taken.",
                  flight_entries(flight, &n)->line);
    if (cmd_given(f->run, "key"))
        (void)fputs(" The same command again is safe.\n", stderr);
    else
        (void)fprintf(stderr, " The same command with --key %s is safe.\n", f->prefix);
}

static void land(struct file_run *f, size_t i)
{
    struct flight *flight = f->flights[i];
    struct client_answer *answer = NULL;
    struct mp_reader results = {0};
    struct why why = {0};
    uint32_t n = 0;
    enum err e = OK;

    if (!f->flying[i])
        return;
    f->flying[i] = false;
    answer = flight_wait(flight);
    if (flight_sent(flight) > 0 && answer->outcome == CLIENT_NO_DAEMON) {
        give_up(f, flight, EXIT_NO_DAEMON, answer->why.text);
        return;
    }
    if (flight_sent(flight) > 0)
        e = submit_outcomes(answer, &results, &n, &why);
    if (e == OK && n != flight_sent(flight))
        e = err_set(&why, ERR_MALFORMED, "the daemon's reply cannot be read");
    if (e != OK) {
        char text[WHY_TEXT_MAX + 32];

        (void)snprintf(text, sizeof text, "%s: %s", err_name(e), why.text);
        give_up(f, flight, EXIT_REFUSED, text);
        return;
    }
    take_results(f, flight, &results);
}

/* Puts rows into flights, in turn; each waits for its last answer before it is filled anew, so that
   all is reported in the order of the file. */
static void fly_all(struct file_run *f)
{
    struct submit_row row;
    size_t i = 0;
    bool more = submit_reader_next(f->reader, &row);

    while (more && f->code == EXIT_DONE) {
        bool room = true;

        land(f, i);
        flight_clear(f->flights[i]);
        while (more && room) {
            char key[IDEMPOTENCY_KEY_MAX_BYTES + 1];

            (void)snprintf(key, sizeof key, "%s:%zu", f->prefix, row.line);
            room = flight_add(f->flights[i], &row, key, f->rejects != NULL);
            if (room)
                more = submit_reader_next(f->reader, &row);
        }
        if (f->code != EXIT_DONE)
            break;
        flight_start(f->flights[i], f->run->timeout_us);
        f->flying[i] = true;
        submit_progress_draw(&f->progress, submit_reader_bytes(f->reader), f->accepted);
        i = (i + 1) % FLIGHTS;
    }
    for (size_t n = 0; n < FLIGHTS; n++)
        land(f, (i + n) % FLIGHTS);
}

static void print_summary(struct file_run *f)
{
    FILE *out = f->run->json ? stderr : stdout;
    char accepted[UNITS_TEXT_MAX];
    char refused[UNITS_TEXT_MAX];

    submit_progress_clear(&f->progress);
    units_format_count((int64_t)f->accepted, accepted);
    units_format_count((int64_t)f->refused, refused);
    (void)fprintf(out, "%s accepted", accepted);
    if (f->duplicates > 0)
        (void)fprintf(out, " (%zu of them already before)", f->duplicates);
    (void)fprintf(out, ", %s refused\n", refused);
}

static int fail(const struct file_run *f, const char *name, const char *why, int code)
{
    (void)fprintf(stderr, "dofs %s: ", f->run->cmd->name);
    out_safe(1, slice_of(name));
    (void)fputs(": ", stderr);
    out_safe(1, slice_of(why));
    (void)fputc('\n', stderr);
    return code;
}

static int fail_errno(const struct file_run *f, const char *name)
{
    char text[128];

    return fail(f, name, strerror_r(errno, text, sizeof text), EXIT_REFUSED);
}

static int open_all(struct file_run *f)
{
    const char *name = cmd_text(f->run, "file");
    const char *rejects = cmd_text(f->run, "rejects");
    struct why why = {0};

    f->file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
    if (f->file == NULL)
        return fail_errno(f, name);
    if (rejects != NULL) {
        f->rejects = fopen(rejects, "we");
        if (f->rejects == NULL)
            return fail_errno(f, rejects);
    }
    if (submit_reader_open(f->file, name, &f->reader, &why) != OK)
        return fail(f, name, why.text, EXIT_USAGE);
    for (size_t i = 0; i < FLIGHTS; i++) {
        f->flights[i] = flight_open(f->run->client, &why);
        if (f->flights[i] == NULL) {
            (void)fprintf(stderr, "dofs submit: %s\n", why.text);
            return EXIT_NO_DAEMON;
        }
    }
    submit_progress_init(&f->progress, &f->run->clock, f->file);
    return EXIT_DONE;
}

static int close_all(struct file_run *f, int code)
{
    for (size_t i = 0; i < FLIGHTS; i++)
        flight_close(f->flights[i]);
    submit_reader_close(f->reader);
    if (f->file != NULL && ferror(f->file) != 0)
        code = fail(f, cmd_text(f->run, "file"), "cannot be read to its end", EXIT_REFUSED);
    if (f->file != NULL && f->file != stdin)
        (void)fclose(f->file);
    if (f->rejects != NULL && fclose(f->rejects) != 0)
        code = fail_errno(f, cmd_text(f->run, "rejects"));
    return code;
}

int submit_file(struct cmd_run *run)
{
    struct file_run f = {.run = run};
    char key[UUID_TEXT_LEN + 1];
    int code = EXIT_DONE;

    cmd_new_key(key);
    if (cmd_given(run, "key") && strlen(cmd_text(run, "key")) > KEY_PREFIX_MAX)
        return cmd_usage(run, "--key must have at most %d bytes here", KEY_PREFIX_MAX);
    (void)snprintf(f.prefix, sizeof f.prefix, "%s",
                   cmd_given(run, "key") ? cmd_text(run, "key") : key);
    code = open_all(&f);
    if (code == EXIT_DONE) {
        fly_all(&f);
        print_summary(&f);
        code = f.code != EXIT_DONE ? f.code : f.refused > 0 ? EXIT_REFUSED : EXIT_DONE;
    }
    return close_all(&f, code);
}
