/* Keys from a file: what a person would do at the dashboard, for tests and demonstrations. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/err.h"
#include "shared/text.h"

struct script;

enum script_kind {
    SCRIPT_END,
    SCRIPT_KEY,    /* `key` */
    SCRIPT_TEXT,   /* `text`, as if pasted */
    SCRIPT_SCREEN, /* print the screen, under the name `text` */
    SCRIPT_SIZE,   /* to cols, rows */
    SCRIPT_WAIT,   /* until the screen holds `text` */
    SCRIPT_GONE    /* until it does not */
};

struct script_step {
    enum script_kind kind;
    uint32_t key;
    struct slice text; /* borrowed for the script's life */
    int cols, rows;
    unsigned line;
};

/*
 * One step a line: `key j`, `key <Enter>`, `keys jjjR`, `text acme`, `size 80x24`,
 * `wait FAILED`, `gone PAUSED`, `screen name`; empty lines and those that begin with `#` are none.
 * errors   ERR_NOT_FOUND; ERR_INVALID with the line
 */
enum err script_open(const char *path, struct script **out, struct why *why);
void script_close(struct script *script); /* takes NULL */

/* "80x24": sides from 1 to SCRIPT_SIDE_MAX. */
#define SCRIPT_SIDE_MAX 500
bool script_size(struct slice text, int *cols, int *rows);

/* The next step; SCRIPT_END behind the last. */
struct script_step script_next(struct script *script);
