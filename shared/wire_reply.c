/* Replies on the wire: written by the daemon, read by clients. */
#include "shared/wire_reply.h"

#include "shared/limits.h"
#include "shared/wire_row.h"

void wire_reply_ok(struct buf *out, uint32_t fields)
{
    mp_put_map(out, 2 + fields);
    mp_put_str(out, SLICE("v"));
    mp_put_int(out, PROTOCOL_VERSION);
    mp_put_str(out, SLICE("ok"));
    mp_put_bool(out, true);
}

/* A sentence that was cut may end inside a character: what is left of it is made visible. */
static void put_sentence(struct buf *out, struct slice text)
{
    struct buf safe;

    if (utf8_valid(text)) {
        mp_put_str(out, text);
        return;
    }
    buf_init(&safe, (size_t)8 * WHY_TEXT_MAX);
    text_escape(&safe, text);
    mp_put_str(out, (struct slice){buf_text(&safe), safe.len});
    buf_done(&safe);
}

static void put_details(struct buf *out, const struct problems *problems)
{
    size_t head = 0;
    uint32_t n = 0;

    mp_put_str(out, SLICE("details"));
    head = mp_put_list_later(out);
    for (const struct problem *p = problems->first; p != NULL; p = p->next, n++) {
        mp_put_map(out, 2);
        mp_put_str(out, SLICE("field"));
        put_sentence(out, slice_of(p->field));
        mp_put_str(out, SLICE("problem"));
        put_sentence(out, slice_of(p->text));
    }
    mp_set_list_count(out, head, n);
}

/* The map behind the key `error`. */
static void put_error(struct buf *out, enum err code, const struct why *why,
                      const struct problems *problems)
{
    bool details = problems != NULL && problems->first != NULL;
    bool later = why != NULL && why->retry_after_us > 0;

    mp_put_map(out, 2U + details + later);
    mp_put_str(out, SLICE("code"));
    mp_put_text(out, err_name(code == ERR_DAMAGED ? ERR_INTERNAL : code));
    mp_put_str(out, SLICE("message"));
    put_sentence(out, slice_of(why != NULL ? why->text : ""));
    if (details)
        put_details(out, problems);
    if (later) {
        mp_put_str(out, SLICE("retry_after_ms"));
        mp_put_int(out, (why->retry_after_us + 999) / 1000);
    }
}

static void put_refusal(struct buf *out, enum err code, const struct why *why,
                        const struct problems *problems)
{
    mp_put_map(out, 3);
    mp_put_str(out, SLICE("v"));
    mp_put_int(out, PROTOCOL_VERSION);
    mp_put_str(out, SLICE("ok"));
    mp_put_bool(out, false);
    mp_put_str(out, SLICE("error"));
    put_error(out, code, why, problems);
}

void wire_reply_error(struct buf *out, enum err code, const struct why *why,
                      const struct problems *problems)
{
    size_t start = out->len;

    put_refusal(out, code, why, problems);
    if (out->failed && problems != NULL) { /* too many details for a reply: the message stands */
        out->len = start;
        out->failed = false;
        put_refusal(out, code, why, NULL);
    }
}

static const struct wire_row submit_rows[] = {
    WIRE_ROW(struct reply_submit, order_id, "order_id", WIRE_UUID),
    WIRE_ROW(struct reply_submit, status, "status", WIRE_STATUS),
    WIRE_ROW(struct reply_submit, duplicate, "duplicate", WIRE_BOOL),
};
static const struct wire_table submit_table = WIRE_TABLE(submit_rows);

static const struct wire_row change_rows[] = {
    WIRE_ROW(struct reply_change_one, order_id, "order_id", WIRE_UUID),
    WIRE_ROW(struct reply_change_one, status, "status", WIRE_STATUS),
    WIRE_ROW(struct reply_change_one, cancelling, "cancelling", WIRE_BOOL),
};
static const struct wire_table change_table = WIRE_TABLE(change_rows);

#define PART(member, kind) WIRE_ROW(struct reply_info, member, #member, kind)

static const struct wire_row info_rows[] = {
    PART(name, WIRE_STR),    PART(version, WIRE_STR),   PART(instance, WIRE_STR),
    PART(pid, WIRE_INT),     PART(epoch, WIRE_STR),     PART(started_at, WIRE_INT_OR_NIL),
    PART(store, WIRE_STR),   PART(handler, WIRE_STR),   PART(role, WIRE_STR),
    PART(paused, WIRE_BOOL), PART(draining, WIRE_BOOL),
};
static const struct wire_table info_table = WIRE_TABLE(info_rows);

