/* Msgpack from a JSON-like text, written without the code under test. */
#pragma once

#include "shared/buf.h"
#include "shared/text.h"

/*
 * Appends one value. Strings stand in single quotes without escapes; numbers with a `.` are
 * floats. Maps and lists get 32-bit heads. Aborts the test on a text it cannot read.
 */
void mp_from_text(struct buf *out, const char *text);

/* The same into a new buf of 1 MiB at most; to be ended by buf_done. */
struct buf mp_of_text(const char *text);

/* The bytes of the line `name` of a golden file, `name hex`; to be ended by buf_done. */
struct buf mp_of_golden(const char *path, const char *name);

/* The bytes of a buf as a slice. */
struct slice mp_slice(const struct buf *buf);
