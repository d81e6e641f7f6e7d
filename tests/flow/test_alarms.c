/* Alarms over real sockets: raised, told, acknowledged, over again. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/lib/daemon_proc.h"
#include "tests/lib/event_tap.h"
#include "tests/lib/test.h"

#define QUIETLY "[alarms]\ndlq_depth = 5\nfailure_rate = off\n"
#define BAD DAEMON_BAD QUIETLY
#define PATH_BYTES 256
#define TEXT_BYTES 8192

static void submit_dead(struct daemon_proc *proc, int n)
{
    for (int i = 0; i < n; i++)
        (void)submit_one(proc, "cust-001");
    await_quiet(proc);
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

/* Of a message with several events the others wait for their turn. */
struct news_tap {
    struct event_tap *tap;
    struct mp_reader events;
    uint32_t left;
};

static struct news_tap open_tap(struct daemon_proc *proc)
{
    return (struct news_tap){.tap = event_tap_open(daemon_proc_events_url(proc))};
}

/* The next event of an alarm; heartbeats make sure that a wait ends. */
static struct event next_alarm(struct news_tap *news)
{
    struct event event = {0};

    for (int i = 0; i < 1000 && news->left == 0; i++) {
        const struct event_message *message = event_tap_next(news->tap);

        if (message->topic != TOPIC_ALARM)
            continue;
        news->events = message->events;
        news->left = message->n_events;
    }
    if (news->left == 0)
        fail_msg("no alarm came");
    news->left--;
    wire_event_read(&news->events, &event);
    assert_false(mp_failed(&news->events));
    return event;
}

static void check_alarm(struct news_tap *tap, enum news news, const char *name, const char *to)
{
    struct event event = next_alarm(tap);

    assert_int_equal(event.news, news);
    assert_false(event.has_order);
    assert_true(slice_is(event.subject, name));
    assert_true(slice_is(event.subject_to, to));
}

static void five_dead_letters_are_an_alarm_until_they_are_gone(void **state)
{
    struct daemon_proc *proc = *state;
    struct news_tap tap = open_tap(proc);
    const struct json *alarm = NULL;

    submit_dead(proc, 4);
    assert_string_equal(text_at(alarm_of(proc, "dlq_depth"), "state"), "OK");
    submit_dead(proc, 1);
    check_alarm(&tap, NEWS_ALARM, "dlq_depth", "ALARM");
    alarm = alarm_of(proc, "dlq_depth");
    assert_string_equal(text_at(alarm, "state"), "ALARM");
    assert_int_equal(int_at(alarm, "value"), 5);
    assert_int_equal(int_at(alarm, "threshold"), 5);
    assert_true(nil_at(alarm, "acknowledged_by"));
    assert_non_null(strstr(text_at(ask_ok(proc, "'op': 'metrics'"), "text"),
                           "dofs_alarm{name=\"dlq_depth\"} 1\n"));
    assert_true(true_at(ask_ok(proc, "'op': 'health'"), "healthy"));
    (void)ask_ok(proc, "'op': 'discard', 'all': true, 'note': 'gone'");
    check_alarm(&tap, NEWS_ALARM, "dlq_depth", "OK");
    assert_string_equal(text_at(alarm_of(proc, "dlq_depth"), "state"), "OK");
    event_tap_close(tap.tap);
}

static void an_alarm_is_acknowledged_once_and_until_it_changes(void **state)
{
    struct daemon_proc *proc = *state;
    struct news_tap tap = open_tap(proc);

    (void)ask_refused(proc, ERR_NOT_FOUND, "'op': 'alarm_ack', 'name': 'no_such'");
    (void)ask_refused(proc, ERR_FORBIDDEN,
                      "'op': 'alarm_ack', 'name': 'dlq_depth', 'as': 'viewer'");
    assert_string_equal(text_at(ask_ok(proc, "'op': 'alarm_ack', 'name': 'dlq_depth'"), "name"),
                        "dlq_depth");
    assert_true(nil_at(alarm_of(proc, "dlq_depth"), "acknowledged_by")); /* it is OK */
    submit_dead(proc, 5);
    check_alarm(&tap, NEWS_ALARM, "dlq_depth", "ALARM");
    (void)ask_ok(proc, "'op': 'alarm_ack', 'name': 'dlq_depth'");
    (void)ask_ok(proc, "'op': 'alarm_ack', 'name': 'dlq_depth'"); /* recorded once */
    assert_false(nil_at(alarm_of(proc, "dlq_depth"), "acknowledged_by"));
    check_alarm(&tap, NEWS_ALARM_ACKNOWLEDGED, "dlq_depth", "ALARM");
    (void)ask_ok(proc, "'op': 'discard', 'all': true, 'note': 'gone'");
    check_alarm(&tap, NEWS_ALARM, "dlq_depth", "OK");
    assert_true(nil_at(alarm_of(proc, "dlq_depth"), "acknowledged_by"));
    assert_int_equal(
        json_size(at(ask_ok(proc, "'op': 'events', 'after': 0, 'topics': ['alarm']"), "events")),
        3);
    event_tap_close(tap.tap);
}

