/* Those who wait until no attempt is in flight: each is told once, in the order they came. */
#pragma once

/* A list of them; NULL is empty. */
struct dispatch_idle;

void dispatch_idle_add(struct dispatch_idle **list, void (*idle)(void *self), void *self);
void dispatch_idle_tell(struct dispatch_idle **list);
void dispatch_idle_done(struct dispatch_idle **list); /* without telling anybody */
