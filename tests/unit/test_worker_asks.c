/* Those who wait for leases: who gets what, and what may be promised to whom. */
#include "tests/lib/test.h"

#include "daemon/handler/worker_asks.h"
#include "tests/lib/hand_clock.h"

enum { PICK, PACK, POOLS };
enum { FIRST, SECOND, THIRD, ASKS };

#define BIT(pool) (1U << (pool))
#define ALL (BIT(PICK) | BIT(PACK))

struct queue {
    struct hand_clock clock;
    struct worker_asks asks;
    struct worker_ask ask[ASKS];
    int answered[ASKS];
};

static void on_answer(struct worker_ask *ask)
{
    ++*(int *)ask->self;
}

static bool has_gone(const struct worker_ask *ask)
{
    (void)ask;
    return false;
}

static void begin(struct queue *q)
{
    *q = (struct queue){.asks = {.wait_until = INT64_MAX, .coming = {.n = POOLS}}};
    hand_clock_init(&q->clock);
    q->asks.clock = &q->clock.clock;
}

/* The i-th comes, with room for so many. */
static void come(struct queue *q, size_t i, uint32_t serves, size_t max)
{
    q->ask[i] = (struct worker_ask){.worker = SLICE("w"),
                                    .wait_us = 100000,
                                    .serves = serves,
                                    .max = max,
                                    .gone = has_gone,
                                    .answer = on_answer,
                                    .self = &q->answered[i]};
    assert_int_equal(worker_asks_put(&q->asks, &q->ask[i], NULL), OK);
}

static size_t wants(struct queue *q, size_t pool)
{
    return worker_asks_wants(&q->asks, pool, 1000);
}

static void pass(struct queue *q, size_t picks, size_t packs)
{
    assert_false(worker_asks_passed(&q->asks, PICK, picks, false));
    assert_true(worker_asks_passed(&q->asks, PACK, packs, false));
}

/* As the handler does. */
static void get(struct queue *q, struct worker_ask *ask)
{
    q->asks.n_served += ask->n == 0;
    ask->n++;
}

static void a_place_is_promised_to_one_pool_only(void **state)
{
    struct queue q;

    (void)state;
    begin(&q);
    come(&q, FIRST, ALL, 3);
    assert_int_equal(wants(&q, PICK), 3);
    assert_int_equal(wants(&q, PACK), 3);
    worker_asks_promised(&q.asks, PICK, 2);
    assert_int_equal(wants(&q, PICK), 1);
    assert_int_equal(wants(&q, PACK), 1);
    worker_asks_promised(&q.asks, PACK, 1);
    assert_int_equal(wants(&q, PICK) + wants(&q, PACK), 0);
    pass(&q, 0, 1); /* the picks came to nothing: their places are free again */
    assert_int_equal(wants(&q, PACK), 2);
}

static void who_serves_one_step_alone_is_free_for_it(void **state)
{
    struct queue q;

    (void)state;
    begin(&q);
    come(&q, FIRST, BIT(PACK), 1);
    come(&q, SECOND, ALL, 1);
    worker_asks_promised(&q.asks, PICK, 1); /* the second's */
    assert_int_equal(wants(&q, PICK), 0);
    assert_int_equal(wants(&q, PACK), 1);
}

static void no_more_is_promised_than_may_be_held(void **state)
{
    struct queue q;

    (void)state;
    begin(&q);
    come(&q, FIRST, ALL, 10);
    worker_asks_promised(&q.asks, PICK, 2);
    assert_int_equal(worker_asks_wants(&q.asks, PACK, 5), 3);
    assert_int_equal(worker_asks_wants(&q.asks, PACK, 2), 0);
    assert_int_equal(worker_asks_wants(&q.asks, PACK, 1), 0);
}

static void the_first_to_come_of_those_who_serve_it_is_next(void **state)
{
    struct queue q;

    (void)state;
    begin(&q);
    come(&q, FIRST, BIT(PICK), 1);
    come(&q, SECOND, BIT(PACK), 1);
    come(&q, THIRD, ALL, 1);
    assert_ptr_equal(worker_asks_next(&q.asks, PACK), &q.ask[SECOND]);
    get(&q, &q.ask[SECOND]);
    assert_ptr_equal(worker_asks_next(&q.asks, PACK), &q.ask[THIRD]);
    get(&q, &q.ask[THIRD]);
    assert_null(worker_asks_next(&q.asks, PACK));
    assert_ptr_equal(worker_asks_next(&q.asks, PICK), &q.ask[FIRST]);
}

static void who_got_something_waits_only_for_what_is_coming_to_it(void **state)
{
    struct queue q;

    (void)state;
    begin(&q);
    come(&q, FIRST, BIT(PICK), 2);
    come(&q, SECOND, BIT(PACK), 2);
    get(&q, &q.ask[FIRST]);
    get(&q, &q.ask[SECOND]);
    pass(&q, 0, 1); /* one more for the second alone */
    assert_int_equal(q.answered[FIRST], 1);
    assert_int_equal(q.answered[SECOND], 0);
    pass(&q, 0, 0);
    assert_int_equal(q.answered[SECOND], 1);
}

static void whose_time_is_up_is_answered_unless_something_is_coming_to_it(void **state)
{
    struct queue q;

    (void)state;
    begin(&q);
    come(&q, FIRST, BIT(PICK), 1);
    come(&q, SECOND, BIT(PACK), 1);
    come(&q, THIRD, BIT(PICK), 1);
    pass(&q, 0, 0); /* each has its chance */
    hand_clock_turn(&q.clock, 200000);
    pass(&q, 1, 0);
    assert_int_equal(q.answered[FIRST], 0);
    assert_int_equal(q.answered[SECOND], 1);
    assert_int_equal(q.answered[THIRD], 1);
    assert_false(worker_asks_passed(&q.asks, PICK, 0, true)); /* there may be more to start */
    assert_true(worker_asks_passed(&q.asks, PACK, 0, false));
    assert_int_equal(q.answered[FIRST], 0);
    pass(&q, 0, 0);
    assert_int_equal(q.answered[FIRST], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_promised_to_one_pool_only),
        cmocka_unit_test(who_serves_one_step_alone_is_free_for_it),
        cmocka_unit_test(no_more_is_promised_than_may_be_held),
        cmocka_unit_test(the_first_to_come_of_those_who_serve_it_is_next),
        cmocka_unit_test(who_got_something_waits_only_for_what_is_coming_to_it),
        cmocka_unit_test(whose_time_is_up_is_answered_unless_something_is_coming_to_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
