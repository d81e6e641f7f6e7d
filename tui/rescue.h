/* Gives the terminal back when the program crashes. */
#pragma once

#include <stddef.h>
#include <termios.h>

/* From now on every signal that ends with a core dump first writes `bytes` to standard output and
   sets standard input to `modes`, then does what it always does. Main thread. */
void rescue_arm(const char *bytes, size_t n, const struct termios *modes);
void rescue_disarm(void);
