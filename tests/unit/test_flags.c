/* The command line: flags by tables, and the name that was probably meant. */
#include "tests/lib/test.h"

#include <string.h>

#include "tui/cli/flags.h"
#include "tui/cli/nearest.h"

static const struct flag common[] = {
    {"instance", 'i', FLAG_TEXT, 0, "NAME", ""},
    {"timeout", 0, FLAG_DURATION, 0, "TIME", ""},
    {"json", 0, FLAG_SWITCH, 0, NULL, ""},
    {"help", 'h', FLAG_SWITCH, 0, NULL, ""},
    {0},
};

static const struct flag own[] = {
    {"item", 0, FLAG_TEXT, FLAG_MANY, "P:Q", ""}, {"limit", 'n', FLAG_INT, 0, "N", ""},
    {"rate", 0, FLAG_NUMBER, 0, "N", ""},         {"from", 0, FLAG_TIME, 0, "TIME", ""},
    {"customer", 'c', FLAG_TEXT, 0, "NAME", ""},  {0},
};

static const struct flag needy[] = {
    {"note", 0, FLAG_TEXT, FLAG_REQUIRED, "TEXT", ""},
    {0},
};

#define WORDS_MAX 12

struct line {
    char text[256];
    char *words[WORDS_MAX];
    size_t n;
};

/* Words are split at blanks. */
static void line_split(struct line *line, const char *text)
{
    char *rest = NULL;

    line->n = 0;
    (void)strncpy(line->text, text, sizeof line->text - 1);
    line->text[sizeof line->text - 1] = '\0';
    for (char *word = strtok_r(line->text, " ", &rest); word != NULL && line->n < WORDS_MAX;
         word = strtok_r(NULL, " ", &rest))
        line->words[line->n++] = word;
}

static enum err parse(const char *text, const struct flag *table, struct arena *arena,
                      struct flags_parsed *out, struct why *why)
{
    static struct line line; /* what comes out points into it */
    struct flags_line input = {common, table, 0, line.words, 1000000000};

    line_split(&line, text);
    input.n_words = line.n;
    return flags_parse(&input, arena, out, why);
}

static void flags_and_arguments_may_be_mixed(void **state)
{
    struct arena arena = {0};
    struct flags_parsed parsed = {0};

    (void)state;
    assert_int_equal(parse("one --limit 7 two -i staging --json three", own, &arena, &parsed, NULL),
                     OK);
    assert_int_equal(parsed.n_arguments, 3);
    assert_string_equal(parsed.arguments[0], "one");
    assert_string_equal(parsed.arguments[1], "two");
    assert_string_equal(parsed.arguments[2], "three");
    assert_int_equal(flags_find(&parsed.values, "limit")->integer, 7);
    assert_string_equal(flags_find(&parsed.values, "instance")->texts[0], "staging");
    assert_int_equal(flags_find(&parsed.values, "json")->n, 1);
    assert_int_equal(flags_find(&parsed.values, "item")->n, 0);
    arena_done(&arena);
}

static void a_value_may_follow_an_equals_sign(void **state)
{
    struct arena arena = {0};
    struct flags_parsed parsed = {0};

    (void)state;
    assert_int_equal(parse("--item=a=b:2 --item c:1 --customer=", own, &arena, &parsed, NULL), OK);
    assert_int_equal(flags_find(&parsed.values, "item")->n, 2);
    assert_string_equal(flags_find(&parsed.values, "item")->texts[0], "a=b:2");
    assert_string_equal(flags_find(&parsed.values, "item")->texts[1], "c:1");
    assert_string_equal(flags_find(&parsed.values, "customer")->texts[0], "");
    arena_done(&arena);
}

static void two_dashes_end_the_flags(void **state)
{
    struct arena arena = {0};
    struct flags_parsed parsed = {0};

    (void)state;
    assert_int_equal(parse("-- --json -x", own, &arena, &parsed, NULL), OK);
    assert_int_equal(parsed.n_arguments, 2);
    assert_string_equal(parsed.arguments[0], "--json");
    assert_int_equal(flags_find(&parsed.values, "json")->n, 0);
    arena_done(&arena);
}

static void a_negated_term_and_a_dash_are_arguments(void **state)
{
    struct arena arena = {0};
    struct flags_parsed parsed = {0};

    (void)state;
    assert_int_equal(parse("-status:FAILED - -age<1h", own, &arena, &parsed, NULL), OK);
    assert_int_equal(parsed.n_arguments, 3);
    arena_done(&arena);
}

