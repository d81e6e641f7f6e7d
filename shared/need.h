/* Memory that there must be: our own bounded needs have no other answer than to end. */
#pragma once

/* `memory` itself, as malloc and its kin gave it; ends the process where it is NULL. */
void *need(void *memory) __attribute__((warn_unused_result));
