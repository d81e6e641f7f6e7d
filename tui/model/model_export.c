/* Exporting what is listed: page by page, as CSV or JSON Lines, into a file of the loop's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/order_json.h"
#include "shared/units.h"
#include "shared/wire_reply.h"
#include "tui/model/model.h"
#include "tui/model/model_page.h"
#include "tui/model/model_parts.h"

struct export
{
    enum list_kind kind;
    bool csv;
    bool begun;
    int64_t rows;
    uint64_t asking;
    char name[80];
    struct list query; /* the filter and sort of when it began; no rows */
};

static const char *const order_keys[] = {
    "order_id",     "customer_id",     "reference",      "status",     "attempts",
    "max_attempts", "total_quantity",  "priority",       "created_at", "updated_at",
    "not_before",   "next_attempt_at", "failure_reason", "step",       "replays"};
static const char *const dead_keys[] = {"order_id", "customer_id",    "reference",
                                        "step",     "failure_reason", "group",
                                        "attempts", "failed_at",      "replays"};

static const char *const *keys_of(const struct export *export, size_t *n)
{
    bool orders = export->kind == LIST_ORDERS;

    *n = orders ? sizeof order_keys / sizeof *order_keys : sizeof dead_keys / sizeof *dead_keys;
    return orders ? order_keys : dead_keys;
}

static void ask_next(struct model *m, struct slice cursor)
{
    struct export *export = m->export;
    struct request request;

    page_query(&export->query, &request);
    *page_of(&export->query, &request) = (struct page){.limit = PAGE_MAX, .cursor = cursor};
    export->asking = ask_send(m, (struct ask){.kind = ASK_EXPORT}, &request);
}

static void name_file(const struct model *m, struct export *export)
{
    time_t now = (time_t)(m->wall_us / 1000000);
    char stamp[32] = "";
    struct tm tm;

    if (gmtime_r(&now, &tm) != NULL)
        (void)strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &tm);
    (void)snprintf(export->name, sizeof export->name, "dofs-%s-%s.%s",
                   export->kind == LIST_ORDERS ? "orders" : "failed", stamp,
                   export->csv ? "csv" : "jsonl");
}

void export_start(struct model *m, bool csv)
{
    const struct list *list = model_list(m);
    struct export *export = NULL;

    if (list == NULL || m->export != NULL) {
        model_say(m, SAY_PROBLEM, "an export is under way");
        return;
    }
    export = calloc(1, sizeof *export);
    if (export == NULL)
        abort();
    export->kind = list->kind;
    export->csv = csv;
    export->query.kind = list->kind;
    export->query.sort = list->sort;
    memcpy(export->query.filter.text, list->filter.text, sizeof list->filter.text);
    m->export = export;
    name_file(m, export);
    ask_next(m, (struct slice){NULL, 0});
}

bool export_stop(struct model *m)
{
    if (m->export == NULL)
        return false;
    ask_forget(m, m->export->asking);
    free(m->export);
    m->export = NULL;
    return true;
}

/* A field of RFC 4180: in quotes where it must be. */
static void put_field(struct buf *out, struct slice text)
{
    bool quoted = false;

    for (size_t i = 0; i < text.n && !quoted; i++)
        quoted = text.p[i] != '\0' && strchr(",\"\r\n", text.p[i]) != NULL;
    if (!quoted) {
        buf_add(out, text.p, text.n);
        return;
    }
    buf_add_byte(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            buf_add_byte(out, '"');
        buf_add_byte(out, (uint8_t)text.p[i]);
    }
    buf_add_byte(out, '"');
}

static bool is_time(const char *key)
{
    size_t n = strlen(key);

    return strcmp(key, "not_before") == 0 || (n > 3 && strcmp(key + n - 3, "_at") == 0);
}

static void put_value(struct buf *out, struct mp_reader *r, const char *key)
{
    char time[UNITS_TEXT_MAX];

    if (mp_peek(r) == MP_STR) {
        put_field(out, mp_str(r));
    } else if (mp_peek(r) == MP_INT && is_time(key)) {
        units_format_time(mp_int(r), time);
        buf_add_text(out, time);
    } else if (mp_peek(r) == MP_INT) {
        buf_printf(out, "%lld", (long long)mp_int(r));
    }
}

static void put_csv_row(const struct export *export, struct slice row, struct buf *out)
{
    size_t n = 0;
    const char *const *keys = keys_of(export, &n);

    for (size_t i = 0; i < n; i++) {
        struct mp_reader r;

        if (i > 0)
            buf_add_byte(out, ',');
        if (wire_reply_find(row.p, row.n, keys[i], &r))
            put_value(out, &r, keys[i]);
    }
    buf_add_text(out, "\r\n");
}

static void put_csv_head(const struct export *export, struct buf *out)
{
    size_t n = 0;
    const char *const *keys = keys_of(export, &n);

    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s%s", i > 0 ? "," : "", keys[i]);
    buf_add_text(out, "\r\n");
}

static void put_row(const struct export *export, struct mp_reader *rows, struct buf *out)
{
    struct json_writer w;

    if (export->csv) {
        put_csv_row(export, mp_raw(rows), out);
        return;
    }
    json_writer_init(&w, out);
    order_json_write(&w, rows, NULL);
    buf_add_byte(out, '\n');
}

static void put_page(struct model *m, struct mp_reader *rows, uint32_t n, bool last)
{
    struct export *export = m->export;
    struct wish *wish = wish_add(m, WISH_EXPORT);

    (void)snprintf(wish->name, sizeof wish->name, "%s", export->name);
    wish->first = !export->begun;
    wish->last = last;
    if (export->csv && !export->begun)
        put_csv_head(export, &wish->bytes);
    export->begun = true;
    for (; n > 0 && !mp_failed(rows); n--) {
        put_row(export, rows, &wish->bytes);
        export->rows++;
    }
}

void export_answer(struct model *m, const struct answer *answer)
{
    struct export *export = m->export;
    char cursor[LIST_CURSOR_MAX], count[UNITS_TEXT_MAX];
    struct mp_reader rows;
    uint32_t n = 0;

    if (export == NULL)
        return;
    if (answer->none || answer->code != OK ||
        !answer_list(answer, export->kind == LIST_ORDERS ? "orders" : "failed", &rows, &n) ||
        !answer_cursor(answer, cursor, sizeof cursor)) {
        model_say(m, SAY_PROBLEM, "%s is not complete: %s", export->name, answer_problem(answer));
        (void)export_stop(m);
        return;
    }
    put_page(m, &rows, n, cursor[0] == '\0');
    units_format_count(export->rows, count);
    if (cursor[0] != '\0') {
        model_say(m, SAY_NOTE, "%s: %s so far; Esc stops", export->name, count);
        ask_next(m, slice_of(cursor));
        return;
    }
    model_say(m, SAY_DONE, "%s: %s %s", export->name, count, export->rows == 1 ? "row" : "rows");
    (void)export_stop(m);
}
