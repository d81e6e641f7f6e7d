/* Editing of one line of text. */
#include "tui/model/model_input.h"

#include <string.h>

void input_clear(struct input *input)
{
    input->text[0] = '\0';
    input->n = input->at = 0;
}

void input_set(struct input *input, struct slice text)
{
    input_clear(input);
    input_type(input, text);
}

/* Puts one character in; false when it does not fit. */
static bool put(struct input *input, const char *bytes, size_t n)
{
    if (n > INPUT_MAX_BYTES - input->n)
        return false;
    memmove(input->text + input->at + n, input->text + input->at, input->n - input->at);
    memcpy(input->text + input->at, bytes, n);
    input->n += n;
    input->at += n;
    input->text[input->n] = '\0';
    return true;
}

void input_type(struct input *input, struct slice text)
{
    while (text.n > 0) {
        uint32_t cp = 0;
        size_t n = utf8_decode(text, &cp);
        bool blank = cp == '\t' || cp == '\n';

        if (n > 0 && (blank || !text_unsafe(cp))) {
            if (!put(input, blank ? " " : text.p, blank ? 1 : n))
                return;
        }
        n = n == 0 ? 1 : n;
        text.p += n;
        text.n -= n;
    }
}

/* Where the character before `at` begins. */
static size_t back(const struct input *input, size_t at)
{
    while (at > 0) {
        at--;
        if (((unsigned char)input->text[at] & 0xc0U) != 0x80U)
            break;
    }
    return at;
}

static size_t on(const struct input *input, size_t at)
{
    if (at < input->n)
        at++;
    while (at < input->n && ((unsigned char)input->text[at] & 0xc0U) == 0x80U)
        at++;
    return at;
}

/* Blanks, then what is no blank. */
static size_t word_back(const struct input *input)
{
    size_t at = input->at;

    while (at > 0 && input->text[at - 1] == ' ')
        at--;
    while (at > 0 && input->text[at - 1] != ' ')
        at--;
    return at;
}

static size_t word_on(const struct input *input)
{
    size_t at = input->at;

    while (at < input->n && input->text[at] == ' ')
        at++;
    while (at < input->n && input->text[at] != ' ')
        at++;
    return at;
}

static void cut(struct input *input, size_t from, size_t to)
{
    memmove(input->text + from, input->text + to, input->n - to + 1);
    input->n -= to - from;
    input->at = from;
}

bool input_edit(struct input *input, enum edit edit)
{
    switch (edit) {
    case EDIT_LEFT:
        input->at = back(input, input->at);
        return true;
    case EDIT_RIGHT:
        input->at = on(input, input->at);
        return true;
    case EDIT_WORD_LEFT:
        input->at = word_back(input);
        return true;
    case EDIT_WORD_RIGHT:
        input->at = word_on(input);
        return true;
    case EDIT_HOME:
        input->at = 0;
        return true;
    case EDIT_END:
        input->at = input->n;
        return true;
    case EDIT_BACKSPACE:
        cut(input, back(input, input->at), input->at);
        return true;
    case EDIT_DELETE:
        cut(input, input->at, on(input, input->at));
        return true;
    case EDIT_DELETE_WORD:
        cut(input, word_back(input), input->at);
        return true;
    case EDIT_DELETE_START:
        cut(input, 0, input->at);
        return true;
    case EDIT_DELETE_END:
        cut(input, input->at, input->n);
        return true;
    case EDIT_UP:
    case EDIT_DOWN:
    case EDIT_NEXT:
    case EDIT_PREVIOUS:
    case EDIT_ENTER:
    case EDIT_ESCAPE:
    case EDIT_COUNT:
        break;
    }
    return false;
}
