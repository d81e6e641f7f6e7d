/* The `:` command line with its completion, and the search of the help. */
#pragma once

#include "tui/model/action.h"
#include "tui/model/model_input.h"

#define COMMAND_MATCHES_MAX 48

struct command {
    bool open;
    struct input input;
    char problem[160];
    size_t n_matches;                         /* commands that start with what is typed */
    const char *matches[COMMAND_MATCHES_MAX]; /* names out of tables */
    size_t match;                             /* the one Tab is at; n_matches: none */
    char typed[INPUT_MAX_BYTES + 1];          /* before Tab completed it */
};

struct help {
    bool searching; /* the search line has the focus */
    struct input search;
    size_t top;
};

/* Does an action's row belong in the help for this search? By name and help, case aside. */
bool help_matches(const struct help *help, enum action action);
