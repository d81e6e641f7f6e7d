/* What the daemon said to each order of a submit or a batch. */
#pragma once

#include "shared/wire_reply.h"
#include "tui/link/client.h"

struct submit_outcome {
    enum err code;
    struct why why;            /* unless OK */
    struct slice error;        /* unless OK: the bytes of its map, for `details`; absent: none */
    struct reply_submit reply; /* with OK */
    struct slice map;          /* the bytes of the whole result */
};

/*
 * Reads an answer to `submit_batch` up to its results, or one to `submit` as the only result.
 *
 * returns  OK; the code with which the whole request was refused; ERR_MALFORMED
 */
enum err submit_outcomes(const struct client_answer *answer, struct mp_reader *results, uint32_t *n,
                         struct why *why);

/* The next of the results. Slices borrow from the answer, reasons live in the arena. */
void submit_outcome_next(struct mp_reader *results, struct arena *arena,
                         struct submit_outcome *out);

/* Appends "code: message; field: problem; ..." for a refused order. */
void submit_outcome_text(const struct submit_outcome *outcome, struct buf *out);

/* The same problems one a line, "field: problem"; nothing where there are no details. */
void submit_outcome_details(const struct submit_outcome *outcome, struct buf *out);
