/* Result codes, their names on the wire, and the sentence that says why something failed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum err {
    OK = 0,
#define ERR(id, name) ERR_##id,
#include "shared/err.def"
#undef ERR
    ERR_COUNT
};

#define WHY_TEXT_MAX 512

/* Why something failed, for a person to read. Filled only on failure. */
struct why {
    char text[WHY_TEXT_MAX]; /* NUL-terminated; cut at the end if longer */
    int64_t retry_after_us;  /* with ERR_BUSY: when to ask again; else 0 */
};

/* The name on the wire, such as "not_found"; "ok" for OK. Thread: any. */
const char *err_name(enum err e);

/* The code of a name of `n` bytes; false (and *out untouched) when there is none. Thread: any. */
bool err_from_name(const char *name, size_t n, enum err *out);

/*
 * Fills `why` (NULL: nobody listens) by a printf format and returns `e`, so that a failure is one
 * line: return err_set(why, ERR_INVALID, "...").
 */
enum err err_set(struct why *why, enum err e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with ERR_BUSY, and when to ask again. */
enum err err_busy(struct why *why, int64_t retry_after_us, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* As err_set, with ": " and the text of `errnum` appended. */
enum err err_sys(struct why *why, enum err e, int errnum, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
