/* Typed reads of what a peer sent, each with its problem. */
#include "shared/wire_field.h"

#include <stdarg.h>
#include <stdio.h>

void wire_place_text(const struct wire_place *place, char out[FIELD_MAX_BYTES])
{
    if (place->of == NULL)
        (void)snprintf(out, FIELD_MAX_BYTES, "%.*s", SLICE_ARGS(place->name));
    else if (place->at == WIRE_NO_INDEX)
        (void)snprintf(out, FIELD_MAX_BYTES, "%s.%.*s", place->of, SLICE_ARGS(place->name));
    else if (place->name.p == NULL)
        (void)snprintf(out, FIELD_MAX_BYTES, "%s[%zu]", place->of, place->at);
    else
        (void)snprintf(out, FIELD_MAX_BYTES, "%s[%zu].%.*s", place->of, place->at,
                       SLICE_ARGS(place->name));
}

void wire_problem(struct problems *problems, const struct wire_place *place, const char *fmt, ...)
{
    char field[FIELD_MAX_BYTES], text[FIELD_MAX_BYTES];
    va_list args;

    wire_place_text(place, field);
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    problems_add(problems, field, "%s", text);
}

void wire_unknown(struct mp_reader *r, const struct wire_place *place, struct problems *problems)
{
    mp_skip(r);
    wire_problem(problems, place, "is no known field");
}

/* Is a value of `kind` next? A nil is taken; anything else is passed over with a problem. */
static bool next_is(struct mp_reader *r, enum mp_kind kind, const struct wire_place *place,
                    struct problems *problems)
{
    static const char *const kinds[] = {
        [MP_BOOL] = "a bool",  [MP_INT] = "an integer", [MP_FLOAT] = "a number",
        [MP_STR] = "a string", [MP_LIST] = "a list",    [MP_MAP] = "a map",
    };

    if (mp_peek(r) == kind)
        return true;
    if (mp_nil(r))
        return false;
    mp_skip(r);
    wire_problem(problems, place, "must be %s", kinds[kind]);
    return false;
}

bool wire_field_str(struct mp_reader *r, const struct wire_place *place, struct problems *problems,
                    struct slice *out)
{
    if (!next_is(r, MP_STR, place, problems))
        return false;
    *out = mp_str(r);
    return !mp_failed(r);
}

bool wire_field_int(struct mp_reader *r, const struct wire_place *place, struct problems *problems,
                    int64_t *out)
{
    struct mp_reader probe;
    int64_t value = 0;

    if (!next_is(r, MP_INT, place, problems))
        return false;
    probe = *r;
    value = mp_int(&probe);
    if (mp_failed(&probe)) { /* above INT64_MAX: wrong here, but the message goes on */
        mp_skip(r);
        wire_problem(problems, place, "is too large an integer");
        return false;
    }
    *r = probe;
    *out = value;
    return true;
}

bool wire_field_bool(struct mp_reader *r, const struct wire_place *place, struct problems *problems,
                     bool *out)
{
    if (!next_is(r, MP_BOOL, place, problems))
        return false;
    *out = mp_bool(r);
    return !mp_failed(r);
}

bool wire_field_number(struct mp_reader *r, const struct wire_place *place,
                       struct problems *problems, double *out)
{
    if (mp_peek(r) != MP_INT && !next_is(r, MP_FLOAT, place, problems))
        return false;
    *out = mp_number(r);
    return !mp_failed(r);
}

bool wire_field_uuid(struct mp_reader *r, const struct wire_place *place, struct problems *problems,
                     struct uuid *out)
{
    struct slice text;

    if (!wire_field_str(r, place, problems, &text))
        return false;
    if (uuid_parse(text.p, text.n, out))
        return true;
    wire_problem(problems, place, "must be an id: a UUID in lower case");
    return false;
}

bool wire_field_list(struct mp_reader *r, const struct wire_place *place, struct problems *problems,
                     uint32_t *n)
{
    if (!next_is(r, MP_LIST, place, problems))
        return false;
    *n = mp_list(r);
    return !mp_failed(r);
}

bool wire_field_map(struct mp_reader *r, const struct wire_place *place, struct problems *problems,
                    uint32_t *n)
{
    if (!next_is(r, MP_MAP, place, problems))
        return false;
    *n = mp_map(r);
    return !mp_failed(r);
}
