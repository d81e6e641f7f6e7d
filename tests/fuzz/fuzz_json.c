/* Any bytes as JSON, and as a string to be written as JSON. */
#include <stdlib.h>

#include "shared/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool copy_pair(void *self, struct slice key, const struct json *value)
{
    struct json_writer *w = self;

    json_key_slice(w, key);
    json_put_str(w, json_text(value));
    return true;
}

static void must_parse(struct buf *out)
{
    struct json *root = NULL;

    if (out->failed || json_parse(buf_text(out), out->len, &root, NULL) != OK)
        abort();
    json_free(root);
}

/* NUL is written but not read, so that it is left out here. */
static void write_string(struct buf *out, struct slice s)
{
    struct json_writer w;

    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\0')
            return;
    json_writer_init(&w, out);
    json_put_str(&w, s);
    must_parse(out);
    buf_clear(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice s = {(const char *)data, size};
    struct json *root = NULL;
    struct why why;
    struct buf out;
    struct json_writer w;

    buf_init(&out, 64 + 8 * size);
    if (size > 0)
        write_string(&out, s);
    if (json_parse(s.p, s.n, &root, &why) == OK) {
        json_writer_init(&w, &out);
        json_open_map(&w);
        json_each(root, copy_pair, &w);
        json_close_map(&w);
        must_parse(&out);
    }
    json_free(root);
    buf_done(&out);
    return 0;
}
