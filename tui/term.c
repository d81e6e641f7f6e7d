/* The terminal: taken, drawn on, given back whole. */
#include "tui/term.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "tui/rescue.h"
#include "tui/term_inside.h"
#include "tui/term_curses.h"

#define ESCAPE_MS 25 /* a key's sequence comes in one piece; a lone Esc waits this long */
#define COPY_MAX_BYTES ((size_t)100 * 1000) /* what terminals take at once */

static const char modes_on[] = "\033[?2004h";
static const char modes_off[] = "\033[?2004l\033[?1006l\033[?1000l";

/* Opening and closing -------------------------------------------------------------------------- */

static void send_bytes(const void *bytes, size_t n)
{
    const char *p = bytes;

    (void)fflush(stdout);
    while (n > 0) {
        ssize_t sent = write(STDOUT_FILENO, p, n);

        if (sent < 0 && errno != EINTR)
            return;
        p += sent > 0 ? sent : 0;
        n -= sent > 0 ? (size_t)sent : 0;
    }
}

static struct term_size real_size(void)
{
    struct winsize size = {0};

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        return (struct term_size){80, 24};
    return (struct term_size){size.ws_col, size.ws_row};
}

/* NULL: it has none of that name. */
static const char *capability(const char *name)
{
    const char *text = tigetstr(name);

    return (intptr_t)text == -1 ? NULL : text;
}

static void add_capability(struct buf *out, const char *name)
{
    const char *text = capability(name);

    if (text != NULL)
        buf_add_text(out, text);
}

/* What a crash must send: as closing does. */
static void arm(const struct termios *modes)
{
    struct buf out = {.max = 512};

    buf_add_text(&out, modes_off);
    add_capability(&out, "sgr0");
    add_capability(&out, "rmkx");
    add_capability(&out, "rmcup");
    add_capability(&out, "cnorm");
    rescue_arm((const char *)out.data, out.len, modes);
    buf_done(&out);
}

static void set_up(struct term *term)
{
    (void)raw();
    (void)noecho();
    (void)nonl();
    (void)keypad(stdscr, true);
    (void)nodelay(stdscr, true);
    (void)scrollok(stdscr, false);
    (void)set_escdelay(ESCAPE_MS);
    (void)mouseinterval(0);
    term_colours_start(term);
    term_keys_start();
    term->size = real_size();
    (void)resizeterm(term->size.rows, term->size.cols);
    (void)clearok(curscr, true);
    (void)wrefresh(stdscr); /* into the other screen, before modes are set there */
    send_bytes(modes_on, sizeof modes_on - 1);
}

/* One descriptor that wakes for keys and for a new size. */
static enum err watch(struct term *term, struct why *why)
{
    struct epoll_event event = {.events = EPOLLIN};
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGWINCH);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    term->winch = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    term->epoll = epoll_create1(EPOLL_CLOEXEC);
    event.data.fd = term->winch;
    if (term->winch < 0 || term->epoll < 0 ||
        epoll_ctl(term->epoll, EPOLL_CTL_ADD, term->winch, &event) != 0)
        return err_sys(why, ERR_INTERNAL, errno, "cannot watch the terminal");
    event.data.fd = STDIN_FILENO;
    if (epoll_ctl(term->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0)
        return err_sys(why, ERR_INTERNAL, errno, "cannot watch the terminal");
    return OK;
}

static enum err start_curses(struct term *term, struct why *why)
{
    struct termios modes = {0};
    const char *name = secure_getenv("TERM");

    if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1 ||
        tcgetattr(STDIN_FILENO, &modes) != 0)
        return err_set(why, ERR_INVALID, "the dashboard needs a terminal");
    term->screen = newterm(NULL, stdout, stdin);
    if (term->screen == NULL)
        return err_set(why, ERR_INVALID, "the terminal '%.60s' is not known (TERM)",
                       name != NULL ? name : "");
    if (capability("cup") == NULL)
        return err_set(why, ERR_INVALID, "the terminal '%.60s' cannot place text (TERM)",
                       name != NULL ? name : "");
    arm(&modes);
    return OK;
}

enum err term_open(bool utf8, const char *theme, struct term **out, struct why *why)
{
    struct term *term = calloc(1, sizeof *term);
    enum err e = OK;

    if (term == NULL)
        abort();
    term->epoll = term->winch = -1;
    term->utf8 = utf8;
    term->theme = theme;
    buf_init(&term->paste, TERM_PASTE_MAX_BYTES);
    e = start_curses(term, why);
    if (e == OK)
        e = watch(term, why);
    if (e != OK) {
        term_close(term);
        return e;
    }
    set_up(term);
    *out = term;
    return OK;
}

void term_close(struct term *term)
{
    if (term == NULL)
        return;
    if (term->screen != NULL) {
        if (term->epoll >= 0) /* else they never were on */
            send_bytes(modes_off, sizeof modes_off - 1);
        (void)endwin();
        rescue_disarm();
        delscreen(term->screen);
    }
    if (term->winch >= 0)
        (void)close(term->winch);
    if (term->epoll >= 0)
        (void)close(term->epoll);
    buf_done(&term->paste);
    canvas_done(&term->last);
    free(term);
}

