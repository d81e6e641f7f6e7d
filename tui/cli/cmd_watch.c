/* Events as they happen, a line each: watch. */
#include "tui/cli/cmd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "shared/limits.h"
#include "shared/units.h"
#include "tui/cli/cli_out.h"
#include "tui/link/feed.h"

#define TURN_MS 200 /* how soon an event that came out of order is asked for */
#define EVENT_MAX_BYTES ((size_t)64 * 1024)

struct watch {
    struct cmd_run *run;
    unsigned topics; /* 0: all but the heartbeat */
    struct buf bytes;
};

static void print_status(const struct watch *watch, enum status status)
{
    if (status == STATUS_NONE)
        (void)putchar('-');
    else if (watch->run->colour)
        out_status(status, true);
    else
        (void)fputs(status_name(status), stdout);
}

/* What is stored goes out safe, behind a name: " reason=...". */
static void print_field(const char *name, struct slice value)
{
    if (value.p == NULL || value.n == 0)
        return;
    (void)printf("  %s", name);
    out_safe(0, value);
}

static void print_line(const struct watch *watch, const struct event *event)
{
    char time[UNITS_TEXT_MAX];
    char id[UUID_TEXT_LEN + 1] = "-";

    units_format_time(event->at, time);
    if (event->has_order)
        cmd_short_id(&event->uid, id);
    (void)printf("%s  %lld  %s  ", time, (long long)event->seq, id);
    if (event->has_order) {
        print_status(watch, event->from);
        (void)fputs(" -> ", stdout);
        print_status(watch, event->to);
    } else {
        out_safe(0, event->subject);
        print_field("-> ", event->subject_to);
    }
    (void)printf("  %s", event_type_name(event));
    if (event->attempt > 0)
        (void)printf("  attempt %u/%u", (unsigned)event->attempt, (unsigned)event->max_attempts);
    if (event->has_progress)
        (void)printf("  %lld of %lld moved, %lld skipped, %lld failed again",
                     (long long)event->moved, (long long)event->matched, (long long)event->skipped,
                     (long long)event->refailed);
    print_field("", event->reason);
    (void)putchar('\n');
}

static void print_json(struct watch *watch, const struct event *event)
{
    struct mp_reader r;

    buf_clear(&watch->bytes);
    wire_event_write(&watch->bytes, event);
    mp_reader_init(&r, watch->bytes.data, watch->bytes.len);
    out_json_line(&r, NULL);
}

static void on_event(void *self, const struct event *event)
{
    struct watch *watch = self;

    if (watch->run->json)
        print_json(watch, event);
    else
        print_line(watch, event);
    (void)fflush(stdout);
}

static void on_heartbeat(void *self, struct slice map)
{
    const struct watch *watch = self;
    struct mp_reader r;

    if ((watch->topics & (1U << TOPIC_HEARTBEAT)) == 0)
        return;
    mp_reader_init(&r, map.p, map.n);
    out_json_line(&r, NULL);
    (void)fflush(stdout);
}

static void on_lost(void *self, int64_t first_seq)
{
    const struct watch *watch = self;

    (void)fprintf(stderr, "dofs %s: earlier events are no longer kept; on from seq %lld\n",
                  watch->run->cmd->name, (long long)first_seq);
}

/* SIGINT and SIGTERM as a descriptor: blocked before the library makes its threads. */
static int signals_open(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Until a signal comes or nobody reads the output any more. A daemon that goes is waited for. */
static int watch_loop(struct cmd_run *run, struct feed *feed, int signals)
{
    struct pollfd fds[] = {{signals, POLLIN, 0}, {feed_fd(feed), POLLIN, 0}};
    struct why why = {0};

    for (;;) {
        enum err e = feed_wait(feed, 0, &why);

        if (e != OK && e != ERR_NOT_FOUND && e != ERR_BUSY)
            return cmd_refused(run, e, &why);
        if (ferror(stdout) != 0)
            return EXIT_REFUSED;
        if (poll(fds, 2, feed_behind(feed) ? 0 : TURN_MS) < 0 && errno != EINTR)
            return EXIT_REFUSED;
        if ((fds[0].revents & POLLIN) != 0)
            return EXIT_DONE;
    }
}

static bool topic_bits(const char *name, unsigned *bits)
{
    enum topic topic = TOPIC_COUNT;

    if (strcmp(name, "order") == 0) {
        *bits |= STATUS_ALL_BITS;
        return true;
    }
    if (!topic_parse(slice_of(name), &topic))
        return false;
    *bits |= 1U << (unsigned)topic;
    return true;
}

static bool topics_read(const struct cmd_run *run, unsigned *bits, int *code)
{
    const char *const *names = NULL;
    size_t n = cmd_texts(run, "topic", &names);

    for (size_t i = 0; i < n; i++) {
        if (!topic_bits(names[i], bits)) {
            *code = cmd_usage(run,
                              "no topic '%.60s'; there are order, order.STATUS, dlq, replay, "
                              "alarm, control, heartbeat",
                              names[i]);
            return false;
        }
    }
    return true;
}

static int run_watch(struct cmd_run *run)
{
    struct watch watch = {.run = run};
    struct feed_listener listener = {on_event, on_heartbeat, on_lost, &watch};
    struct feed_settings settings = {.events_url = run->place.events_url,
                                     .since = cmd_int(run, "since", -1)};
    struct feed *feed = NULL;
    struct why why = {0};
    enum err e = OK;
    int signals = -1;
    int code = EXIT_DONE;

    if (!topics_read(run, &watch.topics, &code))
        return code;
    if (cmd_given(run, "since") && settings.since < 0)
        return cmd_usage(run, "--since takes a seq, 0 or more");
    signals = signals_open();
    settings.topics = watch.topics;
    buf_init(&watch.bytes, EVENT_MAX_BYTES);
    e = feed_open(&settings, run->client, listener, &feed, &why);
    if (e == OK)
        code = watch_loop(run, feed, signals);
    else
        code = e == ERR_NOT_FOUND ? cmd_no_daemon(run, &why) : cmd_refused(run, e, &why);
    feed_close(feed);
    buf_done(&watch.bytes);
    (void)close(signals);
    return code;
}

static const struct flag watch_flags[] = {
    {"topic", 't', FLAG_TEXT, FLAG_MANY, "TOPIC", "only these, such as order.FAILED or dlq"},
    {"since", 0, FLAG_INT, 0, "SEQ", "also what came after this event (default: from now on)"},
    {0},
};

const struct cmd cmd_watch = {
    .name = "watch",
    .help = "Print events as they happen, each once, until interrupted",
    .flags = watch_flags,
    .run = run_watch,
};
