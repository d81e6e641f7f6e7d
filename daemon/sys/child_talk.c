/* What goes to a program and comes from it: its input as it takes it, its output bounded. */
#include "daemon/sys/child_talk.h"

#include <errno.h>
#include <unistd.h>

#define LAST_CHUNKS 32 /* read of a program that has ended, at most: somebody may still write */

/* ---- to it ---- */

static void stop_feeding(struct child_talk *talk)
{
    loop_source_free(talk->feeding);
    talk->feeding = NULL;
    if (talk->ends.in >= 0)
        (void)close(talk->ends.in);
    talk->ends.in = -1;
    buf_done(&talk->input);
}

/* As much as it takes now. Returns how much that was; < 0 when it takes nothing any more. */
static ssize_t feed_some(const struct child_talk *talk, struct slice input)
{
    size_t fed = 0;

    while (fed < input.n) {
        ssize_t n = write(talk->ends.in, input.p + fed, input.n - fed);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            return -1;
        if (n <= 0)
            break;
        fed += (size_t)n;
    }
    return (ssize_t)fed;
}

static void on_hungry(void *self)
{
    struct child_talk *talk = self;
    struct slice rest = {(const char *)talk->input.data + talk->fed, talk->input.len - talk->fed};
    ssize_t n = feed_some(talk, rest);

    if (n < 0 || (size_t)n == rest.n)
        stop_feeding(talk);
    else
        talk->fed += (size_t)n;
}

/* What does not fit into the pipe is kept, and fed as it is taken. */
static enum err feed(struct child_talk *talk, struct slice input)
{
    ssize_t n = feed_some(talk, input);

    if (n < 0 || (size_t)n == input.n) {
        stop_feeding(talk);
        return OK;
    }
    buf_init(&talk->input, input.n);
    buf_add(&talk->input, input.p + n, input.n - (size_t)n);
    return loop_add_writable(talk->loop, talk->ends.in, on_hungry, talk, &talk->feeding);
}

/* ---- from it ---- */

/* One chunk. False: there is none now. */
static bool hear(struct child_talk *talk, int *fd, struct loop_source **source)
{
    ssize_t n = *fd >= 0 ? read(*fd, talk->chunk, CHILD_CHUNK_BYTES) : 0;

    if (*fd < 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
        return false;
    if (n <= 0) {
        loop_source_free(*source);
        *source = NULL;
        (void)close(*fd);
        *fd = -1;
        return false;
    }
    if (fd == &talk->ends.out)
        child_output_keep(&talk->kept, talk->chunk, (size_t)n);
    else
        child_line_add(&talk->line, talk->chunk, (size_t)n);
    return true;
}

static bool hear_output(struct child_talk *talk)
{
    return hear(talk, &talk->ends.out, &talk->hearing);
}

static bool hear_complaint(struct child_talk *talk)
{
    return hear(talk, &talk->ends.error, &talk->complaining);
}

static void on_output(void *self)
{
    (void)hear_output(self);
}

static void on_complaint(void *self)
{
    (void)hear_complaint(self);
}

/* ---- all of it ---- */

enum err child_talk_begin(struct child_talk *talk, struct slice input, struct why *why)
{
    buf_init(&talk->kept, EXEC_KEPT_BYTES + 1);
    if (loop_add_file(talk->loop, talk->ends.out, on_output, talk, &talk->hearing) != OK ||
        loop_add_file(talk->loop, talk->ends.error, on_complaint, talk, &talk->complaining) != OK ||
        feed(talk, input) != OK)
        return err_set(why, ERR_INTERNAL, "cannot listen to a program");
    return OK;
}

void child_talk_end(struct child_talk *talk)
{
    bool more = true;

    for (int i = 0; i < LAST_CHUNKS && more; i++)
        more = hear_output(talk);
    more = true;
    for (int i = 0; i < LAST_CHUNKS && more; i++)
        more = hear_complaint(talk);
}

void child_talk_done(struct child_talk *talk)
{
    stop_feeding(talk);
    loop_source_free(talk->hearing);
    loop_source_free(talk->complaining);
    child_ends_close(&talk->ends);
    buf_done(&talk->kept);
    talk->hearing = talk->complaining = NULL;
}
