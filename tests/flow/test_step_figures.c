/* Figures, metrics and alarms of each step of a real daemon. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/step_scene.h"

#define THREE STEP_POLICY "[steps]\norder = reserve, charge, ship\n"
#define CHARGE_FAILS THREE "[step \"charge\"]\nsuccess_rate = 0\n[alarms]\ndlq_depth = 12\n"
#define NOBODY_SHIPS THREE "[step \"ship\"]\nhandler = worker\n[alarms]\nqueue_age = 1s\n"

static const struct json *step_of(struct daemon_proc *proc, const char *name)
{
    const struct json *list = at(ask_ok(proc, "'op': 'stats'"), "steps");

    for (size_t i = 0; i < json_size(list); i++) {
        if (strcmp(text_at(json_at(list, i), "step"), name) == 0)
            return json_at(list, i);
    }
    fail_msg("there is no step %s", name);
    return NULL;
}

/* NULL: it is not listed. */
static const struct json *find_alarm(struct daemon_proc *proc, const char *name)
{
    const struct json *list = at(ask_ok(proc, "'op': 'alarms'"), "alarms");

    for (size_t i = 0; i < json_size(list); i++) {
        if (strcmp(text_at(json_at(list, i), "name"), name) == 0)
            return json_at(list, i);
    }
    return NULL;
}

static void await_alarm(struct daemon_proc *proc, const char *name, const char *state)
{
    for (int i = 0; i < 200000; i++) {
        const struct json *alarm = find_alarm(proc, name);

        if (alarm != NULL && strcmp(text_at(alarm, "state"), state) == 0)
            return;
    }
    fail_msg("%s is not %s", name, state);
}

static void check_ok(struct daemon_proc *proc, const char *name)
{
    const struct json *alarm = find_alarm(proc, name);

    assert_non_null(alarm);
    assert_string_equal(text_at(alarm, "state"), "OK");
}

static void check_line(const char *text, const char *line)
{
    if (strstr(text, line) == NULL)
        fail_msg("there is no line %s", line);
}

/* How many events such an alarm had. */
static size_t events_of(struct daemon_proc *proc, const char *name)
{
    const struct json *events =
        at(ask_ok(proc, "'op': 'events', 'after': 0, 'topics': ['alarm']"), "events");
    size_t n = 0;

    for (size_t i = 0; i < json_size(events); i++)
        n += strcmp(text_at(json_at(events, i), "subject"), name) == 0;
    return n;
}

/* An alarm is shown as soon as it is raised, and recorded thereafter. */
static void await_events(struct daemon_proc *proc, const char *name, size_t n)
{
    for (int i = 0; i < 100000 && events_of(proc, name) < n; i++)
        (void)ask_ok(proc, "'op': 'info'");
    assert_int_equal(events_of(proc, name), n);
}

static void submit(struct daemon_proc *proc, int n)
{
    for (int i = 0; i < n; i++)
        (void)submit_one(proc, "cust-001");
}

static void what_fails_at_a_step_is_seen_there(void **state)
{
    struct daemon_proc *proc = *state;
    const char *text = NULL;
    const struct json *step = NULL;

    submit(proc, 12);
    await_count(proc, "dlq_depth", 12, "'op': 'stats'");
    step = step_of(proc, "charge");
    assert_int_equal(int_at(step, "failed"), 12);
    assert_int_equal(int_at(step, "queued") + int_at(step, "processing"), 0);
    assert_int_equal(int_at(step_of(proc, "reserve"), "failed"), 0);
    assert_int_equal(int_at(step_of(proc, "ship"), "failed"), 0);
    text = text_at(ask_ok(proc, "'op': 'metrics'"), "text");
    check_line(text, "\ndofs_step_orders{step=\"charge\",status=\"FAILED\"} 12\n");
    check_line(text, "\ndofs_step_orders{step=\"ship\",status=\"QUEUED\"} 0\n");
    check_line(text, "\ndofs_step_done_total{step=\"reserve\"} 12\n");
    check_line(text, "\ndofs_step_done_total{step=\"charge\"} 0\n");
    check_line(text, "\ndofs_step_failed_total{step=\"charge\"} 12\n");
    check_line(text, "\ndofs_step_attempts_failed_total{step=\"charge\"} 24\n");
    check_line(text, "\ndofs_step_attempts_failed_total{step=\"reserve\"} 0\n");
    check_line(text, "\ndofs_step_oldest_seconds{step=\"charge\"} 0.000\n");
}

static void dead_letters_of_a_step_are_its_alarm_until_they_are_gone(void **state)
{
    struct daemon_proc *proc = *state;

    submit(proc, 12);
    await_alarm(proc, "dlq_depth/charge", "ALARM");
    assert_int_equal(int_at(find_alarm(proc, "dlq_depth/charge"), "value"), 12);
    await_alarm(proc, "failure_rate/charge", "ALARM");
    check_ok(proc, "dlq_depth/reserve");
    check_ok(proc, "failure_rate/reserve");
    check_ok(proc, "dlq_depth/ship");
    (void)ask_ok(proc, "'op': 'discard', 'all': true, 'note': 'gone'");
    await_alarm(proc, "dlq_depth/charge", "OK");
    /* They are FAILED still, though no longer in the queue of dead letters. */
    assert_int_equal(int_at(step_of(proc, "charge"), "failed"), 12);
}

