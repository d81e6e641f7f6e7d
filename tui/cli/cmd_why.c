/* why: what happened to an order, what will happen next, and what would change it. */
#include "tui/cli/cmd.h"

#include <stdio.h>
#include <stdlib.h>

#include "shared/json.h"
#include "shared/limits.h"
#include "shared/order_why.h"
#include "tui/cli/cli_out.h"

/* All that is asked for; texts are the run's arena's. */
struct known {
    struct order order;
    struct entry *entries; /* malloc's */
    size_t n, cap;
    bool paused, draining;
};

static int ask_order(struct cmd_run *run, const struct uuid *id, struct known *known)
{
    const struct request request = {.op = OP_GET, .get = {.order_id = *id}};
    struct client_answer answer = {0};
    struct mp_reader r;
    int code = cmd_ask(run, &request, &answer);

    if (code != EXIT_DONE)
        return code;
    if (wire_reply_find(answer.reply, answer.len, "order", &r)) {
        struct slice raw = mp_raw(&r);

        /* A copy, for what is read borrows from it. */
        mp_reader_init(&r, arena_copy(&run->arena, raw.p, raw.n), raw.n);
        wire_order_read(&r, &run->arena, &known->order);
    }
    client_answer_done(&answer);
    return mp_failed(&r) || known->order.status == STATUS_NONE ? cmd_odd_reply(run) : EXIT_DONE;
}

static void keep_entry(struct cmd_run *run, struct known *known, struct entry entry)
{
    if (known->n == known->cap) {
        known->cap = known->cap > 0 ? known->cap * 2 : 64;
        known->entries = realloc(known->entries, known->cap * sizeof *known->entries);
        if (known->entries == NULL)
            abort();
    }
    entry.step = slice_copy(&run->arena, entry.step);
    entry.by = slice_copy(&run->arena, entry.by);
    entry.detail = slice_copy(&run->arena, entry.detail);
    known->entries[known->n++] = entry;
}

static int keep_page(struct cmd_run *run, struct known *known, const struct client_answer *answer)
{
    struct mp_reader rows;
    uint32_t n = 0;

    if (!cmd_rows(answer, "entries", &rows, &n))
        return cmd_odd_reply(run);
    for (; n > 0 && !mp_failed(&rows); n--) {
        struct entry entry = {0};

        wire_entry_read(&rows, &entry);
        if (!mp_failed(&rows))
            keep_entry(run, known, entry);
    }
    return mp_failed(&rows) ? cmd_odd_reply(run) : EXIT_DONE;
}

static int ask_history(struct cmd_run *run, const struct uuid *id, struct known *known)
{
    struct request request = {.op = OP_HISTORY,
                              .history = {.order_id = *id, .page = {.limit = PAGE_MAX}}};
    struct client_answer answer = {0};
    int code = EXIT_DONE;

    do {
        code = cmd_ask(run, &request, &answer);
        if (code != EXIT_DONE)
            break;
        code = keep_page(run, known, &answer);
        request.history.page.cursor = slice_copy(&run->arena, cmd_next_cursor(&answer));
        client_answer_done(&answer);
    } while (code == EXIT_DONE && request.history.page.cursor.p != NULL);
    return code;
}

static int ask_daemon(struct cmd_run *run, struct known *known)
{
    const struct request request = {.op = OP_INFO};
    struct client_answer answer = {0};
    struct reply_info info = {0};
    int code = cmd_ask(run, &request, &answer);

    if (code != EXIT_DONE)
        return code;
    if (wire_read_info(answer.reply, answer.len, &info, NULL) != OK)
        code = cmd_odd_reply(run);
    known->paused = info.paused;
    known->draining = info.draining;
    client_answer_done(&answer);
    return code;
}

static void print_json(const struct order *order, const struct order_why *why)
{
    struct json_writer w;
    struct buf line;
    char id[UUID_TEXT_LEN + 1];

    uuid_format(&order->uid, id);
    buf_init(&line, (size_t)1 << 20);
    json_writer_init(&w, &line);
    json_open_map(&w);
    json_key(&w, "order_id");
    json_put_str(&w, slice_of(id));
    json_key(&w, "status");
    json_put_str(&w, slice_of(status_name(order->status)));
    json_key(&w, "happened");
    json_open_list(&w);
    for (size_t i = 0; i < why->n_happened; i++)
        json_put_str(&w, why->happened[i]);
    json_close_list(&w);
    json_key(&w, "stands");
    json_put_str(&w, why->stands);
    json_key(&w, "next");
    json_put_str(&w, why->next);
    json_key(&w, "commands");
    json_open_list(&w);
    for (size_t i = 0; i < why->n_commands; i++)
        json_put_str(&w, why->commands[i].line);
    json_close_list(&w);
    json_close_map(&w);
    (void)puts(buf_text(&line));
    buf_done(&line);
}

static void print_text(const struct cmd_run *run, const struct order *order,
                       const struct order_why *why)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(&order->uid, id);
    (void)printf("%s  ", id);
    out_status(order->status, run->colour);
    (void)fputs("\n\n", stdout);
    for (size_t i = 0; i < why->n_happened; i++) {
        out_safe(0, why->happened[i]);
        (void)putchar('\n');
    }
    if (why->stands.n > 0) {
        (void)putchar('\n');
        out_safe(0, why->stands);
        (void)putchar('\n');
    }
    (void)fputs("\nNext: ", stdout);
    out_safe(0, why->next);
    (void)putchar('\n');
    for (size_t i = 0; i < why->n_commands; i++) {
        (void)fputs(i == 0 ? "\n  " : "  ", stdout);
        out_safe(0, why->commands[i].line);
        (void)printf("\n      %s\n", why->commands[i].does);
    }
}

static int run_why(struct cmd_run *run)
{
    struct known known = {0};
    struct order_why why;
    struct uuid id;
    int code = EXIT_DONE;

    if (!cmd_order_id(run, run->arguments[0], &id, &code))
        return code;
    code = ask_order(run, &id, &known);
    if (code == EXIT_DONE)
        code = ask_history(run, &id, &known);
    if (code == EXIT_DONE)
        code = ask_daemon(run, &known);
    if (code == EXIT_DONE) {
        const struct order_why_facts facts = {.order = &known.order,
                                              .entries = known.entries,
                                              .n_entries = known.n,
                                              .paused = known.paused,
                                              .draining = known.draining,
                                              .now_us = clock_wall(&run->clock)};

        order_why(&facts, &run->arena, &why);
        if (run->json)
            print_json(&known.order, &why);
        else
            print_text(run, &known.order, &why);
    }
    free(known.entries);
    return code;
}

const struct cmd cmd_why = {
    .name = "why",
    .arguments = "ID",
    .min_arguments = 1,
    .max_arguments = 1,
    .help = "Tell what happened to an order, what will, and what would change it",
    .run = run_why,
};
