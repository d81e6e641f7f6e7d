/* Who may use a socket's file, as settings: its mode and its group. */
#include "daemon/config_socket.h"

#include <grp.h>
#include <stddef.h>

#define GROUP_BYTES 65536

const char *config_socket_mode(struct slice text, uint32_t *out)
{
    static const char octal[] = "an octal mode such as 0660";
    uint32_t mode = 0;

    if (text.n < 3 || text.n > 4)
        return octal;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '7')
            return octal;
        mode = mode * 8 + (uint32_t)(text.p[i] - '0');
    }
    if (mode > 0777 || (mode & 0600) != 0600)
        return "a mode by which the owner may read and write the socket";
    *out = mode;
    return NULL;
}

bool config_socket_group(struct arena *arena, struct slice text, gid_t *out)
{
    const char *name = arena_copy(arena, text.p, text.n);
    char *scratch = arena_alloc(arena, GROUP_BYTES);
    struct group entry;
    struct group *found = NULL;
    int64_t number = 0;

    if (text.n == 0) {
        *out = (gid_t)-1;
    } else if (text_int(text, &number) && number >= 0 && number < (int64_t)(gid_t)-1) {
        *out = (gid_t)number;
    } else {
        if (getgrnam_r(name, &entry, scratch, GROUP_BYTES, &found) != 0 || found == NULL)
            return false;
        *out = found->gr_gid;
    }
    return true;
}