struct term_size term_size(const struct term *term)
{
    return term->size;
}

bool term_utf8(const struct term *term)
{
    return term->utf8;
}

int term_fd(const struct term *term)
{
    return term->epoll;
}

bool term_resized(struct term *term)
{
    struct signalfd_siginfo info;
    struct term_size size = real_size();

    while (read(term->winch, &info, sizeof info) > 0)
        ;
    if (size.cols == term->size.cols && size.rows == term->size.rows)
        return false;
    term->size = size;
    term->fresh = false;
    (void)resizeterm(size.rows, size.cols);
    return true;
}

/* Drawing -------------------------------------------------------------------------------------- */

static void draw_cell(const struct term *term, const struct cell *cell)
{
    wchar_t text[CCHARW_MAX + 1] = {0};
    struct slice rest = {cell->text, cell->n};
    cchar_t character;
    attr_t attributes = 0;
    short pair = 0;
    uint32_t cp = 0;

    for (size_t i = 0, n = 0; i < CCHARW_MAX && (n = utf8_decode(rest, &cp)) > 0; i++) {
        text[i] = (wchar_t)cp;
        rest.p += n;
        rest.n -= n;
    }
    term_style(term, cell->style, &attributes, &pair);
    if (setcchar(&character, text, attributes, pair, NULL) == OK)
        (void)add_wch(&character);
}

static void draw_row(const struct term *term, const struct cell *cells, int cols, int y)
{
    for (int x = 0; x < cols; x++) {
        if (cells[x].n > 0 && move(y, x) == OK)
            draw_cell(term, &cells[x]);
    }
}

/* The screen may have become smaller than the canvas; then what is outside is not drawn. */
void term_draw(struct term *term, const struct canvas *canvas, bool all)
{
    size_t row = sizeof(struct cell) * (size_t)canvas->cols;
    bool same_size = canvas->cols == term->last.cols && canvas->rows == term->last.rows;
    bool fresh = term->fresh && same_size && !all;

    if (!same_size)
        canvas_resize(&term->last, canvas->cols, canvas->rows);
    if (!fresh)
        (void)erase();
    for (int y = 0; y < canvas->rows; y++) {
        const struct cell *cells = &canvas->cells[(size_t)y * (size_t)canvas->cols];
        struct cell *last = &term->last.cells[(size_t)y * (size_t)canvas->cols];

        if (fresh && memcmp(cells, last, row) == 0)
            continue;
        memcpy(last, cells, row);
        draw_row(term, cells, canvas->cols, y);
    }
    term->fresh = true;
    if (all)
        (void)clearok(stdscr, true);
    if (canvas->cursor_on)
        (void)move(canvas->cursor_y, canvas->cursor_x);
    (void)curs_set(canvas->cursor_on ? 1 : 0);
    (void)refresh();
}

/* Mouse, clipboard, suspending ----------------------------------------------------------------- */

void term_mouse(struct term *term, bool on)
{
    mmask_t buttons = BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED;

    term->mouse = on;
    (void)mousemask(on ? buttons : 0, NULL);
}

static void add_base64(struct buf *out, struct slice text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < text.n; i += 3) {
        uint32_t bits = 0;
        size_t left = text.n - i;

        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < left ? (uint8_t)text.p[i + k] : 0);
        buf_add_byte(out, (uint8_t)digits[bits >> 18 & 63]);
        buf_add_byte(out, (uint8_t)digits[bits >> 12 & 63]);
        buf_add_byte(out, left > 1 ? (uint8_t)digits[bits >> 6 & 63] : '=');
        buf_add_byte(out, left > 2 ? (uint8_t)digits[bits & 63] : '=');
    }
}

void term_copy(struct term *term, struct slice text)
{
    struct buf out;

    (void)term;
    if (text.n > COPY_MAX_BYTES)
        return;
    buf_init(&out, COPY_MAX_BYTES * 2);
    buf_add_text(&out, "\033]52;c;");
    add_base64(&out, text);
    buf_add_byte(&out, '\a');
    send_bytes(out.data, out.len);
    buf_done(&out);
}

/* With the signal's own action: a shell is told, and without one nothing happens. */
static void stop_here(void)
{
    struct sigaction stop = {.sa_handler = SIG_DFL}, before = {0};
    sigset_t set, mask;

    (void)sigemptyset(&stop.sa_mask);
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTSTP);
    (void)sigaction(SIGTSTP, &stop, &before);
    (void)kill(getpid(), SIGTSTP);
    (void)pthread_sigmask(SIG_UNBLOCK, &set, &mask);
    (void)pthread_sigmask(SIG_SETMASK, &mask, NULL);
    (void)sigaction(SIGTSTP, &before, NULL);
}

void term_suspend(struct term *term)
{
    bool mouse = term->mouse;

    term_mouse(term, false);
    send_bytes(modes_off, sizeof modes_off - 1);
    (void)endwin();
    stop_here();
    (void)refresh();
    send_bytes(modes_on, sizeof modes_on - 1);
    term_mouse(term, mouse);
    (void)term_resized(term);
    term->fresh = false;
}
