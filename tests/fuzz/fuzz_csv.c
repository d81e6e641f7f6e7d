/* Any bytes as a file of orders, CSV or JSON Lines: what is taken from it the daemon takes too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/limits.h"
#include "shared/wire_order.h"
#include "tui/cli/cmd_submit_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Over the wire and back: no problem on the other side, and the same order. */
static void check_taken(const struct order_draft *draft)
{
    struct arena arena = {NULL};
    struct problems problems = {.arena = &arena};
    struct order_draft again;
    struct mp_reader r;
    struct buf first, second;

    buf_init(&first, (size_t)FRAME_MAX_BYTES);
    buf_init(&second, (size_t)FRAME_MAX_BYTES);
    wire_draft_write(&first, draft);
    mp_reader_init(&r, first.data, first.len);
    wire_draft_read(&r, &again, &problems);
    validate_draft(&again, &problems);
    if (first.failed || mp_failed(&r) || problems.n > 0)
        abort();
    wire_draft_write(&second, &again);
    if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
        abort();
    buf_done(&first);
    buf_done(&second);
    arena_done(&arena);
}

static void check_problems(const struct problems *problems)
{
    for (const struct problem *p = problems->first; p != NULL; p = p->next)
        if (p->text[0] == '\0' || !utf8_valid(slice_of(p->text)) ||
            text_has_control(slice_of(p->text)))
            abort();
}

static void read_all(FILE *file, const char *name, size_t size)
{
    struct submit_reader *reader = NULL;
    struct submit_row row;
    struct why why = {.text = ""};
    size_t line = 0, text = 0;

    if (submit_reader_open(file, name, &reader, &why) != OK) {
        if (why.text[0] == '\0')
            abort();
        return;
    }
    while (submit_reader_next(reader, &row)) {
        if (row.line <= line)
            abort(); /* every line is told of once */
        line = row.line;
        text += row.text.n;
        check_problems(&row.problems);
        if (row.problems.n == 0)
            check_taken(&row.draft);
    }
    if (text > size || submit_reader_bytes(reader) != size)
        abort();
    submit_reader_close(reader);
}

/* The first byte says which format the file's name tells of: c, j, or neither. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = NULL;
    FILE *file = NULL;

    if (size < 2)
        return 0;
    copy = malloc(size - 1);
    if (copy == NULL)
        abort();
    memcpy(copy, data + 1, size - 1);
    file = fmemopen(copy, size - 1, "r");
    if (file == NULL)
        abort();
    read_all(file, data[0] == 'c' ? "x.csv" : data[0] == 'j' ? "x.jsonl" : "-", size - 1);
    (void)fclose(file);
    free(copy);
    return 0;
}
