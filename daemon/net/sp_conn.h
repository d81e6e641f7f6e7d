/* One peer: its life, what is written to it, when its time is up. */
#pragma once

#include "daemon/net/sp_net.h"

/* Takes `fd` and `who`, greets, and is in the epoll set; false when there is no room in that. */
bool sp_conn_open(struct sp_listener *listener, int fd, const struct peer *who);

/* `bad`: it broke the rules or was too slow. The struct itself lives until the pass is over. */
void sp_conn_close(struct sp_conn *conn, bool bad);
void sp_conn_unref(struct sp_conn *conn);
void sp_conn_reap(struct sp_conn *conn); /* frees the buffers, and drops the net's ref */

void sp_conn_events(struct sp_conn *conn, uint32_t events);

/* To be looked at when the pass ends. */
void sp_conn_mark(struct sp_conn *conn);
/* Looks: writes, reads on where it had to wait, closes when both sides are done. */
void sp_conn_flush(struct sp_conn *conn);
void sp_conn_write(struct sp_conn *conn);

/* Tells epoll what is asked for, if that changed. */
void sp_conn_arm(struct sp_conn *conn);

bool sp_conn_may_read(const struct sp_conn *conn);
int64_t sp_conn_deadline(const struct sp_conn *conn); /* INT64_MAX: it has none */
