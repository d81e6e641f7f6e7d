/* The `:` command line: a name of an action, what follows it, completion by Tab. */
#include "tui/model/model_command.h"

#include <stdio.h>
#include <string.h>

#include "tui/model/model.h"
#include "tui/model/model_parts.h"

/* Short names, as vi has them. */
static const struct {
    const char *name;
    enum action action;
} shorts[] = {{"q", ACTION_QUIT}, {"q!", ACTION_QUIT}, {"w", ACTION_EXPORT}, {"h", ACTION_HELP}};

static void find_matches(struct command *command)
{
    struct slice start = slice_of(command->typed);

    command->n_matches = 0;
    for (unsigned i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        const char *name = action_row((enum action)i)->name;

        if (slice_starts(slice_of(name), start) && command->n_matches < COMMAND_MATCHES_MAX)
            command->matches[command->n_matches++] = name;
    }
    command->match = command->n_matches;
}

static void typed(struct command *command)
{
    (void)snprintf(command->typed, sizeof command->typed, "%s", command->input.text);
    command->problem[0] = '\0';
    find_matches(command);
}

void command_open(struct model *m)
{
    m->command = (struct command){.open = true};
    typed(&m->command);
}

void command_type(struct model *m, struct slice text)
{
    input_type(&m->command.input, text);
    typed(&m->command);
}

/* Tab goes through the matches, and back to what was typed. */
static void complete(struct command *command, bool back)
{
    size_t n = command->n_matches + 1;

    if (command->n_matches == 0)
        return;
    command->match = (command->match + (back ? n - 1 : 1)) % n;
    input_set(&command->input,
              slice_of(command->match < command->n_matches ? command->matches[command->match]
                                                           : command->typed));
}

/* The longest name that the line begins with: names have blanks in them. */
static enum action whole_name(struct slice line, struct slice *arg)
{
    enum action found = ACTION_NONE;
    size_t longest = 0;

    for (unsigned i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        struct slice name = slice_of(action_row((enum action)i)->name);

        if (!slice_starts(line, name) || name.n <= longest)
            continue;
        if (line.n > name.n && line.p[name.n] != ' ')
            continue;
        found = (enum action)i;
        longest = name.n;
    }
    *arg = slice_trim((struct slice){line.p + longest, line.n - longest});
    return found;
}

static enum action short_name(struct slice line)
{
    for (size_t i = 0; i < sizeof shorts / sizeof shorts[0]; i++) {
        if (slice_is(line, shorts[i].name))
            return shorts[i].action;
    }
    return ACTION_NONE;
}

enum action command_parse(struct slice line, struct slice *arg)
{
    enum action action = ACTION_NONE;

    line = slice_trim(line);
    action = whole_name(line, arg);
    if (action != ACTION_NONE)
        return action;
    *arg = (struct slice){NULL, 0};
    action = short_name(line);
    return action != ACTION_NONE ? action : action_parse(line);
}

/* Words that would be passed over could name another order than the one that is taken. */
static bool takes_words(enum action action)
{
    static const enum action takers[] = {
        ACTION_FILTER, ACTION_REPLAY, ACTION_DISCARD,   ACTION_CANCEL, ACTION_HOLD,
        ACTION_RETRY,  ACTION_EXPORT, ACTION_ALARM_ACK, ACTION_COPY,
    };

    for (size_t i = 0; i < sizeof takers / sizeof takers[0]; i++) {
        if (takers[i] == action)
            return true;
    }
    return false;
}

static void run(struct model *m)
{
    struct command *command = &m->command;
    struct slice line = slice_trim(input_slice(&command->input));
    struct slice arg = {NULL, 0};
    enum action action = command_parse(line, &arg);
    char kept[INPUT_MAX_BYTES + 1];

    if (line.n == 0) {
        command->open = false;
        return;
    }
    if (action == ACTION_NONE) {
        (void)snprintf(command->problem, sizeof command->problem, "%s",
                       command->n_matches > 1 ? "more than one command begins so"
                                              : "there is no such command");
        return;
    }
    if (arg.n > 0 && !takes_words(action)) {
        (void)snprintf(command->problem, sizeof command->problem, "'%s' takes no words",
                       action_row(action)->name);
        return;
    }
    (void)snprintf(kept, sizeof kept, "%.*s", SLICE_ARGS(arg));
    command->open = false;
    model_act(m, action, slice_of(kept));
}

void command_edit(struct model *m, enum edit edit)
{
    struct command *command = &m->command;

    if (edit == EDIT_BACKSPACE && command->input.n == 0) {
        command->open = false;
        return;
    }
    if (input_edit(&command->input, edit)) {
        typed(command);
        return;
    }
    if (edit == EDIT_ESCAPE)
        command->open = false;
    else if (edit == EDIT_NEXT || edit == EDIT_DOWN)
        complete(command, false);
    else if (edit == EDIT_PREVIOUS || edit == EDIT_UP)
        complete(command, true);
    else if (edit == EDIT_ENTER)
        run(m);
}
