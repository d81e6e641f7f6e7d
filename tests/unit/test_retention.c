/* When what is old is removed, and from which hour on it counts as old. */
#include "tests/lib/test.h"

#include <string.h>

#include "daemon/core/retention.h"
#include "shared/limits.h"
#include "tests/lib/hand_clock.h"

#define SECOND 1000000LL
#define DAY (86400 * SECOND)

/* What the retention stands on: one timer and an engine that keeps what it is given. They are
   found before the daemon's own. */
struct loop_source {
    void (*due)(void *self);
    void *self;
    int64_t at;
    bool freed;
};

static struct {
    struct hand_clock hand;
    struct loop_source timer;
    struct command *posted; /* NULL: nothing new */
    enum err add_timer, post;
    struct retention *retention;
} f;

enum err loop_add_timer(struct loop *loop, void (*due)(void *self), void *self,
                        struct loop_source **out)
{
    (void)loop;
    f.timer = (struct loop_source){.due = due, .self = self, .at = INT64_MAX};
    if (f.add_timer == OK)
        *out = &f.timer;
    return f.add_timer;
}

void loop_timer_set(struct loop_source *timer, int64_t mono_us)
{
    assert_false(timer->freed);
    timer->at = mono_us;
}

void loop_source_free(struct loop_source *source)
{
    source->freed = true;
}

enum err engine_post(struct engine *engine, struct command *first, struct why *why)
{
    (void)engine;
    (void)why;
    if (f.post == OK)
        f.posted = first;
    return f.post;
}

static int open_all(void **state)
{
    struct why why = {0};

    (void)state;
    memset(&f, 0, sizeof f);
    hand_clock_init(&f.hand);
    return retention_open(&f.retention, NULL, &f.hand.clock, NULL, &why) == OK ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    retention_close(f.retention);
    return 0;
}

/* Turns the clock until the timer is due; what was then asked for. */
static struct command *when_due(void)
{
    f.posted = NULL;
    hand_clock_turn(&f.hand, f.timer.at - clock_mono(&f.hand.clock));
    f.timer.at = INT64_MAX;
    f.timer.due(f.timer.self);
    return f.posted;
}

static void answer(struct command *command, enum err result, bool more)
{
    command->result = result;
    command->retain.more = more;
    command->done(command);
}

/* How long until the timer is due. */
static int64_t due_in(void)
{
    return f.timer.at - clock_mono(&f.hand.clock);
}

static void each_kind_is_old_after_its_own_time(void **state)
{
    static const struct retention_settings kept = {.fulfilled = 400 * DAY,
                                                   .cancelled = 300 * DAY,
                                                   .discarded = 200 * DAY,
                                                   .rejected = 30 * DAY,
                                                   .events = 90 * DAY};
    const struct command *command = NULL;
    int64_t now = 0;

    (void)state;
    retention_set(f.retention, &kept);
    command = when_due();
    assert_non_null(command);
    assert_int_equal(command->kind, COMMAND_RETAIN);
    assert_true(command->can_wait);
    now = HAND_CLOCK_WALL + 60 * SECOND;
    assert_int_equal(command->retain.rows.ended_before[STATUS_FULFILLED], now - 400 * DAY);
    assert_int_equal(command->retain.rows.ended_before[STATUS_CANCELLED], now - 300 * DAY);
    assert_int_equal(command->retain.rows.ended_before[STATUS_REJECTED], now - 30 * DAY);
    assert_int_equal(command->retain.rows.discarded_before, now - 200 * DAY);
    assert_int_equal(command->retain.rows.events_before, now - 90 * DAY);
    assert_int_equal(command->retain.rows.replays_before, now - 30 * DAY);
    assert_int_equal(command->retain.rows.limit, 200);
    answer(f.posted, OK, false);
}

static void no_order_that_goes_on_is_ever_old(void **state)
{
    static const struct retention_settings kept = {1, 1, 1, 1, 1};
    static const enum status going_on[] = {STATUS_QUEUED, STATUS_PROCESSING, STATUS_RETRYING,
                                           STATUS_FAILED};
    const struct command *command = NULL;

    (void)state;
    retention_set(f.retention, &kept);
    command = when_due();
    for (size_t i = 0; i < sizeof going_on / sizeof *going_on; i++)
        assert_int_equal(command->retain.rows.ended_before[going_on[i]], 0);
    answer(f.posted, OK, false);
}

