/* Reads a request for a test. */
#include "tests/lib/request_given.h"

#include <stdlib.h>

#include "tests/lib/test.h"

static void read_given(struct request_given *given)
{
    enum op op = OP_INFO;

    given->problems.arena = &given->arena;
    given->e = wire_request_head(given->bytes.data, given->bytes.len, &given->head, &given->why);
    if (given->e != OK)
        return;
    assert_true(op_parse(given->head.op_name, &op));
    given->e = wire_request_body(mp_slice(&given->bytes), op, &given->request, &given->problems,
                                 &given->why);
}

struct request_given *request_given_bytes(struct buf bytes)
{
    struct request_given *given = calloc(1, sizeof *given);

    assert_non_null(given);
    given->bytes = bytes;
    read_given(given);
    return given;
}

struct request_given *request_given_text(const char *text)
{
    return request_given_bytes(mp_of_text(text));
}

void request_given_done(struct request_given *given)
{
    buf_done(&given->bytes);
    arena_done(&given->arena);
    free(given);
}
