/* Msgpack from a JSON-like text, and from golden files of hex. */
#include "tests/lib/mp_from_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

#define DEEPEST 40

struct writing {
    const char *at;
    struct buf *out;
    size_t depth;
    size_t heads[DEEPEST]; /* where each open map or list began */
    uint32_t values[DEEPEST];
};

static void put_be(struct buf *out, uint8_t head, uint64_t value, unsigned bytes)
{
    buf_add_byte(out, head);
    for (unsigned i = bytes; i-- > 0;)
        buf_add_byte(out, (uint8_t)(value >> (8 * i)));
}

static void open_level(struct writing *w, uint8_t head)
{
    assert_true(w->depth < DEEPEST);
    w->heads[w->depth] = w->out->len;
    w->values[w->depth++] = 0;
    put_be(w->out, head, 0, 4);
    w->at++;
}

static void close_level(struct writing *w)
{
    uint8_t *head = NULL;
    uint32_t n = 0;

    assert_true(w->depth > 0);
    w->depth--;
    head = w->out->data + w->heads[w->depth];
    n = head[0] == 0xDF ? w->values[w->depth] / 2 : w->values[w->depth];
    for (unsigned i = 0; i < 4; i++)
        head[1 + i] = (uint8_t)(n >> (8 * (3 - i)));
    w->at++;
}

static void put_string(struct writing *w)
{
    const char *end = strchr(w->at + 1, '\'');

    assert_non_null(end);
    put_be(w->out, 0xDB, (uint64_t)(end - w->at - 1), 4);
    buf_add(w->out, w->at + 1, (size_t)(end - w->at - 1));
    w->at = end + 1;
}

static void put_number(struct writing *w)
{
    size_t n = strspn(w->at, "+-.0123456789e");
    char *end = NULL;

    assert_true(n > 0);
    if (memchr(w->at, '.', n) != NULL) {
        double number = strtod(w->at, &end);
        uint64_t bits = 0;

        memcpy(&bits, &number, sizeof bits);
        put_be(w->out, 0xCB, bits, 8);
    } else if (*w->at == '-') {
        put_be(w->out, 0xD3, (uint64_t)strtoll(w->at, &end, 10), 8);
    } else {
        put_be(w->out, 0xCF, strtoull(w->at, &end, 10), 8);
    }
    assert_ptr_equal(end, w->at + n);
    w->at = end;
}

static bool put_word(struct writing *w)
{
    static const struct {
        const char *word;
        uint8_t byte;
    } words[] = {{"null", 0xC0}, {"false", 0xC2}, {"true", 0xC3}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strncmp(w->at, words[i].word, strlen(words[i].word)) == 0) {
            buf_add_byte(w->out, words[i].byte);
            w->at += strlen(words[i].word);
            return true;
        }
    }
    return false;
}

static void put_value(struct writing *w)
{
    if (w->depth > 0)
        w->values[w->depth - 1]++;
    if (*w->at == '{')
        open_level(w, 0xDF);
    else if (*w->at == '[')
        open_level(w, 0xDD);
    else if (*w->at == '\'')
        put_string(w);
    else if (!put_word(w))
        put_number(w);
}

void mp_from_text(struct buf *out, const char *text)
{
    struct writing w = {.at = text, .out = out};

    while (*w.at != '\0') {
        if (strchr(" ,:\n", *w.at) != NULL)
            w.at++;
        else if (*w.at == '}' || *w.at == ']')
            close_level(&w);
        else
            put_value(&w);
    }
    assert_int_equal(w.depth, 0);
}

struct buf mp_of_text(const char *text)
{
    struct buf out;

    buf_init(&out, (size_t)1024 * 1024);
    mp_from_text(&out, text);
    return out;
}

static uint8_t nibble(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

struct buf mp_of_golden(const char *path, const char *name)
{
    static char line[16384];
    FILE *file = fopen(path, "re");
    struct buf out;
    size_t n = strlen(name);

    assert_non_null(file);
    buf_init(&out, (size_t)1024 * 1024);
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, n) != 0 || line[n] != ' ')
            continue;
        for (const char *c = line + n + 1; *c > ' '; c += 2)
            buf_add_byte(&out, (uint8_t)(nibble(c[0]) << 4 | nibble(c[1])));
    }
    assert_int_equal(fclose(file), 0);
    if (out.len == 0)
        fail_msg("%s has no line %s", path, name);
    return out;
}

struct slice mp_slice(const struct buf *buf)
{
    return (struct slice){(const char *)buf->data, buf->len};
}
