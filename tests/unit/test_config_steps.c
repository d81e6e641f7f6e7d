/* [steps] and the sections [step "NAME"] of configuration files. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/config_steps.h"

#define SECOND 1000000LL

static char path[] = "/tmp/dofs-config-steps-XXXXXX";

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

static const struct step_config *step(const struct config *config, const char *name)
{
    const struct step_config *found = config_step(config, slice_of(name));

    assert_non_null(found);
    return found;
}

static void what_a_section_does_not_say_is_as_in_fulfilment_wherever_that_stands(void **state)
{
    struct config *c = load("[step \"charge\"] ; before the list\nhandler = exec\n"
                            "command = /bin/charge \"a b\"\nundo = /bin/refund\ntimeout = 7s\n"
                            "latency = 1s..2s\n"
                            "[steps]\norder = reserve, charge ,ship\n"
                            "[step \"ship\"]\nhandler = worker\nundo = worker\nmax_attempts = 9\n"
                            "[fulfilment]\ntimeout = 5s\nconcurrency = 3\nmax_attempts = 4\n"
                            "success_rate = 1\n");
    const struct step_config *reserve = step(c, "reserve");
    const struct step_config *charge = step(c, "charge");
    const struct step_config *ship = step(c, "ship");

    (void)state;
    assert_int_equal(c->n_steps, 3);
    assert_string_equal(reserve->handler, "simulate");
    assert_int_equal(reserve->dispatch.timeout_us, 5 * SECOND);
    assert_int_equal(config_undo_by(reserve), UNDO_NONE);
    assert_string_equal(charge->handler, "exec");
    assert_string_equal(charge->exec.words[0], "/bin/charge");
    assert_string_equal(charge->exec.words[1], "a b");
    assert_null(charge->exec.words[2]);
    assert_string_equal(charge->undo.words[0], "/bin/refund");
    assert_int_equal(config_undo_by(charge), UNDO_EXEC);
    assert_int_equal(charge->dispatch.timeout_us, 7 * SECOND);
    assert_int_equal(charge->dispatch.concurrency, 3);
    assert_int_equal(charge->simulate.latency_min_us, SECOND);
    assert_int_equal(charge->simulate.latency_max_us, 2 * SECOND);
    assert_string_equal(ship->handler, "worker");
    assert_int_equal(config_undo_by(ship), UNDO_WORKER);
    assert_int_equal(ship->retry.max_attempts, 9);
    assert_true(ship->simulate.success_rate == 1);
    config_free(c);
}

static void the_workflow_is_told_of_the_list(void **state)
{
    struct config *c = load("[steps]\norder = reserve, charge, ship\n[fulfilment]\ninterval = 3s\n"
                            "[step \"reserve\"]\nundo = worker\n"
                            "[step \"charge\"]\nundo = /bin/refund\nmax_attempts = 7\n");

    (void)state;
    assert_true(slice_is(c->workflow.list, "reserve<,charge<,ship"));
    assert_int_equal(c->workflow.n_steps, 3);
    assert_true(slice_is(c->workflow.steps[1].step.name, "charge"));
    assert_true(c->workflow.steps[1].step.undo);
    assert_false(c->workflow.steps[2].step.undo);
    assert_int_equal(c->workflow.steps[1].retry.max_attempts, 7);
    assert_int_equal(c->workflow.steps[2].retry.max_attempts, 3);
    assert_int_equal(c->workflow.steps[2].retry.interval_us, 3 * SECOND);
    assert_int_equal(c->workflow.retry.interval_us, 3 * SECOND);
    config_free(c);
}

static void without_a_list_there_is_one_step_and_it_may_have_a_section(void **state)
{
    struct config *c = load("[step \"fulfil\"]\ntimeout = 9s\n");

    (void)state;
    assert_int_equal(c->n_steps, 1);
    assert_int_equal(step(c, "fulfil")->dispatch.timeout_us, 9 * SECOND);
    assert_null(c->workflow.list.p);
    config_free(c);
}

static void each_key_of_fulfilment_but_the_seed_is_a_step_s_too(void **state)
{
    static const struct {
        const char *section, *key, *fallback;
    } rows[] = {
#define SETTING(section, key, kind, fallback, member, also, low, high, restart)                    \
    {section, key, fallback},
#include "daemon/config.def"
#undef SETTING
    };
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[256];

        if (strcmp(rows[i].section, "fulfilment") != 0 || strcmp(rows[i].key, "seed") == 0)
            continue;
        (void)snprintf(text, sizeof(text), "[step \"fulfil\"]\n%s = %s\n", rows[i].key,
                       rows[i].fallback);
        config_free(load(text));
        n++;
    }
    assert_true(n >= 13);
}

static void a_bad_step_is_refused_with_the_line_and_the_reason(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"[steps]\norder =\n", ":2: [steps] order: '' is not a step's name: 1 to 32 of a-z"},
        {"[steps]\norder = a, b,\n", ":2: [steps] order: '' is not a step's name"},
        {"[steps]\norder = a, Bad\n", ":2: [steps] order: 'Bad' is not a step's name"},
        {"[steps]\norder = a, b, a\n", ":2: [steps] order: 'a' is there twice"},
        {"[steps]\norder = a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q\n", ":2: [steps] order: more than 16"},
        {"[steps]\norder = a\norder = b\n", ":3: [steps] order is set already in line 2"},
        {"[steps]\nname = a\n", ":2: unknown key 'name' in [steps]"},
        {"[step]\n", ":1: '[step]' is not of the form [step \"NAME\"]"},
        {"[step \"A\"]\n", ":1: '[step \"A\"]' is not of the form"},
        {"[step \"fulfil\"] x\n", ":1: '[step \"fulfil\"] x' is not of the form"},
        {"[steps \"a\"]\n", ":1: unknown section [steps \"a\"]"},
        {"[step \"fulfil\"]\n\n[step \"fulfil\"]\n",
         ":3: [step \"fulfil\"] is there already, in line 1"},
        {"[steps]\norder = a, b\n[step \"a\"]\n[step \"c\"]\ntimeout = 1s\n",
         ":4: [step \"c\"]: [steps] order does not name it"},
        {"[step \"charge\"]\n[steps]\norder = reserve\n",
         ":1: [step \"charge\"]: [steps] order does not name it"},
        {"[step \"fulfil\"]\nsize = 1\n", ":2: unknown key 'size' in [step \"fulfil\"]"},
        {"[step \"fulfil\"]\nseed = 1\n",
         ":2: [step \"fulfil\"] seed: there is one for all steps, in [fulfilment]"},
        {"[step \"fulfil\"]\ntimeout = 1s\ntimeout = 2s\n",
         ":3: [step \"fulfil\"] timeout is set already"},
        {"[step \"fulfil\"]\ntimeout = soon\n",
         ":2: [step \"fulfil\"] timeout: 'soon' is not a duration"},
        {"[step \"fulfil\"]\nhandler = robot\n",
         ":2: [step \"fulfil\"] handler: 'robot' is not a handler"},
        {"[step \"fulfil\"]\nundo = 'open\n", ":2: [step \"fulfil\"] undo: "},
        {"[fulfilment]\nundo = worker\n", ":2: unknown key 'undo' in [fulfilment]"},
        {"[steps]\norder = a, b\n[step \"b\"]\ntimeout = 1s\nhandler = exec\n",
         ":5: [step \"b\"] handler = exec needs a command"},
        {"[step \"fulfil\"]\ntimeout = 1s\n[fulfilment]\nhandler = exec\n",
         ":4: [fulfilment] handler = exec needs a command"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct config *config = NULL;
        struct why why = {0};
        char want[256];

        (void)snprintf(want, sizeof(want), "%s%s", path, rows[i].want);
        assert_int_equal(try_load(rows[i].text, &config, &why), ERR_INVALID);
        if (strncmp(why.text, want, strlen(want)) != 0)
            fail_msg("'%s', not '%s'", why.text, want);
    }
}

static void exec_in_fulfilment_needs_no_command_where_each_step_has_its_own(void **state)
{
    struct config *c = load("[fulfilment]\nhandler = exec\n[steps]\norder = a, b\n"
                            "[step \"a\"]\ncommand = /bin/a\n[step \"b\"]\nhandler = simulate\n");

    (void)state;
    assert_string_equal(step(c, "a")->exec.words[0], "/bin/a");
    config_free(c);
}

struct names {
    char text[512];
    char restarts[512];
};

static void add_name(void *self, const char *name, bool restart)
{
    struct names *names = self;
    size_t n = strlen(names->text);
    size_t r = strlen(names->restarts);

    (void)snprintf(names->text + n, sizeof(names->text) - n, "%s;", name);
    if (restart)
        (void)snprintf(names->restarts + r, sizeof(names->restarts) - r, "%s;", name);
}

static void comparing_names_the_step_and_what_needs_a_restart(void **state)
{
    static const struct {
        const char *before, *after, *changed, *restarts;
    } rows[] = {
        {"[step \"fulfil\"]\ntimeout = 9s\n", "[step \"fulfil\"]\ntimeout = 9000ms\n", "", ""},
        {"", "[fulfilment]\ntimeout = 9s\n", "fulfilment.timeout;", ""}, /* once, not twice */
        {"", "[step \"fulfil\"]\ntimeout = 9s\n", "step \"fulfil\".timeout;", ""},
        {"[step \"fulfil\"]\nhandler = worker\n", "[step \"fulfil\"]\nhandler = simulate\n",
         "step \"fulfil\".handler;", "step \"fulfil\".handler;"},
        {"[step \"fulfil\"]\nundo = /bin/a\n", "[step \"fulfil\"]\nundo = /bin/b\n",
         "step \"fulfil\".undo;", ""},
        {"[step \"fulfil\"]\nundo = /bin/a\n", "[step \"fulfil\"]\nundo = worker\n",
         "step \"fulfil\".undo;", "step \"fulfil\".undo;"},
        {"[step \"fulfil\"]\nundo = /bin/a\n", "", "step \"fulfil\".undo;",
         "step \"fulfil\".undo;"},
        {"[steps]\norder = a, b\n", "[steps]\norder = a,b\n", "", ""},
        {"[steps]\norder = a, b\n", "[steps]\norder = b, a\n", "steps.order;", "steps.order;"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct config *before = load(rows[i].before);
        struct config *after = load(rows[i].after);
        struct names names = {0};

        config_compare(before, after, add_name, &names);
        assert_string_equal(names.text, rows[i].changed);
        assert_string_equal(names.restarts, rows[i].restarts);
        config_free(before);
        config_free(after);
    }
}

