/* A worker: leases orders and runs a program for each, under the rules of the handler `exec`. */
#include "tui/cli/cmd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "shared/exec_words.h"
#include "shared/limits.h"
#include "shared/steps.h"
#include "tui/cli/work_slot.h"

#define PARALLEL_MAX 256
#define STOP_US (30 * 1000000LL) /* a stop does not wait longer for a daemon that is away */

/* All that the loop holds. */
struct shop {
    struct work work;
    struct slot *slots;
    size_t n;
    int signals;
    int64_t stop_by;
};

/* Before the first question: all threads of the library's inherit what is blocked here. */
static int signals_open(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGCHLD);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* ---- the loop ---- */

static void stop(struct shop *shop)
{
    struct work *work = &shop->work;

    if (work->stops == 0 && work->code == EXIT_DONE)
        (void)fputs("dofs work: no more orders; what runs may end\n", stderr);
    work->stops++;
    shop->stop_by = clock_mono(&work->run->clock) + STOP_US;
    for (size_t i = 0; i < shop->n; i++)
        slot_stop(&shop->slots[i]);
    client_close(work->asks); /* the daemon gives nothing to whoever has gone */
    work->asks = NULL;
}

static void take_signals(struct shop *shop)
{
    struct signalfd_siginfo info;

    while (read(shop->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGCHLD)
            work_children_reap(&shop->work.children);
        else
            stop(shop);
    }
}

