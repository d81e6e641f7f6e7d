/* The filter language: what is taken, what it matches, and what is refused by name. */
#include "tests/lib/test.h"

#include <string.h>

#include "shared/filter.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define S(text)                                                                                    \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }
#define HOUR (3600LL * 1000000)
#define NOW (100 * HOUR)

static const struct item items[] = {{S("p-1"), 2}, {S("lamp, red"), 1}};

/* An order two hours old that failed after three attempts. */
static struct filter_subject subject(struct uuid *uid)
{
    assert_true(uuid_parse("01890a5d-ac96-774b-bcce-b302099a8057", 36, uid));
    return (struct filter_subject){
        .uid = uid,
        .status = STATUS_FAILED,
        .customer_id = SLICE("acme-co"),
        .reason = SLICE("exit 7: \"no\" way"),
        .group = SLICE("exit #: \"no\" way"),
        .step = SLICE("charge"),
        .items = items,
        .n_items = LENGTH(items),
        .attempts = 3,
        .created_at = NOW - 2 * HOUR,
    };
}

struct match {
    const char *text;
    bool matches;
};

static const struct match matches[] = {
    {"", true},
    {"  \t ", true},
    {"acme", true},
    {"acme-co", true},
    {"co", false},
    {"Acme", false},
    {"0189", true},
    {"p-", true},
    {"-acme", false},
    {"-beta", true},
    {"*co", true},
    {"a*-c", true},
    {"a*x", false},
    {"\"lamp, r\"", true},
    {"lamp,", true},
    {"acme 0189 p-1", true},
    {"acme beta", false},
    {"status:FAILED", true},
    {"status:QUEUED,FAILED", true},
    {"status:QUEUED", false},
    {"-status:FAILED", false},
    {"-status:FULFILLED", true},
    {"customer:acme", false},
    {"customer:acme*", true},
    {"customer:*", true},
    {"customer:x,acme-co", true},
    {"product:p-1", true},
    {"product:\"lamp, red\"", true},
    {"product:lamp", false},
    {"-product:p-1", false},
    {"reference:*", false},
    {"-reference:x", true},
    {"reason:exit*", true},
    {"reason:\"exit 7: \\\"no\\\" way\"", true},
    {"group:\"exit #*\"", true},
    {"step:charge", true},
    {"by:ann", false},
    {"age<3h", true},
    {"age<2h", false},
    {"age<=2h", true},
    {"age>2h", false},
    {"age>=2h", true},
    {"age>90m", true},
    {"-age>90m", false},
    {"attempts:3", true},
    {"attempts:2", false},
    {"attempts>=2", true},
    {"attempts<3", false},
    {"attempts<=3", true},
    {"attempts>3", false},
    {"customer:acme* age>1h attempts>2 -status:FULFILLED", true},
};

static void a_filter_matches_what_its_terms_say(void **state)
{
    struct uuid uid;
    struct filter_subject failed = subject(&uid);

    (void)state;
    for (size_t i = 0; i < LENGTH(matches); i++) {
        struct arena arena = {NULL};
        struct filter filter;
        struct why why;

        if (filter_parse(slice_of(matches[i].text), &arena, &filter, &why) != OK)
            fail_msg("%s: %s", matches[i].text, why.text);
        if (filter_matches(&filter, &failed, NOW) != matches[i].matches)
            fail_msg("%s: %s", matches[i].text, matches[i].matches ? "no match" : "a match");
        arena_done(&arena);
    }
}

