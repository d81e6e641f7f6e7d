/* Orders from a file, JSON Lines or CSV, one after the other. */
#include "tui/cli/cmd_submit_read.h"

#include <stdlib.h>
#include <string.h>

#include "shared/order_json.h"
#include "tui/cli/cmd_submit_csv.h"
#include "tui/cli/cmd_submit_lines.h"

struct submit_reader {
    struct submit_lines lines;
    struct submit_csv *csv; /* NULL: JSON Lines */
    bool have_line;         /* the current line was looked at, and not yet taken */
    struct arena arena;     /* of the last row */
    struct json *json;      /* the last row borrows from it */
};

static struct slice line_of(const struct submit_lines *lines)
{
    return (struct slice){(const char *)lines->text.data, lines->text.len};
}

static bool blank(struct slice line)
{
    for (size_t i = 0; i < line.n; i++)
        if (strchr(" \t\r\n", line.p[i]) == NULL || line.p[i] == '\0')
            return false;
    return true;
}

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name);
    size_t m = strlen(end);

    return n >= m && strcasecmp(name + n - m, end) == 0;
}

/* By the name; else JSON begins with a brace, and no CSV header does. */
static bool is_csv(const char *name, struct slice line)
{
    if (ends_with(name, ".csv"))
        return true;
    if (ends_with(name, ".jsonl") || ends_with(name, ".ndjson") || ends_with(name, ".json"))
        return false;
    while (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t')) {
        line.p++;
        line.n--;
    }
    return line.n > 0 && line.p[0] != '{' && line.p[0] != '[';
}

enum err submit_reader_open(FILE *file, const char *name, struct submit_reader **out,
                            struct why *why)
{
    struct submit_reader *reader = calloc(1, sizeof *reader);
    enum err e = OK;

    if (reader == NULL)
        abort(); /* no memory for a bounded need of our own */
    submit_lines_init(&reader->lines, file);
    do
        reader->have_line = submit_lines_next(&reader->lines);
    while (reader->have_line && blank(line_of(&reader->lines)));
    if (reader->have_line && is_csv(name, line_of(&reader->lines)))
        e = submit_csv_open(&reader->lines, &reader->csv, why);
    if (e != OK) {
        submit_reader_close(reader);
        return e;
    }
    *out = reader;
    return OK;
}

void submit_reader_close(struct submit_reader *reader)
{
    if (reader == NULL)
        return;
    submit_csv_close(reader->csv);
    submit_lines_done(&reader->lines);
    json_free(reader->json);
    arena_done(&reader->arena);
    free(reader);
}

/* `idempotency_key` stands beside the order's own fields, where it is unknown. */
static void forgive_key(struct problems *problems)
{
    struct problem *before = NULL;

    for (struct problem *p = problems->first; p != NULL; before = p, p = p->next) {
        if (strcmp(p->field, "idempotency_key") != 0)
            continue;
        if (before != NULL)
            before->next = p->next;
        else
            problems->first = p->next;
        if (problems->last == p)
            problems->last = before;
        problems->n--;
        return;
    }
}

static void read_json(struct submit_reader *reader, struct submit_row *row)
{
    struct slice line = line_of(&reader->lines);
    struct problems *problems = &row->problems;
    struct why why = {0};
    const struct json *key = NULL;

    if (reader->lines.too_long) {
        problems_add(problems, "", "longer than %zu KiB", SUBMIT_LINE_MAX / 1024);
        return;
    }
    if (json_parse(line.p, line.n, &reader->json, &why) != OK) {
        problems_add(problems, "", "%s", why.text);
        return;
    }
    order_json_read(reader->json, &row->draft, problems);
    key = json_get(reader->json, "idempotency_key");
    if (key == NULL)
        return;
    forgive_key(problems);
    if (json_kind(key) == JSON_STR)
        row->key = json_text(key);
    else if (json_kind(key) != JSON_NIL)
        problems_add(problems, "idempotency_key", "must be a string");
}

static bool next_json(struct submit_reader *reader, struct submit_row *row)
{
    while (reader->have_line && blank(line_of(&reader->lines)))
        reader->have_line = submit_lines_next(&reader->lines);
    if (!reader->have_line)
        return false;
    row->line = reader->lines.number;
    row->text = line_of(&reader->lines);
    read_json(reader, row);
    return true;
}

bool submit_reader_next(struct submit_reader *reader, struct submit_row *row)
{
    bool there = false;

    json_free(reader->json);
    reader->json = NULL;
    arena_done(&reader->arena);
    *row = (struct submit_row){.problems = {.arena = &reader->arena}};
    if (reader->csv != NULL) {
        there = submit_csv_next(reader->csv, &reader->arena, row);
    } else {
        /* The line read last is this row's text until now. */
        if (reader->lines.number > 0 && !reader->have_line)
            reader->have_line = submit_lines_next(&reader->lines);
        there = next_json(reader, row);
        reader->have_line = false;
    }
    if (there && !problems_has(&row->problems, ""))
        validate_draft(&row->draft, &row->problems);
    return there;
}

size_t submit_reader_bytes(const struct submit_reader *reader)
{
    return reader->lines.bytes;
}

struct slice submit_reader_header(const struct submit_reader *reader)
{
    return reader->csv != NULL ? submit_csv_header(reader->csv) : (struct slice){0};
}
