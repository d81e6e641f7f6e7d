/* What is said of an order, for each status: what happened, what is next, which commands help. */
#include "tests/lib/test.h"

#include <string.h>

#include "tests/lib/why_case.h"

static const struct why_case cases[] = {
    {"queued",
     {.status = STATUS_QUEUED, .max_attempts = 3},
     false,
     false,
     ENTRIES(BEGUN),
     SUBMITTED,
     "Attempt 1 of 3 starts as soon as its turn comes.",
     "hold cancel ",
     NULL,
     NULL},
    {"queued, later, paused",
     {.status = STATUS_QUEUED, .max_attempts = 3, .not_before = NOW + 7200 * S},
     true,
     false,
     ENTRIES(BEGUN),
     SUBMITTED,
     "Attempt 1 of 3 starts no sooner than in 2h, at 2023-11-15T00:13:20.000000Z, as the order "
     "asks. But the daemon is paused: no attempt starts until it is resumed.",
     "resume hold cancel ",
     NULL,
     NULL},
    {"processing",
     {.status = STATUS_PROCESSING, .attempts = 2, .max_attempts = 3, .updated_at = NOW - 3 * S},
     false,
     false,
     ENTRIES(BEGUN, FAIL(1, 50, "timeout"), AGAIN(1, 50), TRY(2, 3)),
     SUBMITTED "Attempt 1 failed 50s ago: timeout\nAttempt 2 began 3s ago\n",
     "Attempt 2 of 3 is under way. If it fails, another one follows after a delay.",
     "cancel ",
     NULL,
     NULL},
    {"processing for the last time",
     {.status = STATUS_PROCESSING, .attempts = 3, .max_attempts = 3, .updated_at = NOW},
     false,
     false,
     ENTRIES(BEGUN),
     SUBMITTED "Attempt 3 began 0s ago\n",
     "Attempt 3 of 3 is under way. If it fails, the order goes to the dead-letter queue.",
     "cancel ",
     NULL,
     NULL},
    {"processing, a cancel noted",
     {.status = STATUS_PROCESSING, .attempts = 1, .max_attempts = 3, .cancelling = true},
     false,
     false,
     ENTRIES(BEGUN),
     NULL,
     "Attempt 1 of 3 is under way. If it fails, the order is cancelled, as was asked.",
     "",
     NULL,
     NULL},
    {"retrying",
     {.status = STATUS_RETRYING, .attempts = 1, .max_attempts = 3, .next_attempt_at = NOW + 90 * S},
     false,
     false,
     ENTRIES(BEGUN, FAIL(1, 5, "timeout"), AGAIN(1, 5)),
     SUBMITTED "Attempt 1 failed 5s ago: timeout\n",
     "Attempt 2 of 3 is due in 1m, at 2023-11-14T22:14:50.000000Z.",
     "retry hold cancel ",
     NULL,
     NULL},
    {"retrying while it drains",
     {.status = STATUS_RETRYING, .attempts = 1, .max_attempts = 3, .next_attempt_at = NOW - 1},
     false,
     true,
     ENTRIES(BEGUN, FAIL(1, 5, "timeout"), AGAIN(1, 5)),
     NULL,
     "Attempt 2 of 3 is due now. But the daemon is draining: no attempt starts until it is "
     "resumed.",
     "resume hold cancel ",
     NULL,
     NULL},
    {"held",
     {.status = STATUS_HELD},
     false,
     false,
     ENTRIES(BEGUN, ENTRY(HELD, 20, 0, "bob", "a look"), ENTRY(AMENDED, 10, 0, "bob", "ref")),
     SUBMITTED "It was held 20s ago by bob: a look\nIt was amended 10s ago by bob: ref\n",
     "Nothing by itself: it is held until somebody releases or cancels it.",
     "amend release cancel ",
     NULL,
     NULL},
    {"fulfilled after a stop",
     {.status = STATUS_FULFILLED, .attempts = 1},
     false,
     false,
     ENTRIES(BEGUN, TRY(1, 30), ENTRY(GIVEN_BACK, 30, 1, "dofsd", ""), TRY(1, 20),
             ENTRY(FULFILLED, 20, 1, "dofsd", "")),
     SUBMITTED "Attempt 1 was given back by a stop, and does not count, 30s ago\n"
               "Attempt 1 fulfilled it 20s ago\n",
     "Nothing more: it is done.",
     "",
     NULL,
     NULL},
    {"failed",
     {.status = STATUS_FAILED, .attempts = 3, .max_attempts = 3},
     false,
     false,
     ENTRIES(BEGUN, DIED),
     SUBMITTED TRIED "It was given up and went to the dead-letter queue 40s ago\n",
     "Nothing by itself: it stays in the dead-letter queue until it is replayed, discarded or "
     "cancelled.",
     "replay amend discard cancel ",
     NULL,
     NULL},
    {"failed by different reasons, the last a crash",
     {.status = STATUS_FAILED, .attempts = 2, .max_attempts = 2},
     false,
     false,
     ENTRIES(BEGUN, FAIL(1, 50, "timeout"), AGAIN(1, 50), TRY(2, 45),
             ENTRY(RECOVERED, 44, 2, "dofsd", "daemon stopped during the attempt")),
     SUBMITTED "Attempts 1 to 2 failed, the last 44s ago, for several reasons, at last: daemon "
               "stopped during the attempt\n",
     "Nothing by itself",
     "replay amend discard cancel ",
     NULL,
     NULL},
    {"failed and discarded",
     {.status = STATUS_FAILED},
     false,
     false,
     ENTRIES(BEGUN, DIED, ENTRY(DISCARDED, 10, 0, "bob", "gone")),
     SUBMITTED TRIED "It was given up and went to the dead-letter queue 40s ago\n"
                     "It was dropped from the dead-letter queue for good 10s ago by bob: gone\n",
     "Nothing: it was dropped from the dead-letter queue.",
     "cancel ",
     NULL,
     NULL},
    {"replayed, retried at once",
     {.status = STATUS_QUEUED, .max_attempts = 3, .replays = 1},
     false,
     false,
     ENTRIES(BEGUN, DIED, ENTRY(REPLAYED, 30, 0, "bob", "fixed"), ENTRY(QUEUED, 30, 0, "bob", ""),
             FAIL(1, 20, "late"), AGAIN(1, 20), ENTRY(RETRIED_NOW, 10, 0, "bob", "")),
     SUBMITTED TRIED "It was given up and went to the dead-letter queue 40s ago\n"
                     "It was replayed 30s ago by bob: fixed\nAttempt 1 failed 20s ago: late\n"
                     "It was queued for its next attempt at once 10s ago by bob\n",
     "Attempt 1 of 3 starts",
     "hold cancel ",
     NULL,
     NULL},
    {"undoing",
     {.status = STATUS_UNDOING, .max_attempts = 3},
     false,
     false,
     ENTRIES(BEGUN),
     SUBMITTED,
     "Attempt 1 of 3 to undo",
     "",
     NULL,
     NULL},
    {"rejected",
     {.status = STATUS_REJECTED},
     false,
     false,
     ENTRIES(ENTRY(RECEIVED, 60, 0, "ana", ""), ENTRY(VALIDATED, 60, 0, "dofsd", ""),
             ENTRY(STORED, 60, 0, "dofsd", ""), ENTRY(REJECTED, 60, 0, "dofsd", "too many.")),
     "It was submitted 1m ago by ana\nIt was rejected 1m ago: too many\n",
     "Nothing: it broke a rule.",
     "",
     NULL,
     NULL},
    {"cancelled",
     {.status = STATUS_CANCELLED},
     false,
     false,
     ENTRIES(BEGUN, ENTRY(CANCELLED, 10, 0, "bob", "customer asked")),
     SUBMITTED "It was cancelled 10s ago by bob: customer asked\n",
     "Nothing more: it stays cancelled.",
     "",
     NULL,
     NULL},
};

