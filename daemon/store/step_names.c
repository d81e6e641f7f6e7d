/* The names of steps by their numbers: added by one thread at a time, read on any. */
#include "daemon/store/step_names.h"

#include <string.h>

uint32_t step_names_count(const struct step_names *names)
{
    return atomic_load_explicit(&names->n, memory_order_acquire);
}

struct slice step_names_at(const struct step_names *names, uint32_t number)
{
    return number < step_names_count(names) ? slice_of(names->text[number])
                                            : (struct slice){NULL, 0};
}

uint32_t step_names_find(const struct step_names *names, struct slice name)
{
    uint32_t n = step_names_count(names);

    if (name.p == NULL)
        return 0;
    for (uint32_t i = 0; i < n; i++) {
        if (slice_is(name, names->text[i]))
            return i;
    }
    return STEPS_EVER_MAX;
}

bool step_names_add(struct step_names *names, struct slice name)
{
    uint32_t n = step_names_count(names);

    if (n == STEPS_EVER_MAX || name.n == 0 || name.n > STEP_NAME_MAX)
        return false;
    memcpy(names->text[n], name.p, name.n);
    names->text[n][name.n] = '\0';
    atomic_store_explicit(&names->n, n + 1, memory_order_release);
    return true;
}
