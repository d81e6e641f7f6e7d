/* What comes from the terminal: keys, pastes, clicks and sizes. */
#include "tui/term_curses.h"
#include "tui/term_inside.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define WHEEL_LINES 3

static const struct {
    const char *bytes;
    int code;
} sequences[] = {
    {"\033[200~", TERM_KEY_PASTE_BEGIN},
    {"\033[201~", TERM_KEY_PASTE_END},
    {"\033[1;5D", TERM_KEY_CTRL_LEFT},
    {"\033[1;5C", TERM_KEY_CTRL_RIGHT},
    {"\033[Z", KEY_BTAB},
    {"\033[1~", KEY_HOME},
    {"\033[4~", KEY_END},
    {"\033[H", KEY_HOME},
    {"\033[F", KEY_END},
};

static const struct {
    int code;
    uint32_t key;
} codes[] = {
    {KEY_ENTER, KEYS_ENTER},
    {KEY_BTAB, KEYS_BACKTAB},
    {KEY_BACKSPACE, KEYS_BACKSPACE},
    {KEY_DC, KEYS_DELETE},
    {KEY_UP, KEYS_UP},
    {KEY_DOWN, KEYS_DOWN},
    {KEY_LEFT, KEYS_LEFT},
    {KEY_RIGHT, KEYS_RIGHT},
    {KEY_HOME, KEYS_HOME},
    {KEY_END, KEYS_END},
    {KEY_PPAGE, KEYS_PAGE_UP},
    {KEY_NPAGE, KEYS_PAGE_DOWN},
    {TERM_KEY_CTRL_LEFT, KEYS_CTRL_LEFT},
    {TERM_KEY_CTRL_RIGHT, KEYS_CTRL_RIGHT},
};

void term_keys_start(void)
{
    for (size_t i = 0; i < LENGTH(sequences); i++)
        (void)define_key(sequences[i].bytes, sequences[i].code);
}

static uint32_t key_of_code(int code)
{
    if (code >= KEY_F(1) && code <= KEY_F(12))
        return KEYS_F1 + (uint32_t)(code - KEY_F(1));
    for (size_t i = 0; i < LENGTH(codes); i++)
        if (codes[i].code == code)
            return codes[i].key;
    return KEYS_NONE;
}

static uint32_t key_of_character(const struct term *term, wint_t character)
{
    switch (character) {
    case '\r':
    case '\n':
        return KEYS_ENTER;
    case '\t':
        return KEYS_TAB;
    case '\033':
        return KEYS_ESCAPE;
    case '\b':
    case 0x7F:
        return KEYS_BACKSPACE;
    default:
        return character < 0x80 || (term->utf8 && character < KEYS_ENTER) ? (uint32_t)character
                                                                          : KEYS_NONE;
    }
}

static struct term_event key_event(uint32_t key)
{
    return (struct term_event){.kind = TERM_KEY, .key = key};
}

static struct term_event mouse_event(void)
{
    struct term_event event = {.kind = TERM_KEY, .key = KEYS_NONE};
    MEVENT mouse;

    if (getmouse(&mouse) != OK)
        return event;
    event.x = mouse.x;
    event.y = mouse.y;
    event.kind = TERM_MOUSE;
    if ((mouse.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED)) != 0) {
        event.kind = TERM_WHEEL;
        event.lines = (mouse.bstate & BUTTON4_PRESSED) != 0 ? -WHEEL_LINES : WHEEL_LINES;
    }
    return event;
}

/* Nothing more can come: hung up, or at its end. */
static bool closed(void)
{
    struct pollfd in = {STDIN_FILENO, POLLIN, 0};
    int waiting = 0;

    if (poll(&in, 1, 0) <= 0)
        return false;
    if ((in.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
        return true;
    return (in.revents & POLLIN) != 0 && ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 &&
           waiting == 0;
}

static struct term_event end_paste(struct term *term)
{
    term->pasting = false;
    return (struct term_event){.kind = TERM_PASTE,
                               .text = {buf_text(&term->paste), term->paste.len}};
}

static void add_pasted(struct term *term, uint32_t key)
{
    char text[4];
    size_t n = key_character(key, text);

    if (key == KEYS_ENTER || key == KEYS_TAB)
        buf_add_byte(&term->paste, key == KEYS_TAB ? '\t' : '\n');
    else
        buf_add(&term->paste, text, n);
}

static struct term_event one_key(struct term *term, int result, wint_t got)
{
    int code = result == KEY_CODE_YES ? (int)got : 0;
    uint32_t key = code != 0 ? key_of_code(code) : key_of_character(term, got);

    if (code == TERM_KEY_PASTE_BEGIN) {
        term->pasting = true;
        buf_clear(&term->paste);
        return key_event(KEYS_NONE);
    }
    if (code == TERM_KEY_PASTE_END && term->pasting)
        return end_paste(term);
    if (term->pasting) {
        add_pasted(term, key);
        return key_event(KEYS_NONE);
    }
    if (code == KEY_MOUSE)
        return mouse_event();
    return key_event(key);
}

/* Sequences that name no key, such as a late answer of the terminal: no letter of theirs is one. */

/* The character that is there already. A key of more than one stays for later. */
static bool next_character(wint_t *out)
{
    int result = get_wch(out);

    if (result == KEY_CODE_YES)
        (void)ungetch((int)*out);
    return result == OK;
}

/* An Esc came: does it begin a sequence, or is it the key? */
static struct term_event escape(struct term *term)
{
    static const struct {
        wint_t second;
        enum term_sequence sequence;
    } begins[] = {
        {'[', TERM_SEQUENCE_CONTROL}, {'O', TERM_SEQUENCE_CONTROL}, {']', TERM_SEQUENCE_STRING},
        {'P', TERM_SEQUENCE_STRING},  {'^', TERM_SEQUENCE_STRING},  {'_', TERM_SEQUENCE_STRING},
    };
    wint_t second = 0, third = 0;

    if (!next_character(&second))
        return key_event(KEYS_ESCAPE);
    for (size_t i = 0; i < LENGTH(begins); i++) {
        if (begins[i].second != second || !next_character(&third))
            continue;
        (void)unget_wch((wchar_t)third);
        term->sequence = begins[i].sequence;
        return key_event(KEYS_NONE);
    }
    (void)unget_wch((wchar_t)second);
    return key_event(KEYS_ESCAPE);
}

static void pass_over(struct term *term, wint_t got)
{
    bool string = term->sequence == TERM_SEQUENCE_STRING;

    if (string ? got == '\a' || got == '\\' : got >= '@')
        term->sequence = TERM_SEQUENCE_NONE;
}

static struct term_event one_input(struct term *term, int result, wint_t got)
{
    if (result == OK && term->sequence != TERM_SEQUENCE_NONE) {
        pass_over(term, got);
        return key_event(KEYS_NONE);
    }
    if (result == OK && got == '\033' && !term->pasting)
        return escape(term);
    return one_key(term, result, got);
}

struct term_event term_read(struct term *term, int64_t mono_us)
{
    wint_t got = 0;
    int result = 0;

    (void)mono_us;
    if (term_resized(term))
        return (struct term_event){.kind = TERM_RESIZE, .size = term->size};
    result = get_wch(&got);
    if (result == ERR) {
        term->sequence = TERM_SEQUENCE_NONE; /* one without an end must not take all that follows */
        return (struct term_event){.kind = closed() ? TERM_CLOSED : TERM_NOTHING};
    }
    return one_input(term, result, got);
}
