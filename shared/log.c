/* Levelled log lines with fields, and the sinks that write them to standard error. */
#include "shared/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/json.h"
#include "shared/units.h"

#define MESSAGE_MAX_BYTES 1024
#define VALUE_MAX_BYTES 1024
#define LINE_MAX_BYTES (256UL * 1024) /* what fields past it would add is left out */

static const char *const names[LOG_LEVELS] = {
    [LOG_ERROR] = "error", [LOG_WARNING] = "warning", [LOG_NOTICE] = "notice",
    [LOG_INFO] = "info",   [LOG_DEBUG] = "debug",
};

static void line_json(void *self, enum log_level level, const char *message,
                      const struct log_field *fields, size_t n);

/* The one state of the program that is not handed around: to be heard from anywhere. */
static atomic_int threshold = LOG_INFO;
static struct log_sink current = {line_json, NULL};

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&threshold, (int)level, memory_order_relaxed);
}

enum log_level log_get_level(void)
{
    return (enum log_level)atomic_load_explicit(&threshold, memory_order_relaxed);
}

void log_set_sink(struct log_sink sink)
{
    current = sink;
}

bool log_level_parse(struct slice name, enum log_level *out)
{
    for (unsigned i = 0; i < LOG_LEVELS; i++) {
        if (slice_is(name, names[i])) {
            *out = (enum log_level)i;
            return true;
        }
    }
    return false;
}

const char *log_level_name(enum log_level level)
{
    return (unsigned)level < LOG_LEVELS ? names[level] : "unknown";
}

/* A line is one write, so that those of many threads and programs do not mix. */
static void write_line(const struct buf *line)
{
    const uint8_t *at = line->data;
    size_t left = line->len;

    while (left > 0) {
        ssize_t n = write(STDERR_FILENO, at, left);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* there is nobody left to tell */
        at += n;
        left -= (size_t)n;
    }
}

static struct slice value_of(const struct log_field *field)
{
    struct slice value = slice_of(field->value);

    if (value.n > VALUE_MAX_BYTES)
        value.n = VALUE_MAX_BYTES;
    return value;
}

static int64_t wall_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Would the worst that a value can become, six bytes for one, still fit? */
static bool has_room(const struct buf *line)
{
    return line->len + 8UL * VALUE_MAX_BYTES < line->max;
}

static void line_json(void *self, enum log_level level, const char *message,
                      const struct log_field *fields, size_t n)
{
    struct buf line;
    struct json_writer w;
    char at[UNITS_TEXT_MAX];

    (void)self;
    buf_init(&line, LINE_MAX_BYTES);
    json_writer_init(&w, &line);
    units_format_time(wall_us(), at);
    json_open_map(&w);
    json_key(&w, "at");
    json_put_str(&w, slice_of(at));
    json_key(&w, "level");
    json_put_str(&w, slice_of(log_level_name(level)));
    json_key(&w, "message");
    json_put_str(&w, slice_of(message));
    for (size_t i = 0; i < n && has_room(&line); i++) {
        if (fields[i].value == NULL)
            continue;
        json_key(&w, fields[i].name);
        json_put_str(&w, value_of(&fields[i]));
    }
    json_close_map(&w);
    buf_add_byte(&line, '\n');
    write_line(&line);
    buf_done(&line);
}

/* Quotes what would not be seen to be one value. */
static void add_value(struct buf *line, struct slice value)
{
    bool quote = value.n == 0 || memchr(value.p, ' ', value.n) != NULL;

    if (quote)
        buf_add_byte(line, '"');
    text_escape(line, value);
    if (quote)
        buf_add_byte(line, '"');
}

static void line_text(void *self, enum log_level level, const char *message,
                      const struct log_field *fields, size_t n)
{
    struct buf line;

    (void)self;
    buf_init(&line, LINE_MAX_BYTES);
    buf_add_text(&line, log_level_name(level));
    buf_add_text(&line, ": ");
    text_escape(&line, slice_of(message));
    for (size_t i = 0; i < n && has_room(&line); i++) {
        if (fields[i].value == NULL)
            continue;
        buf_printf(&line, " %s=", fields[i].name);
        add_value(&line, value_of(&fields[i]));
    }
    buf_add_byte(&line, '\n');
    write_line(&line);
    buf_done(&line);
}

struct log_sink log_sink_json(void)
{
    return (struct log_sink){line_json, NULL};
}

struct log_sink log_sink_text(void)
{
    return (struct log_sink){line_text, NULL};
}

void log_line(enum log_level level, const struct log_field *fields, size_t n, const char *fmt, ...)
{
    char message[MESSAGE_MAX_BYTES + 1];
    int error = errno; /* whoever logs may still want it */
    va_list args;

    if (level > log_get_level())
        return;
    va_start(args, fmt);
    if (vsnprintf(message, sizeof(message), fmt, args) < 0)
        message[0] = '\0';
    va_end(args);
    current.line(current.self, level, message, fields, n);
    errno = error;
}
