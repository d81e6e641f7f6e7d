/* The start of a program: what it finds in its environment, and its three descriptors, whatever we
   have open ourselves. */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/child_spawn.h"

#define SAID_BYTES 256
#define FEW_FILES 12

static const char *const no_env[] = {NULL};

static void set_env(const char *name, const char *value)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread */
    assert_int_equal(value != NULL ? setenv(name, value, 1) : unsetenv(name), 0);
}

/* All that it says before its end; false where that cannot be. */
static bool hear(struct child_ends *ends, pid_t pid, char said[SAID_BYTES])
{
    size_t n = 0;
    ssize_t got = 1;
    int status = 0;

    (void)fcntl(ends->out, F_SETFL, 0);
    while (got > 0 && n < SAID_BYTES - 1) {
        got = read(ends->out, said + n, SAID_BYTES - 1 - n);
        n += got > 0 ? (size_t)got : 0;
    }
    said[n] = '\0';
    child_ends_close(ends);
    return waitpid(pid, &status, 0) == pid && status == 0;
}

static void
a_program_gets_our_environment_with_what_it_is_given_and_nothing_of_the_manager(void **state)
{
    static const char *const words[] = {
        "sh", "-c",
        "echo \"$NOTIFY_SOCKET|$WATCHDOG_USEC|$DOFS_T_MARK|$DOFS_T_A|$DOFS_T_AB|$DOFS_T_B\"", NULL};
    static const char *const env[] = {"DOFS_T_A=given", "DOFS_T_B=more", NULL};
    const struct child_program program = {words, env, "DOFS_T_MARK=new"};
    struct child_ends ends;
    char said[SAID_BYTES];
    pid_t pid = 0;

    (void)state;
    set_env("NOTIFY_SOCKET", "/run/x");
    set_env("WATCHDOG_USEC", "1");
    set_env("DOFS_T_MARK", "old");
    set_env("DOFS_T_A", "ours");
    set_env("DOFS_T_AB", "ours, too");
    assert_int_equal(child_spawn(&program, &ends, &pid, NULL), OK);
    assert_true(hear(&ends, pid, said));
    assert_string_equal(said, "||new|given|ours, too|more\n");
    set_env("NOTIFY_SOCKET", NULL);
    set_env("WATCHDOG_USEC", NULL);
}

static void a_program_that_is_not_there_is_named(void **state)
{
    static const char *const words[] = {"dofs-there-is-no-such-program", NULL};
    const struct child_program program = {words, no_env, "DOFS_T_MARK=x"};
    struct child_ends ends;
    struct why why = {0};
    pid_t pid = 0;

    (void)state;
    assert_int_equal(child_spawn(&program, &ends, &pid, &why), ERR_INTERNAL);
    assert_string_equal(why.text,
                        "cannot start 'dofs-there-is-no-such-program': No such file or directory");
    assert_int_equal(ends.in, -1);
    assert_int_equal(ends.out, -1);
    assert_int_equal(ends.error, -1);
}

/* In a process of its own; the code it ends with. */
static int in_another(int (*run)(void))
{
    int status = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        exit(run()); /* NOLINT(concurrency-mt-unsafe): there is no other thread */
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int speak_with_cat(void)
{
    static const char *const words[] = {"cat", NULL};
    const struct child_program program = {words, no_env, "DOFS_T_MARK=x"};
    struct child_ends ends;
    char said[SAID_BYTES];
    pid_t pid = 0;

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        (void)close(fd);
    if (child_spawn(&program, &ends, &pid, NULL) != OK)
        return 1;
    if (write(ends.in, "well", 4) != 4)
        return 2;
    (void)close(ends.in);
    ends.in = -1;
    if (!hear(&ends, pid, said))
        return 3;
    return strcmp(said, "well") == 0 ? 0 : 4;
}

static void without_descriptors_of_our_own_it_has_its_three(void **state)
{
    (void)state;
    assert_int_equal(in_another(speak_with_cat), 0);
}

/* With room for fewer and fewer: it is started whole, or not at all and nothing is left open. */
static int start_with_few(void)
{
    static const char *const words[] = {"true", NULL};
    const struct child_program program = {words, no_env, "DOFS_T_MARK=x"};
    unsigned refused = 0;

    (void)close_range(STDIN_FILENO, ~0U, 0);
    for (rlim_t files = FEW_FILES; files > 0; files--) {
        const struct rlimit few = {files, FEW_FILES};
        struct child_ends ends;
        struct why why = {0};
        pid_t pid = 0;

        if (setrlimit(RLIMIT_NOFILE, &few) != 0)
            return 1;
        if (child_spawn(&program, &ends, &pid, &why) == OK) {
            char said[SAID_BYTES];

            if (!hear(&ends, pid, said))
                return 2;
        } else {
            refused++;
            if (ends.in >= 0 || ends.out >= 0 || ends.error >= 0 || why.text[0] == '\0')
                return 3;
        }
        for (int fd = 0; fd < FEW_FILES; fd++)
            if (fcntl(fd, F_GETFD) >= 0)
                return 4;
    }
    if (setrlimit(RLIMIT_NOFILE, &(struct rlimit){FEW_FILES, FEW_FILES}) != 0)
        return 1;
    return refused >= 6 ? 0 : 5;
}

static void without_room_for_its_pipes_it_is_not_started_and_nothing_is_left_open(void **state)
{
    (void)state;
    assert_int_equal(in_another(start_with_few), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_program_gets_our_environment_with_what_it_is_given_and_nothing_of_the_manager),
        cmocka_unit_test(a_program_that_is_not_there_is_named),
        cmocka_unit_test(without_descriptors_of_our_own_it_has_its_three),
        cmocka_unit_test(without_room_for_its_pipes_it_is_not_started_and_nothing_is_left_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
