/* Where the daemon is: what was given, the environment, the user's place, the system's. */
#include "tui/link/client.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "shared/limits.h"
#include "shared/text.h"

#define NAME_MAX_BYTES 64
#define PATH_BUF 512

static const char request_file[] = "request.sock";
static const char events_file[] = "events.sock";

/* An unset and an empty variable are the same. */
static const char *environment(const char *name)
{
    const char *value = secure_getenv(name);

    return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool name_good(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "_-.";
    size_t n = strlen(name);

    return n > 0 && n <= NAME_MAX_BYTES && name[0] != '.' && strspn(name, allowed) == n;
}

static enum err url_copy(const char *url, char out[256], struct why *why)
{
    static const char ipc[] = "ipc://";

    if (strstr(url, "://") == NULL)
        return err_set(why, ERR_INVALID, "not a URL: '%.200s' (such as ipc:///run/dofs/x/y.sock)",
                       url);
    if (strncmp(url, ipc, sizeof ipc - 1) == 0 && strlen(url + sizeof ipc - 1) > SOCKET_PATH_MAX)
        return err_set(why, ERR_INVALID, "a socket's path has at most %d bytes: '%.200s'",
                       SOCKET_PATH_MAX, url);
    if (strlen(url) >= 256)
        return err_set(why, ERR_INVALID, "the URL is too long: '%.60s...'", url);
    (void)snprintf(out, 256, "%s", url);
    return OK;
}

/* The folder of a user's own daemon; false when nothing says where that would be. */
static bool user_folder(const char *instance, char out[PATH_BUF])
{
    const char *runtime = environment("XDG_RUNTIME_DIR");
    const char *state = environment("XDG_STATE_HOME");
    const char *home = environment("HOME");
    int n = -1;

    if (runtime != NULL)
        n = snprintf(out, PATH_BUF, "%s/dofs/%s", runtime, instance);
    else if (state != NULL)
        n = snprintf(out, PATH_BUF, "%s/dofs/%s/run", state, instance);
    else if (home != NULL)
        n = snprintf(out, PATH_BUF, "%s/.local/state/dofs/%s/run", home, instance);
    return n > 0 && n < PATH_BUF;
}

static bool socket_in(const char *folder, const char *file)
{
    char path[PATH_BUF + 32];
    struct stat st;

    (void)snprintf(path, sizeof path, "%s/%s", folder, file);
    return stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

static enum err from_instance(const char *instance, struct client_place *out, struct why *why)
{
    char folder[PATH_BUF];
    char url[PATH_BUF + 64];
    enum err e = OK;

    if (!user_folder(instance, folder) || !socket_in(folder, request_file))
        (void)snprintf(folder, sizeof folder, "/run/dofs/%s", instance);
    (void)snprintf(url, sizeof url, "ipc://%s/%s", folder, request_file);
    e = url_copy(url, out->request_url, why);
    if (e != OK)
        return e;
    (void)snprintf(url, sizeof url, "ipc://%s/%s", folder, events_file);
    return url_copy(url, out->events_url, why);
}

/* Beside `.../request.sock` the events are at `.../events.sock`. */
static void events_beside(struct client_place *place)
{
    struct slice request = slice_of(place->request_url);
    size_t n = sizeof request_file - 1;

    if (request.n <= n || strcmp(request.p + request.n - n, request_file) != 0)
        return;
    (void)snprintf(place->events_url, sizeof place->events_url, "%.*s%s", (int)(request.n - n),
                   request.p, events_file);
}

enum err client_find(const char *request_url, const char *events_url, const char *instance,
                     struct client_place *out, struct why *why)
{
    enum err e = OK;

    if (instance == NULL)
        instance = environment("DOFS_INSTANCE");
    if (instance == NULL)
        instance = "default";
    if (!name_good(instance))
        return err_set(why, ERR_INVALID, "not the name of an instance: '%.80s'", instance);
    e = from_instance(instance, out, why);
    if (request_url == NULL)
        request_url = environment("DOFS_REQUEST");
    if (events_url == NULL)
        events_url = environment("DOFS_EVENTS");
    if (request_url != NULL) {
        e = url_copy(request_url, out->request_url, why);
        if (e == OK && events_url == NULL)
            events_beside(out);
    }
    if (e == OK && events_url != NULL)
        e = url_copy(events_url, out->events_url, why);
    return e;
}
