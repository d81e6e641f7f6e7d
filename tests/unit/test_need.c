/* Memory that there must be: it is handed on as it is, and without it nothing goes on. */
#include "tests/lib/test.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/need.h"

static void what_is_there_is_handed_on(void **state)
{
    char byte = 0;

    (void)state;
    assert_ptr_equal(need(&byte), &byte);
}

static void without_memory_the_process_ends(void **state)
{
    int status = 0;
    pid_t pid = 0;

    (void)state;
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const struct rlimit none = {0, 0};

        (void)setrlimit(RLIMIT_CORE, &none);
        (void)signal(SIGABRT, SIG_DFL);
        _exit(need(NULL) == NULL ? 1 : 2);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_there_is_handed_on),
        cmocka_unit_test(without_memory_the_process_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
