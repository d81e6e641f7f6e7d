/* The handover of command chains: order, room, and when it wakes whom. */
#include "tests/lib/test.h"

#include <pthread.h>

#include "daemon/core/command.h"
#include "daemon/core/inbox.h"

#define LONG_US (60 * 1000000LL) /* longer than the test may last */

static struct inbox_chain chain_of(struct command *commands, size_t n, bool urgent)
{
    for (size_t i = 0; i + 1 < n; i++)
        commands[i].next = &commands[i + 1];
    commands[n - 1].next = NULL;
    return (struct inbox_chain){&commands[0], &commands[n - 1], n, urgent};
}

static void chains_come_out_in_the_order_they_went_in(void **state)
{
    struct inbox *inbox = inbox_new();
    struct command a[2] = {0};
    struct command b[3] = {0};
    struct inbox_chain first = chain_of(a, 2, true);
    struct inbox_chain second = chain_of(b, 3, true);
    struct command *got = NULL;

    (void)state;
    assert_true(inbox_put(inbox, &first, 10));
    assert_true(inbox_put(inbox, &second, 10));
    got = inbox_take(inbox, 0, 0);
    assert_ptr_equal(got, &a[0]);
    assert_ptr_equal(got->next->next, &b[0]);
    assert_ptr_equal(got->next->next->next->next, &b[2]);
    assert_null(got->next->next->next->next->next);
    assert_true(inbox_empty(inbox));
    assert_null(inbox_take(inbox, 0, 0));
    inbox_free(inbox);
}

static void what_was_taken_still_counts_until_it_is_settled(void **state)
{
    struct inbox *inbox = inbox_new();
    struct command a[3] = {0};
    struct command b[2] = {0};
    struct inbox_chain first = chain_of(a, 3, true);
    struct inbox_chain second = chain_of(b, 2, true);

    (void)state;
    assert_true(inbox_put(inbox, &first, 4));
    assert_non_null(inbox_take(inbox, 0, 0));
    assert_false(inbox_put(inbox, &second, 4));
    assert_int_equal(inbox_unsettled(inbox), 3);
    inbox_settle(inbox, 1);
    assert_true(inbox_put(inbox, &second, 4));
    assert_int_equal(inbox_unsettled(inbox), 4);
    inbox_free(inbox);
}

static void a_chain_heavier_than_the_bound_still_fits_alone(void **state)
{
    struct inbox *inbox = inbox_new();
    struct command a[5] = {0};
    struct command b[1] = {0};
    struct inbox_chain first = chain_of(a, 5, true);
    struct inbox_chain second = chain_of(b, 1, true);

    (void)state;
    assert_true(inbox_put(inbox, &first, 2));
    assert_false(inbox_put(inbox, &second, 2));
    inbox_free(inbox);
}

static void what_can_wait_is_not_taken_before_its_share_of_time(void **state)
{
    struct inbox *inbox = inbox_new();
    struct command a[1] = {0};
    struct inbox_chain chain = chain_of(a, 1, false);

    (void)state;
    assert_true(inbox_put(inbox, &chain, 10));
    assert_null(inbox_take(inbox, LONG_US, 0));
    assert_false(inbox_empty(inbox));
    assert_ptr_equal(inbox_take(inbox, 0, LONG_US), &a[0]);
    inbox_free(inbox);
}

static void something_urgent_takes_along_what_can_wait(void **state)
{
    struct inbox *inbox = inbox_new();
    struct command a[1] = {0};
    struct command b[1] = {0};
    struct inbox_chain patient = chain_of(a, 1, false);
    struct inbox_chain urgent = chain_of(b, 1, true);
    struct command *got = NULL;

    (void)state;
    assert_true(inbox_put(inbox, &patient, 10));
    assert_true(inbox_put(inbox, &urgent, 10));
    got = inbox_take(inbox, LONG_US, 0);
    assert_ptr_equal(got, &a[0]);
    assert_ptr_equal(got->next, &b[0]);
    inbox_free(inbox);
}

static void *take_one(void *self)
{
    return inbox_take(self, LONG_US, INT64_MAX);
}

static void a_put_wakes_whoever_waits(void **state)
{
    struct inbox *inbox = inbox_new();
    struct command a[1] = {0};
    struct inbox_chain chain = chain_of(a, 1, true);
    pthread_t thread;
    void *got = NULL;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, take_one, inbox), 0);
    assert_true(inbox_put(inbox, &chain, 10));
    assert_int_equal(pthread_join(thread, &got), 0);
    assert_ptr_equal(got, &a[0]);
    inbox_free(inbox);
}

static void closing_wakes_whoever_waits_and_leaves_what_is_there(void **state)
{
    struct inbox *inbox = inbox_new();
    struct command a[1] = {0};
    struct command b[1] = {0};
    struct inbox_chain patient = chain_of(a, 1, false);
    struct inbox_chain late = chain_of(b, 1, true);
    pthread_t thread;
    void *got = &thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, take_one, inbox), 0);
    inbox_close(inbox);
    assert_int_equal(pthread_join(thread, &got), 0);
    assert_null(got);
    inbox_free(inbox);

    inbox = inbox_new();
    assert_true(inbox_put(inbox, &patient, 10));
    inbox_close(inbox);
    assert_true(inbox_closed(inbox));
    assert_false(inbox_put(inbox, &late, 10));
    assert_ptr_equal(inbox_take(inbox, LONG_US, INT64_MAX), &a[0]);
    assert_null(inbox_take(inbox, LONG_US, INT64_MAX));
    inbox_free(inbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chains_come_out_in_the_order_they_went_in),
        cmocka_unit_test(what_was_taken_still_counts_until_it_is_settled),
        cmocka_unit_test(a_chain_heavier_than_the_bound_still_fits_alone),
        cmocka_unit_test(what_can_wait_is_not_taken_before_its_share_of_time),
        cmocka_unit_test(something_urgent_takes_along_what_can_wait),
        cmocka_unit_test(a_put_wakes_whoever_waits),
        cmocka_unit_test(closing_wakes_whoever_waits_and_leaves_what_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
