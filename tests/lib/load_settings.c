/* The command line of a load. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/load.h"

enum kind { TEXT, COUNT, NUMBER, YES };

struct row {
    const char *name;
    enum kind kind;
    void *target;
};

static void take(const struct row *row, const char *text)
{
    char *end = NULL;

    switch (row->kind) {
    case TEXT:
        *(const char **)row->target = text;
        return;
    case COUNT:
        *(int64_t *)row->target = strtoll(text, &end, 10);
        break;
    case NUMBER:
        *(double *)row->target = strtod(text, &end);
        break;
    case YES:
        *(bool *)row->target = true;
        return;
    }
    if (end == text || *end != '\0')
        errx(EXIT_FAILURE, "--%s: no number: %s", row->name, text);
}

static const struct row *find(const struct row *rows, int n, const char *argument)
{
    for (int i = 0; i < n; i++)
        if (strncmp(argument, "--", 2) == 0 && strcmp(argument + 2, rows[i].name) == 0)
            return &rows[i];
    return NULL;
}

struct load_settings load_settings_read(int argc, char **argv)
{
    struct load_settings s = {
        .in_flight = 64, .connections = 1, .workers = 1, .at_once = 1, .batch = 1, .seconds = 2};
    int64_t pid = 0;
    const struct row rows[] = {
        {"address", TEXT, &s.address},
        {"events", TEXT, &s.events},
        {"in-flight", COUNT, &s.in_flight},
        {"connections", COUNT, &s.connections},
        {"workers", COUNT, &s.workers},
        {"at-once", COUNT, &s.at_once},
        {"batch", COUNT, &s.batch},
        {"subscribers", COUNT, &s.subscribers},
        {"orders", COUNT, &s.orders},
        {"seconds", NUMBER, &s.seconds},
        {"rate", NUMBER, &s.rate},
        {"pid", COUNT, &pid},
        {"keys", YES, &s.keys},
        {"no-wait", YES, &s.no_wait},
        {"brief", YES, &s.brief},
    };
    enum { ROWS = sizeof rows / sizeof rows[0] };

    for (int i = 1; i < argc; i++) {
        const struct row *row = find(rows, ROWS, argv[i]);

        if (row != NULL && row->kind == YES)
            take(row, "");
        else if (row != NULL && i + 1 < argc)
            take(row, argv[++i]);
        else
            errx(EXIT_FAILURE, "what is %s? See tests/lib/load.h", argv[i]);
    }
    if (s.address == NULL)
        errx(EXIT_FAILURE, "--address WHERE, and what else tests/lib/load.h has");
    if (s.in_flight < 1 || s.connections < 1 || s.workers < 1 || s.batch < 1)
        errx(EXIT_FAILURE, "a count is at least 1");
    if (s.connections > s.in_flight)
        s.connections = s.in_flight;
    s.pid = (pid_t)pid;
    return s;
}
