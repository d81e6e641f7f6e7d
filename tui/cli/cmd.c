/* What commands are written with: their flags, a question and its answer, a person's consent. */
#include "tui/cli/cmd.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shared/limits.h"
#include "shared/order_json.h"
#include "shared/rng.h"
#include "tui/cli/cli_out.h"
#include "tui/cli/flags.h"

/* Flags -----------------------------------------------------------------------------------------
 */

/* The row of a flag that was given; NULL when it was not. */
static const struct flags_value *given(const struct cmd_run *run, const char *flag)
{
    const struct flags_value *row = flags_find(run->values, flag);

    return row != NULL && row->n > 0 ? row : NULL;
}

bool cmd_given(const struct cmd_run *run, const char *flag)
{
    return given(run, flag) != NULL;
}

const char *cmd_text(const struct cmd_run *run, const char *flag)
{
    const struct flags_value *row = given(run, flag);

    return row != NULL ? row->texts[0] : NULL;
}

size_t cmd_texts(const struct cmd_run *run, const char *flag, const char *const **out)
{
    const struct flags_value *row = given(run, flag);

    *out = row != NULL ? row->texts : NULL;
    return row != NULL ? row->n : 0;
}

int64_t cmd_int(const struct cmd_run *run, const char *flag, int64_t fallback)
{
    const struct flags_value *row = given(run, flag);

    return row != NULL ? row->integer : fallback;
}

double cmd_number(const struct cmd_run *run, const char *flag, double fallback)
{
    const struct flags_value *row = given(run, flag);

    return row != NULL ? row->number : fallback;
}

int64_t cmd_us(const struct cmd_run *run, const char *flag, int64_t fallback)
{
    return cmd_int(run, flag, fallback);
}

int cmd_usage(const struct cmd_run *run, const char *fmt, ...)
{
    char text[WHY_TEXT_MAX];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    (void)fprintf(stderr, "dofs %s: ", run->cmd->name);
    out_safe(1, slice_of(text));
    (void)fprintf(stderr, "\n`dofs %s --help` tells more\n", run->cmd->name);
    return EXIT_USAGE;
}

/* Asking ----------------------------------------------------------------------------------------
 */

int cmd_refused(const struct cmd_run *run, enum err code, const struct why *why)
{
    (void)fprintf(stderr, "dofs %s: %s: ", run->cmd->name, err_name(code));
    out_safe(1, slice_of(why->text));
    (void)fputc('\n', stderr);
    return EXIT_REFUSED;
}

/* A detail's line: "  items[0].quantity: must be ...". */
static void print_detail(struct mp_reader *detail)
{
    struct slice field = {0};
    struct slice problem = {0};

    for (uint32_t n = mp_map(detail); n > 0; n--) {
        struct slice key = mp_str(detail);

        if (slice_is(key, "field"))
            field = mp_str(detail);
        else if (slice_is(key, "problem"))
            problem = mp_str(detail);
        else
            mp_skip(detail);
    }
    (void)fputs("  ", stderr);
    out_safe(1, field);
    (void)fputs(": ", stderr);
    out_safe(1, problem);
    (void)fputc('\n', stderr);
}

static void print_details(const struct client_answer *answer)
{
    struct mp_reader r;
    struct slice error = {0};

    if (!wire_reply_find(answer->reply, answer->len, "error", &r))
        return;
    error = mp_raw(&r);
    if (error.p == NULL || !wire_reply_find(error.p, error.n, "details", &r) ||
        mp_peek(&r) != MP_LIST)
        return;
    for (uint32_t n = mp_list(&r); n > 0 && !mp_failed(&r); n--)
        print_detail(&r);
}

/* Leaves the answer to the caller, whatever it says. */
static int ask(struct cmd_run *run, const struct request *request, struct client_answer *answer,
               enum err *code, struct why *why)
{
    struct buf bytes = {0};
    struct mp_reader body;
    uint32_t pairs = 0;

