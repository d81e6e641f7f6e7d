/* The queue of wishes. */
#include "tui/model/model_wish.h"

#include <stdlib.h>

#include "tui/model/model.h"
#include "tui/model/model_wishes.h"

#define WISH_MAX_BYTES (4UL * 1024 * 1024)

void wish_free(struct wish *wish)
{
    if (wish == NULL)
        return;
    buf_done(&wish->bytes);
    free(wish);
}

struct wish *wish_add(struct model *m, enum wish_kind kind)
{
    struct wish *wish = calloc(1, sizeof *wish);

    if (wish == NULL)
        abort();
    wish->kind = kind;
    buf_init(&wish->bytes, WISH_MAX_BYTES);
    *m->wishes_end = wish;
    m->wishes_end = &wish->next;
    return wish;
}

struct wish *model_wish(struct model *m)
{
    struct wish *wish = m->wishes;

    if (wish == NULL)
        return NULL;
    m->wishes = wish->next;
    if (m->wishes == NULL)
        m->wishes_end = &m->wishes;
    wish->next = NULL;
    return wish;
}
