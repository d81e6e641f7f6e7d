/* A program's command line, from text to its words: no shell has a part in it. */
#pragma once

#include <stddef.h>

#include "shared/err.h"
#include "shared/text.h"

#define EXEC_WORDS_MAX 64

/*
 * Splits `text` at blanks. 'Single' and "double" quotes keep blanks together, may begin and end
 * within a word, and make an empty word; there are no escapes and no variables.
 *
 * *out     n words and a NULL behind them, in the arena; no words for a text of blanks
 * errors   ERR_INVALID with a sentence: a quote that is not closed, too many words, a NUL byte
 */
enum err exec_words_split(struct arena *arena, struct slice text, const char *const **out,
                          size_t *n, struct why *why);
