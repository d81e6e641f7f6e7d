/* Requests under way. */
#include "tui/model/model_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/wire_reply.h"
#include "tui/model/model.h"
#include "tui/model/model_wishes.h"

#define ASKS_MAX 128
#define ASK_TIMEOUT_US (5 * 1000000LL)

struct asks {
    struct ask list[ASKS_MAX];
    size_t n;
    uint64_t last_id;
};

struct asks *asks_new(void)
{
    struct asks *asks = calloc(1, sizeof *asks);

    if (asks == NULL)
        abort();
    return asks;
}

void asks_free(struct asks *asks)
{
    free(asks);
}

bool asks_any(const struct asks *asks)
{
    return asks->n > 0;
}

static void drop(struct asks *asks, size_t i)
{
    asks->n--;
    memmove(&asks->list[i], &asks->list[i + 1], (asks->n - i) * sizeof *asks->list);
}

uint64_t ask_send(struct model *m, struct ask what, const struct request *request)
{
    struct asks *asks = m->asks;
    struct wish *wish = wish_add(m, WISH_ASK);

    if (asks->n == ASKS_MAX) /* the loop answers each, so the oldest was lost there */
        drop(asks, 0);
    what.id = ++asks->last_id;
    asks->list[asks->n++] = what;
    wish->id = what.id;
    wish->timeout_us = ASK_TIMEOUT_US;
    wire_request_write(&wish->bytes, request, m->read_only ? ROLE_VIEWER : ROLE_NONE);
    return what.id;
}

bool ask_take(struct model *m, uint64_t id, struct ask *out)
{
    struct asks *asks = m->asks;

    for (size_t i = 0; i < asks->n; i++) {
        if (asks->list[i].id == id) {
            *out = asks->list[i];
            drop(asks, i);
            return true;
        }
    }
    return false;
}

void ask_forget(struct model *m, uint64_t id)
{
    struct ask ask;

    (void)ask_take(m, id, &ask);
}

bool answer_list(const struct answer *answer, const char *key, struct mp_reader *rows, uint32_t *n)
{
    if (!wire_reply_find(answer->bytes.p, answer->bytes.n, key, rows) || mp_peek(rows) != MP_LIST)
        return false;
    *n = mp_list(rows);
    return true;
}

int64_t answer_int(const struct answer *answer, const char *key, int64_t otherwise)
{
    struct mp_reader r;

    if (!wire_reply_find(answer->bytes.p, answer->bytes.n, key, &r) || mp_peek(&r) != MP_INT)
        return otherwise;
    return mp_int(&r);
}

int64_t answer_matched(const struct answer *answer)
{
    return answer_int(answer, "matched", LIST_MATCHED_MANY);
}

bool answer_cursor(const struct answer *answer, char *out, size_t size)
{
    struct mp_reader r;
    struct slice s;

    out[0] = '\0';
    if (!wire_reply_find(answer->bytes.p, answer->bytes.n, "next_cursor", &r) ||
        mp_peek(&r) != MP_STR)
        return true;
    s = mp_str(&r);
    if (s.n >= size)
        return false;
    (void)snprintf(out, size, "%.*s", SLICE_ARGS(s));
    return true;
}

const char *answer_problem(const struct answer *answer)
{
    return answer->why.text[0] != '\0' ? answer->why.text : err_name(answer->code);
}
