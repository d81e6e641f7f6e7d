/* When a failed attempt is tried again, and how often: by its reason, and by the handler's word. */
#include "tests/lib/test.h"

#include "tests/lib/workflow_scene.h"

static void a_reason_has_a_policy_of_its_own(void **state)
{
    static const struct retry_rule rules[] = {
        {{"carrier*", 8},
         {.max_attempts = 4,
          .interval_us = 7 * SCENE_S,
          .backoff_rate = 1,
          .max_delay_us = INT64_MAX}},
        {{"*address*", 9}, {.max_attempts = 1}},
    };
    static const struct {
        const char *label, *reason;
        int64_t retry_after_us;
        enum status status;
        uint32_t max_attempts;
        int64_t delay;
    } rows[] = {
        {"by a rule", "carrier down", -1, STATUS_RETRYING, 4, 7 * SCENE_S},
        {"by a rule, for good", "no such address", -1, STATUS_FAILED, 1, 0},
        {"as usual", "timeout", -1, STATUS_RETRYING, 3, SCENE_S},
        {"the handler knows better", "carrier down", 0, STATUS_RETRYING, 4, 0},
        {"the handler knows much better", "carrier down", 90 * SCENE_S, STATUS_RETRYING, 4,
         90 * SCENE_S},
        {"but has no more attempts for it", "no such address", SCENE_S, STATUS_FAILED, 1, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct workflow_scene scene;
        struct order order = workflow_scene_order(STATUS_PROCESSING);
        const struct attempt_end end = {.outcome = OUTCOME_FAILED,
                                        .reason = slice_of(rows[i].reason),
                                        .retry_after_us = rows[i].retry_after_us};
        struct decision decision;

        workflow_scene_init(&scene);
        scene.settings.by_reason = rules;
        scene.settings.n_by_reason = 2;
        assert_int_equal(workflow_end(&scene.now, &order, &end, &decision, NULL), OK);
        if (order.status != rows[i].status || order.max_attempts != rows[i].max_attempts ||
            order.due_at != SCENE_DUE + rows[i].delay)
            fail_msg("%s: %s of %u, in %lld", rows[i].label, status_name(order.status),
                     order.max_attempts, (long long)(order.due_at - SCENE_DUE));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reason_has_a_policy_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
