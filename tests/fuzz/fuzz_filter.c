/* Any text as a filter: what is taken is written as text that is taken as the same filter. */
#include <stdlib.h>
#include <string.h>

#include "shared/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_written(const struct filter *filter, struct arena *arena)
{
    static const struct item item = {{"p-1", 3}, 1};
    const struct filter_subject subject = {
        .status = STATUS_FAILED, .customer_id = {"acme", 4}, .items = &item, .n_items = 1};
    struct filter again;
    struct buf first, second;

    buf_init(&first, (size_t)64 * 1024);
    buf_init(&second, (size_t)64 * 1024);
    filter_write(filter, &first);
    /* Quotes can make the text longer than a filter may be; then it is refused, and no more. */
    if (filter_parse((struct slice){(const char *)first.data, first.len}, arena, &again, NULL) ==
        OK) {
        filter_write(&again, &second);
        if (first.len != second.len ||
            (first.len > 0 && memcmp(first.data, second.data, first.len) != 0))
            abort();
        if (filter_matches(filter, &subject, 5) != filter_matches(&again, &subject, 5))
            abort();
    } else if (first.len <= 1024) {
        abort();
    }
    buf_done(&first);
    buf_done(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {NULL};
    struct filter filter;
    struct why why;

    if (filter_parse((struct slice){(const char *)data, size}, &arena, &filter, &why) == OK)
        check_written(&filter, &arena);
    else if (!utf8_valid(slice_of(why.text)))
        abort();
    arena_done(&arena);
    return 0;
}
