/* A cancel of an order of several steps: what was done is undone, and what if that fails. */
#include "tests/lib/test.h"

#include "tests/lib/workflow_story.h"

#define UNDOING_CHARGE                                                                             \
    CHARGED, MOVE(DO_CANCEL, "UNDOING charge 0/2 cancelling, undo_started(charge by ann)")
#define UNDO_FAILED                                                                                \
    UNDOING_CHARGE, MOVE(DO_START, "UNDOING charge 1/2 cancelling, attempt_started(charge 1)"),    \
        MOVE(DO_FAIL_FOR_GOOD,                                                                     \
             "FAILED charge 1/2 cancelling +dead, undo_failed(charge 1) dead_lettered(charge 1)")

static void a_cancel_undoes_what_was_done_the_last_first(void **state)
{
    static const struct story stories[] = {
        {"QUEUED, nothing done",
         STORY_LIST,
         {{DO_CANCEL, "CANCELLED reserve 0/3, cancelled(by ann)"},
          {DO_CANCEL, "CANCELLED reserve 0/3, unchanged"}}},
        {"QUEUED, two done",
         STORY_LIST,
         {UNDOING_CHARGE,
          {DO_CANCEL, "UNDOING charge 0/2 cancelling, unchanged"},
          {DO_START, "UNDOING charge 1/2 cancelling, attempt_started(charge 1)"},
          {DO_CANCEL, "UNDOING charge 1/2 cancelling, unchanged"},
          {DO_FULFIL, "UNDOING reserve 0/3 cancelling, undone(charge 1)"},
          {DO_START, "UNDOING reserve 1/3 cancelling, attempt_started(reserve 1)"},
          {DO_FULFIL, "CANCELLED reserve 1/3, undone(reserve 1) cancelled(reserve 1)"}}},
        {"RETRYING, one done",
         STORY_LIST,
         {RESERVED,
          {DO_START, "PROCESSING charge 1/2, attempt_started(charge 1)"},
          {DO_FAIL, "RETRYING charge 1/2, attempt_failed(charge 1) retry_scheduled(charge 1)"},
          {DO_CANCEL, "UNDOING reserve 0/3 cancelling, undo_started(reserve by ann)"}}},
        {"HELD, one done",
         STORY_LIST,
         {RESERVED,
          {DO_HOLD, "HELD charge 0/2, held(by ann)"},
          {DO_CANCEL, "UNDOING reserve 0/3 cancelling, undo_started(reserve by ann)"}}},
        {"FAILED, one done",
         STORY_LIST,
         {RESERVED,
          {DO_START, "PROCESSING charge 1/2, attempt_started(charge 1)"},
          {DO_FAIL_FOR_GOOD,
           "FAILED charge 1/2 +dead, attempt_failed(charge 1) dead_lettered(charge 1)"},
          {DO_CANCEL, "UNDOING reserve 0/3 cancelling -dead, undo_started(reserve by ann)"}}},
        {"FAILED and discarded, one done",
         STORY_LIST,
         {RESERVED,
          {DO_START, "PROCESSING charge 1/2, attempt_started(charge 1)"},
          {DO_FAIL_FOR_GOOD,
           "FAILED charge 1/2 +dead, attempt_failed(charge 1) dead_lettered(charge 1)"},
          {DO_DISCARD, "FAILED charge 1/2 -dead, discarded(by ann)"},
          {DO_CANCEL, "UNDOING reserve 0/3 cancelling, undo_started(reserve by ann)"}}},
        {"replayed from the start, what the round before did",
         STORY_LIST,
         {CHARGED,
          {DO_START, "PROCESSING ship 1/1, attempt_started(ship 1)"},
          {DO_FAIL, "FAILED ship 1/1 +dead, attempt_failed(ship 1) dead_lettered(ship 1)"},
          {DO_REPLAY_START, "QUEUED reserve 0/3 -dead, replayed(by ann) queued(by ann)"},
          RESERVED,
          {DO_CANCEL, "UNDOING charge 0/2 cancelling, undo_started(charge by ann)"},
          {DO_START, "UNDOING charge 1/2 cancelling, attempt_started(charge 1)"},
          {DO_FULFIL, "UNDOING reserve 0/3 cancelling, undone(charge 1)"}}},
        {"steps without an undo are passed over",
         "reserve<,charge,ship",
         {CHARGED,
          {DO_CANCEL, "UNDOING reserve 0/3 cancelling, undo_started(reserve by ann)"},
          {DO_START, "UNDOING reserve 1/3 cancelling, attempt_started(reserve 1)"},
          {DO_FULFIL, "CANCELLED reserve 1/3, undone(reserve 1) cancelled(reserve 1)"}}},
        {"the step it is at is not undone",
         "reserve,charge<,ship",
         {RESERVED, {DO_CANCEL, "CANCELLED charge 0/2, cancelled(by ann)"}}},
        {"FULFILLED",
         STORY_LIST,
         {CHARGED,
          {DO_START, "PROCESSING ship 1/1, attempt_started(ship 1)"},
          {DO_FULFIL, "FULFILLED ship 1/1, fulfilled(ship 1)"},
          {DO_CANCEL, "wrong_state"}}},
    };

    (void)state;
    WORKFLOW_STORIES(stories);
}

