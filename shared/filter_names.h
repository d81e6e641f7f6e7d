/* How the fields and comparisons of the filter language are spelt. */
#pragma once

#include "shared/filter.h"

const char *filter_field_name(enum filter_field field); /* "" for FILTER_WORD */
const char *filter_cmp_name(enum filter_cmp cmp);       /* ":" for FILTER_EQ */
