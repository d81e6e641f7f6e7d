/* One place of `dofs work`: leases an order, runs the program for it, tells how that went. */
#include "tui/cli/work_slot.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shared/json.h"
#include "shared/limits.h"
#include "tui/cli/cli_out.h"

#define WAIT_US (20 * 1000000LL) /* for work, in one request */
#define AGAIN_US (500 * 1000LL)  /* after the daemon did not answer, or could not */
#define TEXT_MAX_BYTES (4UL * EXEC_KEPT_BYTES)
#define STOPPED_REASON SLICE("worker stopped")

static int64_t mono(const struct slot *slot)
{
    return clock_mono(&slot->work->run->clock);
}

/* ---- asking the daemon ---- */

/* On a thread of the library's. */
static void on_answer(void *self, struct client_answer *answer)
{
    struct slot *slot = self;
    const uint64_t one = 1;

    slot->answer = *answer;
    answer->message = NULL; /* it is ours now */
    atomic_store(&slot->answered, true);
    (void)!write(slot->work->bell, &one, sizeof one);
}

static void ask(struct slot *slot, struct client_call *call, const struct request *request,
                int64_t timeout_us)
{
    struct buf bytes = {0};

    buf_init(&bytes, (size_t)FRAME_MAX_BYTES);
    wire_request_write(&bytes, request, ROLE_NONE);
    slot->busy = true;
    slot->asked = request->op;
    client_call_start(call, &bytes, timeout_us, on_answer, slot);
    buf_done(&bytes);
}

/* Says once that the daemon is away, and once that it is back. */
static void note_away(struct work *work, bool away, const struct why *why)
{
    if (away && !work->away)
        (void)cmd_no_daemon(work->run, why);
    if (!away && work->away)
        (void)fputs("dofs work: the daemon is back\n", stderr);
    work->away = away;
}

/* What the daemon said; ERR_BUSY when it did not, or says that it may later: then `again_at` is
   set. */
static enum err take_answer(struct slot *slot, struct why *why)
{
    struct mp_reader body;
    uint32_t pairs = 0;
    enum err e = ERR_BUSY;

    if (slot->answer.outcome == CLIENT_NO_DAEMON) {
        note_away(slot->work, true, &slot->answer.why);
        slot->again_at = mono(slot) + AGAIN_US;
        return ERR_BUSY;
    }
    note_away(slot->work, false, NULL);
    e = wire_reply_head(slot->answer.reply, slot->answer.len, &body, &pairs, why);
    if (e == ERR_READ_ONLY || e == ERR_OUTCOME_UNKNOWN)
        e = ERR_BUSY;
    if (e == ERR_BUSY)
        slot->again_at = mono(slot) + (why->retry_after_us > 0 ? why->retry_after_us : AGAIN_US);
    return e;
}

/* ---- a lease ---- */

static void send_lease(struct slot *slot)
{
    struct request request = {.op = OP_LEASE};

    if (!slot->same_key)
        cmd_new_key(slot->key);
    slot->same_key = true;
    request.lease.worker = slice_of(slot->work->worker);
    request.lease.max = 1;
    request.lease.wait_ms = WAIT_US / 1000;
    request.lease.lease_ms = slot->work->lease_us / 1000;
    request.lease.key = slice_of(slot->key);
    request.lease.steps = (struct name_list){slot->work->steps, slot->work->n_steps};
    slot->state = SLOT_ASKING;
    ask(slot, slot->asking, &request, WAIT_US + slot->work->run->timeout_us);
}

/* Refused for good: the whole worker ends with it. */
static void give_up(struct slot *slot, enum err e, const struct why *why)
{
    struct work *work = slot->work;

    if (work->code == EXIT_DONE)
        work->code = cmd_refused(work->run, e, why);
    work->stops = work->stops > 0 ? work->stops : 1;
    slot->state = SLOT_OVER;
}

