/* Requests on the wire: the head of each, and a table of fields for each operation. */
#include "shared/wire_request.h"

#include <string.h>

#include "shared/request_rows.h"
#include "shared/wire_field.h"

#define CURSOR_MAX_BYTES 200
#define TOKEN_MAX_BYTES 100
#define QUERY_MAX_BYTES 1024 /* a value that is searched for; stored ones are shorter */

#define FIELD(type, member, key, is)                                                               \
    .name = {"" key, sizeof(key) - 1}, .kind = (is), .offset = offsetof(type, member)

#define QUERY(type, member, key)                                                                   \
    {                                                                                              \
        FIELD(type, member, key, REQUEST_BYTES), .min = 1, .max = QUERY_MAX_BYTES                  \
    }
#define TIME(type, member, key)                                                                    \
    {                                                                                              \
        FIELD(type, member, key, REQUEST_INT), .max = INT64_MAX                                    \
    }
#define TEXT(type, member, key)                                                                    \
    {                                                                                              \
        FIELD(type, member, key, REQUEST_TEXT), .max = REASON_MAX                                  \
    }
#define TEXT_REQUIRED(type, member, key)                                                           \
    {                                                                                              \
        FIELD(type, member, key, REQUEST_TEXT), .max = REASON_MAX, .required = true                \
    }
#define FILTER(type, in)                                                                           \
    {                                                                                              \
        FIELD(type, in filter_text, "filter", REQUEST_FILTER), .second = offsetof(type, in filter) \
    }
#define LIMIT(type, member, most, usual)                                                           \
    {                                                                                              \
        FIELD(type, member, "limit", REQUEST_LIMIT), .min = 1, .max = (most), .initial = (usual)   \
    }
#define CURSOR(type, member)                                                                       \
    {                                                                                              \
        FIELD(type, member, "cursor", REQUEST_BYTES), .min = 1, .max = CURSOR_MAX_BYTES            \
    }
#define PAGE(type, in) LIMIT(type, in limit, PAGE_MAX, PAGE_DEFAULT), CURSOR(type, in cursor)
#define KEY(type, member)                                                                          \
    {                                                                                              \
        FIELD(type, member, "idempotency_key", REQUEST_BYTES), .min = 1,                           \
                                                               .max = IDEMPOTENCY_KEY_MAX_BYTES    \
    }
#define ID(member, key)                                                                            \
    {                                                                                              \
        FIELD(struct request, member, key, REQUEST_ID), .required = true                           \
    }
#define AFTER(in)                                                                                  \
    {                                                                                              \
        FIELD(struct request, in after, "after", REQUEST_ID_MAYBE),                                \
            .second = offsetof(struct request, in has_after)                                       \
    }
#define CHOICE(member, key, is)                                                                    \
    {                                                                                              \
        FIELD(struct request, member, key, is), .max = ORDER_IDS_MAX, .choice = true               \
    }

static const struct request_row submission_rows[] = {
    {FIELD(struct submission, draft, "order", REQUEST_ORDER), .required = true},
    KEY(struct submission, key),
};

static const struct request_row batch_rows[] = {
    {.name = {"orders", 6}, .kind = REQUEST_ORDERS, .max = BATCH_ORDERS_MAX, .required = true},
};

static const struct request_row get_rows[] = {ID(get.order_id, "order_id")};

static const struct request_row history_rows[] = {
    ID(history.order_id, "order_id"),
    PAGE(struct request, history.page.),
};

static const struct request_row list_rows[] = {
    {FIELD(struct request, list.statuses, "status", REQUEST_STATUSES)},
    QUERY(struct request, list.customer_id, "customer_id"),
    QUERY(struct request, list.product_id, "product_id"),
    QUERY(struct request, list.reference, "reference"),
    QUERY(struct request, list.search, "search"),
    TIME(struct request, list.from, "from"),
    TIME(struct request, list.to, "to"),
    FILTER(struct request, list.),
    {FIELD(struct request, list.sort, "sort", REQUEST_SORT), .max = SORT_UPDATED},
    AFTER(list.),
    PAGE(struct request, list.page.),
};

#define DEAD_QUERY(type, in)                                                                       \
    QUERY(type, in reason, "reason"), QUERY(type, in group, "group"),                              \
        QUERY(type, in customer_id, "customer_id"), QUERY(type, in search, "search"),              \
        TIME(type, in from, "from"), TIME(type, in to, "to"), FILTER(type, in)