static void a_reload_keeps_the_list_and_takes_the_policies(void **state)
{
    struct config *before = load("[steps]\norder = a, b\n[step \"a\"]\nundo = worker\n"
                                 "[step \"b\"]\nmax_attempts = 5\n");
    struct config *after =
        load("[steps]\norder = c, a\n[step \"a\"]\nmax_attempts = 8\n[step \"c\"]\nundo = x\n");

    (void)state;
    config_steps_keep(after, before);
    config_free(before); /* nothing is borrowed from it */
    assert_true(slice_is(after->workflow.list, "a<,b"));
    assert_int_equal(after->workflow.n_steps, 2);
    assert_true(slice_is(after->workflow.steps[0].step.name, "a"));
    assert_true(after->workflow.steps[0].step.undo);
    assert_int_equal(after->workflow.steps[0].retry.max_attempts, 8);
    assert_int_equal(after->workflow.steps[1].retry.max_attempts, 5);
    config_free(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_section_does_not_say_is_as_in_fulfilment_wherever_that_stands),
        cmocka_unit_test(the_workflow_is_told_of_the_list),
        cmocka_unit_test(without_a_list_there_is_one_step_and_it_may_have_a_section),
        cmocka_unit_test(each_key_of_fulfilment_but_the_seed_is_a_step_s_too),
        cmocka_unit_test(a_bad_step_is_refused_with_the_line_and_the_reason),
        cmocka_unit_test(exec_in_fulfilment_needs_no_command_where_each_step_has_its_own),
        cmocka_unit_test(comparing_names_the_step_and_what_needs_a_restart),
        cmocka_unit_test(a_reload_keeps_the_list_and_takes_the_policies),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