static int timeout_ms(const struct shop *shop, int64_t until)
{
    int64_t now = clock_mono(&shop->work.run->clock);
    int64_t ms = 0;

    if (until == INT64_MAX)
        return -1;
    ms = until <= now ? 0 : (until - now + 999) / 1000;
    return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

static void wait_for_news(struct shop *shop, int64_t until)
{
    struct pollfd fds[2 + WORK_CHILD_FDS * PARALLEL_MAX] = {
        {shop->signals, POLLIN, 0},
        {shop->work.bell, POLLIN, 0},
    };
    size_t n = 2 + work_children_fds(&shop->work.children, fds + 2);
    int64_t due = work_children_due(&shop->work.children);
    uint64_t rung = 0;

    if (poll(fds, n, timeout_ms(shop, due < until ? due : until)) < 0 && errno != EINTR)
        abort();
    if ((fds[1].revents & POLLIN) != 0)
        (void)!read(shop->work.bell, &rung, sizeof rung);
    work_children_turn(&shop->work.children);
    take_signals(shop);
}

/* Lets each place do what is to be done; when the next of them has something to do. */
static int64_t step_all(struct shop *shop, bool *over)
{
    int64_t until = INT64_MAX;

    *over = true;
    for (size_t i = 0; i < shop->n; i++) {
        int64_t at = slot_step(&shop->slots[i]);

        until = at < until ? at : until;
        *over = *over && shop->slots[i].state == SLOT_OVER;
    }
    return until;
}

/* Some that still run are waited for, however long; a daemon that is away is not. */
static bool waits_in_vain(const struct shop *shop)
{
    return shop->work.stops > 0 && shop->work.away && shop->work.children.first == NULL &&
           clock_mono(&shop->work.run->clock) >= shop->stop_by;
}

static void loop(struct shop *shop)
{
    for (;;) {
        bool over = false;
        int64_t until = step_all(shop, &over);

        if (shop->work.stops > 0 && shop->work.asks != NULL) { /* one of them gave up */
            shop->work.stops = 0;
            stop(shop);
            continue;
        }
        if (over)
            return;
        if (waits_in_vain(shop)) {
            shop->work.code = EXIT_NO_DAEMON;
            return;
        }
        wait_for_news(shop, until);
    }
}

/* ---- coming and going ---- */

static int ask_who_is_there(struct work *work)
{
    const struct request request = {.op = OP_INFO};
    struct client_answer answer = {0};
    struct reply_info info;
    struct why why = {0};
    int code = cmd_ask(work->run, &request, &answer);

    if (code != EXIT_DONE)
        return code;
    if (wire_read_info(answer.reply, answer.len, &info, &why) != OK)
        code = cmd_odd_reply(work->run);
    else
        (void)snprintf(work->instance, sizeof work->instance, "%.*s", SLICE_ARGS(info.instance));
    client_answer_done(&answer);
    return code;
}

static void name_worker(struct work *work)
{
    char host[65] = "";
    const char *name = cmd_text(work->run, "name");

    (void)gethostname(host, sizeof host - 1);
    if (name != NULL)
        (void)snprintf(work->worker, sizeof work->worker, "%s", name);
    else
        (void)snprintf(work->worker, sizeof work->worker, "%s-%d", host, (int)getpid());
}

static int open_slots(struct shop *shop)
{
    struct work *work = &shop->work;
    struct why why = {0};
    enum err e = client_open(work->run->place.request_url, &work->asks, &why);

    shop->slots = calloc(shop->n, sizeof *shop->slots);
    if (shop->slots == NULL)
        abort();
    for (size_t i = 0; i < shop->n && e == OK; i++)
        e = slot_open(&shop->slots[i], work, &why);
    return e == OK ? EXIT_DONE : cmd_no_daemon(work->run, &why);
}

static void close_shop(struct shop *shop)
{
    for (size_t i = 0; i < shop->n && shop->slots != NULL; i++)
        slot_close(&shop->slots[i]);
    free(shop->slots);
    client_close(shop->work.asks);
    if (shop->work.bell >= 0)
        (void)close(shop->work.bell);
    (void)close(shop->signals);
}

static bool read_steps(struct work *work)
{
    const char *const *names = NULL;
    size_t n = cmd_texts(work->run, "step", &names);

    for (size_t i = 0; i < n; i++) {
        if (!step_name_ok(slice_of(names[i]))) {
            (void)cmd_usage(work->run, "--step '%s': no step has such a name", names[i]);
            return false;
        }
        if (i == LEASE_STEPS_MAX) {
            (void)cmd_usage(work->run, "--step may be given %d times", LEASE_STEPS_MAX);
            return false;
        }
        work->steps[i] = slice_of(names[i]);
    }
    work->n_steps = n;
    return true;
}

static bool read_flags(struct shop *shop, int *code)
{
    struct cmd_run *run = shop->work.run;
    int64_t parallel = cmd_int(run, "parallel", 1);
    struct why why = {0};
    size_t n = 0;

    *code = EXIT_USAGE;
    if (parallel < 1 || parallel > PARALLEL_MAX) {
        (void)cmd_usage(run, "--parallel takes 1 to %d", PARALLEL_MAX);
        return false;
    }
    shop->n = (size_t)parallel;
    if (!read_steps(&shop->work))
        return false;
    shop->work.lease_us = cmd_us(run, "lease", 0);
    if (shop->work.lease_us != 0 &&
        (shop->work.lease_us < 1000 || shop->work.lease_us > LEASE_MAX_US)) {
        (void)cmd_usage(run, "--lease takes 1ms to 12h");
        return false;
    }
    if (exec_words_split(&run->arena, slice_of(cmd_text(run, "exec")), &shop->work.words, &n,
                         &why) != OK) {
        (void)cmd_usage(run, "--exec: %s", why.text);
        return false;
    }
    if (n == 0 || shop->work.words[0][0] == '\0') {
        (void)cmd_usage(run, "--exec takes a command");
        return false;
    }
    return true;
}

static int run_work(struct cmd_run *run)
{
    struct shop shop = {.work = {.run = run, .bell = -1}};
    int code = EXIT_DONE;

    if (!read_flags(&shop, &code))
        return code;
    shop.signals = signals_open();
    shop.work.bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    work_children_init(&shop.work.children, &run->clock);
    name_worker(&shop.work);
    code = ask_who_is_there(&shop.work);
    if (code == EXIT_DONE)
        code = open_slots(&shop);
    if (code == EXIT_DONE) {
        loop(&shop);
        code = shop.work.code;
    }
    close_shop(&shop);
    return code;
}

static const struct flag work_flags[] = {
    {"exec", 'e', FLAG_TEXT, FLAG_REQUIRED, "CMD", "the program to run for each order"},
    {"parallel", 'p', FLAG_INT, 0, "N", "so many at once (default: 1)"},
    {"step", 's', FLAG_TEXT, FLAG_MANY, "NAME", "lease orders at this step only (default: all)"},
    {"lease", 0, FLAG_DURATION, 0, "TIME",
     "how long an order may take (default: the daemon's timeout)"},
    {"name", 0, FLAG_TEXT, 0, "NAME", "the worker's name (default: host and process)"},
    {0},
};

const struct cmd cmd_work = {
    .name = "work",
    .help = "Lease orders and run a program for each, until interrupted",
    .flags = work_flags,
    .run = run_work,
};
