/* Lines of a file with their numbers, none longer than a bound. */
#include "tui/cli/cmd_submit_lines.h"

#include <string.h>

#include "shared/text.h"

static const char mark[] = "\xEF\xBB\xBF";
#define MARK_BYTES (sizeof mark - 1)
#define CHUNK_BYTES ((size_t)64 * 1024)

void submit_lines_init(struct submit_lines *lines, FILE *file)
{
    *lines = (struct submit_lines){.file = file};
    buf_init(&lines->text, SUBMIT_LINE_MAX);
    buf_init(&lines->chunk, CHUNK_BYTES);
}

void submit_lines_done(struct submit_lines *lines)
{
    buf_done(&lines->text);
    buf_done(&lines->chunk);
}

/* What is read ahead and not yet taken; nothing at the end of the file. */
static struct slice ahead(struct submit_lines *lines)
{
    struct buf *chunk = &lines->chunk;

    if (lines->at == chunk->len) {
        buf_clear(chunk);
        lines->at = 0;
        if (buf_reserve(chunk, CHUNK_BYTES))
            chunk->len = fread(chunk->data, 1, CHUNK_BYTES, lines->file);
    }
    return (struct slice){(const char *)chunk->data + lines->at, chunk->len - lines->at};
}

/* Takes up to the end of the line; true when that was there. */
static bool take(struct submit_lines *lines, struct slice bytes)
{
    const char *end = memchr(bytes.p, '\n', bytes.n);
    size_t n = end != NULL ? (size_t)(end - bytes.p) + 1 : bytes.n;

    lines->at += n;
    lines->bytes += n;
    buf_add(&lines->text, bytes.p, n);
    return end != NULL;
}

bool submit_lines_next(struct submit_lines *lines)
{
    struct buf *text = &lines->text;
    struct slice bytes = {0};
    size_t before = lines->bytes;

    buf_clear(text);
    do
        bytes = ahead(lines);
    while (bytes.n > 0 && !take(lines, bytes));
    if (lines->bytes == before)
        return false;
    lines->number++;
    lines->too_long = text->failed;
    if (lines->number == 1 && text->len >= MARK_BYTES &&
        memcmp(text->data, mark, MARK_BYTES) == 0) {
        text->len -= MARK_BYTES;
        memmove(text->data, text->data + MARK_BYTES, text->len);
    }
    return true;
}