static const struct wire_row info_step_rows[] = {
    WIRE_ROW(struct info_step, step, "step", WIRE_STR),
    WIRE_ROW(struct info_step, handler, "handler", WIRE_STR),
    WIRE_ROW(struct info_step, undo, "undo", WIRE_STR),
};
static const struct wire_table info_step_table = WIRE_TABLE(info_step_rows);

static void put_rows(struct buf *out, const struct wire_table *table, const void *reply)
{
    for (uint32_t i = 0; i < table->n; i++)
        wire_row_write(out, &table->rows[i], reply);
}

/* Where the next "; " is, or the end. */
static size_t reason_end(struct slice s)
{
    for (size_t i = 0; i + 1 < s.n; i++) {
        if (s.p[i] == ';' && s.p[i + 1] == ' ')
            return i;
    }
    return s.n;
}

static void put_reasons(struct buf *out, struct slice joined)
{
    size_t head = 0;
    uint32_t n = 0;

    mp_put_str(out, SLICE("reasons"));
    if (joined.p == NULL) {
        mp_put_nil(out);
        return;
    }
    head = mp_put_list_later(out);
    while (joined.n > 0) {
        size_t end = reason_end(joined), next = end < joined.n ? end + 2 : end;

        mp_put_str(out, (struct slice){joined.p, end});
        joined = (struct slice){joined.p + next, joined.n - next};
        n++;
    }
    mp_set_list_count(out, head, n);
}

void wire_reply_submit(struct buf *out, const struct reply_submit *reply)
{
    wire_reply_ok(out, submit_table.n + 1);
    put_rows(out, &submit_table, reply);
    put_reasons(out, reply->reasons);
}

static void put_results(struct buf *out, const struct batch_result *results, size_t n, bool details)
{
    wire_reply_ok(out, 1);
    mp_put_str(out, SLICE("results"));
    mp_put_list(out, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        const struct batch_result *result = &results[i];

        if (result->code == OK) {
            mp_put_map(out, submit_table.n);
            put_rows(out, &submit_table, &result->reply);
        } else {
            mp_put_map(out, 1);
            mp_put_str(out, SLICE("error"));
            put_error(out, result->code, &result->why, details ? result->problems : NULL);
        }
    }
}

void wire_reply_batch(struct buf *out, const struct batch_result *results, size_t n)
{
    size_t start = out->len;

    put_results(out, results, n, true);
    if (out->failed) { /* too many details for a reply: each message stands */
        out->len = start;
        out->failed = false;
        put_results(out, results, n, false);
    }
}

void wire_reply_change_one(struct buf *out, const struct reply_change_one *reply)
{
    wire_reply_ok(out, change_table.n);
    put_rows(out, &change_table, reply);
}

void wire_reply_change_many(struct buf *out, int64_t changed, int64_t skipped)
{
    wire_reply_ok(out, 2);
    mp_put_str(out, SLICE("changed"));
    mp_put_int(out, changed);
    mp_put_str(out, SLICE("skipped"));
    mp_put_int(out, skipped);
}

void wire_reply_info(struct buf *out, const struct reply_info *reply)
{
    wire_reply_ok(out, info_table.n + 1);
    put_rows(out, &info_table, reply);
    mp_put_text(out, "steps");
    mp_put_list(out, (uint32_t)reply->n_steps);
    for (size_t i = 0; i < reply->n_steps; i++) {
        mp_put_map(out, info_step_table.n);
        put_rows(out, &info_step_table, &reply->steps[i]);
    }
}

bool wire_reply_find(const void *bytes, size_t n, const char *key, struct mp_reader *value)
{
    struct mp_reader r;

    mp_reader_init(&r, bytes, n);
    for (uint32_t pairs = mp_map(&r); pairs > 0 && !mp_failed(&r); pairs--) {
        if (slice_is(mp_str(&r), key)) {
            *value = r;
            return !mp_failed(&r);
        }
        mp_skip(&r);
    }
    return false;
}

/* The daemon's refusal; a code of a later version is kept as its sentence. */
static enum err read_error(struct mp_reader *r, struct why *why)
{
    struct slice error = mp_raw(r), code = {NULL, 0}, message = {NULL, 0};
    struct mp_reader value;
    enum err e = ERR_INTERNAL;

