/* The two lines below each screen: messages, keys. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/view/view_bars.h"
#include "tui/view/view_parts.h"
#include "tui/view/widget.h"

static void draw_command(const struct model *m, struct canvas *c, struct span at)
{
    const struct command *command = &m->command;
    int half = at.w / 2;

    (void)canvas_put(c, span_of(at.x + 1, at.y, 1), SLICE(":"), STYLE_BOLD);
    widget_field(c, span_of(at.x + 2, at.y, half), &command->input, true);
    if (command->problem[0] != '\0')
        (void)canvas_put_cut(c, span_of(at.x + half + 4, at.y, at.w - half - 5),
                             slice_of(command->problem), COLOUR_BAD);
}

/* "replay 0199f3a2: 3 of 12 moved, 10/s" */
static void draw_replay(const struct model *m, struct canvas *c, struct span at)
{
    const struct replay_line *line = NULL;
    char moved[UNITS_TEXT_MAX], matched[UNITS_TEXT_MAX], id[UUID_TEXT_LEN + 1], rate[32] = "";

    for (size_t i = 0; i < m->replays.n && line == NULL; i++)
        if (m->replays.lines[i].state == REPLAY_RUNNING)
            line = &m->replays.lines[i];
    if (line == NULL)
        return;
    units_format_count(line->moved, moved);
    units_format_count(line->matched, matched);
    uuid_format(&line->uid, id);
    if (line->rate > 0)
        (void)snprintf(rate, sizeof rate, ", %g/s", line->rate);
    (void)canvas_printf(c, at, COLOUR_ACCENT, "> replay %.13s: %s of %s moved%s", id, moved,
                        matched, rate);
}

static void draw_said(const struct model *m, struct canvas *c, struct span at)
{
    static const unsigned styles[] = {[SAY_NOTHING] = 0,
                                      [SAY_NOTE] = COLOUR_PLAIN,
                                      [SAY_DONE] = COLOUR_GOOD,
                                      [SAY_PROBLEM] = COLOUR_BAD | STYLE_BOLD};

    if (m->jobs_all > 0) {
        char done[UNITS_TEXT_MAX], all[UNITS_TEXT_MAX];

        units_format_count((int64_t)m->jobs_done, done);
        units_format_count((int64_t)m->jobs_all, all);
        (void)canvas_printf(c, at, COLOUR_ACCENT, "%s of %s orders asked", done, all);
    } else if (m->said.level != SAY_NOTHING) {
        (void)canvas_put_cut(c, at, slice_of(m->said.text), styles[m->said.level]);
    } else if (m->link.state == LINK_OFFLINE) {
        (void)canvas_put_cut(c, at, slice_of(m->link.why), COLOUR_BAD);
    } else {
        draw_replay(m, c, at);
    }
}

void view_message_line(const struct model *m, struct canvas *c, struct span at)
{
    const char *mouse = m->mouse ? "mouse on" : "mouse off";
    int mouse_w = (int)strlen(mouse);

    if (m->command.open) {
        draw_command(m, c, at);
        return;
    }
    draw_said(m, c, span_of(at.x + 1, at.y, at.w - mouse_w - 4));
    (void)canvas_put_right(c, span_of(at.x + at.w - mouse_w - 1, at.y, mouse_w), slice_of(mouse),
                           COLOUR_FAINT);
}

/* Keys ------------------------------------------------------------------------------------------
 */

/* The first of an action's keys, as short as the footer needs it. */
static struct slice first_key(const struct model *m, enum action action)
{
    struct slice keys = slice_of(m->key_names != NULL ? m->key_names[action] : "");
    struct slice key = slice_cut(&keys, ',');

    return slice_is(key, "Space") ? SLICE("Spc") : key;
}

/* "R Replay", faint when it is not possible now. Returns cells taken, 0 when it does not fit. */
static int put_word(const struct model *m, struct canvas *c, struct span at, enum action action,
                    const char *text)
{
    struct slice key = first_key(m, action);
    struct slice word = slice_of(text);
    bool can = model_why_not(m, action) == NULL;
    int key_w = canvas_cells(key), w = key_w + 1 + canvas_cells(word);

    if (key.n == 0 || word.n == 0 || w > at.w)
        return 0;
    (void)canvas_put(c, at, key, can ? COLOUR_ACCENT | STYLE_BOLD : COLOUR_FAINT);
    (void)canvas_put(c, span_of(at.x + key_w + 1, at.y, at.w), word,
                     can ? COLOUR_PLAIN : COLOUR_FAINT);
    return w;
}

static int put_action(const struct model *m, struct canvas *c, struct span at, enum action action)
{
    return put_word(m, c, at, action, model_footer_word(m, action));
}

/* While something is typed: what its keys do. */
static const char *typing_hint(const struct model *m)
{
    if (m->command.open)
        return m->command.n_matches > 0 ? NULL : "Enter do it  Tab complete  Esc leave";
    if (model_screen(m) == SCREEN_FORM && m->form->amends)
        return "Tab next  Shift-Tab back  Enter next, or a new row  F7 Amend  Esc leave";
    if (model_screen(m) == SCREEN_FORM)
        return "Tab next  Shift-Tab back  Enter next, or a new row  F7 Submit  Esc leave";
    if (model_screen(m) == SCREEN_HELP)
        return "Enter keep  Esc clear";
    return "Enter keep  Esc clear  words, status:FAILED, customer:acme*, age<1h, -...";
}

static void draw_matches(const struct model *m, struct canvas *c, struct span at)
{
    int x = at.x;

    for (size_t i = 0; i < m->command.n_matches && x < at.x + at.w; i++)
        x += 2 + canvas_put_cut(c, span_of(x, at.y, at.x + at.w - x),
                                slice_of(m->command.matches[i]),
                                i == m->command.match ? STYLE_REVERSE : COLOUR_PLAIN);
}

static void draw_keys(const struct model *m, struct canvas *c, struct span at)
{
    static const enum action last[] = {ACTION_HELP, ACTION_QUIT};
    int end = at.x + at.w - 14; /* " ? Help q Quit" */
    int x = at.x;

    if (m->depth > 1)
        x += put_word(m, c, span_of(x, at.y, end - x), ACTION_BACK, "Back") + 1;
    for (unsigned i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        int w = 0;

        if (i == ACTION_HELP || i == ACTION_QUIT || !action_on((enum action)i, model_screen(m)))
            continue;
        w = put_action(m, c, span_of(x, at.y, end - x), (enum action)i);
        x += w > 0 ? w + 1 : 0;
    }
    for (size_t i = 0; i < sizeof last / sizeof last[0]; i++)
        x += put_action(m, c, span_of(x, at.y, at.x + at.w - x), last[i]) + 1;
}

void view_footer_line(const struct model *m, struct canvas *c, struct span at)
{
    struct span in = span_of(at.x + 1, at.y, at.w - 2);

    if (model_input_mode(m) == INPUT_KEYS)
        draw_keys(m, c, at); /* 80 cells are just enough without a margin */
    else if (model_input_mode(m) == INPUT_TEXT && typing_hint(m) == NULL)
        draw_matches(m, c, in);
    else if (m->dialog.kind == DIALOG_CHANGE || m->dialog.kind == DIALOG_REPLAY)
        (void)canvas_put_cut(c, in, SLICE("Tab next  Enter does what is marked  Esc leaves"),
                             COLOUR_FAINT);
    else if (model_input_mode(m) == INPUT_TEXT)
        (void)canvas_put_cut(c, in, slice_of(typing_hint(m)), COLOUR_FAINT);
}
