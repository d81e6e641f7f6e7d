/* Reads a command line by tables of flags. */
#include "tui/cli/flags.h"

#include <stdio.h>
#include <string.h>

#include "shared/text.h"
#include "shared/units.h"
#include "tui/cli/nearest.h"

#define FLAG_NAME_MAX 64

struct parse {
    const struct flags_line *line;
    struct arena *arena;
    struct cmd_values *values;
    char **arguments;
    size_t n_arguments;
    size_t at;  /* the next word */
    bool ended; /* by `--` */
};

static size_t table_size(const struct flag *table)
{
    size_t n = 0;

    while (table != NULL && table[n].name != NULL)
        n++;
    return n;
}

static void rows_make(struct parse *parse)
{
    const struct flags_line *line = parse->line;
    size_t n_common = table_size(line->common);
    size_t n = n_common + table_size(line->own);

    parse->values->n = n;
    parse->values->rows = arena_alloc(parse->arena, (n + 1) * sizeof *parse->values->rows);
    for (size_t i = 0; i < n; i++) {
        struct flags_value *row = &parse->values->rows[i];

        row->flag = i < n_common ? &line->common[i] : &line->own[i - n_common];
        row->texts = arena_alloc(parse->arena, (line->n_words + 1) * sizeof *row->texts);
    }
}

/* `--name`, `--name=value` or `-l`; a filter's `-status:X` and `-` itself are no flags. */
static bool is_flag(const char *word)
{
    if (word[0] != '-' || word[1] == '\0')
        return false;
    if (word[1] == '-' || word[2] == '\0')
        return true;
    return strpbrk(word, ":<>* \"") == NULL;
}

/* The length of the name in `--name=value`. */
static size_t name_length(const char *word)
{
    return strcspn(word + 2, "=");
}

static bool names(const char *word, const struct flag *flag)
{
    if (word[1] != '-')
        return flag->letter != 0 && word[1] == flag->letter && word[2] == '\0';
    return strlen(flag->name) == name_length(word) &&
           strncmp(word + 2, flag->name, name_length(word)) == 0;
}

static enum err unknown_flag(const struct parse *parse, const char *word, struct why *why)
{
    const char *best = NULL;
    char name[FLAG_NAME_MAX];
    int n = (int)strcspn(word, "=");

    (void)snprintf(name, sizeof name, "%.*s", n, word + strspn(word, "-"));
    name[strcspn(name, "=")] = '\0';
    for (size_t i = 0; i < parse->values->n; i++)
        nearest_try(name, parse->values->rows[i].flag->name, &best);
    if (best != NULL)
        return err_set(why, ERR_INVALID, "no flag %.*s; did you mean --%s?", n, word, best);
    return err_set(why, ERR_INVALID, "no flag %.*s", n, word);
}

static bool value_parse(struct flags_value *row, struct slice text, int64_t now_us)
{
    double seconds = 0;

    switch (row->flag->kind) {
    case FLAG_SWITCH:
    case FLAG_TEXT:
        return true;
    case FLAG_INT:
        return text_int(text, &row->integer);
    case FLAG_NUMBER:
        return text_number(text, &row->number);
    case FLAG_DURATION: /* a bare number means seconds */
        if (text_number(text, &seconds) && seconds >= 0 && seconds <= 1e9) {
            row->integer = (int64_t)(seconds * 1e6);
            return true;
        }
        return units_duration(text, &row->integer);
    case FLAG_TIME:
        return units_time_or_age(text, now_us, &row->integer);
    }
    return false;
}

static const char *kind_wants(enum flag_kind kind)
{
    static const char *const wants[] = {
        [FLAG_SWITCH] = "nothing",
        [FLAG_TEXT] = "a text",
        [FLAG_INT] = "an integer",
        [FLAG_NUMBER] = "a number",
        [FLAG_DURATION] = "a duration such as 30s, or seconds",
        [FLAG_TIME] = "a time such as 2026-01-31T12:00:00Z, or an age such as 8h",
    };

    return wants[kind];
}

