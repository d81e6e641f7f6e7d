/* Any bytes as a message: the check and the reader must agree, and stay within the bytes. */
#include <stdlib.h>

#include "shared/mp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads what comes next by the function of its kind; containers are entered. */
static void read_one(struct mp_reader *r)
{
    switch (mp_peek(r)) {
    case MP_NIL:
        (void)mp_nil(r);
        return;
    case MP_BOOL:
        (void)mp_bool(r);
        return;
    case MP_INT:
    case MP_FLOAT:
        (void)mp_number(r);
        return;
    case MP_STR:
        (void)utf8_valid(mp_str(r));
        return;
    case MP_BIN:
        (void)mp_bin(r);
        return;
    case MP_LIST:
        (void)mp_list(r);
        return;
    case MP_MAP:
        (void)mp_map(r);
        return;
    case MP_EXT:
        (void)mp_raw(r);
        return;
    case MP_END:
        r->failed = true;
        return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mp_reader flat;
    struct mp_reader skip;
    struct why why;
    enum err e = mp_check(data, size, &why);

    mp_reader_init(&flat, data, size);
    while (!mp_failed(&flat) && flat.at < flat.end)
        read_one(&flat);
    mp_reader_init(&skip, data, size);
    mp_skip(&skip);
    if (e == OK && (mp_failed(&flat) || mp_failed(&skip) || skip.at != skip.end))
        abort(); /* what the check lets pass must be readable to its end */
    return 0;
}
