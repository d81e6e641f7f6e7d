/* Operations and roles: who may ask for what. */
#include "tests/lib/test.h"

#include "shared/op.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static void each_operation_asks_for_its_right(void **state)
{
    static const struct {
        const char *name;
        unsigned right;
    } cases[] = {
        {"info", RIGHT_VIEW},       {"submit", RIGHT_OPERATE},        {"get", RIGHT_VIEW},
        {"history", RIGHT_VIEW},    {"submit_batch", RIGHT_OPERATE},  {"list", RIGHT_VIEW},
        {"failed", RIGHT_VIEW},     {"failed_summary", RIGHT_VIEW},   {"cancel", RIGHT_OPERATE},
        {"hold", RIGHT_OPERATE},    {"release", RIGHT_OPERATE},       {"retry_now", RIGHT_OPERATE},
        {"replay", RIGHT_OPERATE},  {"replays", RIGHT_VIEW},          {"pause", RIGHT_OPERATE},
        {"discard", RIGHT_OPERATE}, {"replay_cancel", RIGHT_OPERATE}, {"resume", RIGHT_OPERATE},
        {"stats", RIGHT_VIEW},      {"events", RIGHT_VIEW},           {"metrics", RIGHT_VIEW},
        {"health", RIGHT_VIEW},     {"reload", RIGHT_ADMIN},          {"drain", RIGHT_ADMIN},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        enum op op = OP_COUNT;

        assert_true(op_parse(slice_of(cases[i].name), &op));
        assert_string_equal(op_name(op), cases[i].name);
        assert_int_equal(op_right(op), cases[i].right);
    }
}

static void an_unknown_operation_is_none(void **state)
{
    enum op op = OP_GET;

    (void)state;
    assert_false(op_parse(SLICE("Get"), &op));
    assert_false(op_parse(SLICE(""), &op));
    assert_false(op_parse((struct slice){NULL, 0}, &op));
    assert_int_equal(op, OP_GET);
}

static void each_role_has_its_rights(void **state)
{
    (void)state;
    assert_int_equal(role_rights(ROLE_NONE), 0);
    assert_int_equal(role_rights(ROLE_VIEWER), RIGHT_VIEW);
    assert_int_equal(role_rights(ROLE_OPERATOR), RIGHT_VIEW | RIGHT_OPERATE);
    assert_int_equal(role_rights(ROLE_WORKER), RIGHT_VIEW | RIGHT_WORK);
    assert_int_equal(role_rights(ROLE_ADMIN),
                     RIGHT_VIEW | RIGHT_OPERATE | RIGHT_WORK | RIGHT_ADMIN);
}

static void rights_are_named_by_the_first_role_they_cover(void **state)
{
    static const struct {
        unsigned rights;
        enum role role;
    } cases[] = {
        {0, ROLE_NONE},
        {RIGHT_VIEW, ROLE_VIEWER},
        {RIGHT_VIEW | RIGHT_WORK, ROLE_WORKER},
        {RIGHT_VIEW | RIGHT_OPERATE, ROLE_OPERATOR},
        {RIGHT_VIEW | RIGHT_OPERATE | RIGHT_WORK, ROLE_OPERATOR},
        {RIGHT_VIEW | RIGHT_OPERATE | RIGHT_WORK | RIGHT_ADMIN, ROLE_ADMIN},
        {RIGHT_WORK, ROLE_NONE},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_int_equal(role_of_rights(cases[i].rights), cases[i].role);
}

static void roles_are_parsed_by_name_but_for_none(void **state)
{
    enum role role = ROLE_NONE;

    (void)state;
    for (unsigned i = 1; i < ROLE_COUNT; i++) {
        assert_true(role_parse(slice_of(role_name((enum role)i)), &role));
        assert_int_equal(role, i);
    }
    assert_false(role_parse(SLICE("none"), &role));
    assert_false(role_parse(SLICE("Admin"), &role));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_operation_asks_for_its_right),
        cmocka_unit_test(an_unknown_operation_is_none),
        cmocka_unit_test(each_role_has_its_rights),
        cmocka_unit_test(rights_are_named_by_the_first_role_they_cover),
        cmocka_unit_test(roles_are_parsed_by_name_but_for_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