static const struct request_row dead_query_rows[] = {DEAD_QUERY(struct dead_query, )};

static const struct request_row failed_rows[] = {
    DEAD_QUERY(struct request, failed.query.),
    {FIELD(struct request, failed.sort, "sort", REQUEST_SORT), .max = SORT_OLDEST},
    AFTER(failed.),
    PAGE(struct request, failed.page.),
};

static const struct request_row summary_rows[] = {PAGE(struct request, failed_summary.)};

static const struct request_row change_rows[] = {
    CHOICE(change.which, "order_id", REQUEST_ONE),
    CHOICE(change.which, "order_ids", REQUEST_IDS),
    CHOICE(change.which, "filter", REQUEST_WHICH),
    TEXT(struct request, change.reason, "reason"),
};

static const struct request_row amend_rows[] = {
    ID(amend.order_id, "order_id"),
    {FIELD(struct request, amend.draft, "order", REQUEST_ORDER), .required = true},
    {FIELD(struct request, amend.reason, "reason", REQUEST_TEXT), .min = 1, .max = REASON_MAX,
     .required = true},
};

static const struct request_row replay_rows[] = {
    CHOICE(replay.which, "order_ids", REQUEST_IDS),
    CHOICE(replay, "filter", REQUEST_DEAD),
    CHOICE(replay.which.all, "all", REQUEST_TRUE),
    {FIELD(struct request, replay.token, "token", REQUEST_BYTES), .min = 1, .max = TOKEN_MAX_BYTES,
     .choice = true},
    {FIELD(struct request, replay.rate, "rate", REQUEST_RATE), .max = RATE_MAX},
    {FIELD(struct request, replay.canary, "canary", REQUEST_INT), .min = 1, .max = CANARY_MAX},
    {FIELD(struct request, replay.stop_if, "stop_if", REQUEST_STOP)},
    {FIELD(struct request, replay.from_start, "from", REQUEST_FROM)},
    TEXT(struct request, replay.reason, "reason"),
    {FIELD(struct request, replay.dry_run, "dry_run", REQUEST_BOOL)},
    KEY(struct request, replay.key),
};

static const struct request_row stop_rows[] = {
    {FIELD(struct request_stop_if, failed_share, "failed_share", REQUEST_SHARE), .required = true},
    {FIELD(struct request_stop_if, of_last, "of_last", REQUEST_INT), .min = 1,
     .max = STOP_IF_LAST_MAX, .required = true},
};

static const struct request_row replays_rows[] = {
    {FIELD(struct request, replays.replay_id, "replay_id", REQUEST_ID_MAYBE),
     .second = offsetof(struct request, replays.has_id)},
    PAGE(struct request, replays.page.),
};

static const struct request_row replay_cancel_rows[] = {ID(replay_cancel.replay_id, "replay_id")};

static const struct request_row discard_rows[] = {
    CHOICE(discard.which, "order_ids", REQUEST_IDS),
    CHOICE(discard.which, "filter", REQUEST_WHICH),
    CHOICE(discard.which.all, "all", REQUEST_TRUE),
    TEXT_REQUIRED(struct request, discard.note, "note"),
};

static const struct request_row alarm_ack_rows[] = {
    {FIELD(struct request, alarm_ack.name, "name", REQUEST_TEXT), .min = 1, .max = ALARM_NAME_MAX,
     .required = true},
};

static const struct request_row events_rows[] = {
    TIME(struct request, events.after, "after"),
    LIMIT(struct request, events.limit, EVENTS_PAGE_MAX, EVENTS_PAGE_MAX),
    {FIELD(struct request, events.topics, "topics", REQUEST_TOPICS)},
    FILTER(struct request, events.),
};

#define COUNT(member, key, least, most)                                                            \
    {                                                                                              \
        FIELD(struct request, member, key, REQUEST_INT), .min = (least), .max = (most),            \
                                                         .required = true                          \
    }

static const struct request_row lease_rows[] = {
    {FIELD(struct request, lease.worker, "worker", REQUEST_TEXT), .min = 1, .max = WORKER_NAME_MAX,
     .required = true},
    COUNT(lease.max, "max", 1, LEASES_AT_ONCE_MAX),
    COUNT(lease.wait_ms, "wait_ms", 0, LEASE_WAIT_MAX_MS),
    {FIELD(struct request, lease.lease_ms, "lease_ms", REQUEST_INT), .min = 1, .max = LEASE_MAX_MS},
    {FIELD(struct request, lease.steps, "steps", REQUEST_NAMES), .min = STEP_NAME_MAX,
     .max = LEASE_STEPS_MAX},
    {FIELD(struct request, lease.key, "key", REQUEST_BYTES), .min = 1,
     .max = IDEMPOTENCY_KEY_MAX_BYTES},
};

