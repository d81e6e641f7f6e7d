/* The log sink that sends to journald, with fields. */
#include "daemon/sys/journal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION /* ours would be this file for each line */
#include <systemd/sd-journal.h>

#include "shared/buf.h"

#define FIELDS_MAX 32
#define LINE_MAX_BYTES ((size_t)64 * 1024)
#define PRIORITY_OF_ERROR 3 /* syslog's; the levels below follow one by one */

static void add_name(struct buf *out, const char *name)
{
    buf_add_text(out, "DOFS_");
    for (; *name != '\0'; name++) {
        unsigned char c = (unsigned char)*name;

        buf_add_byte(out, isalnum(c) ? (uint8_t)toupper(c) : (uint8_t)'_');
    }
}

/* Lines of journald's fields in one buf, each ending at ends[i]. */
struct lines {
    struct buf text;
    size_t ends[FIELDS_MAX + 2];
    size_t n;
};

static void end_line(struct lines *lines)
{
    lines->ends[lines->n++] = lines->text.len;
}

static void send_lines(struct lines *lines)
{
    struct iovec iov[FIELDS_MAX + 2];
    size_t start = 0;

    for (size_t i = 0; i < lines->n; i++) {
        iov[i].iov_base = lines->text.data + start;
        iov[i].iov_len = lines->ends[i] - start;
        start = lines->ends[i];
    }
    (void)sd_journal_sendv(iov, (int)lines->n);
}

static void journal_line(void *self, enum log_level level, const char *message,
                         const struct log_field *fields, size_t n)
{
    struct lines lines = {.n = 0};

    (void)self;
    buf_init(&lines.text, LINE_MAX_BYTES);
    buf_printf(&lines.text, "PRIORITY=%d", (int)level + PRIORITY_OF_ERROR);
    end_line(&lines);
    buf_add_text(&lines.text, "MESSAGE=");
    text_escape(&lines.text, slice_of(message));
    end_line(&lines);
    for (size_t i = 0; i < n && i < FIELDS_MAX; i++) {
        if (fields[i].value == NULL)
            continue;
        add_name(&lines.text, fields[i].name);
        buf_add_byte(&lines.text, '=');
        text_escape(&lines.text, slice_of(fields[i].value));
        end_line(&lines);
    }
    send_lines(&lines);
    buf_done(&lines.text);
}

struct log_sink journal_sink(void)
{
    return (struct log_sink){.line = journal_line};
}

bool journal_is_stderr(void)
{
    const char *stream = secure_getenv("JOURNAL_STREAM");
    char ours[64];
    struct stat st;

    if (stream == NULL || fstat(STDERR_FILENO, &st) != 0)
        return false;
    (void)snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    return strcmp(stream, ours) == 0;
}
