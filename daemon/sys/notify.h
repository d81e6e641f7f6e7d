/* What the service manager is told, and the sockets it hands over. */
#pragma once

/* Each does nothing where no service manager listens. Thread: any. */
void notify_ready(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* and a status */
void notify_status(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void notify_reloading(void); /* to be followed by notify_ready */
void notify_stopping(void);

/*
 * The socket that a socket unit passed under FileDescriptorName=`name`.
 *
 * returns  its fd, close-on-exec, the same each time; -1 when there is none
 */
int notify_listen_fd(const char *name);
