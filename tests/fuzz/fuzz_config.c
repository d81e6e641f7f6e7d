/* Any bytes as a configuration file: read, or refused with a line and a reason. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_not_differ(void *self, const char *name, bool restart)
{
    (void)self;
    (void)name;
    (void)restart;
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = NULL;
    struct why why = {0};
    char path[64];
    int fd = memfd_create("config", MFD_CLOEXEC);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (config_load(path, "default", &config, &why) == OK) {
        if (config->state_dir == NULL || config->request_url == NULL || config->events_url == NULL)
            abort();
        config_compare(config, config, must_not_differ, NULL);
        config_free(config);
    } else if (why.text[0] == '\0') {
        abort();
    }
    (void)close(fd);
    return 0;
}