static void a_wrong_term_is_named(void **state)
{
    static const struct {
        const char *text, *named;
    } cases[] = {
        {"colour:red", "'colour:red': there is no such field"},
        {"acme Status:FAILED", "'Status:FAILED': there is no such field"},
        {"status:failed", "'status:failed': there is no such status"},
        {"status:FAILED,", "'status:FAILED,': a value is missing"},
        {"status:", "'status:': a value is missing"},
        {"status<FAILED", "'status<FAILED': this field takes a colon"},
        {"customer:", "a value is missing"},
        {"customer:\"\"", "a value is missing"},
        {"\"open", "'\"open': a quote is not closed"},
        {"\"a\"b", "text behind a closing quote"},
        {"customer:a\"b", "a quote inside of a value"},
        {"age:1h", "age takes < <= > or >="},
        {"age<soon", "an age is a duration"},
        {"age<", "a value is missing"},
        {"attempts>many", "attempts is a count"},
        {"attempts>-1", "attempts is a count"},
        {"attempts:1,2", "attempts is a count"},
        {"-", "'-': a value is missing"},
        {":x", "there is no such field"},
        {"by:1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "too many values"},
        {"a b c d e f g h i j k l m n o p q r s t u v w x y z 1 2 3 4 5 6 7", "'7': too many"},
        {"col\x1bour:red", "'col\\x1bour:red'"},
        {"\xFF", "valid UTF-8"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct arena arena = {NULL};
        struct filter filter = {7, NULL};
        struct why why = {.text = ""};

        assert_int_equal(filter_parse(slice_of(cases[i].text), &arena, &filter, &why), ERR_INVALID);
        if (strstr(why.text, cases[i].named) == NULL)
            fail_msg("%s: %s", cases[i].text, why.text);
        assert_int_equal(filter.n, 7);
        arena_done(&arena);
    }
}

static void a_filter_that_is_too_long_is_refused(void **state)
{
    static char text[1025];
    struct arena arena = {NULL};
    struct filter filter;

    (void)state;
    memset(text, ' ', sizeof text);
    assert_int_equal(filter_parse((struct slice){text, 1024}, &arena, &filter, NULL), OK);
    assert_int_equal(filter_parse((struct slice){text, 1025}, &arena, &filter, NULL), ERR_INVALID);
    arena_done(&arena);
}

static void a_filter_is_written_as_text_that_parses_to_it(void **state)
{
    static const struct {
        const char *text, *written;
    } cases[] = {
        {"", ""},
        {"  acme \t -beta ", "acme -beta"},
        {"status:RETRYING,FAILED", "status:RETRYING,FAILED"},
        {"status:FAILED,FAILED", "status:FAILED"},
        {"\"acme\"", "acme"},
        {"\"two words\"", "\"two words\""},
        {"-\"-x\"", "-\"-x\""},
        {"\"a:b\"", "\"a:b\""},
        {"a*b", "a*b*"},
        {"reason:\"q\\\"\\\\q\",b", "reason:\"q\\\"\\\\q\",b"},
        {"product:\"a,b\",c", "product:\"a,b\",c"},
        {"age<60m", "age<1h"},
        {"age>=90s attempts:2", "age>=1m30s attempts:2"},
        {"-attempts>1", "-attempts>1"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct arena arena = {NULL};
        struct filter filter;
        struct buf out, again;

        buf_init(&out, 4096);
        buf_init(&again, 4096);
        assert_int_equal(filter_parse(slice_of(cases[i].text), &arena, &filter, NULL), OK);
        filter_write(&filter, &out);
        assert_string_equal(buf_text(&out), cases[i].written);
        assert_int_equal(filter_parse(slice_of(buf_text(&out)), &arena, &filter, NULL), OK);
        filter_write(&filter, &again);
        assert_string_equal(buf_text(&again), cases[i].written);
        buf_done(&out);
        buf_done(&again);
        arena_done(&arena);
    }
}

static void an_absent_value_matches_nothing(void **state)
{
    struct arena arena = {NULL};
    struct filter filter;

    (void)state;
    assert_int_equal(filter_parse(SLICE("customer:*"), &arena, &filter, NULL), OK);
    assert_false(filter_value_matches(&filter.terms[0], (struct slice){NULL, 0}));
    assert_true(filter_value_matches(&filter.terms[0], SLICE("")));
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_matches_what_its_terms_say),
        cmocka_unit_test(a_wrong_term_is_named),
        cmocka_unit_test(a_filter_that_is_too_long_is_refused),
        cmocka_unit_test(a_filter_is_written_as_text_that_parses_to_it),
        cmocka_unit_test(an_absent_value_matches_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
