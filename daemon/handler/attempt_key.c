/* The key that an attempt hands on, so that what it asks of others is done once. */
#include "daemon/handler/attempt_key.h"

#include <inttypes.h>
#include <stdio.h>

#include "shared/steps.h"

void attempt_key(const struct attempt *attempt, char out[ATTEMPT_KEY_LEN + 1])
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(&attempt->uid, id);
    if (!attempt->undo && (attempt->step[0] == '\0' || slice_is(STEP_DEFAULT, attempt->step)))
        (void)snprintf(out, ATTEMPT_KEY_LEN + 1, "%s-%" PRIu32, id, attempt->replays);
    else
        (void)snprintf(out, ATTEMPT_KEY_LEN + 1, "%s-%" PRIu32 "-%s%s", id, attempt->replays,
                       attempt->step, attempt->undo ? "-undo" : "");
}
