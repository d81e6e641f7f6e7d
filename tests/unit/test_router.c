/* From a frame to an operation: what is refused, in which order, and what is handed over. */
#include "daemon/api/router.h"

#include <stdio.h>

#include "tests/lib/api_scene.h"
#include "tests/lib/test.h"

#define NOBODY 0U
#define VIEWER ((unsigned)RIGHT_VIEW)
#define OPERATOR ((unsigned)(RIGHT_VIEW | RIGHT_OPERATE))
#define WORKER ((unsigned)(RIGHT_VIEW | RIGHT_WORK))
#define ADMIN API_SCENE_ALL

/* Msgpack by hand. */
#define V1 "\xa1v\x01"
#define OP_INFO_ "\xa2op\xa4info"
#define OP_SUBMIT_ "\xa2op\xa6submit"
#define OP_GET_ "\xa2op\xa3get"
#define OP_LIST_ "\xa2op\xa4list"
#define FRAME(bytes)                                                                               \
    {                                                                                              \
        "" bytes, sizeof(bytes) - 1                                                                \
    }

static int scene_begin(void **state)
{
    *state = api_scene_open();
    return 0;
}

static int scene_end(void **state)
{
    api_scene_close(*state);
    return 0;
}

/* Most rows have two faults: the earlier in the contract's order is the one that counts. */
static const struct {
    const char *label;
    struct slice frame;
    unsigned rights;
    enum err code;
} refusals[] = {
    {"nothing at all", FRAME(""), NOBODY, ERR_MALFORMED},
    {"a byte that msgpack never uses", FRAME("\xc1"), NOBODY, ERR_MALFORMED},
    {"no map", FRAME("\x93\x01\x02\x03"), NOBODY, ERR_MALFORMED},
    {"cut short", FRAME("\x82" V1 "\xa2op\xa4inf"), NOBODY, ERR_MALFORMED},
    {"trailing bytes", FRAME("\x82" V1 OP_INFO_ "\xc0"), NOBODY, ERR_MALFORMED},
    {"a key twice", FRAME("\x83" V1 V1 OP_INFO_), NOBODY, ERR_MALFORMED},
    {"a key that is no string", FRAME("\x83" V1 OP_INFO_ "\x05\x05"), NOBODY, ERR_MALFORMED},
    {"no v", FRAME("\x81" OP_INFO_), NOBODY, ERR_INVALID},
    {"no op", FRAME("\x81" V1), NOBODY, ERR_INVALID},
    {"v is a string",
     FRAME("\x82\xa1v\xa1"
           "1" OP_INFO_),
     NOBODY, ERR_INVALID},
    {"op is a number", FRAME("\x82" V1 "\xa2op\x07"), NOBODY, ERR_INVALID},
    {"a wrong op before a version", FRAME("\x82\xa1v\x02\xa2op\x07"), NOBODY, ERR_INVALID},
    {"version 2", FRAME("\x82\xa1v\x02\xa2op\xa4nope"), NOBODY, ERR_UNSUPPORTED_VERSION},
    {"no role, unknown op", FRAME("\x82" V1 "\xa2op\xa4nope"), NOBODY, ERR_FORBIDDEN},
    {"no role, known op", FRAME("\x82" V1 OP_INFO_), NOBODY, ERR_FORBIDDEN},
    {"no role, an unknown field", FRAME("\x83" V1 OP_INFO_ "\xa1x\x01"), NOBODY, ERR_FORBIDDEN},
    {"unknown op", FRAME("\x82" V1 "\xa2op\xa4nope"), VIEWER, ERR_UNKNOWN_OP},
    {"unknown op in another case", FRAME("\x82" V1 "\xa2op\xa4INFO"), VIEWER, ERR_UNKNOWN_OP},
    {"unknown op, no UTF-8", FRAME("\x82" V1 "\xa2op\xa2\xff\x1b"), VIEWER, ERR_UNKNOWN_OP},
    {"a viewer submits", FRAME("\x83" V1 OP_SUBMIT_ "\xa1x\x01"), VIEWER, ERR_FORBIDDEN},
    {"a worker submits", FRAME("\x82" V1 OP_SUBMIT_), WORKER, ERR_FORBIDDEN},
    {"an operator drains",
     FRAME("\x82" V1 "\xa2op\xa5"
           "drain"),
     OPERATOR, ERR_FORBIDDEN},
    {"as is no text, and an operator drains",
     FRAME("\x83" V1 "\xa2op\xa5"
           "drain\xa2"
           "as\x01"),
     OPERATOR, ERR_FORBIDDEN},
    {"as is no text",
     FRAME("\x83" V1 OP_INFO_ "\xa2"
           "as\x01"),
     VIEWER, ERR_INVALID},
    {"as more than one is",
     FRAME("\x83" V1 OP_INFO_ "\xa2"
           "as\xa5"
           "admin"),
     OPERATOR, ERR_FORBIDDEN},
    {"as another than one is",
     FRAME("\x83" V1 OP_INFO_ "\xa2"
           "as\xa8"
           "operator"),
     WORKER, ERR_FORBIDDEN},
    {"as less than it takes",
     FRAME("\x83" V1 OP_SUBMIT_ "\xa2"
           "as\xa6viewer"),
     ADMIN, ERR_FORBIDDEN},
    {"as nobody, for too much",
     FRAME("\x83" V1 OP_SUBMIT_ "\xa2"
           "as\xa4king"),
     VIEWER, ERR_FORBIDDEN},
    {"as nobody",
     FRAME("\x83" V1 OP_INFO_ "\xa2"
           "as\xa4king"),
     ADMIN, ERR_INVALID},
    {"as none",
     FRAME("\x83" V1 OP_INFO_ "\xa2"
           "as\xa4none"),
     ADMIN, ERR_INVALID},
    {"an unknown field", FRAME("\x83" V1 OP_INFO_ "\xa1x\x01"), VIEWER, ERR_INVALID},
    {"a missing field", FRAME("\x82" V1 OP_GET_), VIEWER, ERR_INVALID},
    {"a bad id",
     FRAME("\x83" V1 OP_GET_ "\xa8order_id\xa3"
           "abc"),
     VIEWER, ERR_INVALID},
    {"a limit of 0", FRAME("\x83" V1 OP_LIST_ "\xa5limit\x00"), VIEWER, ERR_INVALID},
    {"a limit of 501", FRAME("\x83" V1 OP_LIST_ "\xa5limit\xcd\x01\xf5"), VIEWER, ERR_INVALID},
    {"a bad cursor",
     FRAME("\x83" V1 OP_LIST_ "\xa6"
           "cursor\xa3"
           "abc"),
     VIEWER, ERR_INVALID},
    {"a bad filter",
     FRAME("\x83" V1 OP_LIST_ "\xa6"
           "filter\xa5"
           "a:b:c"),
     VIEWER, ERR_INVALID},
};

