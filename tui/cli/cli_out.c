/* What commands print: safe text, pairs, JSON lines, statuses. */
#include "tui/cli/cli_out.h"

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

#include "shared/order_json.h"
#include "shared/units.h"
#include "tui/cli/table.h"

#define PAIR_NAME_CELLS 16
#define JSON_MAX_BYTES ((size_t)16 * 1024 * 1024) /* a reply of 1 MiB, all of it escaped */
#define SAFE_MAX_BYTES ((size_t)16 * 1024 * 1024)

void out_init(void)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);

    if (utf8 != (locale_t)0) /* else cells are guessed at one for each character */
        (void)uselocale(utf8);
}

static size_t char_cells(uint32_t cp)
{
    int width = wcwidth((wchar_t)cp);

    return width < 0 ? 1 : (size_t)width;
}

size_t out_cells(struct slice text)
{
    size_t cells = 0;
    uint32_t cp = 0;

    while (text.n > 0) {
        size_t n = utf8_decode(text, &cp);

        cells += n == 0 ? 1 : char_cells(cp);
        n += n == 0;
        text.p += n;
        text.n -= n;
    }
    return cells;
}

struct slice out_cut(struct slice text, size_t cells)
{
    struct slice rest = text;
    uint32_t cp = 0;

    while (rest.n > 0) {
        size_t n = utf8_decode(rest, &cp);
        size_t width = n == 0 ? 1 : char_cells(cp);

        if (width > cells)
            break;
        cells -= width;
        n += n == 0;
        rest.p += n;
        rest.n -= n;
    }
    return (struct slice){text.p, text.n - rest.n};
}

void out_safe(int fd_is_stderr, struct slice text)
{
    struct buf safe = {0};

    buf_init(&safe, SAFE_MAX_BYTES);
    text_escape(&safe, text);
    (void)fwrite(buf_text(&safe), 1, safe.len, fd_is_stderr ? stderr : stdout);
    buf_done(&safe);
}

static void pair_name(const char *name)
{
    (void)printf("%-*s  ", PAIR_NAME_CELLS, name);
}

void out_pair(const char *name, const char *fmt, ...)
{
    va_list args;

    pair_name(name);
    va_start(args, fmt);
    (void)vprintf(fmt, args);
    va_end(args);
    (void)putchar('\n');
}

void out_pair_slice(const char *name, struct slice value)
{
    if (value.p == NULL)
        return;
    pair_name(name);
    out_safe(0, value);
    (void)putchar('\n');
}

void out_age(int64_t at, int64_t now, char out[64])
{
    char age[UNITS_TEXT_MAX];

    out[0] = '\0';
    if (at == 0)
        return;
    units_format_age(at > now ? at - now : now - at, age);
    (void)snprintf(out, 64, at > now ? "in %s" : "%s ago", age);
}

void out_pair_time(const char *name, int64_t at, int64_t now)
{
    char time[UNITS_TEXT_MAX];
    char age[64];

    if (at == 0)
        return;
    units_format_time(at, time);
    out_age(at, now, age);
    out_pair(name, "%s  (%s)", time, age);
}

void out_json_line(struct mp_reader *value, const char *const *skip)
{
    struct buf line = {0};
    struct json_writer w;

    buf_init(&line, JSON_MAX_BYTES);
    json_writer_init(&w, &line);
    order_json_write(&w, value, skip);
    buf_add_byte(&line, '\n');
    (void)fwrite(line.data, 1, line.len, stdout);
    buf_done(&line);
}

void out_status(enum status status, bool colour)
{
    const char *on = colour ? table_status_colour(status) : "";

    (void)printf("%s%c %s%s", on, status_mark(status), status_name(status),
                 on[0] != '\0' ? TABLE_COLOUR_OFF : "");
}
