/*
 * How an operation is written: a call comes in, a reply goes out, now or later.
 *
 * An operation is a row of the router's table: a function that takes a `struct call` and answers
 * it exactly once: by call_reply / call_refuse at once, from the `done` of a command it posted, or
 * from a read job.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/core/backup.h"
#include "daemon/core/control.h"
#include "daemon/core/dispatch.h"
#include "daemon/core/engine.h"
#include "daemon/core/readers.h"
#include "daemon/core/replay.h"
#include "daemon/core/scrub.h"
#include "daemon/observe/alarm.h"
#include "daemon/observe/metrics.h"
#include "daemon/observe/metrics_text.h"
#include "shared/buf.h"
#include "shared/wire_reply.h"
#include "shared/wire_request.h"

/*
 * What the server gathers while requests come in: one pass of its socket is one hand-over to the
 * engine, so that a commit's sync is shared by all of them.
 */
struct call_gather {
    struct command *first, *last;
    bool open;    /* within a pass: commands are gathered, else posted at once */
    size_t calls; /* taken and not yet answered */
};

/* What operations stand on; all borrowed. Filled by dofsd.c. */
struct api_parts {
    struct loop *loop;
    const struct clock *clock;
    struct store *store;
    struct engine *engine;
    struct readers *readers; /* NULL: closed; nothing is read any more */
    struct control *control;
    struct dispatch *dispatch;
    struct replay_runner *replays;
    struct backups *backups;
    struct scrub *scrub; /* NULL: nothing is verified */
    struct metrics *metrics;
    struct alarms *alarms;
    struct sp_net *net;
    const char *instance;
    const char *epoch;
    const char *handler;   /* the name of the first step's */
    struct worker *worker; /* the handler `worker`; NULL: no step has it */
    const struct info_step *steps;
    size_t n_steps;
    int64_t started_at; /* wall µs */
    /* Reads the configuration again: ERR_INVALID with file:line, nothing changed; else appends the
       names of the changed settings, as msgpack strings, and their count. */
    enum err (*reload)(void *self, struct buf *changed, uint32_t *n, struct why *why);
    /* The store's failure, if it failed: OK while all is well. */
    enum err (*store_health)(void *self, struct why *why);
    void *self;
    struct call_gather *gather; /* the server's own; NULL: every command is posted at once */
};

/* One request on its way. Freed once it is answered. */
struct call {
    const struct api_parts *parts;
    struct request request; /* borrows from the frame and `arena` */
    struct problems problems;
    struct arena arena;
    unsigned rights; /* of the caller, `as` taken into account */
    struct slice actor;
    int64_t received_at; /* wall µs */
    int64_t received_mono;
    /* Where the answer goes: `send` takes the whole reply frame (copied). */
    void (*send)(struct call *call, const void *reply, size_t len);
    bool (*gone)(const struct call *call); /* has the peer gone? */
    void (*large)(struct call *call); /* its answer may be large (sp_large); NULL: nobody asks */
    void *origin;
    struct command command;   /* for operations that post one */
    struct read_job read_job; /* for operations that read */
    enum err (*read)(struct call *call, struct store_reader *reader, struct why *why);
    void (*then)(struct call *call); /* after `read`, on the loop; NULL: call_reply */
    struct buf out;                  /* the reply, written by a read job or at once */
    enum err result;                 /* of the read job */
    struct why why;                  /* why, where `result` is not OK */
    void *state;                     /* an operation's own, in the arena */
};

/* An empty call, zeroed but for `parts` and what hangs on it. */
struct call *call_new(const struct api_parts *parts);

/* Each answers the call and frees it; `call` is gone afterwards. Thread: the loop's. */
void call_reply(struct call *call); /* what is in call->out */
void call_refuse(struct call *call, enum err code, const struct why *why);

/*
 * Posts call->command, as soon as the pass is over; refuses the call itself when the engine does.
 * `done` comes on the loop's thread; call_command_failed is the first it asks.
 */
void call_post(struct call *call, void (*done)(struct command *command));
/* The same at once, and past a full inbox: for the later parts of what is under way. */
void call_post_anyway(struct call *call, void (*done)(struct command *command));

/* Did the command fail? Then the call has been refused with its reason. */
bool call_command_failed(struct call *call);

/* Posts what was gathered, as one chain; refuses those that the engine does not take. */
void call_gather_post(struct call_gather *gather, struct engine *engine);

/*
 * Runs `run` on a reader's thread, which writes call->out or fills `why`. Back on the loop the call
 * is refused where it failed; else goes on with `then`, or (call_read) with call_reply.
 */
void call_read(struct call *call,
               enum err (*run)(struct call *call, struct store_reader *reader, struct why *why));
void call_read_then(struct call *call,
                    enum err (*run)(struct call *call, struct store_reader *reader,
                                    struct why *why),
                    void (*then)(struct call *call));

/* The operations, one function each; the router's table lists them. */
void op_info(struct call *call);
void op_submit(struct call *call);
void op_submit_batch(struct call *call);
void op_get(struct call *call);
void op_history(struct call *call);
void op_list(struct call *call);
void op_failed(struct call *call);
void op_failed_summary(struct call *call);
void op_change(struct call *call); /* cancel, hold, release, retry_now */
void op_amend(struct call *call);
void op_replay(struct call *call);
void op_replays(struct call *call);
void op_replay_cancel(struct call *call);
void op_discard(struct call *call);
void op_pause(struct call *call);
void op_resume(struct call *call);
void op_lease(struct call *call);
void op_heartbeat(struct call *call);
void op_complete(struct call *call);
void op_fail(struct call *call);
void op_stats(struct call *call);
void op_alarms(struct call *call);
void op_alarm_ack(struct call *call);
void op_events(struct call *call);
void op_metrics(struct call *call);
void op_health(struct call *call);
void op_reload(struct call *call);
void op_drain(struct call *call);
void op_backup(struct call *call);
void op_verify(struct call *call);
