/* A threshold of an alarm as a setting: a count, a duration, a share or a size, or `off`. */
#pragma once

#include "daemon/config_value.h"

/*
 * out      in the alarm's unit: a count, seconds, a share or bytes; 0 for `off`
 * errors   ERR_INVALID with a sentence such as "'x' is not a share above 0, at most 1, such as 0.5
 *          or 50%, nor off"
 */
enum err config_threshold_read(const struct setting *setting, struct slice text, double *out,
                               struct why *why);