/* Orders that wait at `ship` for more than a second. */
static void raise_age(struct daemon_proc *proc)
{
    submit(proc, 3);
    await_alarm(proc, "queue_age/ship", "ALARM");
    await_events(proc, "queue_age/ship", 1);
}

static void a_step_that_nobody_serves_is_an_alarm_of_its_own(void **state)
{
    struct daemon_proc *proc = *state;
    const struct json *step = NULL;

    raise_age(proc);
    check_ok(proc, "queue_age/reserve");
    check_ok(proc, "queue_age/charge");
    step = step_of(proc, "ship");
    assert_int_equal(int_at(step, "queued"), 3);
    assert_true(int_at(step, "oldest_ms") >= 1000);
    assert_int_equal(int_at(step_of(proc, "charge"), "queued"), 0);
    assert_int_equal(int_at(step_of(proc, "charge"), "oldest_ms"), 0);
    assert_true(int_at(ask_ok(proc, "'op': 'stats'"), "queue_oldest_ms") >= 1000);
    check_line(text_at(ask_ok(proc, "'op': 'metrics'"), "text"),
               "\ndofs_alarm{name=\"queue_age/ship\"} 1\n");
    (void)ask_ok(proc, "'op': 'alarm_ack', 'name': 'queue_age/ship'");
    assert_false(nil_at(find_alarm(proc, "queue_age/ship"), "acknowledged_by"));
    (void)ask_refused(proc, ERR_NOT_FOUND, "'op': 'alarm_ack', 'name': 'queue_age/bake'");
    for (int i = 0; i < 3; i++) {
        struct held held = step_scene_lease(proc, "ship");

        step_scene_complete(proc, &held, "sent");
    }
    await_count(proc, "fulfilled_total", 3, "'op': 'stats'");
    await_alarm(proc, "queue_age/ship", "OK");
    await_events(proc, "queue_age/ship", 3); /* raised, acknowledged, over */
    assert_int_equal(events_of(proc, "queue_age/charge"), 0);
}

static void an_alarm_of_a_step_stands_over_a_restart(void **state)
{
    struct daemon_proc *proc = *state;
    char since[64];

    raise_age(proc);
    assert_int_equal(
        sql_int(proc, "SELECT count(*) FROM alarms WHERE name='queue_age/ship' AND state=1"), 1);
    (void)snprintf(since, sizeof since, "%s",
                   text_at(find_alarm(proc, "queue_age/ship"), "since_at"));
    daemon_proc_kill(proc);
    daemon_proc_start(proc);
    for (int i = 0; i < 100000 && nil_at(find_alarm(proc, "dlq_depth"), "value"); i++)
        (void)ask_ok(proc, "'op': 'info'");
    await_alarm(proc, "queue_age/ship", "ALARM");
    assert_string_equal(text_at(find_alarm(proc, "queue_age/ship"), "since_at"), since);
    assert_int_equal(events_of(proc, "queue_age/ship"), 1);
}

static void a_step_that_is_gone_takes_its_alarms_along(void **state)
{
    struct daemon_proc *proc = *state;

    raise_age(proc);
    (void)ask_ok(proc, "'op': 'cancel', 'filter': 'status:QUEUED', 'reason': 'not sold here'");
    assert_int_equal(daemon_proc_stop(proc), 0);
    daemon_proc_configure(proc, STEP_POLICY "[steps]\norder = reserve, charge\n");
    daemon_proc_start(proc);
    for (int i = 0; i < 200000 && find_alarm(proc, "queue_age/ship") != NULL; i++)
        (void)ask_ok(proc, "'op': 'info'");
    assert_null(find_alarm(proc, "queue_age/ship"));
    check_ok(proc, "queue_age/charge");
    assert_int_equal(json_size(at(ask_ok(proc, "'op': 'stats'"), "steps")), 2);
}

static void one_step_has_its_row_but_no_alarms_of_its_own(void **state)
{
    struct daemon_proc *proc = *state;

    submit(proc, 2);
    await_count(proc, "fulfilled_total", 2, "'op': 'stats'");
    assert_int_equal(json_size(at(ask_ok(proc, "'op': 'stats'"), "steps")), 1);
    assert_true(at(step_of(proc, "fulfil"), "rate_1m") != NULL);
    check_line(text_at(ask_ok(proc, "'op': 'metrics'"), "text"),
               "\ndofs_step_done_total{step=\"fulfil\"} 2\n");
    assert_null(find_alarm(proc, "queue_age/fulfil"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STEP_TEST(what_fails_at_a_step_is_seen_there, CHARGE_FAILS),
        STEP_TEST(dead_letters_of_a_step_are_its_alarm_until_they_are_gone, CHARGE_FAILS),
        STEP_TEST(a_step_that_nobody_serves_is_an_alarm_of_its_own, NOBODY_SHIPS),
        STEP_TEST(an_alarm_of_a_step_stands_over_a_restart, NOBODY_SHIPS),
        STEP_TEST(a_step_that_is_gone_takes_its_alarms_along, NOBODY_SHIPS),
        STEP_TEST(one_step_has_its_row_but_no_alarms_of_its_own, STEP_POLICY),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
