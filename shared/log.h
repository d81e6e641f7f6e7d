/* Levelled log lines with fields; where they go is a sink's business. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "shared/text.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG, LOG_LEVELS };

/* One field, such as {"order_id", "0199..."}; names in lower case. */
struct log_field {
    const char *name;
    const char *value; /* NUL-terminated; made safe by the sink; NULL: the field is left out */
};

/* Takes one finished line. Called from any thread, one at a time for each line. */
struct log_sink {
    void (*line)(void *self, enum log_level level, const char *message,
                 const struct log_field *fields, size_t n);
    void *self;
};

/* Level and sink are set at the start, before there are threads; the level may change later. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);
void log_set_sink(struct log_sink sink);

bool log_level_parse(struct slice name, enum log_level *out);
const char *log_level_name(enum log_level level);

/* The default sink: a JSON object a line on standard error (`at`, `level`, `message`, fields). */
struct log_sink log_sink_json(void);
/* For people: "notice: message field=value". */
struct log_sink log_sink_text(void);

/* Logs one line. The message is a printf format; it is cut at 1 KiB. */
void log_line(enum log_level level, const struct log_field *fields, size_t n, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#define log_error(...) log_line(LOG_ERROR, NULL, 0, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, NULL, 0, __VA_ARGS__)
#define log_notice(...) log_line(LOG_NOTICE, NULL, 0, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, NULL, 0, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, NULL, 0, __VA_ARGS__)