static void a_request_is_refused_for_the_first_of_its_faults(void **state)
{
    struct api_scene *scene = *state;

    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        enum err e = api_scene_ask_bytes(scene, refusals[i].rights, refusals[i].frame);

        if (e != refusals[i].code)
            fail_msg("%s: %s (%s), not %s", refusals[i].label, err_name(e), scene->why.text,
                     err_name(refusals[i].code));
        assert_int_not_equal(scene->why.text[0], '\0');
    }
}

static void the_role_named_is_the_one_acted_under(void **state)
{
    struct api_scene *scene = *state;
    static const struct {
        const char *role;
        unsigned rights;
        struct slice frame;
    } rows[] = {
        {"admin", ADMIN, FRAME("\x82" V1 OP_INFO_)},
        {"viewer", VIEWER, FRAME("\x82" V1 OP_INFO_)},
        {"operator", OPERATOR | WORKER, FRAME("\x82" V1 OP_INFO_)},
        {"worker", ADMIN,
         FRAME("\x83" V1 OP_INFO_ "\xa2"
               "as\xa6worker")},
        {"operator", OPERATOR,
         FRAME("\x83" V1 OP_INFO_ "\xa2"
               "as\xa8operator")},
        {"viewer", VIEWER,
         FRAME("\x83" V1 OP_INFO_ "\xa2"
               "as\xc0")},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct slice role;

        assert_int_equal(api_scene_ask_bytes(scene, rows[i].rights, rows[i].frame), OK);
        role = api_scene_str(scene, "role");
        if (!slice_is(role, rows[i].role))
            fail_msg("row %zu: %.*s, not %s", i, SLICE_ARGS(role), rows[i].role);
    }
}

