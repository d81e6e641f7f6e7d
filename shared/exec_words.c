/* A program's command line, from text to its words: no shell has a part in it. */
#include "shared/exec_words.h"

#include <string.h>

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

/* A word at the start of *rest, its quotes taken off into `word` (of at least rest->n bytes).
   False: a quote is not closed. */
static bool take_word(struct slice *rest, char *word)
{
    char quote = '\0';
    size_t i = 0;

    for (; i < rest->n && (quote != '\0' || !blank(rest->p[i])); i++) {
        char c = rest->p[i];

        if (quote == '\0' && (c == '\'' || c == '"'))
            quote = c;
        else if (quote != '\0' && c == quote)
            quote = '\0';
        else
            *word++ = c;
    }
    *word = '\0';
    *rest = (struct slice){rest->p + i, rest->n - i};
    return quote == '\0';
}

enum err exec_words_split(struct arena *arena, struct slice text, const char *const **out,
                          size_t *n, struct why *why)
{
    const char **words = arena_alloc(arena, (EXEC_WORDS_MAX + 1) * sizeof(*words));
    struct slice rest = slice_trim(text);
    size_t found = 0;

    if (rest.n > 0 && memchr(rest.p, '\0', rest.n) != NULL)
        return err_set(why, ERR_INVALID, "a NUL byte in the command");
    while (rest.n > 0) {
        char *word = arena_alloc(arena, rest.n + 1);

        if (found == EXEC_WORDS_MAX)
            return err_set(why, ERR_INVALID, "'%.*s' has more than %d words", SLICE_ARGS(text),
                           EXEC_WORDS_MAX);
        if (!take_word(&rest, word))
            return err_set(why, ERR_INVALID, "'%.*s' has a quote that is not closed",
                           SLICE_ARGS(text));
        words[found++] = word;
        rest = slice_trim(rest);
    }
    *out = words;
    *n = found;
    return OK;
}