static enum err take_flag(struct parse *parse, struct flags_value *row, const char *word,
                          struct why *why)
{
    const struct flags_line *line = parse->line;
    const char *name = row->flag->name;
    const char *value = word[1] == '-' ? strchr(word, '=') : NULL;

    if (row->n > 0 && (row->flag->how & FLAG_MANY) == 0 && row->flag->kind != FLAG_SWITCH)
        return err_set(why, ERR_INVALID, "--%s was given twice", name);
    if (row->flag->kind == FLAG_SWITCH) {
        if (value != NULL)
            return err_set(why, ERR_INVALID, "--%s takes no value", name);
        row->n = 1;
        return OK;
    }
    if (value != NULL)
        value++;
    else if (parse->at < line->n_words)
        value = line->words[parse->at++];
    else
        return err_set(why, ERR_INVALID, "--%s needs a value (%s)", name, row->flag->value);
    if (!value_parse(row, slice_of(value), line->now_us))
        return err_set(why, ERR_INVALID, "--%s takes %s, not '%.100s'", name,
                       kind_wants(row->flag->kind), value);
    row->texts[row->n++] = value;
    return OK;
}

static enum err take_word(struct parse *parse, struct why *why)
{
    char *word = parse->line->words[parse->at++];

    if (!parse->ended && strcmp(word, "--") == 0) {
        parse->ended = true;
        return OK;
    }
    if (parse->ended || !is_flag(word)) {
        parse->arguments[parse->n_arguments++] = word;
        return OK;
    }
    for (size_t i = 0; i < parse->values->n; i++) {
        struct flags_value *row = &parse->values->rows[i];

        if (names(word, row->flag))
            return take_flag(parse, row, word, why);
    }
    return unknown_flag(parse, word, why);
}

static enum err check_required(const struct cmd_values *values, struct why *why)
{
    const struct flags_value *help = flags_find(values, "help");

    if (help != NULL && help->n > 0)
        return OK;
    for (size_t i = 0; i < values->n; i++) {
        const struct flag *flag = values->rows[i].flag;

        if ((flag->how & FLAG_REQUIRED) != 0 && values->rows[i].n == 0)
            return err_set(why, ERR_INVALID, "--%s %s is needed", flag->name, flag->value);
    }
    return OK;
}

enum err flags_parse(const struct flags_line *line, struct arena *arena, struct flags_parsed *out,
                     struct why *why)
{
    struct parse parse = {.line = line, .arena = arena, .values = &out->values};
    enum err e = OK;

    rows_make(&parse);
    parse.arguments = arena_alloc(arena, (line->n_words + 1) * sizeof *parse.arguments);
    while (e == OK && parse.at < line->n_words)
        e = take_word(&parse, why);
    if (e == OK)
        e = check_required(&out->values, why);
    out->arguments = parse.arguments;
    out->n_arguments = parse.n_arguments;
    return e;
}

/* Is the word behind this one its value? */
static bool takes_next(const struct flag *flags, const char *word)
{
    for (const struct flag *flag = flags; flag != NULL && flag->name != NULL; flag++)
        if (flag->kind != FLAG_SWITCH && names(word, flag) && strchr(word, '=') == NULL)
            return true;
    return false;
}

size_t flags_first_argument(const struct flags_line *line)
{
    for (size_t at = 0; at < line->n_words; at++) {
        const char *word = line->words[at];

        if (!is_flag(word))
            return at;
        if (takes_next(line->common, word) || takes_next(line->own, word))
            at++;
    }
    return line->n_words;
}

const struct flags_value *flags_find(const struct cmd_values *values, const char *name)
{
    for (size_t i = 0; i < values->n; i++)
        if (strcmp(values->rows[i].flag->name, name) == 0)
            return &values->rows[i];
    return NULL;
}
