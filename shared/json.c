/* JSON by Jansson: a bounded reader whose values are Jansson's own behind another name. */
#include "shared/json.h"

#include <jansson.h>
#include <string.h>

#include "shared/limits.h"

/* Jansson asks for values that may change even where it only reads, and never changes them. */
static json_t *inner(const struct json *v)
{
    json_t *j = NULL;

    memcpy(&j, &v, sizeof(void *));
    return j;
}

static const struct json *outer(const json_t *j)
{
    return (const void *)j;
}

static enum err too_deep(const char *text, size_t at, struct why *why)
{
    size_t line = 1;
    size_t column = 1;

    for (size_t i = 0; i < at; i++) {
        line += text[i] == '\n';
        column = text[i] == '\n' ? 1 : column + 1;
    }
    return err_set(why, ERR_MALFORMED, "line %zu, column %zu: nested too deep", line, column);
}

/* Jansson's own limit on depth is fixed and far higher, so brackets are counted before. */
static enum err check_depth(const char *text, size_t n, struct why *why)
{
    size_t depth = 0;
    bool in_string = false;

    for (size_t i = 0; i < n; i++) {
        char c = text[i];

        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '[' || c == '{') && ++depth > DEPTH_MAX)
            return too_deep(text, i, why);
        else if (!in_string && (c == ']' || c == '}') && depth > 0)
            depth--;
    }
    return OK;
}

enum err json_parse(const char *text, size_t n, struct json **out, struct why *why)
{
    json_error_t error;
    json_t *root = NULL;
    enum err e = check_depth(text, n, why);

    if (e != OK)
        return e;
    root = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (root == NULL)
        return err_set(why, ERR_MALFORMED, "line %d, column %d: %s", error.line, error.column,
                       error.text);
    *out = (struct json *)(void *)root;
    return OK;
}

void json_free(struct json *root)
{
    json_decref(inner(root));
}

enum json_kind json_kind(const struct json *v)
{
    switch (json_typeof(inner(v))) {
    case JSON_OBJECT:
        return JSON_MAP;
    case JSON_ARRAY:
        return JSON_LIST;
    case JSON_STRING:
        return JSON_STR;
    case JSON_INTEGER:
        return JSON_INT;
    case JSON_REAL:
        return JSON_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return JSON_BOOL;
    case JSON_NULL:
        return JSON_NIL;
    }
    return JSON_NIL;
}

struct slice json_text(const struct json *v)
{
    return (struct slice){json_string_value(inner(v)), json_string_length(inner(v))};
}

int64_t json_int(const struct json *v)
{
    return json_integer_value(inner(v));
}

double json_number(const struct json *v)
{
    return json_number_value(inner(v));
}

bool json_bool(const struct json *v)
{
    return json_is_true(inner(v));
}

size_t json_size(const struct json *v)
{
    const json_t *j = inner(v);

    return json_is_object(j) ? json_object_size(j) : json_array_size(j);
}

const struct json *json_at(const struct json *v, size_t i)
{
    return outer(json_array_get(inner(v), i));
}

const struct json *json_get(const struct json *v, const char *key)
{
    return outer(json_object_get(inner(v), key));
}

void json_each(const struct json *map,
               bool (*each)(void *self, struct slice key, const struct json *value), void *self)
{
    json_t *object = inner(map);
    bool more = true;

    for (void *at = json_object_iter(object); more && at != NULL;
         at = json_object_iter_next(object, at)) {
        struct slice key = {json_object_iter_key(at), json_object_iter_key_len(at)};

        more = each(self, key, outer(json_object_iter_value(at)));
    }
}