    *code = ERR_INTERNAL;
    *answer = (struct client_answer){0};
    buf_init(&bytes, (size_t)FRAME_MAX_BYTES);
    wire_request_write(&bytes, request, ROLE_NONE);
    if (bytes.failed) {
        buf_done(&bytes);
        *code = err_set(why, ERR_TOO_LARGE, "the request is larger than 1 MiB");
        return EXIT_REFUSED;
    }
    client_ask(run->client, &bytes, run->timeout_us, answer);
    buf_done(&bytes);
    if (answer->outcome == CLIENT_NO_DAEMON) {
        *why = answer->why;
        return EXIT_NO_DAEMON;
    }
    *code = wire_reply_head(answer->reply, answer->len, &body, &pairs, why);
    return *code == OK ? EXIT_DONE : EXIT_REFUSED;
}

int cmd_no_daemon(const struct cmd_run *run, const struct why *why)
{
    (void)fprintf(stderr, "dofs %s: ", run->cmd->name);
    out_safe(1, slice_of(why->text));
    (void)fputc('\n', stderr);
    return EXIT_NO_DAEMON;
}

int cmd_ask(struct cmd_run *run, const struct request *request, struct client_answer *answer)
{
    struct why why = {0};
    enum err code = OK;
    int exit_code = ask(run, request, answer, &code, &why);

    if (exit_code == EXIT_DONE)
        return EXIT_DONE;
    if (exit_code == EXIT_NO_DAEMON) {
        (void)cmd_no_daemon(run, &why);
    } else {
        (void)cmd_refused(run, code, &why);
        if (answer->message != NULL)
            print_details(answer);
    }
    client_answer_done(answer);
    return exit_code;
}

int cmd_ask_quietly(struct cmd_run *run, const struct request *request,
                    struct client_answer *answer, enum err *code, struct why *why)
{
    int exit_code = ask(run, request, answer, code, why);

    if (exit_code != EXIT_DONE)
        client_answer_done(answer);
    return exit_code;
}

void cmd_print_reply(const struct client_answer *answer)
{
    static const char *const head[] = {"v", "ok", NULL};
    struct mp_reader r;

    mp_reader_init(&r, answer->reply, answer->len);
    out_json_line(&r, head);
}

int cmd_odd_reply(const struct cmd_run *run)
{
    const struct why why = {.text = "the daemon's reply cannot be read"};

    return cmd_refused(run, ERR_MALFORMED, &why);
}

/* Lists -----------------------------------------------------------------------------------------
 */

bool cmd_rows(const struct client_answer *answer, const char *key, struct mp_reader *rows,
              uint32_t *n)
{
    if (!wire_reply_find(answer->reply, answer->len, key, rows) || mp_peek(rows) != MP_LIST)
        return false;
    *n = mp_list(rows);
    return true;
}

struct slice cmd_next_cursor(const struct client_answer *answer)
{
    struct mp_reader r;

    if (!wire_reply_find(answer->reply, answer->len, "next_cursor", &r) || mp_peek(&r) != MP_STR)
        return (struct slice){0};
    return mp_str(&r);
}

int64_t cmd_reply_int(const struct client_answer *answer, const char *key, int64_t fallback)
{
    struct mp_reader r;

    if (!wire_reply_find(answer->reply, answer->len, key, &r) || mp_peek(&r) != MP_INT)
        return fallback;
    return mp_int(&r);
}

struct slice cmd_filter_words(struct cmd_run *run)
{
    struct buf text = {0};
    struct slice filter = {0};

    if (run->n_arguments == 0)
        return filter;
    buf_init(&text, (size_t)1 << 20);
    for (size_t i = 0; i < run->n_arguments; i++) {
        if (i > 0)
            buf_add_byte(&text, ' ');
        buf_add_text(&text, run->arguments[i]);
    }
    filter.n = text.len;
    filter.p = arena_copy(&run->arena, text.data, text.len);
    buf_done(&text);
    return filter;
}

/* Ids -------------------------------------------------------------------------------------------
 */

