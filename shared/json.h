/* JSON by Jansson: a bounded reader, and a writer that appends to a buf. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/err.h"
#include "shared/text.h"

struct json; /* a parsed value; all inside it is borrowed from the root */

enum json_kind { JSON_NIL, JSON_BOOL, JSON_INT, JSON_NUMBER, JSON_STR, JSON_LIST, JSON_MAP };

/*
 * Parses exactly one value (any kind). Duplicate keys, depth over DEPTH_MAX, trailing text and
 * NUL inside strings are refused.
 *
 * *out     to be freed by json_free; untouched on failure
 * errors   ERR_MALFORMED, with line and column
 */
enum err json_parse(const char *text, size_t n, struct json **out, struct why *why);
void json_free(struct json *root);

enum json_kind json_kind(const struct json *v);
struct slice json_text(const struct json *v); /* absent unless JSON_STR */
int64_t json_int(const struct json *v);       /* 0 unless JSON_INT */
double json_number(const struct json *v);     /* also of a JSON_INT */
bool json_bool(const struct json *v);
size_t json_size(const struct json *v);                     /* values or pairs inside; else 0 */
const struct json *json_at(const struct json *v, size_t i); /* of a list; NULL past the end */
const struct json *json_get(const struct json *v, const char *key); /* of a map; NULL if absent */

/* Each pair of a map, in the order of the text, until `each` returns false. */
void json_each(const struct json *map,
               bool (*each)(void *self, struct slice key, const struct json *value), void *self);

/* Writes compact JSON; commas are put by the writer. The buf's `failed` is the sticky error. */
struct json_writer {
    struct buf *out;
    bool comma;
};

void json_writer_init(struct json_writer *w, struct buf *out);
void json_open_map(struct json_writer *w);
void json_close_map(struct json_writer *w);
void json_open_list(struct json_writer *w);
void json_close_list(struct json_writer *w);
void json_key(struct json_writer *w, const char *key);
void json_key_slice(struct json_writer *w, struct slice key);
void json_put_str(struct json_writer *w, struct slice s); /* absent gives null; bytes that are no
                                                             UTF-8 become U+FFFD; control and
                                                             unsafe characters become \u escapes */
void json_put_int(struct json_writer *w, int64_t value);
void json_put_number(struct json_writer *w, double value);
void json_put_bool(struct json_writer *w, bool value);
void json_put_nil(struct json_writer *w);
