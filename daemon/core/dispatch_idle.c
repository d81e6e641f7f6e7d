/* Those who wait until no attempt is in flight: each is told once, in the order they came. */
#include "daemon/core/dispatch_idle.h"

#include <stdlib.h>

#include "shared/need.h"

struct dispatch_idle {
    struct dispatch_idle *next;
    void (*idle)(void *self);
    void *self;
};

void dispatch_idle_add(struct dispatch_idle **list, void (*idle)(void *self), void *self)
{
    struct dispatch_idle *last = need(calloc(1, sizeof(*last)));

    *last = (struct dispatch_idle){.idle = idle, .self = self};
    while (*list != NULL)
        list = &(*list)->next;
    *list = last;
}

void dispatch_idle_tell(struct dispatch_idle **list)
{
    while (*list != NULL) {
        struct dispatch_idle *first = *list;

        *list = first->next;
        first->idle(first->self);
        free(first);
    }
}

void dispatch_idle_done(struct dispatch_idle **list)
{
    while (*list != NULL) {
        struct dispatch_idle *first = *list;

        *list = first->next;
        free(first);
    }
}
