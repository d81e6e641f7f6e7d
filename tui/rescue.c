/* Gives the terminal back when the program crashes. */
#include "tui/rescue.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES_MAX 512
#define STACK_BYTES ((size_t)32 * 1024)

/* A signal's handler is given nothing, so that what it needs must lie here. */
static struct {
    volatile sig_atomic_t armed;
    char bytes[BYTES_MAX];
    size_t n;
    struct termios modes;
} rescue;

static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGQUIT, SIGTRAP};

static void crashed(int signal_number)
{
    if (rescue.armed) {
        rescue.armed = 0;
        (void)!write(STDOUT_FILENO, rescue.bytes, rescue.n);
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &rescue.modes);
    }
    (void)raise(signal_number); /* its own handler is back: SA_RESETHAND */
}

/* A stack that ran over cannot hold the handler's. Kept until the program ends. */
static void other_stack(void)
{
    stack_t stack = {.ss_size = STACK_BYTES};
    stack_t now = {0};

    if (sigaltstack(NULL, &now) == 0 && (now.ss_flags & SS_DISABLE) == 0)
        return;
    stack.ss_sp = malloc(STACK_BYTES);
    if (stack.ss_sp != NULL && sigaltstack(&stack, NULL) != 0)
        free(stack.ss_sp);
}

void rescue_arm(const char *bytes, size_t n, const struct termios *modes)
{
    struct sigaction action = {.sa_handler = crashed,
                               .sa_flags = (int)((unsigned)SA_RESETHAND | SA_NODEFER | SA_ONSTACK)};

    rescue.n = n < BYTES_MAX ? n : BYTES_MAX;
    memcpy(rescue.bytes, bytes, rescue.n);
    rescue.modes = *modes;
    rescue.armed = 1;
    other_stack();
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < LENGTH(fatal); i++)
        (void)sigaction(fatal[i], &action, NULL);
}

void rescue_disarm(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};

    rescue.armed = 0;
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < LENGTH(fatal); i++)
        (void)sigaction(fatal[i], &action, NULL);
}