static void thresholds_change_with_a_reload(void **state)
{
    struct daemon_proc *proc = *state;
    struct news_tap tap = open_tap(proc);

    submit_dead(proc, 2);
    daemon_proc_configure(proc, DAEMON_BAD "[alarms]\ndlq_depth = 2\nfailure_rate = off\n");
    (void)ask_ok(proc, "'op': 'reload'");
    check_alarm(&tap, NEWS_ALARM, "dlq_depth", "ALARM");
    daemon_proc_configure(proc, DAEMON_BAD "[alarms]\ndlq_depth = off\nfailure_rate = off\n");
    (void)ask_ok(proc, "'op': 'reload'");
    check_alarm(&tap, NEWS_ALARM, "dlq_depth", "OK");
    assert_true(nil_at(alarm_of(proc, "dlq_depth"), "threshold"));
    event_tap_close(tap.tap);
}

static void an_old_queue_and_a_stalled_one_are_alarms(void **state)
{
    struct daemon_proc *proc = *state;
    struct news_tap tap = open_tap(proc);
    unsigned raised = 0;

    (void)submit_one(proc, "cust-001"); /* one runs for an hour, the other waits */
    (void)submit_one(proc, "cust-001");
    while (raised != 3) {
        struct event event = next_alarm(&tap);

        assert_true(slice_is(event.subject_to, "ALARM"));
        raised |= slice_is(event.subject, "queue_age") ? 1U : 0U;
        raised |= slice_is(event.subject, "stalled") ? 2U : 0U;
    }
    event_tap_close(tap.tap);
}

/* Nothing is committed between the order's time and the alarm. */
static void an_order_that_falls_due_in_a_pause_grows_old(void **state)
{
    struct daemon_proc *proc = *state;
    struct news_tap tap = open_tap(proc);
    struct timespec now;

    (void)ask_ok(proc, "'op': 'pause'");
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
    (void)ask_ok(proc,
                 "'op': 'submit', 'order': {'customer_id': 'cust-001', 'not_before': %lld, 'items':"
                 " [{'product_id': 'p', 'quantity': 1}]}",
                 ((long long)now.tv_sec + 2) * 1000000);
    check_alarm(&tap, NEWS_ALARM, "queue_age", "ALARM");
    event_tap_close(tap.tap);
}

static bool file_has(const char *path, const char *word)
{
    char text[TEXT_BYTES] = "";
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return false;
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    (void)fclose(file);
    return strstr(text, word) != NULL;
}

/* Asks for something until the file has it: each answer takes its time. */
static void await_word(struct daemon_proc *proc, const char *path, const char *word)
{
    for (int i = 0; i < 100000; i++) {
        if (file_has(path, word))
            return;
        (void)ask_ok(proc, "'op': 'info'");
    }
    fail_msg("no '%s' in %s", word, path);
}

static void configure_hook(struct daemon_proc *proc, const char *command)
{
    char config[PATH_BYTES * 2];

    (void)snprintf(config, sizeof(config), BAD "on_change = %s\n", command);
    daemon_proc_configure(proc, config);
}

static void a_command_gets_each_change_as_json(void **state)
{
    struct daemon_proc *proc = daemon_proc_new(NULL);
    char told[PATH_BYTES / 4];
    char command[PATH_BYTES];

    (void)state;
    (void)snprintf(told, sizeof(told), "%s/told", daemon_proc_dir(proc));
    (void)snprintf(command, sizeof(command), "sh -c 'cat >>%s; echo $DOFS_INSTANCE >>%s'", told,
                   told);
    configure_hook(proc, command);
    daemon_proc_start(proc);
    submit_dead(proc, 5);
    await_word(proc, told, "\ndefault\n");
    assert_true(file_has(told, "{\"name\":\"dlq_depth\",\"state\":\"ALARM\",\"value\":5,"
                               "\"threshold\":5,\"since_at\":\"20"));
    (void)ask_ok(proc, "'op': 'discard', 'all': true, 'note': 'gone'");
    await_word(proc, told, "\"state\":\"OK\",\"value\":0,");
    assert_int_equal(daemon_proc_stop(proc), 0);
    daemon_proc_free(proc);
}

/* The daemon goes on, and its log says what went wrong. */
static void a_command_that_fails_is_told_in_the_log(void **state)
{
    static const struct {
        const char *command, *said;
    } cases[] = {
        {"sh -c 'echo no way >&2; exit 7'", "on_change failed with exit code 7: no way"},
        {"/nonexistent/notify", "cannot run the command on_change"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct daemon_proc *proc = daemon_proc_new(NULL);
        char log[PATH_BYTES];

        (void)snprintf(log, sizeof(log), "%s/log", daemon_proc_dir(proc));
        configure_hook(proc, cases[i].command);
        daemon_proc_start(proc);
        submit_dead(proc, 5);
        await_word(proc, log, "alarm: dlq_depth is 5, the threshold 5");
        await_word(proc, log, cases[i].said);
        assert_int_equal(daemon_proc_stop(proc), 0);
        daemon_proc_free(proc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(five_dead_letters_are_an_alarm_until_they_are_gone, BAD),
        DAEMON_TEST(an_alarm_is_acknowledged_once_and_until_it_changes, BAD),
        DAEMON_TEST(thresholds_change_with_a_reload, BAD),
        DAEMON_TEST(an_old_queue_and_a_stalled_one_are_alarms,
                    "[fulfilment]\nlatency = 1h\ntimeout = 2h\nconcurrency = 1\n"
                    "[alarms]\nqueue_age = 1s\nstalled = 1s\n"),
        DAEMON_TEST(an_order_that_falls_due_in_a_pause_grows_old, "[alarms]\nqueue_age = 1s\n"),
        cmocka_unit_test(a_command_gets_each_change_as_json),
        cmocka_unit_test(a_command_that_fails_is_told_in_the_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
