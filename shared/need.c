/* Memory that there must be: what an allocation gave, or the end. */
#include "shared/need.h"

#include <stddef.h>
#include <stdlib.h>

void *need(void *memory)
{
    if (memory == NULL)
        abort(); /* the store brings everything back */
    return memory;
}