#define LEASED                                                                                     \
    ID(leased.order_id, "order_id"),                                                               \
    {                                                                                              \
        FIELD(struct request, leased.lease, "lease", REQUEST_BYTES),                               \
            .min = 1, .max = QUERY_MAX_BYTES, .required = true                                     \
    }

static const struct request_row heartbeat_rows[] = {LEASED};

/* How long a result may be is told in another way: too_large. */
static const struct request_row complete_rows[] = {
    LEASED,
    {FIELD(struct request, leased.result, "result", REQUEST_BYTES),
     .max = (int64_t)FRAME_MAX_BYTES},
};

static const struct request_row fail_rows[] = {
    LEASED,
    {FIELD(struct request, leased.reason, "reason", REQUEST_BYTES), .min = 1,
     .max = (int64_t)RESULT_MAX_BYTES, .required = true},
    {FIELD(struct request, leased.permanent, "permanent", REQUEST_BOOL)},
    {FIELD(struct request, leased.retry_after_ms, "retry_after_ms", REQUEST_INT_MAYBE),
     .second = offsetof(struct request, leased.has_retry_after), .max = RETRY_AFTER_MAX_MS},
};

static const struct request_row backup_rows[] = {
    {FIELD(struct request, backup.path, "path", REQUEST_TEXT), .min = 1, .max = BACKUP_PATH_MAX},
};

static const struct request_row verify_rows[] = {
    {FIELD(struct request, verify.order_id, "order_id", REQUEST_ID_MAYBE),
     .second = offsetof(struct request, verify.has_id)},
};

/* An operation without a row here has no fields. */
static const struct request_table tables[OP_COUNT] = {
    [OP_SUBMIT] = REQUEST_TABLE(submission_rows),
    [OP_SUBMIT_BATCH] = REQUEST_TABLE(batch_rows),
    [OP_GET] = REQUEST_TABLE(get_rows),
    [OP_HISTORY] = REQUEST_TABLE(history_rows),
    [OP_LIST] = REQUEST_TABLE(list_rows),
    [OP_FAILED] = REQUEST_TABLE(failed_rows),
    [OP_FAILED_SUMMARY] = REQUEST_TABLE(summary_rows),
    [OP_CANCEL] = REQUEST_TABLE(change_rows),
    [OP_HOLD] = REQUEST_TABLE(change_rows),
    [OP_RELEASE] = REQUEST_TABLE(change_rows),
    [OP_RETRY_NOW] = REQUEST_TABLE(change_rows),
    [OP_AMEND] = REQUEST_TABLE(amend_rows),
    [OP_REPLAY] = REQUEST_TABLE(replay_rows),
    [OP_REPLAYS] = REQUEST_TABLE(replays_rows),
    [OP_REPLAY_CANCEL] = REQUEST_TABLE(replay_cancel_rows),
    [OP_DISCARD] = REQUEST_TABLE(discard_rows),
    [OP_ALARM_ACK] = REQUEST_TABLE(alarm_ack_rows),
    [OP_EVENTS] = REQUEST_TABLE(events_rows),
    [OP_LEASE] = REQUEST_TABLE(lease_rows),
    [OP_HEARTBEAT] = REQUEST_TABLE(heartbeat_rows),
    [OP_COMPLETE] = REQUEST_TABLE(complete_rows),
    [OP_FAIL] = REQUEST_TABLE(fail_rows),
    [OP_BACKUP] = REQUEST_TABLE(backup_rows),
    [OP_VERIFY] = REQUEST_TABLE(verify_rows),
};

const struct request_table *request_submission(void)
{
    return &tables[OP_SUBMIT];
}

const struct request_table *request_stop_if(void)
{
    static const struct request_table table = REQUEST_TABLE(stop_rows);

    return &table;
}

const struct request_table *request_dead_query(void)
{
    static const struct request_table table = REQUEST_TABLE(dead_query_rows);

    return &table;
}

