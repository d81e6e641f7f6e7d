/* The wire of REP0 and PUB0 over ipc://: handshake, frames, request ids. */
#include "daemon/net/sp.h"

#include <string.h>

#define FRAME_MESSAGE 1 /* the one type of frame there is */
#define ID_LEN 4
#define ID_LAST 0x80 /* in the first byte of the last id */

void sp_put_handshake(uint8_t out[SP_HANDSHAKE_LEN], enum sp_protocol self)
{
    const uint8_t bytes[SP_HANDSHAKE_LEN] = {0, 'S', 'P', 0, 0, (uint8_t)self, 0, 0};

    memcpy(out, bytes, sizeof(bytes));
}

bool sp_check_handshake(const uint8_t in[SP_HANDSHAKE_LEN], enum sp_protocol expected)
{
    uint8_t wanted[SP_HANDSHAKE_LEN];

    sp_put_handshake(wanted, expected);
    return memcmp(in, wanted, sizeof(wanted)) == 0;
}

void sp_put_frame_head(uint8_t out[SP_FRAME_HEAD_LEN], uint64_t len)
{
    out[0] = FRAME_MESSAGE;
    for (int i = SP_FRAME_HEAD_LEN - 1; i > 0; i--) {
        out[i] = (uint8_t)len;
        len >>= 8;
    }
}

bool sp_get_frame_head(const uint8_t in[SP_FRAME_HEAD_LEN], uint64_t max, uint64_t *len)
{
    uint64_t n = 0;

    for (int i = 1; i < SP_FRAME_HEAD_LEN; i++)
        n = n << 8 | in[i];
    if (in[0] != FRAME_MESSAGE || n > max)
        return false;
    *len = n;
    return true;
}

size_t sp_id_stack(const uint8_t *body, size_t len)
{
    for (size_t at = 0; at + ID_LEN <= len && at < (size_t)SP_HOPS_MAX * ID_LEN; at += ID_LEN)
        if ((body[at] & ID_LAST) != 0)
            return at + ID_LEN;
    return 0;
}