static void nothing_is_old_that_is_kept_for_ever_or_longer_than_time_itself(void **state)
{
    static const struct retention_settings kept = {.cancelled = 36600 * DAY, .rejected = DAY};
    const struct command *command = NULL;

    (void)state;
    retention_set(f.retention, &kept);
    command = when_due();
    assert_int_equal(command->retain.rows.ended_before[STATUS_FULFILLED], 0);
    assert_int_equal(command->retain.rows.ended_before[STATUS_CANCELLED], 0);
    assert_true(command->retain.rows.ended_before[STATUS_REJECTED] > 0);
    assert_int_equal(command->retain.rows.discarded_before, 0);
    assert_int_equal(command->retain.rows.events_before, 0);
    answer(f.posted, OK, false);
}

static void it_looks_a_minute_after_the_start_and_then_every_hour(void **state)
{
    (void)state;
    assert_int_equal(due_in(), 60 * SECOND);
    answer(when_due(), OK, false);
    assert_int_equal(due_in(), 3600 * SECOND);
    answer(when_due(), OK, false);
    assert_int_equal(due_in(), 3600 * SECOND);
}

static void more_of_it_follows_soon_but_not_at_once(void **state)
{
    (void)state;
    answer(when_due(), OK, true);
    assert_int_equal(due_in(), SECOND / 5);
    answer(when_due(), OK, false);
    assert_int_equal(due_in(), 3600 * SECOND);
}

static void after_a_failure_it_is_tried_in_an_hour(void **state)
{
    (void)state;
    answer(when_due(), ERR_READ_ONLY, true);
    assert_int_equal(due_in(), 3600 * SECOND);
}

static void an_engine_with_no_room_is_asked_again_in_a_minute(void **state)
{
    (void)state;
    f.post = ERR_BUSY;
    assert_null(when_due());
    assert_int_equal(due_in(), 60 * SECOND);
    f.post = OK;
    assert_non_null(when_due());
    answer(f.posted, OK, false);
}

static void a_second_one_is_not_asked_for_while_one_is_under_way(void **state)
{
    struct command *first = when_due();

    (void)state;
    f.posted = NULL;
    f.timer.due(f.timer.self);
    assert_null(f.posted);
    answer(first, OK, false);
    assert_ptr_equal(when_due(), first);
    answer(first, OK, false);
}

static void the_end_of_one_under_way_sets_no_timer_once_closed(void **state)
{
    struct command *command = when_due();

    (void)state;
    retention_close(f.retention);
    f.retention = NULL;
    assert_true(f.timer.freed);
    answer(command, OK, true); /* frees it: a timer set now fails in the double above */
    assert_int_equal(f.timer.at, INT64_MAX);
}

static void without_a_timer_there_is_none(void **state)
{
    struct retention *untouched = NULL;
    struct why why = {0};

    (void)state;
    f.add_timer = ERR_INTERNAL;
    assert_int_equal(retention_open(&untouched, NULL, &f.hand.clock, NULL, &why), ERR_INTERNAL);
    assert_null(untouched);
    assert_string_equal(why.text, "cannot make the retention's timer");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)
    static const struct CMUnitTest tests[] = {
        TEST(each_kind_is_old_after_its_own_time),
        TEST(no_order_that_goes_on_is_ever_old),
        TEST(nothing_is_old_that_is_kept_for_ever_or_longer_than_time_itself),
        TEST(it_looks_a_minute_after_the_start_and_then_every_hour),
        TEST(more_of_it_follows_soon_but_not_at_once),
        TEST(after_a_failure_it_is_tried_in_an_hour),
        TEST(an_engine_with_no_room_is_asked_again_in_a_minute),
        TEST(a_second_one_is_not_asked_for_while_one_is_under_way),
        TEST(the_end_of_one_under_way_sets_no_timer_once_closed),
        TEST(without_a_timer_there_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