static void lease_answered(struct slot *slot)
{
    struct why why = {0};
    struct mp_reader rows;
    uint32_t n = 0;
    enum err e = take_answer(slot, &why);

    slot->state = SLOT_IDLE;
    if (e == ERR_BUSY)
        return;
    slot->same_key = false;
    if (e != OK) {
        give_up(slot, e, &why);
        return;
    }
    if (!cmd_rows(&slot->answer, "leases", &rows, &n) || (n > 0 && !slot_start(slot, &rows)))
        give_up(slot, err_set(&why, ERR_MALFORMED, "the daemon's reply cannot be read"), &why);
}

/* ---- while it runs ---- */

static void send_heartbeat(struct slot *slot)
{
    struct request request = {.op = OP_HEARTBEAT};

    request.leased.order_id = slot->order;
    request.leased.lease = slice_of(slot->lease);
    slot->beat_at = mono(slot) + slot->lasts_us / WORK_BEATS;
    ask(slot, slot->telling, &request, slot->lasts_us / WORK_BEATS);
}

static bool says_cancel(const struct client_answer *answer)
{
    struct mp_reader r;

    return wire_reply_find(answer->reply, answer->len, "cancel", &r) && mp_peek(&r) == MP_BOOL &&
           mp_bool(&r);
}

static void heartbeat_answered(struct slot *slot)
{
    struct why why = {0};
    enum err e = take_answer(slot, &why);

    slot->again_at = 0; /* the end need not wait for the next beat */
    if (!slot->running || e == ERR_BUSY)
        return;
    if (e != OK) { /* somebody else has the order, or will have */
        slot->lost = true;
        work_child_stop(&slot->child, WORK_TERM_US);
    } else if (says_cancel(&slot->answer)) {
        work_child_stop(&slot->child, INT64_MAX); /* it may yet fulfil it, in its time */
    }
}

/* ---- its end ---- */

void slot_ended(void *self, const struct exec_end *end)
{
    struct slot *slot = self;
    struct buf text = {.max = TEXT_MAX_BYTES};
    struct exec_outcome outcome = exec_end_judge(end, &text);
    struct request_leased *leased = &slot->end.leased;

    arena_done(&slot->arena);
    slot->running = false;
    slot->state = SLOT_ENDING;
    slot->end = (struct request){.op = OP_COMPLETE};
    leased->order_id = slot->order;
    leased->lease = slice_of(slot->lease);
    leased->result = slice_copy(&slot->arena, outcome.result);
    if (outcome.verdict != EXEC_FULFILLED) {
        slot->end.op = OP_FAIL;
        leased->reason = slice_copy(&slot->arena, slot->stopped ? STOPPED_REASON : outcome.reason);
        leased->permanent = outcome.verdict == EXEC_FAILED_FOR_GOOD;
        leased->has_retry_after = outcome.retry_after_us >= 0;
        leased->retry_after_ms = outcome.retry_after_us / 1000;
    }
    buf_done(&text);
}

static void print_end(const struct slot *slot, const char *status)
{
    const struct request_leased *leased = &slot->end.leased;
    struct buf line = {0};
    struct json_writer w;

    if (!slot->work->run->json) {
        (void)printf("%s  %-9s  ", slot->id, status);
        out_safe(0, leased->reason);
        (void)putchar('\n');
        (void)fflush(stdout);
        return;
    }
    buf_init(&line, TEXT_MAX_BYTES);
    json_writer_init(&w, &line);
    json_open_map(&w);
    json_key(&w, "order_id");
    json_put_str(&w, slice_of(slot->id));
    json_key(&w, "attempt");
    json_put_int(&w, slot->attempt);
    json_key(&w, "status");
    json_put_str(&w, slice_of(status));
    json_key(&w, "reason");
    json_put_str(&w, leased->reason);
    json_close_map(&w);
    (void)puts(buf_text(&line));
    (void)fflush(stdout);
    buf_done(&line);
}