#define CHARGING_CANCELLED                                                                         \
    RESERVED, MOVE(DO_START, "PROCESSING charge 1/2, attempt_started(charge 1)"),                  \
        MOVE(DO_CANCEL, "PROCESSING charge 1/2 cancelling,"),                                      \
        MOVE(DO_CANCEL, "PROCESSING charge 1/2 cancelling, unchanged")

static void a_noted_cancel_waits_for_the_end_of_the_attempt(void **state)
{
    static const struct story stories[] = {
        {"the step is done, and undone",
         STORY_LIST,
         {CHARGING_CANCELLED,
          {DO_FULFIL,
           "UNDOING charge 0/2 cancelling, step_done(charge 1) undo_started(charge by ann)"}}},
        {"the step is done, and has no undo",
         "reserve,charge,ship",
         {CHARGING_CANCELLED,
          {DO_FULFIL, "CANCELLED ship 0/1, step_done(charge 1) cancelled(by ann)"}}},
        {"failed",
         STORY_LIST,
         {CHARGING_CANCELLED,
          {DO_FAIL,
           "UNDOING reserve 0/3 cancelling, attempt_failed(charge 1) undo_started(reserve by "
           "ann)"}}},
        {"failed for good",
         STORY_LIST,
         {CHARGING_CANCELLED,
          {DO_FAIL_FOR_GOOD, "UNDOING reserve 0/3 cancelling, attempt_failed(charge 1) "
                             "undo_started(reserve by ann)"}}},
        {"failed, and nothing to undo",
         "reserve,charge,ship",
         {CHARGING_CANCELLED,
          {DO_FAIL, "CANCELLED charge 1/2, attempt_failed(charge 1) cancelled(charge 1)"}}},
        {"given back",
         STORY_LIST,
         {CHARGING_CANCELLED,
          {DO_GIVE_BACK, "UNDOING reserve 0/3 cancelling, undo_started(reserve by ann)"}}},
        {"cut short",
         STORY_LIST,
         {CHARGING_CANCELLED,
          {DO_CRASH,
           "UNDOING reserve 0/3 cancelling, recovered(charge 1) undo_started(reserve by ann)"}}},
        {"fulfilled by the last",
         STORY_LIST,
         {CHARGED,
          {DO_START, "PROCESSING ship 1/1, attempt_started(ship 1)"},
          {DO_CANCEL, "PROCESSING ship 1/1 cancelling,"},
          {DO_FULFIL, "FULFILLED ship 1/1, fulfilled(ship 1)"}}},
    };

    (void)state;
    WORKFLOW_STORIES(stories);
}

/* ---- undos that fail ---- */

