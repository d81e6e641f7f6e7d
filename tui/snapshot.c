/* One frame of the dashboard on standard output. */
#include "tui/dashboard.h"

#include <poll.h>
#include <stdio.h>

#include "tui/desk.h"
#include "tui/view/view.h"

#define SIZE_MAX_CELLS 500
#define BYTES_MAX ((size_t)16 * 1024 * 1024)

enum { CODE_DONE = 0, CODE_USAGE = 2, CODE_NO_DAEMON = 3 };

static bool parse_side(struct slice text, int *out)
{
    int64_t n = 0;

    if (!text_int(text, &n) || n < 1 || n > SIZE_MAX_CELLS)
        return false;
    *out = (int)n;
    return true;
}

static bool parse_size(const char *size, struct desk_screen *out, struct why *why)
{
    struct slice rest = slice_of(size);
    struct slice cols = slice_cut(&rest, 'x');

    if (parse_side(cols, &out->cols) && parse_side(rest, &out->rows))
        return true;
    (void)err_set(why, ERR_INVALID, "--snapshot '%.60s': not a size such as 80x24", size);
    return false;
}

/* Until all that the view shows has come, or nothing will. */
static void wait_for_data(struct desk *desk, int64_t timeout_us)
{
    int64_t now = desk_tick(desk);
    int64_t until = now + timeout_us;

    desk_do_wishes(desk);
    while (now < until && !(desk->up && model_settled(desk->model)) && !(desk->down && !desk->up)) {
        struct pollfd news = {live_fd(desk->live), POLLIN, 0};
        int64_t wake = model_wake(desk->model);
        int64_t wait_us = (wake < until ? wake : until) - now;

        (void)poll(&news, 1, wait_us > 0 ? (int)((wait_us + 999) / 1000) : 0);
        now = desk_tick(desk);
        desk_take_news(desk);
        desk_do_wishes(desk);
    }
}

static void print(const struct desk *desk, const struct desk_screen *screen, bool plain)
{
    struct canvas canvas;
    struct buf out;

    canvas_init(&canvas, screen->cols, screen->rows, screen->utf8);
    buf_init(&out, BYTES_MAX);
    view_draw(desk->model, &canvas);
    (plain ? canvas_plain : canvas_ansi)(&canvas, &out);
    (void)fwrite(out.data, 1, out.len, stdout);
    buf_done(&out);
    canvas_done(&canvas);
}

int dashboard_snapshot(const struct dashboard_settings *settings)
{
    struct desk desk = {0};
    struct desk_screen screen = {0};
    enum screen view = SCREEN_ORDERS;
    struct why why = {0};
    int code = CODE_DONE;

    screen.utf8 = desk_utf8();
    if (!parse_size(settings->size, &screen, &why) || !desk_view(settings, &view, &why)) {
        (void)fprintf(stderr, "dofs: %s\n", why.text);
        return CODE_USAGE;
    }
    desk_open(&desk, settings, screen);
    wait_for_data(&desk, settings->timeout_us);
    print(&desk, &screen, settings->plain);
    if (!desk.up) {
        code = CODE_NO_DAEMON;
        (void)fprintf(stderr, "dofs: %s\n",
                      desk.model->link.why[0] != '\0' ? desk.model->link.why : "no daemon there");
    }
    desk_close(&desk);
    return code;
}
