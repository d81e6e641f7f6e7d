/* Requests under way, and what their answers are for; within the model. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/err.h"
#include "shared/wire_request.h"

struct model;

enum ask_kind {
    ASK_INFO,
    ASK_STATS,
    ASK_PAGE, /* a: enum list_kind, b: enum page_way */
    ASK_GROUPS,
    ASK_REPLAYS,
    ASK_TAIL,
    ASK_ORDER,
    ASK_HISTORY,
    ASK_SUBMIT,
    ASK_PREVIEW,
    ASK_CHANGE,
    ASK_GATHER, /* a: enum list_kind */
    ASK_EXPORT,
    ASK_ALARMS,
    ASK_ALARM_ACK,
    ASK_AMEND_ORDER, /* the order that is going to be amended */
    ASK_AMEND,
    ASK_KINDS
};

struct ask {
    uint64_t id;
    enum ask_kind kind;
    unsigned a, b;
};

struct answer {
    struct ask ask;
    bool none;     /* none came: not known what became of it; `why` says it */
    enum err code; /* the daemon's, when one came */
    struct slice bytes;
    struct why why;
};

struct asks;

struct asks *asks_new(void);
void asks_free(struct asks *asks); /* takes NULL */
bool asks_any(const struct asks *asks);

/* Makes the wish. Returns the id, never 0. */
uint64_t ask_send(struct model *m, struct ask what, const struct request *request);

/* Its answer is not wanted any more. */
void ask_forget(struct model *m, uint64_t id);

/* The ask of an id, taken out; false when there is none. */
bool ask_take(struct model *m, uint64_t id, struct ask *out);

/* Parts of an answer that is OK. */
bool answer_list(const struct answer *answer, const char *key, struct mp_reader *rows, uint32_t *n);
int64_t answer_int(const struct answer *answer, const char *key, int64_t otherwise);
/* `matched`: LIST_MATCHED_MANY for nil. */
int64_t answer_matched(const struct answer *answer);
/* "" when there is none. False when it does not fit. */
bool answer_cursor(const struct answer *answer, char *out, size_t size);
/* What to tell a person of an answer that is no OK. */
const char *answer_problem(const struct answer *answer);
