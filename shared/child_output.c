/* What a program says, bounded: the start of its output, the last line of its errors. */
#include "shared/child_output.h"

#include <string.h>

static struct slice trimmed(const char *bytes, size_t n)
{
    struct slice s = {bytes, n};

    while (s.n > 0 && (s.p[s.n - 1] == '\r' || s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return slice_trim(s);
}

static void end_line(struct child_line *line)
{
    if (trimmed(line->now, line->n_now).n > 0) {
        memcpy(line->last, line->now, line->n_now);
        line->n_last = line->n_now;
    }
    line->n_now = 0;
}

void child_line_add(struct child_line *line, const char *bytes, size_t n)
{
    while (n > 0) {
        const char *end = memchr(bytes, '\n', n);
        size_t part = end != NULL ? (size_t)(end - bytes) : n;
        size_t room = sizeof(line->now) - line->n_now;

        memcpy(line->now + line->n_now, bytes, part < room ? part : room);
        line->n_now += part < room ? part : room;
        if (end == NULL)
            return;
        end_line(line);
        bytes += part + 1;
        n -= part + 1;
    }
}

struct slice child_line_last(const struct child_line *line)
{
    struct slice last = trimmed(line->now, line->n_now);

    if (last.n == 0)
        last = trimmed(line->last, line->n_last);
    return last.n > 0 ? last : (struct slice){NULL, 0};
}

void child_output_keep(struct buf *kept, const char *bytes, size_t n)
{
    size_t room = EXEC_KEPT_BYTES - kept->len;

    buf_add(kept, bytes, n < room ? n : room);
}
