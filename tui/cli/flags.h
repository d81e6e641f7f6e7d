/* Reads a command line by tables of flags. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/err.h"
#include "tui/cli/cmd.h"

/* What was given for one flag. */
struct flags_value {
    const struct flag *flag;
    size_t n; /* times given */
    const char **texts;
    int64_t integer; /* FLAG_INT; FLAG_DURATION and FLAG_TIME in µs */
    double number;
};

/* A row for each flag of both tables. */
struct cmd_values {
    struct flags_value *rows;
    size_t n;
};

struct flags_line {
    const struct flag *common; /* those of every command */
    const struct flag *own;    /* the command's; NULL: none */
    size_t n_words;
    char **words;   /* borrowed, as are the texts that come out */
    int64_t now_us; /* for ages */
};

struct flags_parsed {
    struct cmd_values values;
    char **arguments;
    size_t n_arguments;
};

/*
 * Splits the words into flags and arguments, which may be mixed: `--flag value`, `--flag=value`,
 * `-l value`; `--` ends the flags; `-` is an argument, and so is a word such as `-status:FAILED`.
 *
 * out      lists in the arena, texts borrowed from the words
 * errors   ERR_INVALID: unknown flag (with the nearest one), missing or bad value, given twice,
 *          required one not given (unless `help` is)
 */
enum err flags_parse(const struct flags_line *line, struct arena *arena, struct flags_parsed *out,
                     struct why *why);

/* The index of the first word that is no flag nor the value of one of both tables; n_words: none.
 */
size_t flags_first_argument(const struct flags_line *line);

/* The row of a flag; NULL when there is no such flag. */
const struct flags_value *flags_find(const struct cmd_values *values, const char *name);
