/* How long a submit waits for its commit: how many may wait, and when to ask again. */
#include "daemon/core/engine_pace.h"

#define AGAIN_UNKNOWN_US 100000
#define AGAIN_MIN_US 10000
#define AGAIN_MAX_US 5000000

void engine_pace_posted(struct engine_pace *pace, const void *command, size_t waiting,
                        int64_t now_us)
{
    if (pace->followed != NULL)
        return;
    pace->followed = command;
    pace->posted_at = now_us;
    pace->waiting = waiting;
}

void engine_pace_settled(struct engine_pace *pace, int64_t now_us)
{
    /* A few that wait for a single sync do not say what many would take. */
    size_t waited = pace->waiting > ENGINE_WAIT_MIN ? pace->waiting : ENGINE_WAIT_MIN;

    pace->followed = NULL;
    pace->us = (double)(now_us - pace->posted_at) / (double)waited;
}

size_t engine_pace_room(const struct engine_pace *pace, size_t max_inbox)
{
    double room = 0.0;

    if (pace->us * (double)max_inbox <= ENGINE_WAIT_MAX_US || max_inbox <= ENGINE_WAIT_MIN)
        return max_inbox;
    room = ENGINE_WAIT_MAX_US / pace->us;
    return room > ENGINE_WAIT_MIN ? (size_t)room : ENGINE_WAIT_MIN;
}

int64_t engine_pace_again_us(const struct engine_pace *pace, size_t waiting)
{
    double us = pace->us * (double)waiting;

    if (pace->us <= 0.0)
        return AGAIN_UNKNOWN_US;
    if (us < AGAIN_MIN_US)
        return AGAIN_MIN_US;
    return us < AGAIN_MAX_US ? (int64_t)us : AGAIN_MAX_US;
}
