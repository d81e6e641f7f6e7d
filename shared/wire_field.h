/* Typed reads of what a peer sent: a value of a wrong kind becomes a problem and is passed over. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/mp.h"
#include "shared/uuid.h"
#include "shared/validate.h"

#define WIRE_NO_INDEX SIZE_MAX

/* Where a value stands; its text is made only when there is a problem. */
struct wire_place {
    const char *of;    /* "items"; NULL: at the top */
    size_t at;         /* items[at], or WIRE_NO_INDEX */
    struct slice name; /* items[2].name; absent: the value items[2] itself */
};

/* A field at the top. */
#define WIRE_TOP(literal)                                                                          \
    (&(const struct wire_place){NULL, WIRE_NO_INDEX, {"" literal, sizeof(literal) - 1}})

/* A key of the wire against a literal: by length, then bytes. */
#define WIRE_KEY_IS(key, literal)                                                                  \
    ((key).n == sizeof(literal) - 1 && memcmp((key).p, "" literal, sizeof(literal) - 1) == 0)

void wire_place_text(const struct wire_place *place, char out[FIELD_MAX_BYTES]);

/* A problem at a place. */
void wire_problem(struct problems *problems, const struct wire_place *place, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The value there is of a field nobody knows. */
void wire_unknown(struct mp_reader *r, const struct wire_place *place, struct problems *problems);

/*
 * Each reads one value. True: *out is filled. False, *out untouched: it is nil, or of another kind,
 * which is a problem. The reader is behind the value in any case.
 */
bool wire_field_str(struct mp_reader *r, const struct wire_place *place, struct problems *problems,
                    struct slice *out);
bool wire_field_int(struct mp_reader *r, const struct wire_place *place, struct problems *problems,
                    int64_t *out);
bool wire_field_bool(struct mp_reader *r, const struct wire_place *place, struct problems *problems,
                     bool *out);
bool wire_field_number(struct mp_reader *r, const struct wire_place *place,
                       struct problems *problems, double *out);
bool wire_field_uuid(struct mp_reader *r, const struct wire_place *place, struct problems *problems,
                     struct uuid *out);

/* Each reads a head: *n values or pairs follow. False: nil, or a problem, and nothing follows. */
bool wire_field_list(struct mp_reader *r, const struct wire_place *place, struct problems *problems,
                     uint32_t *n);
bool wire_field_map(struct mp_reader *r, const struct wire_place *place, struct problems *problems,
                    uint32_t *n);
