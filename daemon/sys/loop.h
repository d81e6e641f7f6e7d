/* One thread of files, timers and signals, by sd-event. */
#pragma once

#include <stdint.h>

#include "shared/err.h"

struct loop;
struct loop_source; /* one thing waited for */

enum err loop_open(struct loop **out, struct why *why);
void loop_close(struct loop *loop); /* takes NULL; frees the sources still there, but no bells */

/* Runs until loop_stop; returns the code given to it. Thread: the loop's own from now on. */
int loop_run(struct loop *loop);
/* The pass goes on to its end. Thread: the loop's; from another one, ring a bell. */
void loop_stop(struct loop *loop, int code);

/* Calls `ready` whenever `fd` is readable. The fd stays the caller's. */
enum err loop_add_file(struct loop *loop, int fd, void (*ready)(void *self), void *self,
                       struct loop_source **out);

/* The same, whenever `fd` takes bytes, or nobody is there any more to read them. */
enum err loop_add_writable(struct loop *loop, int fd, void (*ready)(void *self), void *self,
                           struct loop_source **out);

/*
 * A timer that is off until loop_timer_set. Fires once at `mono_us` (clock_mono's scale, at once
 * if that is past); set it anew for the next time. INT64_MAX turns it off.
 */
enum err loop_add_timer(struct loop *loop, void (*due)(void *self), void *self,
                        struct loop_source **out);
void loop_timer_set(struct loop_source *timer, int64_t mono_us);

/* Blocks the signal in the calling thread (call before threads start) and hands it to `got`. */
enum err loop_add_signal(struct loop *loop, int signum, void (*got)(void *self, int signum),
                         void *self, struct loop_source **out);

/*
 * A mailbox other threads can ring: `ring` is called on the loop's thread soon after, once for any
 * number of loop_bell_ring in between. loop_bell_ring: any thread, cheap when already rung.
 */
struct loop_bell;
enum err loop_add_bell(struct loop *loop, void (*ring)(void *self), void *self,
                       struct loop_bell **out);
void loop_bell_ring(struct loop_bell *bell);
void loop_bell_free(struct loop_bell *bell); /* takes NULL; before or after loop_close */

/* Called once at the end of each pass, after all that was ready has had its turn; several in the
   order they were added. */
enum err loop_add_pass(struct loop *loop, void (*pass)(void *self), void *self,
                       struct loop_source **out);

void loop_source_free(struct loop_source *source); /* takes NULL */

/* Pings systemd's watchdog as long as the loop turns; does nothing where none is asked for. */
enum err loop_watchdog(struct loop *loop, struct why *why);