    if (wire_reply_find(error.p, error.n, "code", &value))
        code = mp_str(&value);
    if (wire_reply_find(error.p, error.n, "message", &value))
        message = mp_str(&value);
    if (code.p == NULL || message.p == NULL)
        return err_set(why, ERR_MALFORMED, "a refusal without code and message");
    (void)err_from_name(code.p, code.n, &e);
    if (message.n > 0 && message.p[0] != '\0')
        (void)err_set(why, e, "%.*s", SLICE_ARGS(message));
    else /* there is always something to show */
        (void)err_set(why, e, "%s", err_name(e));
    if (why != NULL && wire_reply_find(error.p, error.n, "retry_after_ms", &value) &&
        mp_peek(&value) == MP_INT) {
        int64_t ms = mp_int(&value);

        why->retry_after_us = ms > 0 && ms <= RETRY_AFTER_MAX_MS ? ms * 1000 : 0;
    }
    return e;
}

enum err wire_reply_head(const void *bytes, size_t n, struct mp_reader *body, uint32_t *pairs,
                         struct why *why)
{
    struct mp_reader value;
    enum err e = mp_check(bytes, n, why);

    if (e != OK)
        return e;
    if (!wire_reply_find(bytes, n, "v", &value) || mp_peek(&value) != MP_INT ||
        mp_int(&value) != PROTOCOL_VERSION)
        return err_set(why, ERR_MALFORMED, "a reply of another version");
    if (!wire_reply_find(bytes, n, "ok", &value) || mp_peek(&value) != MP_BOOL)
        return err_set(why, ERR_MALFORMED, "a reply without ok");
    if (!mp_bool(&value)) {
        if (!wire_reply_find(bytes, n, "error", &value))
            return err_set(why, ERR_MALFORMED, "a refusal without error");
        return read_error(&value, why);
    }
    mp_reader_init(body, bytes, n);
    *pairs = mp_map(body);
    return OK;
}

static enum err read_rows(struct slice frame, const struct wire_table *table, void *out,
                          struct why *why)
{
    struct mp_reader r;
    uint32_t pairs = 0;
    enum err e = wire_reply_head(frame.p, frame.n, &r, &pairs, why);

    if (e != OK)
        return e;
    mp_reader_init(&r, frame.p, frame.n);
    if (wire_table_read(&r, table, NULL, out) < table->n || mp_failed(&r))
        return err_set(why, ERR_MALFORMED, "a reply without all its parts");
    return OK;
}

static struct slice join(struct mp_reader *r, struct arena *arena)
{
    struct buf joined;
    struct slice out = {NULL, 0};

    if (mp_nil(r))
        return out;
    buf_init(&joined, (size_t)FRAME_MAX_BYTES);
    for (uint32_t left = mp_list(r); left > 0 && !mp_failed(r); left--) {
        struct slice each = mp_str(r);

        if (joined.len > 0)
            buf_add_text(&joined, "; ");
        buf_add(&joined, each.p, each.n);
    }
    out = (struct slice){arena_copy(arena, joined.data, joined.len), joined.len};
    buf_done(&joined);
    return out;
}

enum err wire_read_submit(const void *bytes, size_t n, struct arena *arena,
                          struct reply_submit *out, struct why *why)
{
    struct mp_reader reasons;
    enum err e = OK;

    *out = (struct reply_submit){0};
    e = read_rows((struct slice){bytes, n}, &submit_table, out, why);
    if (e != OK)
        return e;
    if (!wire_reply_find(bytes, n, "reasons", &reasons))
        return err_set(why, ERR_MALFORMED, "a reply without reasons");
    out->reasons = join(&reasons, arena);
    return mp_failed(&reasons) ? err_set(why, ERR_MALFORMED, "reasons must be a list") : OK;
}

enum err wire_read_info(const void *bytes, size_t n, struct reply_info *out, struct why *why)
{
    *out = (struct reply_info){0};
    return read_rows((struct slice){bytes, n}, &info_table, out, why);
}

enum err wire_read_change_one(const void *bytes, size_t n, struct reply_change_one *out,
                              struct why *why)
{
    *out = (struct reply_change_one){0};
    return read_rows((struct slice){bytes, n}, &change_table, out, why);
}
