/* Any bytes as a request: what is taken is written and taken again as the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "shared/wire_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err read_body(const void *bytes, size_t n, struct arena *arena, struct request *request)
{
    struct problems problems = {.arena = arena};
    struct request_head head;
    struct why why = {.text = ""};
    enum op op = OP_INFO;
    enum err e = wire_request_head(bytes, n, &head, &why);

    if (e != OK)
        return e;
    if (!op_parse(head.op_name, &op))
        return ERR_UNKNOWN_OP;
    e = wire_request_body((struct slice){bytes, n}, op, request, &problems, &why);
    if ((e == OK) != (problems.n == 0) || !utf8_valid(slice_of(why.text)))
        abort();
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {NULL};
    struct request request;
    struct buf first, second;

    buf_init(&first, (size_t)4 * 1024 * 1024);
    buf_init(&second, (size_t)4 * 1024 * 1024);
    if (read_body(data, size, &arena, &request) == OK && request.op != OP_SUBMIT_BATCH) {
        wire_request_write(&first, &request, ROLE_NONE);
        if (read_body(first.data, first.len, &arena, &request) != OK)
            abort();
        wire_request_write(&second, &request, ROLE_NONE);
        if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
            abort();
    }
    buf_done(&first);
    buf_done(&second);
    arena_done(&arena);
    return 0;
}
