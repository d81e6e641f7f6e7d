/* The log sink that sends to journald, with fields. */
#pragma once

#include <stdbool.h>

#include "shared/log.h"

/* A field order_id becomes DOFS_ORDER_ID=; values are made safe for a terminal. */
struct log_sink journal_sink(void);

/* Does our standard error go to the journal? (JOURNAL_STREAM names it.) */
bool journal_is_stderr(void);
