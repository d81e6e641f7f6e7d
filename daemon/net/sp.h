/*
 * The wire of REP0 and PUB0 over ipc://: handshake, frames, request ids. Bytes only, no socket.
 *
 *   handshake  00 'S' 'P' 00 | protocol, 2 bytes big-endian | 00 00
 *   frame      01 | length, 8 bytes big-endian | body
 *   REQ body   a stack of 4-byte ids, the last one with its high bit set, then the message; the
 *              stack goes back unchanged in front of the reply
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SP_HANDSHAKE_LEN 8
#define SP_FRAME_HEAD_LEN 9
#define SP_HOPS_MAX 8

enum sp_protocol {
    SP_PROTO_PUB = 0x20,
    SP_PROTO_SUB = 0x21,
    SP_PROTO_REQ = 0x30,
    SP_PROTO_REP = 0x31
};

void sp_put_handshake(uint8_t out[SP_HANDSHAKE_LEN], enum sp_protocol self);

/* Is this the handshake of `expected`? */
bool sp_check_handshake(const uint8_t in[SP_HANDSHAKE_LEN], enum sp_protocol expected);

void sp_put_frame_head(uint8_t out[SP_FRAME_HEAD_LEN], uint64_t len);

/* False when the type is not 01 or the length is over `max`. */
bool sp_get_frame_head(const uint8_t in[SP_FRAME_HEAD_LEN], uint64_t max, uint64_t *len);

/* Bytes of the id stack at the start of a REQ body; 0 when it has none or more than SP_HOPS_MAX. */
size_t sp_id_stack(const uint8_t *body, size_t len);
