/* Ends the daemon at a named point when its turn has come, as kill -9 would. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef DOFS_FAULT_POINTS
#define DOFS_FAULT_POINTS 1 /* this file is of no other build */
#endif
#include "shared/fault.h"
#include "tests/lib/fault_control.h"

#define KILLED 137

static struct fault_control *control; /* NULL: nothing is asked for */

__attribute__((constructor)) static void attach(void)
{
    const char *path = secure_getenv(FAULT_CONTROL_ENV);
    int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *map = MAP_FAILED;

    if (fd < 0)
        return;
    map = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (map != MAP_FAILED)
        control = map;
}

void fault_point(const char *name)
{
    if (control == NULL || !atomic_load(&control->armed) || control->call != FAULT_POINT ||
        strcmp(control->match, name) != 0)
        return;
    if (atomic_fetch_add(&control->seen, 1) + 1 != control->at)
        return;
    atomic_fetch_add(&control->hit, 1);
    _exit(KILLED);
}

const char *fault_setting(const char *name, const char *usual)
{
    const char *other = secure_getenv(name);

    return other != NULL ? other : usual;
}
