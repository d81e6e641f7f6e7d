/* Asks a daemon_proc in text and reads its replies as JSON. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"
#include "shared/order_json.h"
#include "tests/lib/daemon_proc_inside.h"
#include "tests/lib/mp_from_text.h"
#include "tests/lib/test.h"

#define ASK_US (30 * 1000000LL)
#define STATUS_US (20 * 1000000LL)
#define QUIET_US (120 * 1000000LL)
#define REPLY_TEXT_MAX ((size_t)16 * 1024 * 1024)

/* Replies hold times as text, so that tests compare what `--json` prints. */
static void keep_reply(struct daemon_proc *proc, const struct client_answer *answer)
{
    struct buf text;
    struct json_writer w;
    struct mp_reader r;
    struct why why = {0};

    buf_init(&text, REPLY_TEXT_MAX);
    json_writer_init(&w, &text);
    mp_reader_init(&r, answer->reply, answer->len);
    order_json_write(&w, &r, NULL);
    assert_false(mp_failed(&r));
    json_free(proc->reply);
    proc->reply = NULL;
    if (json_parse((const char *)text.data, text.len, &proc->reply, &why) != OK)
        fail_msg("reply: %s", why.text);
    buf_done(&text);
}

__attribute__((format(printf, 2, 0))) static const struct json *
ask_list(struct daemon_proc *proc, const char *fmt, va_list args)
{
    static char inside[FRAME_MAX_BYTES];
    struct buf text = {.max = (size_t)FRAME_MAX_BYTES + 64};
    struct buf request;
    struct client_answer answer = {0};

    (void)vsnprintf(inside, sizeof inside, fmt, args);
    buf_printf(&text, "{'v': 1, %s}", inside);
    request = mp_of_text(buf_text(&text));
    buf_done(&text);
    client_ask(proc->client, &request, ASK_US, &answer);
    buf_done(&request);
    if (answer.outcome != CLIENT_ANSWERED)
        fail_msg("no answer to %s: %s", inside, answer.why.text);
    keep_reply(proc, &answer);
    client_answer_done(&answer);
    return proc->reply;
}

const struct json *ask(struct daemon_proc *proc, const char *fmt, ...)
{
    const struct json *reply = NULL;
    va_list args;

    va_start(args, fmt);
    reply = ask_list(proc, fmt, args);
    va_end(args);
    return reply;
}

const struct json *ask_ok(struct daemon_proc *proc, const char *fmt, ...)
{
    const struct json *reply = NULL;
    va_list args;

    va_start(args, fmt);
    reply = ask_list(proc, fmt, args);
    va_end(args);
    if (!true_at(reply, "ok"))
        fail_msg("%s refused: %s: %s", fmt, text_at(reply, "error.code"),
                 text_at(reply, "error.message"));
    return reply;
}

const struct json *ask_refused(struct daemon_proc *proc, enum err code, const char *fmt, ...)
{
    const struct json *reply = NULL;
    va_list args;

    va_start(args, fmt);
    reply = ask_list(proc, fmt, args);
    va_end(args);
    if (true_at(reply, "ok"))
        fail_msg("%s was not refused", fmt);
    assert_string_equal(text_at(reply, "error.code"), err_name(code));
    return at(reply, "error");
}

const struct json *at(const struct json *v, const char *path)
{
    const char *p = path;

    while (v != NULL && *p != '\0') {
        char name[64];
        size_t n = strcspn(p, ".");

        (void)snprintf(name, sizeof name, "%.*s", (int)n, p);
        if (json_kind(v) == JSON_LIST)
            v = json_at(v, (size_t)strtoul(name, NULL, 10));
        else
            v = json_get(v, name);
        p += n + (p[n] == '.' ? 1 : 0);
    }
    if (v == NULL)
        fail_msg("the reply has no %s", path);
    return v;
}

