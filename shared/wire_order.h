/* Orders, rows, history entries and drafts, to and from msgpack. */
#pragma once

#include "shared/mp.h"
#include "shared/order.h"
#include "shared/validate.h"

/*
 * Reads the map of an order as a client sends it. Wrong types, missing and unknown fields become
 * problems (field paths without any prefix); lengths and ranges are validate_draft's. Defaults are
 * filled in. Slices borrow from the frame, lists from problems->arena. Lists longer than their
 * limit are refused before anything is allocated for them.
 */
void wire_draft_read(struct mp_reader *r, struct order_draft *out, struct problems *problems);
void wire_draft_write(struct buf *out, const struct order_draft *draft);

/* ORDER_WHOLE adds items, metadata, steps, results and result. */
enum order_shape { ORDER_ROW, ORDER_WHOLE };

/* The order's map, every part of the contract there, nil where it has no value; and `truncated`,
   the steps whose results are cut, where there are any. */
void wire_order_write(struct buf *out, const struct order *order, enum order_shape shape);

/* Reads either shape; unknown keys are skipped. Slices borrow from the bytes, lists from arena. */
void wire_order_read(struct mp_reader *r, struct arena *arena, struct order *out);

void wire_entry_write(struct buf *out, const struct entry *entry);
void wire_entry_read(struct mp_reader *r, struct entry *out);

void wire_dead_write(struct buf *out, const struct dead_letter *dead);
void wire_dead_read(struct mp_reader *r, struct dead_letter *out);

void wire_group_write(struct buf *out, const struct reason_group *group);
void wire_group_read(struct mp_reader *r, struct reason_group *out);

void wire_replay_write(struct buf *out, const struct replay_row *replay);
void wire_replay_read(struct mp_reader *r, struct replay_row *out);

/* A time: µs as an int, or nil for 0. */
void wire_put_time(struct buf *out, int64_t us);
void wire_put_uuid(struct buf *out, const struct uuid *uuid);
/* A nil gives 0. */
int64_t wire_get_time(struct mp_reader *r);
/* Fails the reader when it is no id. */
struct uuid wire_get_uuid(struct mp_reader *r);
