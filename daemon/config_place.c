/* Where an instance has its files: configuration, state, sockets. */
#include "daemon/config_place.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_MAX_BYTES 32
#define USER_BYTES 65536
#define SYSTEM_USER "dofs"

bool config_place_name_ok(const char *instance)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    static const char later[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t n = strlen(instance);

    return n >= 1 && n <= NAME_MAX_BYTES && strspn(instance, later) == n &&
           strchr(first, instance[0]) != NULL;
}

static const char *join(struct arena *arena, const char *a, const char *b, const char *c)
{
    size_t n = strlen(a) + strlen(b) + strlen(c);
    char *text = arena_alloc(arena, n + 1);

    (void)stpcpy(stpcpy(stpcpy(text, a), b), c);
    return text;
}

/* The user we run as; NULL where the system does not know it. */
static const struct passwd *ourselves(struct arena *arena, struct passwd *entry)
{
    struct passwd *found = NULL;
    char *scratch = arena_alloc(arena, USER_BYTES);

    if (getpwuid_r(geteuid(), entry, scratch, USER_BYTES, &found) != 0)
        return NULL;
    return found;
}

static bool is_system(struct arena *arena)
{
    struct passwd entry;
    const struct passwd *user = NULL;

    if (geteuid() == 0)
        return true;
    user = ourselves(arena, &entry);
    return user != NULL && strcmp(user->pw_name, SYSTEM_USER) == 0;
}

/* A directory from the environment; only an absolute one counts (XDG's own rule). Of several that
   the service manager names the first is ours. */
static const char *from_environment(struct arena *arena, const char *variable)
{
    const char *value = secure_getenv(variable);

    if (value == NULL || value[0] != '/')
        return NULL;
    return arena_copy(arena, value, strcspn(value, ":"));
}

/* $variable, or ~/fallback. */
static const char *user_directory(struct arena *arena, const char *variable, const char *fallback)
{
    const char *directory = from_environment(arena, variable);
    struct passwd entry;
    const struct passwd *user = NULL;

    if (directory != NULL)
        return directory;
    directory = from_environment(arena, "HOME");
    if (directory != NULL)
        return join(arena, directory, "/", fallback);
    user = ourselves(arena, &entry);
    return user != NULL ? join(arena, user->pw_dir, "/", fallback) : NULL;
}

const char *config_place_file(struct arena *arena, const char *instance)
{
    const char *directory = NULL;

    if (is_system(arena))
        return join(arena, "/etc/dofs/", instance, ".conf");
    directory = user_directory(arena, "XDG_CONFIG_HOME", ".config");
    return directory == NULL ? NULL
                             : join(arena, join(arena, directory, "/dofs/", instance), ".conf", "");
}

const char *config_place_state(struct arena *arena, const char *instance)
{
    const char *directory = from_environment(arena, "STATE_DIRECTORY");

    if (directory != NULL)
        return directory;
    if (is_system(arena))
        return join(arena, "/var/lib/dofs/", instance, "");
    directory = user_directory(arena, "XDG_STATE_HOME", ".local/state");
    return directory == NULL ? NULL : join(arena, directory, "/dofs/", instance);
}

const char *config_place_runtime(struct arena *arena, const char *instance, const char *state_dir)
{
    const char *directory = from_environment(arena, "RUNTIME_DIRECTORY");

    if (directory != NULL)
        return directory;
    if (is_system(arena))
        return join(arena, "/run/dofs/", instance, "");
    directory = from_environment(arena, "XDG_RUNTIME_DIR");
    if (directory != NULL)
        return join(arena, directory, "/dofs/", instance);
    return join(arena, state_dir, "/run", "");
}

const char *config_place_backup(struct arena *arena, const char *state_dir)
{
    return join(arena, state_dir, "/backup", "");
}