/* A text of the head; a nil counts as absent. False: another kind. */
static bool head_text(struct mp_reader *r, struct slice *out)
{
    if (mp_nil(r))
        return true;
    if (mp_peek(r) != MP_STR)
        return false;
    *out = mp_str(r);
    return true;
}

static enum err head_version(struct mp_reader *r, int64_t *out, struct why *why)
{
    struct mp_reader probe = *r;

    if (mp_nil(r))
        return OK;
    if (mp_peek(r) != MP_INT)
        return err_set(why, ERR_INVALID, "v: must be an integer");
    *out = mp_int(&probe);
    mp_skip(r);
    return mp_failed(&probe) || *out != PROTOCOL_VERSION
               ? err_set(why, ERR_UNSUPPORTED_VERSION, "v: only version %d is spoken here",
                         PROTOCOL_VERSION)
               : OK;
}

/* The contract's order: a wrong `v` or `op` comes before an unknown version. */
enum err wire_request_head(const void *bytes, size_t n, struct request_head *out, struct why *why)
{
    struct mp_reader r;
    struct why version_why = {0};
    enum err e = mp_check(bytes, n, why), version = OK;
    bool op = true;

    *out = (struct request_head){0};
    if (e != OK)
        return e;
    mp_reader_init(&r, bytes, n);
    for (uint32_t pairs = mp_map(&r); pairs > 0; pairs--) {
        struct slice key = mp_str(&r);
        struct mp_reader value = r;

        mp_skip(&r);
        if (WIRE_KEY_IS(key, "v"))
            version = head_version(&value, &out->version, &version_why);
        else if (WIRE_KEY_IS(key, "op"))
            op = head_text(&value, &out->op_name);
        else if (WIRE_KEY_IS(key, "as"))
            out->as_wrong = !head_text(&value, &out->as);
    }
    if (version == ERR_INVALID)
        return err_set(why, version, "%s", version_why.text);
    if (version == OK && out->version == 0)
        return err_set(why, ERR_INVALID, "v: is required");
    if (!op || out->op_name.p == NULL)
        return err_set(why, ERR_INVALID, "op: %s", op ? "is required" : "must be a string");
    if (version != OK)
        return err_set(why, version, "%s", version_why.text);
    return OK;
}

/* Rows are relative to the request, but for those of a submission, which stand in batches too. */
static size_t base_of(enum op op)
{
    return op == OP_SUBMIT ? offsetof(struct request, submit) : 0;
}

/* What no row alone can tell: a place in a list is given once; a token is a dry run's own. */
static void check_whole(const struct request *request, struct problems *problems)
{
    const bool list = request->op == OP_LIST && request->list.has_after;
    const bool failed = request->op == OP_FAILED && request->failed.has_after;

    if ((list && request->list.page.cursor.p != NULL) ||
        (failed && request->failed.page.cursor.p != NULL))
        problems_add(problems, "after", "cannot be given together with cursor");
    if (request->op == OP_REPLAY && request->replay.dry_run && request->replay.token.p != NULL)
        problems_add(problems, "token", "cannot be given together with dry_run");
}

enum err wire_request_body(struct slice frame, enum op op, struct request *out,
                           struct problems *problems, struct why *why)
{
    struct mp_reader r;
    struct request_in in = {&r, problems, NULL, true};
    uint32_t pairs = 0;

    *out = (struct request){.op = op};
    mp_reader_init(&r, frame.p, frame.n);
    pairs = mp_map(&r);
    request_rows_read(&in, pairs, &tables[op], (char *)out + base_of(op));
    if (mp_failed(&r))
        return err_set(why, ERR_MALFORMED, "the request is cut short");
    check_whole(out, problems);
    return problems->n > 0 ? problems_why(problems, why) : OK;
}

void wire_request_write(struct buf *out, const struct request *request, enum role as)
{
    const struct request_table *table = &tables[request->op];
    const void *base = (const char *)request + base_of(request->op);
    uint32_t head = as == ROLE_NONE ? 2 : 3;

    mp_put_map(out, head + request_rows_given(table, base));
    mp_put_str(out, SLICE("v"));
    mp_put_int(out, PROTOCOL_VERSION);
    mp_put_str(out, SLICE("op"));
    mp_put_text(out, op_name(request->op));
    if (as != ROLE_NONE) {
        mp_put_str(out, SLICE("as"));
        mp_put_text(out, role_name(as));
    }
    request_rows_write(out, table, base);
}