static void a_wrong_value_is_named_in_the_details(void **state)
{
    struct api_scene *scene = *state;
    struct mp_reader error;
    const struct slice frame = FRAME("\x84" V1 OP_LIST_ "\xa5limit\x00"
                                     "\xa4sort\xa4"
                                     "best");
    char text[512] = "";
    size_t n = 0;

    assert_int_equal(api_scene_ask_bytes(scene, VIEWER, frame), ERR_INVALID);
    assert_true(wire_reply_find(scene->reply, scene->reply_len, "error", &error));
    for (uint32_t pairs = mp_map(&error); pairs > 0; pairs--) {
        if (!slice_is(mp_str(&error), "details")) {
            mp_skip(&error);
            continue;
        }
        for (uint32_t rows = mp_list(&error); rows > 0; rows--) {
            struct slice field;

            assert_int_equal(mp_map(&error), 2);
            (void)mp_str(&error);
            field = mp_str(&error);
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%.*s ", SLICE_ARGS(field));
            (void)mp_str(&error);
            mp_skip(&error);
        }
    }
    assert_string_equal(text, "limit sort ");
}

static void a_pass_is_handed_over_as_one_and_in_order(void **state)
{
    struct api_scene *scene = *state;
    struct call_gather gather = {.open = true};
    static const char frame[] = "\x83" V1 OP_SUBMIT_ "\xa5order\x82\xab"
                                "customer_id\xa5"
                                "alice"
                                "\xa5items\x91\x82\xaaproduct_id\xa1p\xa8quantity\x01";

    scene->parts.gather = &gather;
    for (size_t i = 0; i < 50; i++)
        api_scene_send(scene, OPERATOR, (struct slice){frame, sizeof(frame) - 1});
    assert_int_equal(scene->answers, 0);
    assert_int_equal(gather.calls, 50);
    call_gather_post(&gather, scene->engine);
    assert_false(gather.open);
    assert_null(gather.first);
    api_scene_wait(scene);
    assert_int_equal(gather.calls, 0);
    assert_int_equal(engine_totals(scene->engine)->accepted, 50);
}

/* Each is answered either way: stored, or busy with a time. */
static void what_a_full_inbox_does_not_take_is_answered_busy(void **state)
{
    struct api_scene *scene = *state;
    struct call_gather gather = {0};
    const struct engine_settings small = {.max_inbox = 3};
    static const char frame[] = "\x83" V1 OP_SUBMIT_ "\xa5order\x82\xab"
                                "customer_id\xa5"
                                "alice"
                                "\xa5items\x91\x82\xaaproduct_id\xa1p\xa8quantity\x01";
    const struct slice submit = {frame, sizeof(frame) - 1};

    engine_set_limits(scene->engine, &small);
    scene->parts.gather = &gather;
    api_scene_send(scene, OPERATOR, submit); /* in the inbox until the loop turns */
    gather.open = true;
    for (size_t i = 0; i < 20; i++)
        api_scene_send(scene, OPERATOR, submit);
    call_gather_post(&gather, scene->engine);
    assert_int_equal(scene->answers, 18);
    api_scene_wait(scene);
    assert_int_equal(scene->answers, 21);
    assert_int_equal(gather.calls, 0);
    assert_int_equal(engine_totals(scene->engine)->accepted, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_request_is_refused_for_the_first_of_its_faults,
                                        scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(the_role_named_is_the_one_acted_under, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(a_wrong_value_is_named_in_the_details, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(a_pass_is_handed_over_as_one_and_in_order, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(what_a_full_inbox_does_not_take_is_answered_busy,
                                        scene_begin, scene_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
