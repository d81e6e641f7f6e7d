/* Keys as text. */
#include "tui/keys.h"

#include <stdio.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Texts of keys that are no character of their own, and those that key files take. */
static const struct key_name {
    uint32_t key;
    const char *text;
    const char *in_file;
} key_names[] = {
    {' ', "Space", "<Space>"},
    {'<', "<", "<lt>"},
    {KEYS_ENTER, "Enter", "<Enter>"},
    {KEYS_ESCAPE, "Esc", "<Esc>"},
    {KEYS_TAB, "Tab", "<Tab>"},
    {KEYS_BACKTAB, "Shift-Tab", "<S-Tab>"},
    {KEYS_BACKSPACE, "Backspace", "<BS>"},
    {KEYS_DELETE, "Del", "<Del>"},
    {KEYS_UP, "Up", "<Up>"},
    {KEYS_DOWN, "Down", "<Down>"},
    {KEYS_LEFT, "Left", "<Left>"},
    {KEYS_RIGHT, "Right", "<Right>"},
    {KEYS_HOME, "Home", "<Home>"},
    {KEYS_END, "End", "<End>"},
    {KEYS_PAGE_UP, "PgUp", "<PgUp>"},
    {KEYS_PAGE_DOWN, "PgDn", "<PgDn>"},
    {KEYS_CTRL_LEFT, "Ctrl-Left", "<C-Left>"},
    {KEYS_CTRL_RIGHT, "Ctrl-Right", "<C-Right>"},
};

static size_t encode(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0U | cp >> 6);
        out[1] = (char)(0x80U | (cp & 0x3FU));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0U | cp >> 12);
        out[1] = (char)(0x80U | (cp >> 6 & 0x3FU));
        out[2] = (char)(0x80U | (cp & 0x3FU));
        return 3;
    }
    out[0] = (char)(0xF0U | (cp >> 18 & 0x07U));
    out[1] = (char)(0x80U | (cp >> 12 & 0x3FU));
    out[2] = (char)(0x80U | (cp >> 6 & 0x3FU));
    out[3] = (char)(0x80U | (cp & 0x3FU));
    return 4;
}

size_t key_character(uint32_t key, char out[4])
{
    return key < ' ' || key == 0x7F || key >= KEYS_ENTER ? 0 : encode(key, out);
}

void key_text(uint32_t key, char out[KEY_TEXT_MAX])
{
    for (size_t i = 0; i < LENGTH(key_names); i++) {
        if (key_names[i].key == key) {
            (void)snprintf(out, KEY_TEXT_MAX, "%s", key_names[i].text);
            return;
        }
    }
    if (key >= KEYS_F1 && key <= KEYS_F12)
        (void)snprintf(out, KEY_TEXT_MAX, "F%u", (unsigned)(key - KEYS_F1 + 1));
    else if (key < ' ')
        (void)snprintf(out, KEY_TEXT_MAX, "Ctrl-%c", (char)(key + '@'));
    else
        out[key_character(key, out)] = '\0';
}

static bool parse_number(struct slice text, uint32_t *out)
{
    int64_t n = 0;

    if (!text_int(text, &n) || n < 1 || n > 12)
        return false;
    *out = KEYS_F1 + (uint32_t)n - 1;
    return true;
}

bool key_parse(struct slice text, uint32_t *out)
{
    for (size_t i = 0; i < LENGTH(key_names); i++) {
        if (slice_is(text, key_names[i].in_file)) {
            *out = key_names[i].key;
            return true;
        }
    }
    if (slice_starts(text, SLICE("<C-")) && text.n == 5 && text.p[4] == '>') {
        *out = KEYS_CTRL(text.p[3]);
        return true;
    }
    if (slice_starts(text, SLICE("<F")) && text.p[text.n - 1] == '>')
        return parse_number((struct slice){text.p + 2, text.n - 3}, out);
    return utf8_decode(text, out) == text.n && text.n > 0;
}
