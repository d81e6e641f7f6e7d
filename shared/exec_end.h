/* What the end of a program says of its attempt: the rules of the handler `exec`, in one place. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/text.h"

/* How a program ended. */
struct exec_end {
    int code;           /* its exit code; < 0: there is none */
    int signal;         /* that ended it; 0: none did */
    bool late;          /* its time was up before */
    struct slice out;   /* what it wrote, as far as it was kept */
    struct slice error; /* the last line of its standard error that says something; absent: none */
};

#define EXEC_KEPT_BYTES (64UL * 1024) /* of the standard output */
#define EXEC_LINE_BYTES 1024          /* of a line of the standard error */

enum exec_verdict { EXEC_FULFILLED, EXEC_FAILED, EXEC_FAILED_FOR_GOOD };

struct exec_outcome {
    enum exec_verdict verdict;
    int64_t retry_after_us; /* < 0: it said nothing of that */
    struct slice reason;    /* absent when fulfilled */
    struct slice result;    /* absent unless fulfilled with output */
};

/*
 * Exit 0: fulfilled, its output is the result. 65: failed for good. All else, a signal and lateness
 * whatever the exit: failed, to be tried again; with 75 and the output {"retry_after": "30s"} after
 * that time. Reason and result are valid UTF-8 (bytes that are none, and NUL, become U+FFFD), the
 * result at most RESULT_MAX_BYTES.
 *
 * text     the caller's scratch, cleared first, with room for 3 bytes for each of the output; the
 *          slices borrow from it and from `end`
 */
struct exec_outcome exec_end_judge(const struct exec_end *end, struct buf *text);
