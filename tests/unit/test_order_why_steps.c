/* What is said of orders with several steps: where they stand, what a cancel would undo. */
#include "tests/lib/test.h"

#include "tests/lib/why_case.h"

#define NO_ID "00000000-0000-0000-0000-000000000000"

static const struct pair results[] = {{SLICE_OF("reserve"), SLICE_OF("bin 7\nshelf 2")},
                                      {SLICE_OF("pay"), SLICE_OF("receipt 12")}};

static const struct why_case cases[] = {
    {"at the second step of three",
     {.status = STATUS_QUEUED, .max_attempts = 3, STEPS("pay"), RESULTS(1)},
     false,
     false,
     ENTRIES(BEGUN, AT(ATTEMPT_STARTED, 50, 1, "reserve", ""), AT(STEP_DONE, 49, 1, "reserve", "")),
     SUBMITTED "'reserve' was done 49s ago\n",
     "Attempt 1 of 3 at 'pay' starts as soon as its turn comes. Then comes 'ship'.",
     "hold cancel ",
     "It is at step 2 of 3, 'pay'. Done: 'reserve' (bin 7).",
     "withdraws it and undoes what is done: reserve"},
    {"retrying at the first of three, nothing to undo",
     {.status = STATUS_RETRYING, .attempts = 1, .max_attempts = 3, STEPS("reserve")},
     false,
     false,
     ENTRIES(BEGUN, AT(ATTEMPT_STARTED, 50, 1, "reserve", ""),
             AT(ATTEMPT_FAILED, 49, 1, "reserve", "empty"), AGAIN(1, 49)),
     SUBMITTED "Attempt 1 at 'reserve' failed 49s ago: empty\n",
     "Attempt 2 of 3 at 'reserve' is due now. Then come 'pay', 'ship'.",
     "retry hold cancel ",
     "It is at step 1 of 3, 'reserve'.",
     "withdraws it"},
    {"processing the second of three, a cancel noted",
     {.status = STATUS_PROCESSING,
      .attempts = 1,
      .max_attempts = 3,
      .cancelling = true,
      STEPS("pay"),
      RESULTS(1)},
     false,
     false,
     ENTRIES(BEGUN),
     NULL,
     "Attempt 1 of 3 at 'pay' is under way. When it ends, the order is cancelled, as was asked. "
     "Then is undone: pay (if done), reserve.",
     "",
     NULL,
     NULL},
    {"processing the last of three, which a cancel does not stop",
     {.status = STATUS_PROCESSING,
      .attempts = 1,
      .max_attempts = 3,
      .updated_at = NOW,
      STEPS("ship"),
      RESULTS(2)},
     false,
     false,
     ENTRIES(BEGUN),
     SUBMITTED "Attempt 1 at 'ship' began 0s ago\n",
     "Attempt 1 of 3 at 'ship' is under way. If it fails, another one follows after a delay. It "
     "is the last step.",
     "cancel ",
     "It is at step 3 of 3, 'ship'. Done: 'reserve' (bin 7), 'pay' (receipt 12).",
     "withdraws it and undoes what is done, after the running attempt ends: pay, reserve"},
    {"failed at the second of three",
     {.status = STATUS_FAILED, .attempts = 3, .max_attempts = 3, STEPS("pay"), RESULTS(1)},
     false,
     false,
     ENTRIES(BEGUN, AT(STEP_DONE, 49, 1, "reserve", ""),
             AT(ATTEMPT_FAILED, 45, 1, "pay", "timeout"), AT(RETRY_SCHEDULED, 45, 1, "pay", ""),
             AT(ATTEMPT_FAILED, 40, 2, "pay", "timeout"), AT(DEAD_LETTERED, 40, 2, "pay", "")),
     SUBMITTED "'reserve' was done 49s ago\n"
               "Attempts 1 to 2 at 'pay' failed, the last 40s ago: timeout\n"
               "It was given up and went to the dead-letter queue 40s ago\n",
     "Nothing by itself: it stays in the dead-letter queue until it is replayed, discarded or "
     "cancelled.",
     "replay replay amend discard cancel ",
     "It is at step 2 of 3, 'pay'. Done: 'reserve' (bin 7).",
     "withdraws it and undoes what is done: reserve"},
    {"fulfilled in three",
     {.status = STATUS_FULFILLED, STEPS("ship"), RESULTS(2), .result = SLICE_OF("parcel 3")},
     false,
     false,
     ENTRIES(BEGUN, AT(STEP_DONE, 49, 1, "reserve", ""), AT(STEP_DONE, 48, 1, "pay", ""),
             AT(FULFILLED, 40, 1, "ship", "")),
     SUBMITTED "'reserve' was done 49s ago\n'pay' was done 48s ago\n"
               "Attempt 1 at 'ship' fulfilled it 40s ago\n",
     "Nothing more: it is done.",
     "",
     "All its 3 steps are done: 'reserve' (bin 7), 'pay' (receipt 12), 'ship' (parcel 3).",
     NULL},
    {"undoing, an attempt under way",
     {.status = STATUS_UNDOING,
      .cancelling = true,
      .attempts = 1,
      .max_attempts = 3,
      STEPS("pay"),
      RESULTS(2)},
     false,
     false,
     ENTRIES(BEGUN, ENTRY(UNDO_STARTED, 30, 0, "bob", "customer asked"),
             AT(ATTEMPT_STARTED, 20, 1, "pay", "")),
     SUBMITTED "It began to be undone 30s ago by bob: customer "
               "asked\nAttempt 1 to undo 'pay' began 20s ago\n",
     "Attempt 1 of 3 to undo 'pay' is under way. Left to undo after it: reserve; then the order is "
     "cancelled.",
     "",
     "It is at step 2 of 3, the undo of 'pay'. Done: 'reserve' (bin 7), 'pay' (receipt 12).",
     NULL},
    {"undoing, waiting for its next attempt, while paused",
     {.status = STATUS_UNDOING,
      .cancelling = true,
      .attempts = 1,
      .max_attempts = 3,
      .next_attempt_at = NOW + 90 * S,
      STEPS("reserve"),
      RESULTS(1)},
     true,
     false,
     ENTRIES(BEGUN, ENTRY(UNDO_STARTED, 30, 0, "bob", ""), AT(UNDONE, 25, 1, "pay", ""),
             AT(ATTEMPT_STARTED, 20, 1, "reserve", ""), AT(UNDO_FAILED, 19, 1, "reserve", "locked"),
             AT(RETRY_SCHEDULED, 19, 1, "reserve", "")),
     SUBMITTED "It began to be undone 30s ago by bob\n"
               "'pay' was undone 25s ago\nAttempt 1 to undo 'reserve' failed 19s ago: locked\n",
     "Attempt 2 of 3 to undo 'reserve' is due in 1m, at 2023-11-14T22:14:50.000000Z. Then the "
     "order is cancelled. But the daemon is paused",
     "resume ",
     "It is at step 1 of 3, the undo of 'reserve'. Done: 'reserve' (bin 7).",
     NULL},
    {"undoing, waiting for its next attempt",
     {.status = STATUS_UNDOING,
      .attempts = 1,
      .max_attempts = 3,
      .next_attempt_at = NOW + 90 * S,
      STEPS("reserve")},
     false,
     false,
     ENTRIES(BEGUN),
     NULL,
     "Attempt 2 of 3 to undo 'reserve' is due in 1m",
     "retry ",
     NULL,
     NULL},
    {"undoing, its turn to come",
     {.status = STATUS_UNDOING, .max_attempts = 3, STEPS("reserve")},
     false,
     false,
     ENTRIES(BEGUN, ENTRY(UNDO_STARTED, 30, 0, "bob", "")),
     NULL,
     "Attempt 1 of 3 to undo 'reserve' starts as soon as its turn comes. Then the order is "
     "cancelled.",
     "",
     NULL,
     NULL},
    {"failed at an undo",
     {.status = STATUS_FAILED,
      .cancelling = true,
      .attempts = 3,
      .max_attempts = 3,
      STEPS("pay"),
      RESULTS(2)},
     false,
     false,
     ENTRIES(BEGUN, ENTRY(UNDO_STARTED, 30, 0, "bob", ""), AT(UNDO_FAILED, 20, 3, "pay", "refused"),
             AT(DEAD_LETTERED, 20, 3, "pay", "")),
     SUBMITTED "It began to be undone 30s ago by bob\n"
               "Attempt 3 to undo 'pay' failed 20s ago: refused\n"
               "It was given up and went to the dead-letter queue 20s ago\n",
     "Nothing by itself: 'pay' could not be undone. It stays in the dead-letter queue until a "
     "replay or a cancel goes on with the undo.",
     "replay amend discard cancel ",
     "It is at step 2 of 3, the undo of 'pay'.",
     "goes on with the undo: pay, reserve"},
};

static void orders_with_steps_have_their_story(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        why_case_check(&cases[i]);
}

static void a_replay_goes_on_or_starts_anew(void **state)
{
    /* nothing is done of the first: there is nothing to choose */
    const struct order later = {.status = STATUS_FAILED, STEPS("pay")};
    const struct order first = {.status = STATUS_FAILED, STEPS("reserve")};
    struct order_why_facts facts = {.order = &later, .now_us = NOW};
    struct arena arena = {0};
    struct order_why why;

    (void)state;
    order_why(&facts, &arena, &why);
    assert_string_equal(why.commands[0].does,
                        "puts it back to work at 'pay', with what the steps before it handed on");
    assert_true(slice_is(why.commands[1].line, "dofs replay " NO_ID " --from start"));
    assert_string_equal(why.commands[1].does, "runs all its steps again, with a new key");
    facts.order = &first;
    order_why(&facts, &arena, &why);
    assert_true(slice_starts(why.commands[1].line, SLICE("dofs amend ")));
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_with_steps_have_their_story),
        cmocka_unit_test(a_replay_goes_on_or_starts_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
