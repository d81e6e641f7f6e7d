/* Places where a build for tests lets the process end, or sets what is fixed; nothing else does. */
#pragma once

#ifdef DOFS_FAULT_POINTS
void fault_point(const char *name);
const char *fault_setting(const char *name, const char *usual);
#else
static inline void fault_point(const char *name)
{
    (void)name;
}

static inline const char *fault_setting(const char *name, const char *usual)
{
    (void)name;
    return usual;
}
#endif
