/* What the dashboard and its snapshots share: the model, fed by the link, its wishes done. */
#include "tui/desk.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <sys/random.h>

#include "tui/keymap.h"

#define PREFERENCES_MAX_BYTES ((size_t)64 * 1024)

bool desk_utf8(void)
{
    locale_t own = newlocale(LC_CTYPE_MASK, "", (locale_t)0);

    if (own == (locale_t)0)
        return false;
    (void)uselocale(own);
    return strcmp(nl_langinfo_l(CODESET, own), "UTF-8") == 0;
}

bool desk_view(const struct dashboard_settings *settings, enum screen *out, struct why *why)
{
    *out = SCREEN_ORDERS;
    if (settings->view == NULL)
        return true;
    if (screen_parse(slice_of(settings->view), out) && *out <= SCREEN_EVENTS)
        return true;
    (void)err_set(why, ERR_INVALID,
                  "--view '%.60s': not one of overview, orders, failed, replays, events",
                  settings->view);
    return false;
}

/* The theme is the terminal's, not the model's: a person writes it there. */
static void find_theme(struct desk *desk)
{
    struct slice rest = {(const char *)desk->preferences.data, desk->preferences.len};

    while (rest.n > 0) {
        struct slice value = slice_cut(&rest, '\n');
        struct slice name = slice_trim(slice_cut(&value, '='));

        value = slice_trim(value);
        if (!slice_is(name, "theme") || value.n == 0 || value.n >= sizeof desk->theme)
            continue;
        memcpy(desk->theme, value.p, value.n);
        desk->theme[value.n] = '\0';
    }
}

void desk_load(struct desk *desk)
{
    buf_init(&desk->preferences, PREFERENCES_MAX_BYTES);
    keeper_load(&desk->preferences);
    find_theme(desk);
}

void desk_open(struct desk *desk, const struct dashboard_settings *settings,
               struct desk_screen screen)
{
    struct model_settings start = {.read_only = settings->read_only,
                                   .utf8 = screen.utf8,
                                   .key_names = keymap_names(),
                                   .cols = screen.cols,
                                   .rows = screen.rows};

    clock_init(&desk->clock);
    live_open(&settings->place, &desk->live);
    (void)desk_view(settings, &start.screen, NULL);
    if (desk->preferences.len > 0 && !desk->preferences.failed)
        start.preferences =
            (struct slice){(const char *)desk->preferences.data, desk->preferences.len};
    (void)!getrandom(&start.seed, sizeof start.seed, 0);
    start.wall_us = clock_wall(&desk->clock);
    start.mono_us = clock_mono(&desk->clock);
    desk->model = model_new(&start);
}

void desk_close(struct desk *desk)
{
    live_close(desk->live);
    model_free(desk->model);
    (void)keeper_export_end(&desk->export, NULL);
    buf_done(&desk->preferences);
}

void desk_key(struct desk *desk, uint32_t key)
{
    struct model *m = desk->model;
    enum input_mode mode = model_input_mode(m);
    enum action action = mode == INPUT_KEYS ? keymap_action(key, model_screen(m)) : ACTION_NONE;
    enum edit edit = EDIT_LEFT;
    char text[4];

    if (mode == INPUT_TEXT || (mode == INPUT_DIALOG && keymap_always(key) == ACTION_REDRAW))
        action = keymap_always(key);
    if (action != ACTION_NONE)
        model_act(m, action, (struct slice){NULL, 0});
    else if (mode != INPUT_KEYS && keymap_edit(key, &edit))
        model_edit(m, edit);
    else if (mode != INPUT_KEYS && key_character(key, text) > 0)
        model_type(m, (struct slice){text, key_character(key, text)});
}

void desk_paste(struct desk *desk, struct slice text)
{
    if (model_input_mode(desk->model) != INPUT_KEYS)
        model_type(desk->model, text);
}

int64_t desk_tick(struct desk *desk)
{
    int64_t now = clock_mono(&desk->clock);

    model_tick(desk->model, clock_wall(&desk->clock), now);
    return now;
}

static void take(struct desk *desk, const struct live_news *news)
{
    switch (news->kind) {
    case LIVE_UP:
        desk->up = true;
        model_link_up(desk->model);
        return;
    case LIVE_DOWN:
        desk->down = true;
        model_link_down(desk->model, news->retry_at_us, news->why);
        return;
    case LIVE_EVENT:
        model_event(desk->model, &news->event);
        return;
    case LIVE_HEARTBEAT:
        model_heartbeat(desk->model, news->bytes);
        return;
    case LIVE_LOST:
        model_lost(desk->model);
        return;
    case LIVE_ANSWER:
        model_reply(desk->model, news->id, news->bytes, news->why);
        return;
    }
}

void desk_take_news(struct desk *desk)
{
    struct live_news *news = live_take(desk->live);

    while (news != NULL) {
        struct live_news *next = news->next;

        take(desk, news);
        live_news_free(news);
        news = next;
    }
}

static void export(struct desk *desk, const struct wish *wish)
{
    struct slice bytes = {(const char *)wish->bytes.data, wish->bytes.len};
    struct why why = {0};
    enum err e = OK;

    if (wish->first)
        e = keeper_export_begin(&desk->export, wish->name, &why);
    if (e == OK)
        e = keeper_export_add(&desk->export, bytes, &why);
    if (e == OK && wish->last)
        e = keeper_export_end(&desk->export, &why);
    if (e != OK)
        model_say(desk->model, SAY_PROBLEM, "%s", why.text);
}

static void save(struct desk *desk, struct wish *wish)
{
    struct why why = {0};

    if (desk->theme[0] != '\0')
        buf_printf(&wish->bytes, "theme=%s\n", desk->theme);
    if (keeper_save((struct slice){(const char *)wish->bytes.data, wish->bytes.len}, &why) != OK)
        model_say(desk->model, SAY_PROBLEM, "%s", why.text);
}

static void do_wish(struct desk *desk, struct wish *wish)
{
    switch (wish->kind) {
    case WISH_ASK:
        live_ask(desk->live, wish->id, &wish->bytes, wish->timeout_us);
        return;
    case WISH_EXPORT:
        export(desk, wish);
        return;
    case WISH_SAVE:
        save(desk, wish);
        return;
    case WISH_COPY:
    case WISH_REDRAW:
    case WISH_MOUSE:
        if (desk->terminal != NULL)
            desk->terminal(desk->self, wish);
        return;
    case WISH_QUIT:
        desk->quit = true;
        return;
    }
}

void desk_do_wishes(struct desk *desk)
{
    struct wish *wish = NULL;

    while ((wish = model_wish(desk->model)) != NULL) {
        do_wish(desk, wish);
        wish_free(wish);
    }
}
