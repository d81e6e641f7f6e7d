/* Alarms over a restart: what stood stands, and is told neither again nor too little. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/daemon_proc.h"
#include "tests/lib/test.h"

#define ALARMS "[alarms]\nfailure_rate = off\nqueue_age = off\n"
#define PATH_BYTES 256
#define TEXT_BYTES 8192
#define TIME_BYTES 64

struct scene {
    struct daemon_proc *proc;
    char told[PATH_BYTES]; /* what on_change was told */
    char text[TEXT_BYTES];
    char since[TIME_BYTES];
};

static void configure(struct scene *scene, int dlq_depth)
{
    char config[PATH_BYTES * 2];

    (void)snprintf(config, sizeof(config),
                   DAEMON_BAD ALARMS "dlq_depth = %d\non_change = sh -c 'cat >>%s'\n", dlq_depth,
                   scene->told);
    daemon_proc_configure(scene->proc, config);
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    assert_non_null(scene);
    scene->proc = daemon_proc_new(NULL);
    (void)snprintf(scene->told, sizeof(scene->told), "%s/told", daemon_proc_dir(scene->proc));
    configure(scene, 5);
    daemon_proc_start(scene->proc);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(daemon_proc_stop(scene->proc), 0);
    daemon_proc_free(scene->proc);
    free(scene);
    return 0;
}

static const struct json *alarm_of(struct daemon_proc *proc, const char *name)
{
    const struct json *list = at(ask_ok(proc, "'op': 'alarms'"), "alarms");

    for (size_t i = 0; i < json_size(list); i++) {
        if (strcmp(text_at(json_at(list, i), "name"), name) == 0)
            return json_at(list, i);
    }
    fail_msg("there is no alarm %s", name);
    return NULL;
}

static size_t events(struct daemon_proc *proc)
{
    return json_size(at(ask_ok(proc, "'op': 'events', 'after': 0, 'topics': ['alarm']"), "events"));
}

static void await_events(struct daemon_proc *proc, size_t n)
{
    for (int i = 0; i < 100000; i++) {
        if (events(proc) >= n)
            return;
    }
    fail_msg("there are no %zu events of alarms", n);
}

/* How often on_change was told of this state. */
static size_t told(struct scene *scene, const char *state)
{
    char word[TIME_BYTES];
    FILE *file = fopen(scene->told, "re");
    size_t n = 0;

    if (file == NULL)
        return 0;
    scene->text[fread(scene->text, 1, sizeof(scene->text) - 1, file)] = '\0';
    (void)fclose(file);
    (void)snprintf(word, sizeof(word), "\"state\":\"%s\"", state);
    for (const char *p = strstr(scene->text, word); p != NULL; p = strstr(p + 1, word))
        n++;
    return n;
}

static void await_told(struct scene *scene, const char *state)
{
    for (int i = 0; i < 100000 && told(scene, state) == 0; i++)
        (void)ask_ok(scene->proc, "'op': 'info'");
    assert_int_equal(told(scene, state), 1);
}

/* The alarm stands, is told and acknowledged. */
static void raise_alarm(struct scene *scene)
{
    struct daemon_proc *proc = scene->proc;

    for (int i = 0; i < 5; i++)
        (void)submit_one(proc, "cust-001");
    await_events(proc, 1);
    await_told(scene, "ALARM");
    (void)ask_ok(proc, "'op': 'alarm_ack', 'name': 'dlq_depth'");
    (void)snprintf(scene->since, sizeof(scene->since), "%s",
                   text_at(alarm_of(proc, "dlq_depth"), "since_at"));
}

/* A value is there once the alarms have been evaluated; what that gave is recorded before what is
   asked for afterwards. */
static void await_evaluation(struct daemon_proc *proc)
{
    for (int i = 0; i < 100000 && nil_at(alarm_of(proc, "dlq_depth"), "value"); i++)
        (void)ask_ok(proc, "'op': 'info'");
    assert_false(nil_at(alarm_of(proc, "dlq_depth"), "value"));
    (void)ask_ok(proc, "'op': 'pause'");
    (void)ask_ok(proc, "'op': 'resume'");
}

static void check_stands(struct scene *scene)
{
    const struct json *alarm = NULL;

    await_evaluation(scene->proc);
    alarm = alarm_of(scene->proc, "dlq_depth");
    assert_string_equal(text_at(alarm, "state"), "ALARM");
    assert_string_equal(text_at(alarm, "since_at"), scene->since);
    assert_false(nil_at(alarm, "acknowledged_by"));
    assert_int_equal(events(scene->proc), 2); /* alarm, alarm_acknowledged */
    assert_int_equal(told(scene, "ALARM"), 1);
    assert_int_equal(told(scene, "OK"), 0);
}

static void a_standing_alarm_stands_on_and_is_over_once(void **state)
{
    struct scene *scene = *state;

    raise_alarm(scene);
    daemon_proc_kill(scene->proc);
    daemon_proc_start(scene->proc);
    check_stands(scene);
    assert_int_equal(daemon_proc_stop(scene->proc), 0);
    daemon_proc_start(scene->proc);
    check_stands(scene);
    (void)ask_ok(scene->proc, "'op': 'discard', 'all': true, 'note': 'gone'");
    await_events(scene->proc, 3);
    await_told(scene, "OK");
    assert_int_equal(daemon_proc_stop(scene->proc), 0);
    daemon_proc_start(scene->proc);
    await_evaluation(scene->proc);
    assert_string_equal(text_at(alarm_of(scene->proc, "dlq_depth"), "state"), "OK");
    assert_int_equal(events(scene->proc), 3);
    assert_int_equal(told(scene, "OK"), 1);
}

static void one_that_is_over_at_the_start_is_told_then(void **state)
{
    struct scene *scene = *state;

    raise_alarm(scene);
    assert_int_equal(daemon_proc_stop(scene->proc), 0);
    configure(scene, 50);
    daemon_proc_start(scene->proc);
    await_events(scene->proc, 3);
    await_told(scene, "OK");
    assert_true(nil_at(alarm_of(scene->proc, "dlq_depth"), "acknowledged_by"));
    assert_int_equal(told(scene, "ALARM"), 1);
    assert_int_equal(sql_int(scene->proc, "SELECT state FROM alarms WHERE name='dlq_depth'"), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_standing_alarm_stands_on_and_is_over_once),
        TEST(one_that_is_over_at_the_start_is_told_then),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
