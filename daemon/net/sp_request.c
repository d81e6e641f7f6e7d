/* One request on its way up and its answer on the way back. */
#include "daemon/net/sp_request.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/net/sp.h"
#include "daemon/net/sp_conn.h"
#include "shared/need.h"

struct request {
    struct sp_request seen; /* what those above see of it; first */
    struct sp_conn *conn;
    size_t stack_len;
    bool large;
    uint8_t bytes[];
};

struct sp_request *sp_request_new(struct sp_conn *conn, const uint8_t *body, size_t len,
                                  size_t stack_len)
{
    struct request *request = need(malloc(sizeof(*request) + len));

    memcpy(request->bytes, body, len);
    request->conn = conn;
    request->stack_len = stack_len;
    request->large = false;
    request->seen = (struct sp_request){
        .body = request->bytes + stack_len,
        .len = len - stack_len,
        .who = &conn->who,
        .read_mono_us = conn->net->now_us,
    };
    conn->refs++;
    conn->in_flight++;
    conn->ahead += len;
    return &request->seen;
}

void sp_large(struct sp_request *request)
{
    struct request *whole = (struct request *)request;

    whole->conn->large += whole->large ? 0 : 1;
    whole->large = true;
}

void sp_drop(struct sp_request *request)
{
    const struct request *whole = (const struct request *)request;
    struct sp_conn *conn = whole->conn;

    conn->in_flight--;
    conn->large -= whole->large ? 1 : 0;
    conn->ahead -= whole->stack_len + request->len;
    if (conn->open)
        sp_conn_mark(conn); /* it may be read from again */
    sp_conn_unref(conn);
    free(request);
}

void sp_reply(struct sp_request *request, const void *reply, size_t len)
{
    struct request *whole = (struct request *)request;
    struct sp_conn *conn = whole->conn;

    if (conn->open) {
        size_t body_len = whole->stack_len + len;
        uint8_t *at = sp_out_room(&conn->out, SP_FRAME_HEAD_LEN + body_len);

        sp_put_frame_head(at, body_len);
        memcpy(at + SP_FRAME_HEAD_LEN, whole->bytes, whole->stack_len);
        if (len > 0)
            memcpy(at + SP_FRAME_HEAD_LEN + whole->stack_len, reply, len);
    }
    sp_drop(request);
}

bool sp_gone(const struct sp_request *request)
{
    return !((const struct request *)request)->conn->open;
}