struct id_search {
    struct slice start;
    struct uuid found;
    size_t n; /* ids that begin with it, as far as looked */
};

static void search_page(struct id_search *search, const struct client_answer *answer)
{
    struct arena arena = {0};
    struct mp_reader rows;
    uint32_t n = 0;

    if (!cmd_rows(answer, "orders", &rows, &n))
        return;
    for (; n > 0 && !mp_failed(&rows); n--) {
        struct order order = {0};
        char text[UUID_TEXT_LEN + 1];

        wire_order_read(&rows, &arena, &order);
        uuid_format(&order.uid, text);
        if (slice_starts(slice_of(text), search->start)) {
            search->found = order.uid;
            search->n++;
        }
    }
    arena_done(&arena);
}

/* A search finds customers and references too: what counts are the ids. */
static int search_ids(struct cmd_run *run, struct id_search *search)
{
    struct request request = {.op = OP_LIST,
                              .list = {.search = search->start, .page = {.limit = PAGE_MAX}}};
    struct client_answer answer = {0};

    do {
        int code = cmd_ask(run, &request, &answer);

        if (code != EXIT_DONE)
            return code;
        search_page(search, &answer);
        request.list.page.cursor = slice_copy(&run->arena, cmd_next_cursor(&answer));
        client_answer_done(&answer);
    } while (search->n < 2 && request.list.page.cursor.p != NULL);
    return EXIT_DONE;
}

bool cmd_order_id(struct cmd_run *run, const char *argument, struct uuid *out, int *exit_code)
{
    struct id_search search = {.start = slice_of(argument)};
    struct why why = {0};

    if (uuid_parse(argument, search.start.n, out))
        return true;
    if (search.start.n == 0 || search.start.n > UUID_TEXT_LEN ||
        strspn(argument, "0123456789abcdef-") != search.start.n) {
        *exit_code = cmd_usage(run, "not an order's id, nor the start of one: '%.100s'", argument);
        return false;
    }
    *exit_code = search_ids(run, &search);
    if (*exit_code != EXIT_DONE)
        return false;
    if (search.n == 1) {
        *out = search.found;
        return true;
    }
    (void)err_set(&why, ERR_NOT_FOUND, "%s order's id begins with '%s'",
                  search.n == 0 ? "no" : "more than one", argument);
    *exit_code = cmd_refused(run, search.n == 0 ? ERR_NOT_FOUND : ERR_CONFLICT, &why);
    return false;
}

bool cmd_order_ids(struct cmd_run *run, struct id_list *out, int *exit_code)
{
    struct uuid *ids = arena_alloc(&run->arena, (run->n_arguments + 1) * sizeof *ids);

    for (size_t i = 0; i < run->n_arguments; i++)
        if (!cmd_order_id(run, run->arguments[i], &ids[i], exit_code))
            return false;
    *out = (struct id_list){ids, run->n_arguments};
    return true;
}

void cmd_new_key(char out[UUID_TEXT_LEN + 1])
{
    struct uuid_maker maker;
    struct clock clock;
    struct uuid key;

    clock_init(&clock);
    uuid_maker_init(&maker, rng_entropy());
    key = uuid_make(&maker, clock_wall(&clock));
    uuid_format(&key, out);
}

void cmd_short_id(const struct uuid *uuid, char out[UUID_TEXT_LEN + 1])
{
    uuid_format(uuid, out);
    out[CMD_SHORT_ID_LEN] = '\0';
}

bool cmd_confirm(struct cmd_run *run, const char *question, int *exit_code)
{
    char answer[16];

    if (cmd_given(run, "yes"))
        return true;
    if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1) {
        *exit_code = cmd_usage(run, "%s Say --yes to do it without being asked.", question);
        return false;
    }
    (void)fprintf(stderr, "%s [y/N] ", question);
    if (fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y'))
        return true;
    (void)fputs("Nothing was changed.\n", stderr);
    *exit_code = EXIT_REFUSED;
    return false;
}