static void an_undo_has_attempts_of_its_own(void **state)
{
    static const struct story stories[] = {
        {"tried again, then dead, then replayed",
         STORY_LIST,
         {UNDOING_CHARGE,
          {DO_START, "UNDOING charge 1/2 cancelling, attempt_started(charge 1)"},
          {DO_FAIL,
           "UNDOING charge 1/2 cancelling, undo_failed(charge 1) retry_scheduled(charge 1)"},
          {DO_START, "UNDOING charge 2/2 cancelling, attempt_started(charge 2)"},
          {DO_FAIL,
           "FAILED charge 2/2 cancelling +dead, undo_failed(charge 2) dead_lettered(charge 2)"},
          {DO_REPLAY,
           "UNDOING charge 0/2 cancelling -dead, replayed(by ann) undo_started(charge by ann)"},
          {DO_START, "UNDOING charge 1/2 cancelling, attempt_started(charge 1)"},
          {DO_FULFIL, "UNDOING reserve 0/3 cancelling, undone(charge 1)"}}},
        {"from the start makes no difference",
         STORY_LIST,
         {UNDO_FAILED,
          {DO_REPLAY_START,
           "UNDOING charge 0/2 cancelling -dead, replayed(by ann) undo_started(charge by ann)"}}},
        {"cancelled again",
         STORY_LIST,
         {UNDO_FAILED,
          {DO_CANCEL, "UNDOING charge 0/2 cancelling -dead, undo_started(charge by ann)"},
          {DO_START, "UNDOING charge 1/2 cancelling, attempt_started(charge 1)"},
          {DO_FULFIL, "UNDOING reserve 0/3 cancelling, undone(charge 1)"}}},
        {"discarded, and cancelled once more",
         STORY_LIST,
         {UNDO_FAILED,
          {DO_DISCARD, "FAILED charge 1/2 cancelling -dead, discarded(by ann)"},
          {DO_REPLAY, "wrong_state"},
          {DO_CANCEL, "UNDOING charge 0/2 cancelling, undo_started(charge by ann)"}}},
        {"given back",
         STORY_LIST,
         {UNDOING_CHARGE,
          {DO_START, "UNDOING charge 1/2 cancelling, attempt_started(charge 1)"},
          {DO_GIVE_BACK, "UNDOING charge 0/2 cancelling, given_back(charge 1)"},
          {DO_START, "UNDOING charge 1/2 cancelling, attempt_started(charge 1)"}}},
        {"cut short",
         STORY_LIST,
         {UNDOING_CHARGE,
          {DO_START, "UNDOING charge 1/2 cancelling, attempt_started(charge 1)"},
          {DO_CRASH,
           "UNDOING charge 1/2 cancelling, recovered(charge 1) retry_scheduled(charge 1)"},
          {DO_START, "UNDOING charge 2/2 cancelling, attempt_started(charge 2)"},
          {DO_CRASH,
           "FAILED charge 2/2 cancelling +dead, recovered(charge 2) dead_lettered(charge 2)"}}},
    };

    (void)state;
    WORKFLOW_STORIES(stories);
}

static void while_it_is_undone_nothing_else_is_done_to_it(void **state)
{
    static const struct story stories[] = {
        {"waiting",
         STORY_LIST,
         {UNDOING_CHARGE,
          {DO_FULFIL, "wrong_state"},
          {DO_FAIL, "wrong_state"},
          {DO_CRASH, "wrong_state"},
          {DO_HOLD, "wrong_state"},
          {DO_RELEASE, "wrong_state"},
          {DO_DISCARD, "wrong_state"},
          {DO_REPLAY, "wrong_state"},
          {DO_RETRY_NOW, "UNDOING charge 0/2 cancelling, unchanged"}}},
        {"under way",
         STORY_LIST,
         {UNDOING_CHARGE,
          {DO_START, "UNDOING charge 1/2 cancelling, attempt_started(charge 1)"},
          {DO_START, "wrong_state"},
          {DO_HOLD, "wrong_state"},
          {DO_RELEASE, "wrong_state"},
          {DO_DISCARD, "wrong_state"},
          {DO_REPLAY, "wrong_state"},
          {DO_RETRY_NOW, "wrong_state"}}},
        {"waiting for a retry",
         STORY_LIST,
         {UNDOING_CHARGE,
          {DO_START, "UNDOING charge 1/2 cancelling, attempt_started(charge 1)"},
          {DO_FAIL,
           "UNDOING charge 1/2 cancelling, undo_failed(charge 1) retry_scheduled(charge 1)"},
          {DO_HOLD, "wrong_state"},
          {DO_RETRY_NOW, "UNDOING charge 1/2 cancelling, retried_now(by ann)"},
          {DO_RETRY_NOW, "UNDOING charge 1/2 cancelling, unchanged"}}},
    };

    (void)state;
    WORKFLOW_STORIES(stories);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cancel_undoes_what_was_done_the_last_first),
        cmocka_unit_test(a_noted_cancel_waits_for_the_end_of_the_attempt),
        cmocka_unit_test(an_undo_has_attempts_of_its_own),
        cmocka_unit_test(while_it_is_undone_nothing_else_is_done_to_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
