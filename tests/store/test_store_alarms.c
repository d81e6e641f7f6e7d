/* What store_alarm.h promises, on every backend. */
#include "tests/lib/store_scene.h"

#include <math.h>
#include <stdio.h>

#include "daemon/store/store_alarm.h"

static void keep(struct store_scene *f, const struct alarm_row *alarm)
{
    must(f, store_begin(f->store, &f->why));
    must(f, store_alarm_keep(f->store, alarm, &f->why));
    must(f, store_commit(f->store, &f->why));
}

static void take(void *self, const struct alarm_row *alarm)
{
    struct store_scene_lines *lines = self;

    assert_true(isnan(alarm->value) && isnan(alarm->threshold));
    lines->len += (size_t)snprintf(
        lines->text + lines->len, sizeof(lines->text) - lines->len, "%.*s %s +%lld %.*s\n",
        SLICE_ARGS(alarm->name), alarm_state(alarm->alarm), (long long)(alarm->since_at - T0),
        SLICE_ARGS(alarm->acknowledged_by.p != NULL ? alarm->acknowledged_by : SLICE("nobody")));
}

static void assert_kept(struct store_scene *f, const char *wanted)
{
    struct store_scene_lines lines = {.len = 0};

    must(f, store_alarm_all(f->reader, take, &lines, &f->why));
    assert_string_equal(wanted, lines.text);
}

static void each_alarm_is_kept_as_it_was_last(void **state)
{
    struct store_scene *f = *state;

    assert_kept(f, "");
    keep(f, &(struct alarm_row){.name = SLICE("stalled"), .alarm = true, .since_at = T0 + 1});
    keep(f, &(struct alarm_row){
                .name = SLICE("queue_age/charge"), .alarm = true, .value = 7, .since_at = T0 + 2});
    keep(f, &(struct alarm_row){.name = SLICE("stalled"),
                                .alarm = true,
                                .since_at = T0 + 1,
                                .acknowledged_by = SLICE("ana")});
    assert_kept(f, "queue_age/charge ALARM +2 nobody\nstalled ALARM +1 ana\n");
    keep(f, &(struct alarm_row){.name = SLICE("stalled"), .since_at = T0 + 3});
    assert_kept(f, "queue_age/charge ALARM +2 nobody\nstalled OK +3 nobody\n");
}

static void one_that_was_not_committed_is_not_kept(void **state)
{
    struct store_scene *f = *state;
    const struct alarm_row alarm = {.name = SLICE("stalled"), .alarm = true, .since_at = T0};

    must(f, store_begin(f->store, &f->why));
    must(f, store_alarm_keep(f->store, &alarm, &f->why));
    store_rollback(f->store);
    assert_kept(f, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_TESTS(each_alarm_is_kept_as_it_was_last),
        STORE_SCENE_TESTS(one_that_was_not_committed_is_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
