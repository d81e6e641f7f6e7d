/* Orders and what is to be said of them, as rows of a table. */
#pragma once

#include "shared/order_why.h"

#define S 1000000LL
#define NOW 1700000000000000LL
#define ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define TRIED "Attempts 1 to 3 failed, the last 40s ago: timeout\n"
#define SUBMITTED "It was submitted 1m ago by ana and accepted\n"

#define ENTRY(type, age, n, by, detail)                                                            \
    {                                                                                              \
        0, NOW - (age)*S, ENTRY_##type, n, {NULL, 0}, {"" by, sizeof(by) - 1},                     \
        {                                                                                          \
            "" detail, sizeof(detail) - 1                                                          \
        }                                                                                          \
    }
#define SLICE_OF(text)                                                                             \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }
#define AT(type, age, n, step, detail)                                                             \
    {                                                                                              \
        0, NOW - (age)*S, ENTRY_##type, n, SLICE_OF(step), SLICE_OF("dofsd"), SLICE_OF(detail)     \
    }
#define STEPS(at) .steps = SLICE_OF("reserve<,pay<,ship"), .step = SLICE_OF(at)
#define RESULTS(n) .results = results, .n_results = n
#define BEGUN                                                                                      \
    ENTRY(RECEIVED, 60, 0, "ana", "")                                                              \
    , ENTRY(VALIDATED, 60, 0, "dofsd", "")                                                         \
    , ENTRY(STORED, 60, 0, "dofsd", "")                                                            \
    , ENTRY(QUEUED, 60, 0, "dofsd", "")
#define TRY(n, age) ENTRY(ATTEMPT_STARTED, age, n, "dofsd", "")
#define FAIL(n, age, detail) TRY(n, age), ENTRY(ATTEMPT_FAILED, age, n, "dofsd", detail)
#define AGAIN(n, age) ENTRY(RETRY_SCHEDULED, age, n, "dofsd", "")
#define DIED                                                                                       \
    FAIL(1, 50, "timeout"), AGAIN(1, 50), FAIL(2, 45, "timeout"), AGAIN(2, 45),                    \
        FAIL(3, 40, "timeout"), ENTRY(DEAD_LETTERED, 40, 3, "dofsd", "")

#define ENTRIES(...)                                                                               \
    (const struct entry[]){__VA_ARGS__},                                                           \
        sizeof((const struct entry[]){__VA_ARGS__}) / sizeof(struct entry)

struct why_case {
    const char *label;
    struct order order;
    bool paused, draining;
    const struct entry *entries;
    size_t n;
    const char *happened; /* a line each, without the full stops */
    const char *next;     /* how it begins */
    const char *commands; /* verbs, in their order */
    const char *stands;   /* how it begins; NULL: not looked at */
    const char *cancel;   /* what the last command does; NULL: not looked at */
};

/* Fails the test where something else is said. */
void why_case_check(const struct why_case *c);
