/* Tables of aligned columns; what callers use of them is in cli_out.h. */
#pragma once

#include "shared/status.h"

#define TABLE_COLOUR_OFF "\033[0m"
#define TABLE_COLOUR_HEAD "\033[1m"

/* The sequence that turns a status's colour on; "" for none. */
const char *table_status_colour(enum status status);
