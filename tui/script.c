/* Keys from a file. */
#include "tui/script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tui/keys.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define SCRIPT_MAX_BYTES ((size_t)256 * 1024)

struct script {
    struct buf text;
    struct slice rest; /* of the text: lines to come */
    struct slice keys; /* of the line: keys to come */
    unsigned line;
};

static const struct {
    const char *word;
    enum script_kind kind;
} words[] = {
    {"key", SCRIPT_KEY},   {"keys", SCRIPT_KEY},  {"text", SCRIPT_TEXT}, {"screen", SCRIPT_SCREEN},
    {"size", SCRIPT_SIZE}, {"wait", SCRIPT_WAIT}, {"gone", SCRIPT_GONE},
};

bool script_size(struct slice text, int *cols, int *rows)
{
    struct slice first = slice_cut(&text, 'x');
    int64_t w = 0, h = 0;

    if (!text_int(first, &w) || !text_int(text, &h) || w < 1 || h < 1 || w > SCRIPT_SIDE_MAX ||
        h > SCRIPT_SIDE_MAX)
        return false;
    *cols = (int)w;
    *rows = (int)h;
    return true;
}

static bool parse_line(struct slice line, struct script_step *step)
{
    struct slice word = slice_cut(&line, ' ');

    for (size_t i = 0; i < LENGTH(words); i++) {
        if (!slice_is(word, words[i].word))
            continue;
        step->kind = words[i].kind;
        step->text = line;
        if (step->kind == SCRIPT_SIZE)
            return script_size(line, &step->cols, &step->rows);
        return line.n > 0 && (!slice_is(word, "key") || key_parse(line, &step->key));
    }
    return false;
}

/* The next line that is a step; false at the end, or when it is none: then `step` is not
   SCRIPT_END. */
static bool next_line(struct script *script, struct script_step *step)
{
    while (script->rest.n > 0) {
        struct slice line = slice_trim(slice_cut(&script->rest, '\n'));

        *step = (struct script_step){.kind = SCRIPT_KEY, .line = ++script->line};
        if (line.n > 0 && line.p[0] != '#')
            return parse_line(line, step);
    }
    *step = (struct script_step){.kind = SCRIPT_END, .line = script->line};
    return false;
}

static struct script_step next_key(struct script *script)
{
    struct script_step step = {.kind = SCRIPT_KEY, .line = script->line};
    size_t n = utf8_decode(script->keys, &step.key);

    script->keys.p += n > 0 ? n : 1;
    script->keys.n -= n > 0 ? n : 1;
    return step;
}

struct script_step script_next(struct script *script)
{
    struct script_step step;

    if (script->keys.n > 0)
        return next_key(script);
    if (!next_line(script, &step) || step.kind != SCRIPT_KEY || step.key != KEYS_NONE)
        return step;
    script->keys = step.text;
    return next_key(script);
}

static enum err read_all(struct script *script, const char *path, struct why *why)
{
    char block[4096];
    ssize_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return err_sys(why, ERR_NOT_FOUND, errno, "cannot open '%s'", path);
    while ((n = read(fd, block, sizeof block)) > 0)
        buf_add(&script->text, block, (size_t)n);
    (void)close(fd);
    return script->text.failed ? err_set(why, ERR_INVALID, "'%s' is too long", path) : OK;
}

static void rewind_script(struct script *script)
{
    script->rest = (struct slice){buf_text(&script->text), script->text.len};
    script->line = 0;
}

enum err script_open(const char *path, struct script **out, struct why *why)
{
    struct script *script = calloc(1, sizeof *script);
    struct script_step step = {.kind = SCRIPT_KEY};
    enum err e = OK;

    if (script == NULL)
        abort();
    buf_init(&script->text, SCRIPT_MAX_BYTES);
    e = read_all(script, path, why);
    if (e == OK)
        rewind_script(script);
    while (e == OK && next_line(script, &step))
        ;
    if (e == OK && step.kind != SCRIPT_END)
        e = err_set(why, ERR_INVALID, "%s:%u: not a step", path, step.line);
    if (e != OK) {
        script_close(script);
        return e;
    }
    rewind_script(script);
    *out = script;
    return OK;
}

void script_close(struct script *script)
{
    if (script == NULL)
        return;
    buf_done(&script->text);
    free(script);
}
