/* From a peer's user and groups to what it may do. */
#include "daemon/api/access.h"

#include <string.h>
#include <unistd.h>

#include "tests/lib/test.h"

#define V RIGHT_VIEW
#define O RIGHT_OPERATE
#define W RIGHT_WORK
#define A RIGHT_ADMIN

static struct access *made(const char *viewer, const char *operator, const char * worker,
                           const char *admin)
{
    struct access_settings settings = {0};
    struct access *access = NULL;
    struct why why = {0};

    settings.lists[ROLE_VIEWER] = slice_of(viewer);
    settings.lists[ROLE_OPERATOR] = slice_of(operator);
    settings.lists[ROLE_WORKER] = slice_of(worker);
    settings.lists[ROLE_ADMIN] = slice_of(admin);
    assert_int_equal(access_new(&settings, &access, &why), OK);
    return access;
}

static void without_settings_only_root_and_our_own_user_may_do_anything(void **state)
{
    struct access *access = made(NULL, "", " ", NULL);

    (void)state;
    assert_int_equal(access_rights(access, &(struct peer){.uid = 0}), V | O | W | A);
    assert_int_equal(access_rights(access, &(struct peer){.uid = geteuid()}), V | O | W | A);
    assert_int_equal(access_rights(access, &(struct peer){.uid = 54321, .gid = 0}), 0);
    access_free(access);
}

static void rights_follow_from_user_group_and_star(void **state)
{
    static gid_t extra[] = {70001, 70002};
    static const struct {
        const char *label, *viewer, *operator, * worker, *admin;
        unsigned rights;
    } rows[] = {
        {"listed by number", "54321", NULL, NULL, NULL, V},
        {"second of a list", NULL, "1, 54321", NULL, NULL, V | O},
        {"not listed", "54322", "root", NULL, NULL, 0},
        {"everybody", "*", NULL, NULL, NULL, V},
        {"primary group", NULL, NULL, "@60000", NULL, V | W},
        {"supplementary group", NULL, "@70002", NULL, NULL, V | O},
        {"another group", NULL, "@70003", NULL, NULL, 0},
        {"a group's number is no user's", NULL, "60000", NULL, NULL, 0},
        {"rights add up", NULL, "@70001", "54321", NULL, V | O | W},
        {"an admin may all", NULL, NULL, NULL, "54321", V | O | W | A},
    };
    const struct peer who = {.uid = 54321, .gid = 60000, .n_groups = 2, .groups = extra};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct access *access =
            made(rows[i].viewer, rows[i].operator, rows[i].worker, rows[i].admin);
        unsigned rights = access_rights(access, &who);

        access_free(access);
        if (rights != rows[i].rights)
            fail_msg("%s: 0x%x, not 0x%x", rows[i].label, rights, rows[i].rights);
    }
}

static void a_name_nobody_has_is_refused_and_named(void **state)
{
    static const struct {
        const char *list, *named;
    } rows[] = {
        {"root, nobody-here", "[access] operator: there is no user 'nobody-here'"},
        {"@no-such-group", "[access] operator: there is no group '@no-such-group'"},
        {"root,,root", "[access] operator: there is no user ''"},
        {"@", "[access] operator: there is no group '@'"},
        {"-5", "[access] operator: there is no user '-5'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct access_settings settings = {0};
        struct access *access = NULL;
        struct why why = {0};

        settings.lists[ROLE_OPERATOR] = slice_of(rows[i].list);
        assert_int_equal(access_new(&settings, &access, &why), ERR_INVALID);
        assert_null(access);
        assert_string_equal(why.text, rows[i].named);
    }
}

static void an_actor_is_named_by_user_or_by_number(void **state)
{
    struct access *access = made(NULL, NULL, NULL, NULL);
    struct slice root = access_actor(access, &(struct peer){.uid = 0});

    (void)state;
    assert_true(slice_is(root, "root"));
    assert_true(slice_is(access_actor(access, &(struct peer){.uid = 54321}), "uid 54321"));
    for (uid_t uid = 60001; uid < 60050; uid++)
        (void)access_actor(access, &(struct peer){.uid = uid});
    assert_ptr_equal(access_actor(access, &(struct peer){.uid = 0}).p, root.p);
    access_free(access);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_settings_only_root_and_our_own_user_may_do_anything),
        cmocka_unit_test(rights_follow_from_user_group_and_star),
        cmocka_unit_test(a_name_nobody_has_is_refused_and_named),
        cmocka_unit_test(an_actor_is_named_by_user_or_by_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
