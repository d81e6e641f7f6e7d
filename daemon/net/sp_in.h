/* What comes from one peer: bytes to frames, frames to requests. */
#pragma once

#include "daemon/net/sp_net.h"

/* Reads what is there; `hung_up`: the peer has gone, what is read is the last of it. */
void sp_in_read(struct sp_conn *conn, bool hung_up);

/* Goes on with what was held back while it was paused. */
void sp_in_resume(struct sp_conn *conn);
