/* Where an instance has its files, by who runs it and by what the environment says. */
#include "tests/lib/test.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/config_place.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define SCRATCH 65536
#define NOBODY 65534
#define STRANGER 54321 /* a user the system does not know */

static const char *const variables[] = {"HOME",
                                        "XDG_CONFIG_HOME",
                                        "XDG_STATE_HOME",
                                        "XDG_RUNTIME_DIR",
                                        "STATE_DIRECTORY",
                                        "RUNTIME_DIRECTORY"};

/* What the environment has, in the order of `variables`, and the places that follow. */
struct place_case {
    const char *label;
    const char *values[6];
    const char *file, *state, *runtime;
};

/* Only these: whoever runs the tests has others. */
static void set_environment(struct arena *arena, const char *const *values, char **out)
{
    for (size_t i = 0; i < LENGTH(variables); i++) {
        size_t n = 0;

        if (values[i] == NULL)
            continue;
        n = strlen(variables[i]) + strlen(values[i]) + 2;
        *out = arena_alloc(arena, n);
        (void)snprintf(*out, n, "%s=%s", variables[i], values[i]);
        out++;
    }
    *out = NULL;
}

/* The user's entry; false where the system knows none. */
static bool entry_of(uid_t uid, struct passwd *entry, char scratch[SCRATCH])
{
    struct passwd *found = NULL;

    return getpwuid_r(uid, entry, scratch, SCRATCH, &found) == 0 && found != NULL;
}

static void assert_place(const char *label, const char *what, const char *have, const char *want)
{
    if (want == NULL && have == NULL)
        return;
    if (want == NULL || have == NULL || strcmp(have, want) != 0)
        fail_msg("%s: %s is %s, not %s", label, what, have != NULL ? have : "none",
                 want != NULL ? want : "none");
}

static void check(const struct place_case *c)
{
    struct arena arena = {0};
    char *own[LENGTH(variables) + 1];
    char **inherited = environ;
    const char *file = NULL, *kept = NULL, *runtime = NULL;

    set_environment(&arena, c->values, own);
    environ = own;
    file = config_place_file(&arena, "shop");
    kept = config_place_state(&arena, "shop");
    runtime = config_place_runtime(&arena, "shop", "/s/t");
    environ = inherited;
    assert_place(c->label, "the file", file, c->file);
    assert_place(c->label, "the state", kept, c->state);
    assert_place(c->label, "the sockets", runtime, c->runtime);
    arena_done(&arena);
}

/* Only root can be somebody else; whoever else runs the tests is a user anyway. */
static int be_stranger(void **state)
{
    (void)state;
    return geteuid() == 0 ? seteuid(STRANGER) : 0;
}

static int be_oneself(void **state)
{
    (void)state;
    return seteuid(getuid());
}

static void a_users_places_are_under_the_users_directories(void **state)
{
    static const struct place_case cases[] = {
        {"by HOME",
         {"/home/u"},
         "/home/u/.config/dofs/shop.conf",
         "/home/u/.local/state/dofs/shop",
         "/s/t/run"},
        {"by XDG's own",
         {"/home/u", "/c", "/s", "/r"},
         "/c/dofs/shop.conf",
         "/s/dofs/shop",
         "/r/dofs/shop"},
        {"relative ones do not count",
         {"/home/u", "c", "./s", "r"},
         "/home/u/.config/dofs/shop.conf",
         "/home/u/.local/state/dofs/shop",
         "/s/t/run"},
        {"nor do empty ones",
         {"/home/u", "", "", ""},
         "/home/u/.config/dofs/shop.conf",
         "/home/u/.local/state/dofs/shop",
         "/s/t/run"},
        {"the service manager's win, the first of several",
         {"/home/u", "/c", "/s", "/r", "/var/a:/var/b", "/run/a:/run/b"},
         "/c/dofs/shop.conf",
         "/var/a",
         "/run/a"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        check(&cases[i]);
}

static void a_user_unknown_to_the_system_without_a_home_has_no_place(void **state)
{
    static const struct place_case none = {"nothing", {NULL}, NULL, NULL, "/s/t/run"};
    static const struct place_case relative = {"relative", {"home"}, NULL, NULL, "/s/t/run"};

    static char scratch[SCRATCH];
    struct passwd entry;

    (void)state;
    if (entry_of(geteuid(), &entry, scratch))
        skip();
    check(&none);
    check(&relative);
}

static void without_home_the_users_entry_tells_it(void **state)
{
    static char scratch[SCRATCH];
    struct passwd nobody = {0};
    struct place_case c = {.label = "by the entry", .runtime = "/s/t/run"};
    char file[256];
    char kept[256];

    (void)state;
    if (getuid() != 0 || !entry_of(NOBODY, &nobody, scratch))
        skip();
    (void)snprintf(file, sizeof file, "%s/.config/dofs/shop.conf", nobody.pw_dir);
    (void)snprintf(kept, sizeof kept, "%s/.local/state/dofs/shop", nobody.pw_dir);
    c.file = file;
    c.state = kept;
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(seteuid(NOBODY), 0);
    check(&c);
}

static void roots_instance_is_the_systems(void **state)
{
    static const struct place_case cases[] = {
        {"whatever HOME and XDG say",
         {"/root", "/c", "/s", "/r"},
         "/etc/dofs/shop.conf",
         "/var/lib/dofs/shop",
         "/run/dofs/shop"},
        {"but for the service manager's",
         {"/root", NULL, NULL, NULL, "/var/a", "/run/a"},
         "/etc/dofs/shop.conf",
         "/var/a",
         "/run/a"},
    };

    (void)state;
    if (geteuid() != 0)
        skip();
    for (size_t i = 0; i < LENGTH(cases); i++)
        check(&cases[i]);
}

static void backups_are_kept_beside_the_store(void **state)
{
    struct arena arena = {0};

    (void)state;
    assert_string_equal(config_place_backup(&arena, "/s/t"), "/s/t/backup");
    arena_done(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_users_places_are_under_the_users_directories, be_stranger,
                                        be_oneself),
        cmocka_unit_test_setup_teardown(a_user_unknown_to_the_system_without_a_home_has_no_place,
                                        be_stranger, be_oneself),
        cmocka_unit_test_setup_teardown(without_home_the_users_entry_tells_it, be_stranger,
                                        be_oneself),
        cmocka_unit_test_teardown(roots_instance_is_the_systems, be_oneself),
        cmocka_unit_test(backups_are_kept_beside_the_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
