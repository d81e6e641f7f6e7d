/* What each command makes of an order of each status: the whole table. */
#include "tests/lib/test.h"

#include <string.h>

#include "tests/lib/workflow_scene.h"

enum act {
    ACT_START,
    ACT_FULFIL,
    ACT_FAIL,
    ACT_FAIL_LAST,
    ACT_FAIL_FOR_GOOD,
    ACT_GIVE_BACK,
    ACT_RECOVER,
    ACT_RECOVER_LAST,
    ACT_CANCEL,
    ACT_HOLD,
    ACT_RELEASE,
    ACT_RETRY_NOW,
    ACT_DISCARD,
    ACT_REPLAY,
    ACTS
};

static const char *const act_names[ACTS] = {
    "start",        "fulfil", "fail", "fail last", "fail for good", "give back", "recover",
    "recover last", "cancel", "hold", "release",   "retry now",     "discard",   "replay"};

struct change_case {
    enum status from;
    enum act act;
    enum status to; /* NONE: wrong_state, which is what all that is not listed must be */
    char dead;      /* '+' a dead letter comes, '-' one goes */
    const char *history;
};

static const struct change_case changes[] = {
    {STATUS_QUEUED, ACT_START, STATUS_PROCESSING, 0, "attempt_started"},
    {STATUS_QUEUED, ACT_CANCEL, STATUS_CANCELLED, 0, "cancelled"},
    {STATUS_QUEUED, ACT_HOLD, STATUS_HELD, 0, "held"},
    {STATUS_QUEUED, ACT_RELEASE, STATUS_QUEUED, 0, ""},
    {STATUS_QUEUED, ACT_RETRY_NOW, STATUS_QUEUED, 0, ""},
    {STATUS_PROCESSING, ACT_FULFIL, STATUS_FULFILLED, 0, "fulfilled"},
    {STATUS_PROCESSING, ACT_FAIL, STATUS_RETRYING, 0, "attempt_failed retry_scheduled"},
    {STATUS_PROCESSING, ACT_FAIL_LAST, STATUS_FAILED, '+', "attempt_failed dead_lettered"},
    {STATUS_PROCESSING, ACT_FAIL_FOR_GOOD, STATUS_FAILED, '+', "attempt_failed dead_lettered"},
    {STATUS_PROCESSING, ACT_GIVE_BACK, STATUS_QUEUED, 0, "given_back"},
    {STATUS_PROCESSING, ACT_RECOVER, STATUS_RETRYING, 0, "recovered retry_scheduled"},
    {STATUS_PROCESSING, ACT_RECOVER_LAST, STATUS_FAILED, '+', "recovered dead_lettered"},
    {STATUS_PROCESSING, ACT_CANCEL, STATUS_PROCESSING, 0, ""},
    {STATUS_RETRYING, ACT_START, STATUS_PROCESSING, 0, "attempt_started"},
    {STATUS_RETRYING, ACT_CANCEL, STATUS_CANCELLED, 0, "cancelled"},
    {STATUS_RETRYING, ACT_HOLD, STATUS_HELD, 0, "held"},
    {STATUS_RETRYING, ACT_RETRY_NOW, STATUS_QUEUED, 0, "retried_now"},
    {STATUS_HELD, ACT_CANCEL, STATUS_CANCELLED, 0, "cancelled"},
    {STATUS_HELD, ACT_HOLD, STATUS_HELD, 0, ""},
    {STATUS_HELD, ACT_RELEASE, STATUS_QUEUED, 0, "released"},
    {STATUS_FAILED, ACT_CANCEL, STATUS_CANCELLED, '-', "cancelled"},
    {STATUS_FAILED, ACT_DISCARD, STATUS_FAILED, '-', "discarded"},
    {STATUS_FAILED, ACT_REPLAY, STATUS_QUEUED, '-', "replayed queued"},
    {STATUS_UNDOING, ACT_START, STATUS_UNDOING, 0, "attempt_started"},
    {STATUS_UNDOING, ACT_CANCEL, STATUS_UNDOING, 0, ""},
    {STATUS_UNDOING, ACT_RETRY_NOW, STATUS_UNDOING, 0, ""},
    {STATUS_CANCELLED, ACT_CANCEL, STATUS_CANCELLED, 0, ""},
};

static enum err act_on(const struct workflow_now *now, enum act act, struct order *order,
                       struct decision *decision)
{
    static const enum outcome outcomes[ACTS] = {
        [ACT_FULFIL] = OUTCOME_FULFILLED,     [ACT_FAIL] = OUTCOME_FAILED,
        [ACT_FAIL_LAST] = OUTCOME_FAILED,     [ACT_FAIL_FOR_GOOD] = OUTCOME_FAILED_FOR_GOOD,
        [ACT_GIVE_BACK] = OUTCOME_GIVEN_BACK,
    };
    static const enum cause causes[ACTS] = {
        [ACT_CANCEL] = CAUSE_CANCEL,   [ACT_HOLD] = CAUSE_HOLD,
        [ACT_RELEASE] = CAUSE_RELEASE, [ACT_RETRY_NOW] = CAUSE_RETRY_NOW,
        [ACT_DISCARD] = CAUSE_DISCARD, [ACT_REPLAY] = CAUSE_REPLAY,
    };

    if (act == ACT_FAIL_LAST || act == ACT_RECOVER_LAST)
        order->attempts = 3;
    if (act == ACT_START)
        return workflow_start(now, order, decision, NULL);
    if (act == ACT_RECOVER || act == ACT_RECOVER_LAST)
        return workflow_recover(now, order, decision, NULL);
    return act < ACT_CANCEL ? workflow_scene_end(now, outcomes[act], order, decision)
                            : workflow_scene_ask(now, causes[act], order, decision);
}

static const struct change_case *wanted(enum status from, enum act act)
{
    static const struct change_case none = {0};

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        if (changes[i].from == from && changes[i].act == act)
            return &changes[i];
    }
    return &none;
}

static void check_change(struct workflow_scene *scene, enum status from, enum act act)
{
    const struct change_case *want = wanted(from, act);
    struct order order = workflow_scene_order(from);
    struct decision decision;
    enum err e = act_on(&scene->now, act, &order, &decision);
    bool right = e == (want->to == STATUS_NONE ? ERR_WRONG_STATE : OK);

    if (want->to != STATUS_NONE)
        right =
            right && order.status == want->to && decision.to == want->to && decision.from == from &&
            strcmp(workflow_scene_history(&decision), want->history) == 0 &&
            decision.dead_add == (want->dead == '+') && decision.dead_remove == (want->dead == '-');
    else
        right = right && order.status == from;
    if (!right)
        fail_msg("%s of %s gives %s, %s, '%s'", act_names[act], status_name(from), err_name(e),
                 status_name(order.status), workflow_scene_history(&decision));
}

static void each_act_in_each_status_does_what_the_table_says(void **state)
{
    struct workflow_scene scene;

    (void)state;
    workflow_scene_init(&scene);
    for (unsigned from = 1; from < STATUS_COUNT; from++) {
        for (unsigned act = 0; act < ACTS; act++)
            check_change(&scene, (enum status)from, (enum act)act);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_act_in_each_status_does_what_the_table_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