static void values_are_read_by_their_kind(void **state)
{
    static const struct {
        const char *text, *flag;
        int64_t integer;
    } rows[] = {
        {"--limit -3", "limit", -3},
        {"--timeout 2", "timeout", 2000000},
        {"--timeout 0.5", "timeout", 500000},
        {"--timeout 250ms", "timeout", 250000},
        {"--from 100s", "from", 1000000000 - 100000000},
        {"--from 1970-01-01T00:00:01Z", "from", 1000000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        struct flags_parsed parsed = {0};

        assert_int_equal(parse(rows[i].text, own, &arena, &parsed, NULL), OK);
        assert_int_equal(flags_find(&parsed.values, rows[i].flag)->integer, rows[i].integer);
        arena_done(&arena);
    }
}

static void wrong_lines_are_refused_by_name(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"--custmer x", "did you mean --customer?"},
        {"--cust x", "did you mean --customer?"},
        {"--zebra", "no flag --zebra"},
        {"-z", "no flag -z"},
        {"-json", "no flag -json"},
        {"--limit", "--limit needs a value"},
        {"--limit seven", "--limit takes an integer, not 'seven'"},
        {"--limit 1 --limit 2", "--limit was given twice"},
        {"--rate fast", "--rate takes a number"},
        {"--timeout -1", "--timeout takes a duration"},
        {"--from yesterday", "--from takes a time"},
        {"--json=yes", "--json takes no value"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        struct flags_parsed parsed = {0};
        struct why why = {0};

        assert_int_equal(parse(rows[i].text, own, &arena, &parsed, &why), ERR_INVALID);
        if (strstr(why.text, rows[i].says) == NULL)
            fail_msg("'%s' says '%s'", rows[i].text, why.text);
        arena_done(&arena);
    }
}

static void a_required_flag_is_asked_for_unless_help_is(void **state)
{
    struct arena arena = {0};
    struct flags_parsed parsed = {0};
    struct why why = {0};

    (void)state;
    assert_int_equal(parse("id", needy, &arena, &parsed, &why), ERR_INVALID);
    assert_string_equal(why.text, "--note TEXT is needed");
    assert_int_equal(parse("id --help", needy, &arena, &parsed, &why), OK);
    assert_int_equal(parse("id --note x", needy, &arena, &parsed, &why), OK);
    arena_done(&arena);
}

static void the_command_is_found_behind_common_flags(void **state)
{
    static const struct {
        const char *text;
        size_t at;
    } rows[] = {
        {"list", 0},         {"--json list", 1},      {"-i list list", 2}, {"--instance=x list", 1},
        {"--bogus list", 1}, {"--timeout 3 list", 2}, {"--json", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct line line;
        struct flags_line input = {common, NULL, 0, line.words, 0};

        line_split(&line, rows[i].text);
        input.n_words = line.n;
        assert_int_equal(flags_first_argument(&input), rows[i].at);
    }
}

static void distances_count_letters(void **state)
{
    static const struct {
        const char *a, *b;
        size_t distance;
    } rows[] = {
        {"list", "list", 0}, {"lsit", "list", 1}, {"lst", "list", 1},
        {"show", "list", 4}, {"", "abc", 3},      {"cancl", "cancel", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(nearest_distance(rows[i].a, rows[i].b), rows[i].distance);
}

static void only_what_is_near_is_suggested(void **state)
{
    const char *best = NULL;

    (void)state;
    nearest_try("repaly", "replays", &best);
    nearest_try("repaly", "replay", &best);
    nearest_try("repaly", "list", &best);
    assert_string_equal(best, "replay");
    best = NULL;
    nearest_try("xyz", "list", &best);
    assert_null(best);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_and_arguments_may_be_mixed),
        cmocka_unit_test(a_value_may_follow_an_equals_sign),
        cmocka_unit_test(two_dashes_end_the_flags),
        cmocka_unit_test(a_negated_term_and_a_dash_are_arguments),
        cmocka_unit_test(values_are_read_by_their_kind),
        cmocka_unit_test(wrong_lines_are_refused_by_name),
        cmocka_unit_test(a_required_flag_is_asked_for_unless_help_is),
        cmocka_unit_test(the_command_is_found_behind_common_flags),
        cmocka_unit_test(distances_count_letters),
        cmocka_unit_test(only_what_is_near_is_suggested),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
