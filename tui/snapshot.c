/* The dashboard without a terminal: one frame of it, or a script of keys and screens. */
#include "tui/dashboard.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "tui/desk.h"
#include "tui/script.h"
#include "tui/view/view.h"

#define BYTES_MAX ((size_t)16 * 1024 * 1024)

enum { CODE_DONE = 0, CODE_NOT_REACHED = 1, CODE_USAGE = 2, CODE_NO_DAEMON = 3 };

static bool parse_size(const char *size, struct desk_screen *out, struct why *why)
{
    if (script_size(slice_of(size), &out->cols, &out->rows))
        return true;
    (void)err_set(why, ERR_INVALID, "--snapshot '%.60s': not a size such as 80x24", size);
    return false;
}

/* Waits for news, for what is due, or for `until`, and takes it. Returns the time then. */
static int64_t wait_news(struct desk *desk, int64_t now, int64_t until)
{
    struct pollfd news = {live_fd(desk->live), POLLIN, 0};
    int64_t wake = model_wake(desk->model);
    int64_t wait_us = (wake < until ? wake : until) - now;

    (void)poll(&news, 1, wait_us > 0 ? (int)((wait_us + 999) / 1000) : 0);
    now = desk_tick(desk);
    desk_take_news(desk);
    desk_do_wishes(desk);
    return now;
}

/* Until all that the view shows has come, or nothing will. */
static void wait_for_data(struct desk *desk, int64_t timeout_us)
{
    int64_t now = desk_tick(desk);
    int64_t until = now + timeout_us;

    desk_do_wishes(desk);
    while (now < until && !(desk->up && model_settled(desk->model)) && !(desk->down && !desk->up))
        now = wait_news(desk, now, until);
}

static void draw(const struct desk *desk, bool plain, struct buf *out)
{
    const struct model *m = desk->model;
    struct canvas canvas;

    canvas_init(&canvas, m->cols, m->rows, m->utf8);
    buf_init(out, BYTES_MAX);
    view_draw(m, &canvas);
    (plain ? canvas_plain : canvas_ansi)(&canvas, out);
    canvas_done(&canvas);
}

static void print(const struct desk *desk, bool plain)
{
    struct buf out;

    draw(desk, plain, &out);
    (void)fwrite(out.data, 1, out.len, stdout);
    buf_done(&out);
}

/* Scripts ---------------------------------------------------------------------------------------
 */

static bool holds(const struct desk *desk, struct slice text)
{
    struct buf out;
    bool found = false;

    draw(desk, true, &out);
    found = memmem(out.data, out.len, text.p, text.n) != NULL;
    buf_done(&out);
    return found;
}

/* Until the screen holds the text, or does not; false when that takes too long. */
static bool wait_for_text(struct desk *desk, const struct script_step *step, int64_t timeout_us)
{
    int64_t now = desk_tick(desk), until = now + timeout_us;

    while (holds(desk, step->text) != (step->kind == SCRIPT_WAIT)) {
        if (now >= until)
            return false;
        now = wait_news(desk, now, until);
    }
    return true;
}

static bool do_step(struct desk *desk, const struct script_step *step, int64_t timeout_us)
{
    switch (step->kind) {
    case SCRIPT_END:
        break;
    case SCRIPT_KEY:
        desk_key(desk, step->key);
        break;
    case SCRIPT_TEXT:
        desk_paste(desk, step->text);
        break;
    case SCRIPT_SCREEN:
        (void)printf("== %.*s\n", SLICE_ARGS(step->text));
        print(desk, true);
        break;
    case SCRIPT_SIZE:
        model_resize(desk->model, step->cols, step->rows);
        break;
    case SCRIPT_WAIT:
    case SCRIPT_GONE:
        return wait_for_text(desk, step, timeout_us);
    }
    (void)desk_tick(desk);
    desk_do_wishes(desk);
    return true;
}

static int play(struct desk *desk, struct script *script, int64_t timeout_us)
{
    struct script_step step = script_next(script);

    for (; step.kind != SCRIPT_END && !desk->quit; step = script_next(script)) {
        if (do_step(desk, &step, timeout_us))
            continue;
        (void)fprintf(stderr, "dofs: line %u of the script: the screen never %s '%.*s'\n",
                      step.line, step.kind == SCRIPT_WAIT ? "held" : "lost", SLICE_ARGS(step.text));
        print(desk, true);
        return CODE_NOT_REACHED;
    }
    return CODE_DONE;
}

int dashboard_script(const struct dashboard_settings *settings)
{
    const char *size = settings->size != NULL ? settings->size : "80x24";
    struct script *script = NULL;
    struct desk_screen screen = {.utf8 = desk_utf8()};
    enum screen view = SCREEN_ORDERS;
    struct desk desk = {0};
    struct why why = {0};
    int code = CODE_USAGE;

    if (!parse_size(size, &screen, &why) || !desk_view(settings, &view, &why) ||
        script_open(settings->script, &script, &why) != OK) {
        (void)fprintf(stderr, "dofs: %s\n", why.text);
        return CODE_USAGE;
    }
    desk_load(&desk);
    desk_open(&desk, settings, screen);
    code = play(&desk, script, settings->timeout_us);
    desk_close(&desk);
    script_close(script);
    return code;
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
    desk_load(&desk);
    desk_open(&desk, settings, screen);
    wait_for_data(&desk, settings->timeout_us);
    print(&desk, settings->plain);
    if (!desk.up) {
        code = CODE_NO_DAEMON;
        (void)fprintf(stderr, "dofs: %s\n",
                      desk.model->link.why[0] != '\0' ? desk.model->link.why : "no daemon there");
    }
    desk_close(&desk);
    return code;
}
