/* A struct for each request, to and from msgpack. */
#pragma once

#include "shared/err.h"
#include "shared/filter.h"
#include "shared/limits.h"
#include "shared/mp.h"
#include "shared/op.h"
#include "shared/order.h"
#include "shared/validate.h"

struct page {
    uint32_t limit;      /* 1..PAGE_MAX; PAGE_DEFAULT unless given */
    struct slice cursor; /* absent: the first page */
};

struct submission {
    struct order_draft draft;
    struct slice key;         /* idempotency key; absent: none */
    struct problems problems; /* in a batch: this order's own */
};

struct id_list {
    const struct uuid *ids;
    size_t n;
};

/* Which orders a change means: exactly one of the parts is given. */
struct selection {
    bool one; /* `order_id`: ids.ids[0] */
    struct id_list ids;
    bool by_filter;
    struct slice filter_text;
    struct filter filter;
    bool all;
};

/* The fields by which `failed` and `replay` choose dead letters. */
struct dead_query {
    struct slice reason;
    struct slice group;
    struct slice customer_id;
    struct slice search;
    int64_t from, to; /* failed_at; 0: open */
    struct slice filter_text;
    struct filter filter;
};

enum list_sort { SORT_NEWEST, SORT_OLDEST, SORT_UPDATED };

struct request_list {
    unsigned statuses; /* STATUS_BITs; 0: any */
    struct slice customer_id, product_id, reference, search;
    int64_t from, to; /* created_at; 0: open */
    struct slice filter_text;
    struct filter filter;
    enum list_sort sort;
    bool has_after; /* the first page starts behind `after` (an order), whatever the sort */
    struct uuid after;
    struct page page;
};

struct request_failed {
    struct dead_query query;
    enum list_sort sort; /* newest or oldest */
    bool has_after;
    struct uuid after;
    struct page page;
};

struct request_change { /* cancel, hold, release, retry_now */
    struct selection which;
    struct slice reason;
};

struct request_amend {
    struct uuid order_id;
    struct order_draft draft; /* the whole new one */
    struct slice reason;
};

struct request_stop_if {
    double failed_share; /* 0 to 1 */
    int64_t of_last;     /* 0: not given */
};

struct request_replay {
    struct selection which; /* by_filter: `query` holds the filter, as text or as fields */
    struct dead_query query;
    struct slice token; /* of a dry run; absent: none */
    double rate;        /* 0: at once */
    int64_t canary;     /* 0: none */
    struct request_stop_if stop_if;
    struct slice reason;
    bool from_start;
    bool dry_run;
    struct slice key;
};

struct request_discard {
    struct selection which;
    struct slice note;
};

struct request_events {
    int64_t after;
    uint32_t limit;  /* 1..EVENTS_PAGE_MAX */
    unsigned topics; /* bits of 1 << enum topic; 0: all */
    struct slice filter_text;
    struct filter filter;
};

struct name_list {
    const struct slice *names;
    size_t n;
};

struct request_lease {
    struct slice worker, key; /* key absent: none */
    int64_t max, wait_ms;
    int64_t lease_ms;       /* 0: the daemon's `timeout` */
    struct name_list steps; /* none: all */
};

struct request_leased { /* heartbeat, complete, fail */
    struct uuid order_id;
    struct slice lease;
    struct slice result; /* complete */
    struct slice reason; /* fail, with the rest */
    bool permanent;
    bool has_retry_after;
    int64_t retry_after_ms;
};

struct request {
    enum op op;
    union {
        struct submission submit;
        struct {
            struct submission *orders;
            size_t n;
        } submit_batch;
        struct {
            struct uuid order_id;
        } get;
        struct {
            struct uuid order_id;
            struct page page;
        } history;
        struct request_list list;
        struct request_failed failed;
        struct page failed_summary;
        struct request_change change;
        struct request_amend amend;
        struct request_replay replay;
        struct {
            bool has_id;
            struct uuid replay_id;
            struct page page;
        } replays;
        struct {
            struct uuid replay_id;
        } replay_cancel;
        struct request_discard discard;
        struct {
            struct slice name;
        } alarm_ack;
        struct request_events events;
        struct request_lease lease;
        struct request_leased leased;
        struct {
            struct slice path; /* absent: a name of the daemon's */
        } backup;
        struct {
            bool has_id; /* else all */
            struct uuid order_id;
        } verify;
    };
};

/* What must be known before it is decided who may ask. */
struct request_head {
    struct slice op_name;
    struct slice as; /* absent: not given */
    bool as_wrong;   /* given, but no text */
    int64_t version;
};

/*
 * Reads `v`, `op` and `as` of a frame.
 *
 * errors   ERR_MALFORMED (mp_check); ERR_INVALID for a missing or wrongly typed `v` or `op`;
 *          ERR_UNSUPPORTED_VERSION
 */
enum err wire_request_head(const void *bytes, size_t n, struct request_head *out, struct why *why);

/*
 * Reads the fields of operation `op` from the bytes of a frame that wire_request_head took.
 * Unknown, missing, wrong and contradictory fields, bad ids, cursors, filters and limits are
 * problems, each named; of a submit, every problem of the order (validate_draft) too. In a batch
 * each order's problems are its own and the request stands.
 *
 * out      slices borrow from the frame; lists live in problems->arena
 * returns  ERR_INVALID with `why` filled when there are problems; ERR_TOO_LARGE for a part over
 *          its own limit where the contract says so
 */
enum err wire_request_body(struct slice frame, enum op op, struct request *out,
                           struct problems *problems, struct why *why);

/* Writes a whole request, `v` and `op` included; `as` ROLE_NONE: left out. */
void wire_request_write(struct buf *out, const struct request *request, enum role as);