int64_t int_at(const struct json *v, const char *path)
{
    const struct json *found = at(v, path);

    if (json_kind(found) != JSON_INT)
        fail_msg("%s is no integer", path);
    return json_int(found);
}

const char *text_at(const struct json *v, const char *path)
{
    const struct json *found = at(v, path);

    if (json_kind(found) != JSON_STR)
        fail_msg("%s is no text", path);
    return json_text(found).p; /* Jansson's texts end with a NUL */
}

bool nil_at(const struct json *v, const char *path)
{
    return json_kind(at(v, path)) == JSON_NIL;
}

bool true_at(const struct json *v, const char *path)
{
    const struct json *found = at(v, path);

    if (json_kind(found) != JSON_BOOL)
        fail_msg("%s is no bool", path);
    return json_bool(found);
}

struct order_name submit_one(struct daemon_proc *proc, const char *customer)
{
    struct order_name name;
    const struct json *reply =
        ask_ok(proc,
               "'op': 'submit', 'order': {'customer_id': '%s', 'items': [{'product_id': "
               "'prod-1', 'quantity': 2}]}",
               customer);

    (void)snprintf(name.id, sizeof name.id, "%s", text_at(reply, "order_id"));
    return name;
}

void await_status(struct daemon_proc *proc, const char *id, const char *status)
{
    int64_t until = daemon_proc_now() + STATUS_US;

    for (;;) {
        const struct json *reply = ask_ok(proc, "'op': 'get', 'order_id': '%s'", id);
        const char *now = text_at(reply, "order.status");

        if (strcmp(now, status) == 0)
            return;
        if (daemon_proc_now() > until)
            fail_msg("order %s is %s and not %s", id, now, status);
        daemon_proc_pause();
    }
}

void await_count(struct daemon_proc *proc, const char *path, int64_t n, const char *request)
{
    int64_t until = daemon_proc_now() + STATUS_US;

    while (int_at(ask_ok(proc, "%s", request), path) < n) {
        if (daemon_proc_now() > until)
            fail_msg("%s does not become %lld", path, (long long)n);
        daemon_proc_pause();
    }
}

void await_text(struct daemon_proc *proc, const char *path, const char *text, const char *request)
{
    int64_t until = daemon_proc_now() + STATUS_US;

    while (strcmp(text_at(ask_ok(proc, "%s", request), path), text) != 0) {
        if (daemon_proc_now() > until)
            fail_msg("%s does not become %s", path, text);
        daemon_proc_pause();
    }
}

void await_quiet(struct daemon_proc *proc)
{
    int64_t until = daemon_proc_now() + QUIET_US;

    for (;;) {
        const struct json *counts = at(ask_ok(proc, "'op': 'stats'"), "counts");
        int64_t n = int_at(counts, "QUEUED") + int_at(counts, "PROCESSING") +
                    int_at(counts, "RETRYING") + int_at(counts, "UNDOING");

        if (n == 0)
            return;
        if (daemon_proc_now() > until)
            fail_msg("%lld orders do not end", (long long)n);
        daemon_proc_pause();
    }
}

int64_t sql_int(struct daemon_proc *proc, const char *fmt, ...)
{
    char query[4096];
    char uri[160];
    const char *argv[] = {"sqlite3", "-readonly", "-batch", uri, query, NULL};
    struct program_run run;
    va_list args;
    int64_t n = 0;

    va_start(args, fmt);
    (void)vsnprintf(query, sizeof query, fmt, args);
    va_end(args);
    (void)snprintf(uri, sizeof uri, "%s", proc->db);
    program_run(argv, NULL, &run);
    if (run.code != 0)
        fail_msg("sqlite3: %s: %s", query, buf_text(&run.err));
    if (!text_int(slice_trim((struct slice){buf_text(&run.out), strcspn(buf_text(&run.out), "\n")}),
                  &n))
        fail_msg("sqlite3: %s gave '%s'", query, buf_text(&run.out));
    program_run_done(&run);
    return n;
}
