/* Tests of slack: what was freed leaves the process, but not all the time and not for nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/sys/slack.h"
#include "tests/lib/proc_use.h"
#include "tests/lib/test.h"

#define BLOCK_BYTES 4000
#define BLOCKS 4096
#define MOST_KIB ((int64_t)BLOCKS * BLOCK_BYTES / 1024 / 2)

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true /* freed memory is kept */
#else
#define SANITIZED false
#endif

static int64_t rss_kib(void)
{
    struct proc_use use;

    proc_use_read(getpid(), &use);
    return use.rss_kib;
}

/* As a daemon leaves it behind: small pieces, under one that is still in use. */
static void *use_and_free(void)
{
    static char *blocks[BLOCKS];
    void *kept = NULL;

    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(BLOCK_BYTES);
        assert_non_null(blocks[i]);
        memset(blocks[i], i, BLOCK_BYTES);
    }
    kept = malloc(BLOCK_BYTES);
    assert_non_null(kept);
    for (int i = 0; i < BLOCKS; i++)
        free(blocks[i]);
    return kept;
}

static void what_was_freed_leaves_the_process(void **state)
{
    struct slack slack = {0};
    void *kept = use_and_free();
    int64_t before = rss_kib();

    (void)state;
    assert_true(slack_look(&slack, 1, 0));
    if (!SANITIZED)
        assert_true(rss_kib() <= before - MOST_KIB);
    free(kept);
}

static void it_is_given_back_when_something_was_done_and_seldom(void **state)
{
    static const struct {
        const char *label;
        uint64_t done;
        int64_t at_us;
        bool given;
    } cases[] = {
        {"nothing was done yet", 0, 0, false},
        {"the first", 1, 1000000, true},
        {"more, but just after", 2, 2000000, false},
        {"still a moment too soon", 2, SLACK_EACH_US + 999999, false},
        {"what was done before counts", 2, SLACK_EACH_US + 1000000, true},
        {"nothing since, however long", 2, 100 * SLACK_EACH_US, false},
        {"after a long rest at once", 3, 100 * SLACK_EACH_US + 1, true},
    };
    struct slack slack = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (slack_look(&slack, cases[i].done, cases[i].at_us) != cases[i].given)
            fail_msg("%s", cases[i].label);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_freed_leaves_the_process),
        cmocka_unit_test(it_is_given_back_when_something_was_done_and_seldom),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