static void each_status_has_its_story(void **state)
{
    unsigned seen = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        why_case_check(&cases[i]);
        seen |= STATUS_BIT(cases[i].order.status);
    }
    assert_int_equal(seen, STATUS_ALL_BITS);
}

static void commands_name_the_order(void **state)
{
    struct order order = {.status = STATUS_RETRYING};
    const struct order_why_facts facts = {.order = &order, .now_us = NOW};
    struct arena arena = {0};
    struct order_why why;

    (void)state;
    assert_true(uuid_parse(ID, sizeof(ID) - 1, &order.uid));
    order_why(&facts, &arena, &why);
    assert_true(slice_is(why.commands[0].line, "dofs retry " ID));
    arena_done(&arena);
}

static void fill(struct entry *entries, size_t n)
{
    entries[0] = (struct entry)ENTRY(RECEIVED, 60, 0, "ana", "");
    for (size_t i = 1; i < n; i++)
        entries[i] = (struct entry)ENTRY(HELD, (int64_t)(n - i), 0, "bob", "");
}

static void a_long_story_keeps_its_beginning_and_its_end(void **state)
{
    struct entry entries[41];
    struct order order = {.status = STATUS_HELD};
    const struct order_why_facts facts = {
        .order = &order, .entries = entries, .n_entries = 41, .now_us = NOW};
    struct arena arena = {0};
    struct order_why why;

    (void)state;
    fill(entries, 41);
    order_why(&facts, &arena, &why);
    assert_int_equal(why.n_happened, ORDER_WHY_HAPPENED_MAX);
    assert_true(slice_starts(why.happened[0], SLICE("It was submitted")));
    /* 41 sentences: the first, this one, the last ten */
    assert_true(
        slice_is(why.happened[1], "(30 more sentences are left out: the history has all.)"));
    assert_true(slice_is(why.happened[2], "It was held 10s ago by bob."));
    assert_true(slice_is(why.happened[11], "It was held 1s ago by bob."));
    arena_done(&arena);
}

static void a_long_detail_is_cut(void **state)
{
    static char detail[4096];
    const struct entry entry = {
        .at = NOW, .type = ENTRY_AMENDED, .detail = {detail, sizeof(detail)}};
    struct order order = {.status = STATUS_HELD};
    const struct order_why_facts facts = {
        .order = &order, .entries = &entry, .n_entries = 1, .now_us = NOW};
    struct arena arena = {0};
    struct order_why why;

    (void)state;
    memset(detail, 'x', sizeof(detail));
    order_why(&facts, &arena, &why);
    assert_int_equal(why.n_happened, 2);
    assert_true(why.happened[1].n < 320);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_status_has_its_story),
        cmocka_unit_test(commands_name_the_order),
        cmocka_unit_test(a_long_story_keeps_its_beginning_and_its_end),
        cmocka_unit_test(a_long_detail_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
