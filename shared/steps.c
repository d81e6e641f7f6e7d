/* The list of steps an order was accepted under, as the text that is kept with it. */
#include "shared/steps.h"

#include <string.h>

#include "shared/limits.h"

#define UNDO_MARK '<'

static bool ends_as_undo(struct slice name)
{
    const size_t n = sizeof("-undo") - 1;

    return name.n >= n && memcmp(name.p + (name.n - n), "-undo", n) == 0;
}

bool step_name_ok(struct slice name)
{
    if (ends_as_undo(name))
        return false;
    if (name.n == 0 || name.n > STEP_NAME_MAX || name.p[0] < 'a' || name.p[0] > 'z')
        return false;
    for (size_t i = 1; i < name.n; i++) {
        char c = name.p[i];

        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-')
            return false;
    }
    return true;
}

void steps_add(struct buf *steps, const struct step *step)
{
    if (steps->len > 0)
        buf_add(steps, ",", 1);
    buf_add(steps, step->name.p, step->name.n);
    if (step->undo)
        buf_add(steps, "<", 1);
}

/* The next of the list, which is shortened by it; false: there was none. */
static bool next(struct slice *steps, struct step *out)
{
    if (steps->n == 0)
        return false;
    out->name = slice_cut(steps, ',');
    out->undo = out->name.n > 0 && out->name.p[out->name.n - 1] == UNDO_MARK;
    out->name.n -= out->undo;
    return true;
}

static struct slice known(struct slice steps)
{
    return steps.n > 0 ? steps : STEP_DEFAULT;
}

size_t steps_count(struct slice steps)
{
    struct slice rest = known(steps);
    struct step step;
    size_t n = 0;

    while (next(&rest, &step))
        n++;
    return n;
}

bool steps_at(struct slice steps, size_t i, struct step *out)
{
    struct slice rest = known(steps);
    bool there = next(&rest, out);

    for (; there && i > 0; i--)
        there = next(&rest, out);
    return there;
}

size_t steps_find(struct slice steps, struct slice name)
{
    struct slice rest = known(steps);
    struct step step;

    for (size_t i = 0; next(&rest, &step); i++) {
        if (slice_eq(step.name, name))
            return i;
    }
    return STEP_NONE;
}

size_t steps_undo_before(struct slice steps, size_t i)
{
    struct slice rest = known(steps);
    struct step step;
    size_t last = STEP_NONE;

    for (size_t at = 0; at < i && next(&rest, &step); at++) {
        if (step.undo)
            last = at;
    }
    return last;
}
