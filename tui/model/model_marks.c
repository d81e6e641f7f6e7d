/* A set of marked orders: a sorted list of ids. */
#include "tui/model/model_marks.h"

#include <stdlib.h>
#include <string.h>

/* Where `uid` is, or belongs. */
static size_t place(const struct marks *marks, const struct uuid *uid)
{
    size_t low = 0, high = marks->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (uuid_compare(&marks->ids[mid], uid) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool is_at(const struct marks *marks, size_t i, const struct uuid *uid)
{
    return i < marks->n && uuid_compare(&marks->ids[i], uid) == 0;
}

bool marks_has(const struct marks *marks, const struct uuid *uid)
{
    return is_at(marks, place(marks, uid), uid);
}

static void grow(struct marks *marks)
{
    size_t cap = marks->cap == 0 ? 64 : marks->cap * 2;
    struct uuid *ids = realloc(marks->ids, cap * sizeof *ids);

    if (ids == NULL)
        abort();
    marks->ids = ids;
    marks->cap = cap;
}

bool marks_add(struct marks *marks, const struct uuid *uid)
{
    size_t i = place(marks, uid);

    if (is_at(marks, i, uid))
        return true;
    if (marks->n == MARKS_MAX)
        return false;
    if (marks->n == marks->cap)
        grow(marks);
    memmove(&marks->ids[i + 1], &marks->ids[i], (marks->n - i) * sizeof *marks->ids);
    marks->ids[i] = *uid;
    marks->n++;
    return true;
}

void marks_remove(struct marks *marks, const struct uuid *uid)
{
    size_t i = place(marks, uid);

    if (!is_at(marks, i, uid))
        return;
    marks->n--;
    memmove(&marks->ids[i], &marks->ids[i + 1], (marks->n - i) * sizeof *marks->ids);
}

void marks_clear(struct marks *marks)
{
    free(marks->ids);
    *marks = (struct marks){0};
}
