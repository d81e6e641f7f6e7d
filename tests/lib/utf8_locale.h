/* The locale of tests that measure characters. */
#pragma once

/* UTF-8 for this thread, whatever the environment says. */
void utf8_locale(void);
