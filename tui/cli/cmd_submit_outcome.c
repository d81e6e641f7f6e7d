/* What the daemon said to each order of a submit or a batch. */
#include "tui/cli/cmd_submit_outcome.h"

#include "shared/limits.h"
#include "shared/wire_row.h"

static const struct wire_row reply_rows[] = {
    WIRE_ROW(struct reply_submit, order_id, "order_id", WIRE_UUID),
    WIRE_ROW(struct reply_submit, status, "status", WIRE_STATUS),
    WIRE_ROW(struct reply_submit, duplicate, "duplicate", WIRE_BOOL),
};
static const struct wire_table reply_table = WIRE_TABLE(reply_rows);

enum err submit_outcomes(const struct client_answer *answer, struct mp_reader *results, uint32_t *n,
                         struct why *why)
{
    struct mp_reader body;
    uint32_t pairs = 0;
    enum err e = wire_reply_head(answer->reply, answer->len, &body, &pairs, why);

    if (e != OK)
        return e;
    if (wire_reply_find(answer->reply, answer->len, "results", results)) {
        if (mp_peek(results) != MP_LIST)
            return err_set(why, ERR_MALFORMED, "the daemon's reply cannot be read");
        *n = mp_list(results);
        return OK;
    }
    mp_reader_init(results, answer->reply, answer->len);
    *n = 1;
    return OK;
}

/* The error's map: code and message. */
static void read_error(struct submit_outcome *out)
{
    struct mp_reader r;

    out->code = ERR_INTERNAL;
    mp_reader_init(&r, out->error.p, out->error.n);
    for (uint32_t n = mp_map(&r); n > 0 && !mp_failed(&r); n--) {
        struct slice key = mp_str(&r);

        if (slice_is(key, "code")) {
            struct slice name = mp_str(&r);

            if (!err_from_name(name.p, name.n, &out->code))
                out->code = ERR_INTERNAL;
        } else if (slice_is(key, "message")) {
            struct slice message = mp_str(&r);

            (void)err_set(&out->why, OK, "%.*s", SLICE_ARGS(message));
        } else if (slice_is(key, "retry_after_ms") && mp_peek(&r) == MP_INT) {
            int64_t ms = mp_int(&r);

            out->why.retry_after_us = ms > 0 && ms <= RETRY_AFTER_MAX_MS ? ms * 1000 : 0;
        } else {
            mp_skip(&r);
        }
    }
}

/* The list of reasons, joined by "; "; absent where there is none. */
static struct slice read_reasons(struct slice map, struct arena *arena)
{
    struct buf joined = {.max = map.n * 2};
    struct slice reasons = {0};
    struct mp_reader r;

    if (!wire_reply_find(map.p, map.n, "reasons", &r) || mp_peek(&r) != MP_LIST)
        return reasons;
    for (uint32_t n = mp_list(&r); n > 0 && !mp_failed(&r); n--) {
        struct slice reason = mp_str(&r);

        if (joined.len > 0)
            buf_add_text(&joined, "; ");
        buf_add(&joined, reason.p, reason.n);
    }
    reasons.n = joined.len;
    reasons.p = arena_copy(arena, joined.data, joined.len);
    buf_done(&joined);
    return reasons;
}

static void read_reply(struct arena *arena, struct submit_outcome *out)
{
    struct mp_reader r;

    mp_reader_init(&r, out->map.p, out->map.n);
    if (wire_table_read(&r, &reply_table, arena, &out->reply) < reply_table.n || mp_failed(&r))
        out->code = err_set(&out->why, ERR_MALFORMED, "the daemon's reply cannot be read");
    else if (out->reply.status == STATUS_REJECTED)
        out->reply.reasons = read_reasons(out->map, arena);
}

void submit_outcome_next(struct mp_reader *results, struct arena *arena, struct submit_outcome *out)
{
    struct mp_reader error;

    *out = (struct submit_outcome){0};
    out->map = mp_raw(results);
    if (out->map.p == NULL) {
        out->code = err_set(&out->why, ERR_MALFORMED, "the daemon's reply cannot be read");
        return;
    }
    if (wire_reply_find(out->map.p, out->map.n, "error", &error) && mp_peek(&error) == MP_MAP) {
        out->error = mp_raw(&error);
        read_error(out);
        return;
    }
    read_reply(arena, out);
}

static void add_detail(struct mp_reader *detail, struct buf *out)
{
    struct slice field = {0};
    struct slice problem = {0};

    for (uint32_t n = mp_map(detail); n > 0 && !mp_failed(detail); n--) {
        struct slice key = mp_str(detail);

        if (slice_is(key, "field"))
            field = mp_str(detail);
        else if (slice_is(key, "problem"))
            problem = mp_str(detail);
        else
            mp_skip(detail);
    }
    buf_add(out, field.p, field.n);
    buf_add_text(out, ": ");
    buf_add(out, problem.p, problem.n);
}

static uint32_t details(const struct submit_outcome *outcome, struct mp_reader *r)
{
    if (outcome->error.p != NULL &&
        wire_reply_find(outcome->error.p, outcome->error.n, "details", r) && mp_peek(r) == MP_LIST)
        return mp_list(r);
    return 0;
}

void submit_outcome_text(const struct submit_outcome *outcome, struct buf *out)
{
    struct mp_reader r;
    uint32_t n = details(outcome, &r);

    buf_printf(out, "%s: ", err_name(outcome->code));
    if (n == 0)
        buf_add_text(out, outcome->why.text);
    for (uint32_t i = 0; i < n && !mp_failed(&r); i++) {
        if (i > 0)
            buf_add_text(out, "; ");
        add_detail(&r, out);
    }
}

void submit_outcome_details(const struct submit_outcome *outcome, struct buf *out)
{
    struct mp_reader r;

    for (uint32_t n = details(outcome, &r); n > 0 && !mp_failed(&r); n--) {
        add_detail(&r, out);
        buf_add_byte(out, '\n');
    }
}
