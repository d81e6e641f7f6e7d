/* From a peer's user and groups to what it may do. */
#include "daemon/api/access.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/need.h"

#define ENTRY_FIRST_BYTES 1024U
#define ENTRY_MAX_BYTES (1024U * 1024U) /* a group of very many members */
#define NAME_MAX_BYTES 255

enum who { WHO_ALL, WHO_USER, WHO_GROUP };

/* One name of a list, resolved. */
struct rule {
    enum who who;
    uint32_t id;
    unsigned rights;
};

struct actor {
    uid_t uid;
    struct slice name;
};

struct access {
    uid_t own;
    struct rule *rules;
    size_t n_rules;
    struct actor *actors; /* those seen so far */
    size_t n_actors, actors_cap;
    struct arena arena; /* the actors' names */
};

/* Which entry of the user or group database is looked for, and what was found. */
struct lookup {
    const char *name; /* NULL: by `uid` */
    uid_t uid;
    bool found;
    uint32_t id;
    char text[NAME_MAX_BYTES + 1];
};

static int ask_user(struct lookup *lookup, char *room, size_t n)
{
    struct passwd entry;
    struct passwd *got = NULL;
    int error = lookup->name != NULL ? getpwnam_r(lookup->name, &entry, room, n, &got)
                                     : getpwuid_r(lookup->uid, &entry, room, n, &got);

    if (got == NULL)
        return error;
    lookup->found = true;
    lookup->id = got->pw_uid;
    (void)snprintf(lookup->text, sizeof(lookup->text), "%s", got->pw_name);
    return 0;
}

static int ask_group(struct lookup *lookup, char *room, size_t n)
{
    struct group entry;
    struct group *got = NULL;
    int error = getgrnam_r(lookup->name, &entry, room, n, &got);

    if (got == NULL)
        return error;
    lookup->found = true;
    lookup->id = got->gr_gid;
    return 0;
}

/* Asks with more and more room, as the database's entries have no bound of their own. */
static void look_up(struct lookup *lookup, int (*ask)(struct lookup *, char *, size_t))
{
    int error = ERANGE;

    for (size_t n = ENTRY_FIRST_BYTES; error == ERANGE && n <= (size_t)ENTRY_MAX_BYTES; n *= 4) {
        char *room = need(malloc(n));

        error = ask(lookup, room, n);
        free(room);
    }
}

/* A name, or where there is none of that name, a number. */
static bool resolve(struct slice name, int (*ask)(struct lookup *, char *, size_t), uint32_t *id)
{
    char text[NAME_MAX_BYTES + 1];
    struct lookup lookup = {.name = text};
    int64_t number = 0;

    if (name.n == 0 || name.n > NAME_MAX_BYTES)
        return false;
    memcpy(text, name.p, name.n);
    text[name.n] = '\0';
    look_up(&lookup, ask);
    if (lookup.found) {
        *id = lookup.id;
        return true;
    }
    if (!text_int(name, &number) || number < 0 || number >= UINT32_MAX)
        return false;
    *id = (uint32_t)number;
    return true;
}

static void add_rule(struct access *access, struct rule rule)
{
    struct rule *more = need(realloc(access->rules, (access->n_rules + 1) * sizeof(*more)));

    more[access->n_rules++] = rule;
    access->rules = more;
}

static enum err add_name(struct access *access, struct slice name, enum role role, struct why *why)
{
    struct rule rule = {.who = WHO_USER, .rights = role_rights(role)};
    bool found = false;

    if (slice_is(name, "*")) {
        rule.who = WHO_ALL;
        found = true;
    } else if (name.n > 0 && name.p[0] == '@') {
        rule.who = WHO_GROUP;
        found = resolve((struct slice){name.p + 1, name.n - 1}, ask_group, &rule.id);
    } else {
        found = resolve(name, ask_user, &rule.id);
    }
    if (!found)
        return err_set(why, ERR_INVALID, "there is no %s '%.*s'",
                       rule.who == WHO_GROUP ? "group" : "user", SLICE_ARGS(name));
    add_rule(access, rule);
    return OK;
}

static enum err say_where(const struct access_settings *settings, enum role role,
                          const struct why *reason, struct why *why)
{
    if (settings->file == NULL)
        return err_set(why, ERR_INVALID, "[access] %s: %s", role_name(role), reason->text);
    return err_set(why, ERR_INVALID, "%s:%d: [access] %s: %s", settings->file,
                   settings->lines[role], role_name(role), reason->text);
}

static enum err add_list(struct access *access, const struct access_settings *settings,
                         enum role role, struct why *why)
{
    struct slice list = settings->lists[role];
    struct why reason = {0};
    enum err e = OK;

    if (slice_trim(list).n == 0)
        return OK;
    while (e == OK && list.p != NULL)
        e = add_name(access, slice_trim(slice_cut(&list, ',')), role, &reason);
    return e == OK ? OK : say_where(settings, role, &reason, why);
}

enum err access_new(const struct access_settings *settings, struct access **out, struct why *why)
{
    struct access *access = need(calloc(1, sizeof(*access)));
    enum err e = OK;

    access->own = geteuid();
    for (unsigned i = ROLE_NONE + 1; e == OK && i < ROLE_COUNT; i++)
        e = add_list(access, settings, (enum role)i, why);
    if (e == OK)
        *out = access;
    else
        access_free(access);
    return e;
}

void access_free(struct access *access)
{
    if (access == NULL)
        return;
    free(access->rules);
    free(access->actors);
    arena_done(&access->arena);
    free(access);
}

static bool in_group(const struct peer *who, gid_t gid)
{
    if (who->gid == gid)
        return true;
    for (size_t i = 0; i < who->n_groups; i++) {
        if (who->groups[i] == gid)
            return true;
    }
    return false;
}

static bool means(const struct rule *rule, const struct peer *who)
{
    switch (rule->who) {
    case WHO_ALL:
        return true;
    case WHO_USER:
        return who->uid == rule->id;
    case WHO_GROUP:
        return in_group(who, rule->id);
    }
    return false;
}

unsigned access_rights(const struct access *access, const struct peer *who)
{
    unsigned rights = 0;

    if (who->uid == 0 || who->uid == access->own)
        return role_rights(ROLE_ADMIN);
    for (size_t i = 0; i < access->n_rules; i++) {
        if (means(&access->rules[i], who))
            rights |= access->rules[i].rights;
    }
    return rights;
}

static struct slice name_of(struct access *access, uid_t uid)
{
    struct lookup lookup = {.uid = uid};
    struct slice name;

    look_up(&lookup, ask_user);
    name = slice_of(lookup.text);
    if (!lookup.found || name.n == 0 || !utf8_valid(name) || text_has_control(name)) {
        (void)snprintf(lookup.text, sizeof(lookup.text), "uid %u", (unsigned)uid);
        name = slice_of(lookup.text);
    }
    return slice_copy(&access->arena, name);
}

struct slice access_actor(struct access *access, const struct peer *who)
{
    struct actor *more = NULL;

    for (size_t i = 0; i < access->n_actors; i++) {
        if (access->actors[i].uid == who->uid)
            return access->actors[i].name;
    }
    if (access->n_actors == access->actors_cap) {
        access->actors_cap = access->actors_cap == 0 ? 8 : access->actors_cap * 2;
        more = need(realloc(access->actors, access->actors_cap * sizeof(*more)));
        access->actors = more;
    }
    more = &access->actors[access->n_actors++];
    *more = (struct actor){who->uid, name_of(access, who->uid)};
    return more->name;
}
