/* What the service manager is told, and the sockets it hands over. */
#include "daemon/sys/notify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <systemd/sd-daemon.h>

#define STATUS_MAX 512

void notify_ready(const char *fmt, ...)
{
    char status[STATUS_MAX];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(status, sizeof(status), fmt, args);
    va_end(args);
    (void)sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void notify_status(const char *fmt, ...)
{
    char status[STATUS_MAX];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(status, sizeof(status), fmt, args);
    va_end(args);
    (void)sd_notifyf(0, "STATUS=%s", status);
}

void notify_reloading(void)
{
    struct timespec now = {0};

    /* Type=notify-reload asks for the time, so that an older READY=1 is not taken for the answer.
     */
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIi64,
                     (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

void notify_stopping(void)
{
    (void)sd_notify(0, "STOPPING=1");
}

int notify_listen_fd(const char *name)
{
    char **names = NULL;
    int n = sd_listen_fds_with_names(0, &names);
    int fd = -1;

    for (int i = 0; i < n; i++) {
        if (fd < 0 && strcmp(names[i], name) == 0)
            fd = SD_LISTEN_FDS_START + i;
        free(names[i]);
    }
    free(names);
    return fd;
}
