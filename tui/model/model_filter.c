/* The filter line: what is typed, and those of its terms that are complete. */
#include "tui/model/model_filter.h"

#include <stdio.h>
#include <string.h>

#include "tui/model/model_row.h"

/* Takes the next term off the text: to the next blank outside of quotes. */
static struct slice next_term(struct slice *rest)
{
    bool quoted = false;
    size_t start = 0, end = 0;

    while (start < rest->n && rest->p[start] == ' ')
        start++;
    for (end = start; end < rest->n && (quoted || rest->p[end] != ' '); end++) {
        if (rest->p[end] == '\\' && end + 1 < rest->n)
            end++;
        else if (rest->p[end] == '"')
            quoted = !quoted;
    }
    struct slice term = {rest->p + start, end - start};
    rest->p += end;
    rest->n -= end;
    return term;
}

/* Would the term stand alone? Its problem is kept if there is none yet. */
static bool complete(struct list_filter *line, struct slice term)
{
    struct arena arena = {0};
    struct filter filter;
    struct why why = {0};
    bool good = filter_parse(term, &arena, &filter, &why) == OK;

    arena_done(&arena);
    if (!good && line->problem[0] == '\0')
        ROW_TEXT(line->problem, slice_of(why.text));
    return good;
}

static void gather(struct list_filter *line, struct buf *out)
{
    struct slice rest = input_slice(&line->input);

    line->problem[0] = '\0';
    while (rest.n > 0) {
        struct slice term = next_term(&rest);

        if (term.n == 0 || !complete(line, term))
            continue;
        if (out->len > 0)
            buf_add_byte(out, ' ');
        buf_add(out, term.p, term.n);
    }
}

/* Applies the terms that are complete. */
static bool apply(struct list_filter *line)
{
    struct buf text;
    struct why why = {0};
    bool changed = false;

    buf_init(&text, INPUT_MAX_BYTES);
    gather(line, &text);
    changed = strcmp(buf_text(&text), line->text) != 0;
    if (changed) {
        arena_done(&line->arena);
        ROW_TEXT(line->text, slice_of(buf_text(&text)));
        if (filter_parse(slice_of(line->text), &line->arena, &line->filter, &why) != OK) {
            line->filter =
                (struct filter){0}; /* too many terms, say: the daemon would not either */
            line->text[0] = '\0';
            ROW_TEXT(line->problem, slice_of(why.text));
        }
    }
    buf_done(&text);
    return changed;
}

bool filterline_type(struct list_filter *line, struct slice text)
{
    input_type(&line->input, text);
    return apply(line);
}

bool filterline_set(struct list_filter *line, struct slice text)
{
    input_set(&line->input, text);
    line->editing = false;
    return apply(line);
}

void filterline_open(struct list_filter *line)
{
    line->editing = true;
    (void)snprintf(line->before, sizeof line->before, "%s", line->input.text);
    (void)input_edit(&line->input, EDIT_END);
}

bool filterline_edit(struct list_filter *line, enum edit edit)
{
    if (input_edit(&line->input, edit))
        return apply(line);
    if (edit == EDIT_ESCAPE)
        return filterline_set(line, SLICE(""));
    if (edit == EDIT_ENTER)
        line->editing = line->problem[0] != '\0'; /* a wrong term is not kept in silence */
    return false;
}

void filterline_done(struct list_filter *line)
{
    arena_done(&line->arena);
}

void filterline_quote(struct buf *out, struct slice value)
{
    buf_add_byte(out, '"');
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '"' || value.p[i] == '\\')
            buf_add_byte(out, '\\');
        buf_add_byte(out, (uint8_t)value.p[i]);
    }
    buf_add_byte(out, '"');
}
