/* The name that was probably meant. */
#include "tui/cli/nearest.h"

#include <string.h>

#define LETTERS_MAX 31

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* One row of the table of distances between the starts of both words. */
static void next_row(size_t rows[3][LETTERS_MAX + 1], const char *a, const char *b, size_t i)
{
    size_t nb = strnlen(b, LETTERS_MAX);

    rows[2][0] = i;
    for (size_t j = 1; j <= nb; j++) {
        size_t change = rows[1][j - 1] + (a[i - 1] != b[j - 1]);

        rows[2][j] = least(change, least(rows[1][j], rows[2][j - 1]) + 1);
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            rows[2][j] = least(rows[2][j], rows[0][j - 2] + 1);
    }
}

size_t nearest_distance(const char *a, const char *b)
{
    size_t rows[3][LETTERS_MAX + 1] = {0};
    size_t na = strnlen(a, LETTERS_MAX);
    size_t nb = strnlen(b, LETTERS_MAX);

    for (size_t j = 0; j <= nb; j++)
        rows[1][j] = j;
    for (size_t i = 1; i <= na; i++) {
        next_row(rows, a, b, i);
        memcpy(rows[0], rows[1], sizeof rows[0]);
        memcpy(rows[1], rows[2], sizeof rows[1]);
    }
    return rows[1][nb];
}

void nearest_try(const char *name, const char *candidate, const char **best)
{
    size_t limit = strlen(name) / 3 + 1;
    size_t distance = nearest_distance(name, candidate);

    if (strlen(name) >= 2 && strncmp(name, candidate, strlen(name)) == 0)
        distance = 0; /* a start of it */
    if (distance > limit)
        return;
    if (*best == NULL || distance < nearest_distance(name, *best))
        *best = candidate;
}
