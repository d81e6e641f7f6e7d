/* A section with a name of its own, such as [retry "PATTERN"]: inih would cut long ones. */
#include "daemon/config_named.h"

#include <string.h>

bool config_named_is(struct slice line, const char *kind)
{
    struct slice word = {line.p + 1, line.n > 0 ? line.n - 1 : 0};
    char behind = ' ';

    if (!slice_starts(line, SLICE("[")) || !slice_starts(word, slice_of(kind)))
        return false;
    if (word.n > strlen(kind))
        behind = word.p[strlen(kind)];
    return behind < 'a' || behind > 'z';
}

struct slice config_named(struct slice line, const char *kind)
{
    size_t n = 1 + strlen(kind);
    struct slice inside = {line.p + n, line.n - n};
    const char *first = memchr(inside.p, '"', inside.n);
    const char *last = memrchr(inside.p, '"', inside.n);
    struct slice before, behind;

    if (first == NULL || first == last)
        return (struct slice){NULL, 0};
    before = slice_trim((struct slice){inside.p, (size_t)(first - inside.p)});
    behind = (struct slice){last + 1, inside.n - (size_t)(last + 1 - inside.p)};
    if (before.n > 0 || !slice_starts(behind, SLICE("]")))
        return (struct slice){NULL, 0};
    behind = slice_trim((struct slice){behind.p + 1, behind.n - 1});
    if (behind.n > 0 && behind.p[0] != ';' && behind.p[0] != '#')
        return (struct slice){NULL, 0};
    return (struct slice){first + 1, (size_t)(last - first - 1)};
}
