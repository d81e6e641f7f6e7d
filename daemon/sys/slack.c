/* Memory that was freed, given back to the system. */
#include "daemon/sys/slack.h"

#include <malloc.h>

void slack_give_back(void)
{
    (void)malloc_trim(0); /* whole pages, of all threads; also from between what is in use */
}

bool slack_look(struct slack *slack, uint64_t done, int64_t mono_us)
{
    if (done == slack->done || mono_us < slack->due_us)
        return false;
    slack->done = done;
    slack->due_us = mono_us + SLACK_EACH_US;
    slack_give_back();
    return true;
}