static void end_answered(struct slot *slot)
{
    struct why why = {0};
    struct mp_reader r;
    char status[32] = "";
    enum err e = take_answer(slot, &why);

    if (e == ERR_BUSY)
        return;
    slot->state = SLOT_IDLE;
    (void)snprintf(status, sizeof status, "%s", err_name(e));
    if (e == OK && wire_reply_find(slot->answer.reply, slot->answer.len, "status", &r)) {
        struct slice name = mp_str(&r);

        (void)snprintf(status, sizeof status, "%.*s", SLICE_ARGS(name));
    }
    print_end(slot, status);
}

/* ---- all of it ---- */

static void answered(struct slot *slot)
{
    slot->busy = false;
    atomic_store(&slot->answered, false);
    if (slot->asked == OP_LEASE)
        lease_answered(slot);
    else if (slot->asked == OP_HEARTBEAT)
        heartbeat_answered(slot);
    else
        end_answered(slot);
    client_answer_done(&slot->answer);
}

/* No more is leased: whoever asked for it must have no connection any more. */
static void end_asking(struct slot *slot)
{
    client_call_close(slot->asking); /* its answer has come when this returns */
    slot->asking = NULL;
    if (slot->state == SLOT_ASKING && slot->answer.outcome == CLIENT_ANSWERED) {
        answered(slot); /* it came just now: then it is ours */
    } else if (slot->state == SLOT_ASKING) {
        slot->busy = false;
        atomic_store(&slot->answered, false);
        slot->state = SLOT_IDLE;
    }
    if (slot->state == SLOT_IDLE)
        slot->state = SLOT_OVER;
}

static void end_lost(struct slot *slot)
{
    slot->state = SLOT_IDLE;
    slot->end.leased.reason = SLICE("the lease was lost while the program ran");
    print_end(slot, err_name(ERR_LEASE_LOST));
}

static int64_t step_idle(struct slot *slot, int64_t now)
{
    if (slot->work->stops > 0) {
        slot->state = SLOT_OVER;
        return INT64_MAX;
    }
    if (now < slot->again_at)
        return slot->again_at;
    send_lease(slot);
    return INT64_MAX;
}

static int64_t step_running(struct slot *slot, int64_t now)
{
    if (slot->busy || slot->lost)
        return INT64_MAX;
    if (now >= slot->beat_at)
        send_heartbeat(slot);
    return slot->beat_at;
}

static int64_t step_ending(struct slot *slot, int64_t now)
{
    if (slot->lost) {
        end_lost(slot);
        return 0;
    }
    if (slot->busy)
        return INT64_MAX;
    if (now < slot->again_at)
        return slot->again_at;
    ask(slot, slot->telling, &slot->end, slot->work->run->timeout_us);
    return INT64_MAX;
}

int64_t slot_step(struct slot *slot)
{
    int64_t now = mono(slot);

    if (slot->busy && atomic_load(&slot->answered))
        answered(slot);
    switch (slot->state) {
    case SLOT_IDLE:
        return slot->busy ? INT64_MAX : step_idle(slot, now);
    case SLOT_RUNNING:
        return step_running(slot, now);
    case SLOT_ENDING:
        return step_ending(slot, now);
    case SLOT_ASKING:
    case SLOT_OVER:
        break;
    }
    return INT64_MAX;
}

void slot_stop(struct slot *slot)
{
    if (slot->asking != NULL)
        end_asking(slot);
    if (slot->work->stops < 2 || !slot->running)
        return;
    slot->stopped = true;
    work_child_stop(&slot->child, WORK_TERM_US);
}

enum err slot_open(struct slot *slot, struct work *work, struct why *why)
{
    enum err e = OK;

    *slot = (struct slot){.work = work};
    e = client_call_open(work->asks, &slot->asking, why);
    return e == OK ? client_call_open(work->run->client, &slot->telling, why) : e;
}

void slot_close(struct slot *slot)
{
    client_call_close(slot->asking);
    client_call_close(slot->telling);
    client_answer_done(&slot->answer);
    arena_done(&slot->arena);
}
