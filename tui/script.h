/* Keys from a file, screens to a file: the dashboard without a terminal, for tests. */
#pragma once

#include "shared/err.h"
#include "tui/view/canvas.h"

struct script;

enum script_kind {
    SCRIPT_END,
    SCRIPT_KEY,    /* `key` */
    SCRIPT_TEXT,   /* `text`, as if pasted */
    SCRIPT_SCREEN, /* write the screen as plain text, under the name `text` */
    SCRIPT_SIZE,   /* to cols, rows */
    SCRIPT_WAIT    /* until the screen holds `text` */
};

struct script_step {
    enum script_kind kind;
    uint32_t key;
    struct slice text; /* borrowed for the script's life */
    int cols, rows, line;
};

/*
 * One step a line: `key j`, `keys jjjR`, `key <Enter>`, `text acme`, `size 80x24`, `wait FAILED`,
 * `screen name`; `#` begins a comment.
 * errors   ERR_NOT_FOUND; ERR_INVALID with the line
 */
enum err script_open(const char *path, struct script **out, struct why *why);
void script_close(struct script *script); /* takes NULL */

struct script_step script_next(struct script *script);

/* Appends "== name" and the plain screen to the file `path`. */
enum err script_screen(const char *path, struct slice name, const struct canvas *canvas,
                       struct why *why);
