/* The sections [retry "PATTERN"] of configuration files. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/config.h"

#define SECOND 1000000LL

static char path[] = "/tmp/dofs-config-retry-XXXXXX";

static int make_file(void **state)
{
    int file = mkstemp(path);

    (void)state;
    return file < 0 ? -1 : close(file);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static enum err try_load(const char *text, struct config **out, struct why *why)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return config_load(path, "default", out, why);
}

static struct config *load(const char *text)
{
    struct config *config = NULL;
    struct why why = {0};

    if (try_load(text, &config, &why) != OK)
        fail_msg("%s", why.text);
    return config;
}

static void what_a_section_does_not_say_is_as_in_fulfilment(void **state)
{
    struct config *c = load("[retry \"carrier*\"] ; theirs\nmax_attempts = 20\ninterval = 30s\n"
                            "[fulfilment]\nmax_attempts = 4\nbackoff_rate = 3\njitter = none\n"
                            "[retry \"a \"quoted\" ]word\"]\njitter = full\nmax_delay = 1s\n"
                            "[retry \"empty\"]\n");
    const struct retry_rule *rules = c->workflow.by_reason;

    (void)state;
    assert_int_equal(c->workflow.n_by_reason, 3);
    assert_true(slice_is(rules[0].pattern, "carrier*"));
    assert_int_equal(rules[0].policy.max_attempts, 20);
    assert_int_equal(rules[0].policy.interval_us, 30 * SECOND);
    assert_true(rules[0].policy.backoff_rate == 3);
    assert_int_equal(rules[0].policy.max_delay_us, 300 * SECOND);
    assert_false(rules[0].policy.jitter_full);
    assert_true(slice_is(rules[1].pattern, "a \"quoted\" ]word"));
    assert_int_equal(rules[1].policy.max_attempts, 4);
    assert_int_equal(rules[1].policy.max_delay_us, SECOND);
    assert_true(rules[1].policy.jitter_full);
    assert_int_equal(rules[2].policy.max_attempts, 4);
    assert_int_equal(c->workflow.retry.max_attempts, 4);
    config_free(c);
}

static void a_long_pattern_is_kept_whole(void **state)
{
    struct config *c =
        load("[retry \"a reason that is longer than the fifty bytes which inih has for "
             "the name of a section*\"]\nmax_attempts = 7\n");

    (void)state;
    assert_true(slice_is(c->workflow.by_reason[0].pattern,
                         "a reason that is longer than the fifty bytes which inih has for the name "
                         "of a section*"));
    assert_int_equal(c->workflow.by_reason[0].policy.max_attempts, 7);
    config_free(c);
}

static void a_bad_section_is_refused_with_the_line_and_the_reason(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"[retry]\n", ":1: '[retry]' is not of the form [retry \"PATTERN\"]"},
        {"[retry x]\n", ":1: '[retry x]' is not of the form"},
        {"[retry \"\"]\n", ":1: '[retry \"\"]' is not of the form"},
        {"[retry \"x\n", ":1: '[retry \"x' is not of the form"},
        {"[retry \"x\"] y\n", ":1: '[retry \"x\"] y' is not of the form"},
        {"[retry y \"x\"]\n", ":1: '[retry y \"x\"]' is not of the form"},
        {"\n[retry \"x\"]\n[log]\n[retry \"x\"]\n",
         ":4: [retry \"x\"] is there already, in line 2"},
        {"[retry \"x\"]\ntimeout = 1s\n", ":2: unknown key 'timeout' in [retry \"x\"]"},
        {"[retry \"x\"]\nmax_attempts = 0\n",
         ":2: [retry \"x\"] max_attempts: '0' is not a whole number from 1 to 1000"},
        {"[retry \"x\"]\njitter = full\njitter = none\n",
         ":3: [retry \"x\"] jitter is set already"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct config *config = NULL;
        struct why why = {0};

        if (try_load(rows[i].text, &config, &why) != ERR_INVALID)
            fail_msg("'%s' was taken", rows[i].text);
        if (strstr(why.text, rows[i].want) == NULL)
            fail_msg("'%s': '%s'", rows[i].want, why.text);
    }
}

static void more_than_100_sections_are_refused(void **state)
{
    static char text[8192];
    struct config *config = NULL;
    struct why why = {0};
    size_t n = 0;

    (void)state;
    for (int i = 0; i < 100; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "[retry \"%d\"]\n", i);
    config = load(text);
    assert_int_equal(config->workflow.n_by_reason, 100);
    config_free(config);
    (void)snprintf(text + n, sizeof(text) - n, "[retry \"one more\"]\n");
    assert_int_equal(try_load(text, &config, &why), ERR_INVALID);
    assert_non_null(strstr(why.text, ":101: more than 100 sections"));
}

static void count_change(void *self, const char *name, bool restart)
{
    int *n = self;

    assert_string_equal(name, "retry");
    assert_false(restart);
    ++*n;
}

static void a_reload_tells_that_a_policy_changed(void **state)
{
    static const char *const texts[] = {
        "[retry \"x\"]\ninterval = 1s\n[retry \"y\"]\n",
        "[retry \"x\"]\ninterval = 1000ms\n[retry \"y\"]\n",
        "[retry \"x\"]\ninterval = 2s\n[retry \"y\"]\n",
        "[retry \"y\"]\n[retry \"x\"]\ninterval = 1s\n",
        "[retry \"x\"]\ninterval = 1s\n",
    };
    struct config *first = load(texts[0]);

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct config *other = load(texts[i]);
        int n = 0;

        config_compare(first, other, count_change, &n);
        if (n != (i > 1))
            fail_msg("%s: %d changes", texts[i], n);
        config_free(other);
    }
    config_free(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_section_does_not_say_is_as_in_fulfilment),
        cmocka_unit_test(a_long_pattern_is_kept_whole),
        cmocka_unit_test(a_bad_section_is_refused_with_the_line_and_the_reason),
        cmocka_unit_test(more_than_100_sections_are_refused),
        cmocka_unit_test(a_reload_tells_that_a_policy_changed),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
