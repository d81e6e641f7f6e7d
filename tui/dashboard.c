/* The dashboard's loop. */
#include "tui/dashboard.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "shared/clock.h"
#include "tui/desk.h"
#include "tui/term.h"
#include "tui/view/view.h"

#define FRAME_US 33000 /* at most 30 frames a second */
#define EXIT_USAGE 2

struct dashboard {
    struct desk desk;
    struct term *term;
    struct canvas canvas;
    int signals;
    bool redraw;
    uint64_t drawn; /* the model's version on the screen */
    int64_t next_frame;
};

/* What comes in ------------------------------------------------------------------------------- */

static void suspend(struct dashboard *d)
{
    struct term_size size;

    term_suspend(d->term);
    size = term_size(d->term);
    model_resize(d->desk.model, size.cols, size.rows);
    d->redraw = true;
}

static void take_click(struct dashboard *d, int x, int y)
{
    const struct canvas_spot *spot = canvas_spot_at(&d->canvas, x, y);

    if (spot != NULL)
        model_click(d->desk.model, (enum spot)spot->kind, spot->index);
}

static void take_input(struct dashboard *d, const struct term_event *event)
{
    switch (event->kind) {
    case TERM_NOTHING:
        return;
    case TERM_KEY:
        if (event->key == KEYS_CTRL('C'))
            d->desk.quit = true;
        else if (event->key == KEYS_CTRL('Z'))
            suspend(d);
        else if (event->key != KEYS_NONE)
            desk_key(&d->desk, event->key);
        return;
    case TERM_PASTE:
        desk_paste(&d->desk, event->text);
        return;
    case TERM_MOUSE:
        take_click(d, event->x, event->y);
        return;
    case TERM_WHEEL:
        model_scroll(d->desk.model, event->lines);
        return;
    case TERM_RESIZE:
        model_resize(d->desk.model, event->size.cols, event->size.rows);
        d->redraw = true;
        return;
    case TERM_CLOSED:
        d->desk.quit = true;
        return;
    }
}

static void take_inputs(struct dashboard *d)
{
    struct term_event event;

    do {
        event = term_read(d->term, clock_mono(&d->desk.clock));
        take_input(d, &event);
        desk_do_wishes(&d->desk); /* a key may change what the next one means */
    } while (event.kind != TERM_NOTHING && !d->desk.quit);
}

static void take_signals(struct dashboard *d)
{
    struct signalfd_siginfo info;

    while (read(d->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGTSTP)
            suspend(d);
        else if (info.ssi_signo == SIGCONT)
            d->redraw = true;
        else
            d->desk.quit = true;
    }
}

/* What the model wishes of the terminal. */
static void take_terminal_wish(void *self, const struct wish *wish)
{
    struct dashboard *d = self;

    if (wish->kind == WISH_COPY)
        term_copy(d->term, (struct slice){(const char *)wish->bytes.data, wish->bytes.len});
    else if (wish->kind == WISH_MOUSE)
        term_mouse(d->term, wish->on);
    else if (wish->kind == WISH_REDRAW)
        d->redraw = true;
}

/* The loop ------------------------------------------------------------------------------------- */

static bool dirty(const struct dashboard *d)
{
    return d->redraw || d->desk.model->version != d->drawn;
}

static void draw(struct dashboard *d)
{
    const struct model *m = d->desk.model;

    if (d->canvas.cols != m->cols || d->canvas.rows != m->rows)
        canvas_resize(&d->canvas, m->cols, m->rows);
    view_draw(m, &d->canvas);
    term_draw(d->term, &d->canvas, d->redraw);
    d->redraw = false;
    d->drawn = m->version;
    d->next_frame = clock_mono(&d->desk.clock) + FRAME_US;
}

static int wait_ms(const struct dashboard *d, int64_t now)
{
    int64_t until = model_wake(d->desk.model);

    if (dirty(d) && d->next_frame < until)
        until = d->next_frame;
    if (until == INT64_MAX)
        return -1;
    until = until > now ? (until - now + 999) / 1000 : 0;
    return until > 60000 ? 60000 : (int)until;
}

static void loop(struct dashboard *d)
{
    struct pollfd fds[] = {
        {term_fd(d->term), POLLIN, 0}, {d->signals, POLLIN, 0}, {live_fd(d->desk.live), POLLIN, 0}};

    while (!d->desk.quit) {
        int64_t now = desk_tick(&d->desk);

        desk_do_wishes(&d->desk); /* what became due would else wait as long as the poll does */
        if (dirty(d) && now >= d->next_frame)
            draw(d);
        /* News that comes before the next frame is due waits for it. */
        if (poll(fds, dirty(d) ? 2 : 3, wait_ms(d, now)) < 0 && errno != EINTR)
            return;
        (void)desk_tick(&d->desk);
        take_signals(d);
        take_inputs(d);
        desk_take_news(&d->desk);
        desk_do_wishes(&d->desk);
    }
}

/* Before any thread is started, so that all have them blocked. */
static int watch_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH};
    sigset_t set;

    (void)signal(SIGPIPE, SIG_IGN);
    (void)sigemptyset(&set);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        (void)sigaddset(&set, numbers[i]);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)sigdelset(&set, SIGWINCH); /* the terminal's own */
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int dashboard_run(const struct dashboard_settings *settings)
{
    struct dashboard d = {.redraw = true};
    struct term_size size = {0};
    enum screen screen = SCREEN_ORDERS;
    struct why why = {0};
    int code = EXIT_USAGE;

    d.signals = watch_signals();
    desk_load(&d.desk);
    if (d.signals < 0 || !desk_view(settings, &screen, &why) ||
        term_open(desk_utf8(), d.desk.theme, &d.term, &why) != OK)
        goto done;
    size = term_size(d.term);
    desk_open(&d.desk, settings, (struct desk_screen){size.cols, size.rows, term_utf8(d.term)});
    d.desk.terminal = take_terminal_wish;
    d.desk.self = &d;
    canvas_init(&d.canvas, size.cols, size.rows, term_utf8(d.term));
    desk_do_wishes(&d.desk);
    loop(&d);
    code = 0;
done:
    term_close(d.term);
    desk_close(&d.desk);
    canvas_done(&d.canvas);
    if (d.signals >= 0)
        (void)close(d.signals);
    if (code != 0)
        (void)fprintf(stderr, "dofs: %s\n", why.text);
    return code;
}
