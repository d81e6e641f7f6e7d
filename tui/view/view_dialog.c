/* Dialogs: what is about to change, how many, and the two ways out; small choices. */
#include <inttypes.h>
#include <stdio.h>

#include "tui/view/view.h"
#include "tui/view/view_parts.h"
#include "tui/view/widget.h"

#define DIALOG_W 66
#define LABEL_W 18
#define SHORT_W 10
#define LOW_ROWS 20 /* below, the fields need the lines more */
#define LOW_GROUPS 2

static void line(struct view_pen *pen, const char *text, unsigned style)
{
    struct span at = view_pen_line(pen);

    if (at.w > 0)
        (void)canvas_put_cut(pen->c, at, slice_of(text), style);
}

/* A label, the text, and beside it what it means, if it is a short one. */
static void field(const struct dialog *dialog, struct view_pen *pen, enum dialog_focus focus,
                  const char *label, const char *hint)
{
    struct span at;
    bool on = dialog->focus == focus;
    int w = 0;

    if (!dialog_has(dialog, focus))
        return;
    at = view_pen_line(pen);
    if (at.w <= LABEL_W)
        return;
    w = hint != NULL && at.w > LABEL_W + SHORT_W ? SHORT_W : at.w - LABEL_W;
    (void)canvas_put_cut(pen->c, span_of(at.x, at.y, LABEL_W - 1), slice_of(label),
                         on ? STYLE_BOLD : COLOUR_FAINT);
    widget_field(pen->c, span_of(at.x + LABEL_W, at.y, w), dialog_input(dialog, focus), on);
    if (hint != NULL)
        (void)canvas_put_cut(pen->c, span_of(at.x + LABEL_W + w + 1, at.y, at.w - LABEL_W - w - 1),
                             slice_of(hint), COLOUR_FAINT);
}

static void group_line(struct view_pen *pen, int64_t count, const char *text)
{
    struct span at = view_pen_line(pen);
    char number[UNITS_TEXT_MAX];

    if (at.w < 12)
        return;
    units_format_count(count, number);
    (void)canvas_put_right(pen->c, span_of(at.x, at.y, 8), slice_of(number), STYLE_BOLD);
    (void)canvas_put_cut(pen->c, span_of(at.x + 10, at.y, at.w - 10), slice_of(text), COLOUR_PLAIN);
}

static void preview_lines(const struct model *m, struct view_pen *pen)
{
    const struct preview *preview = &m->dialog.preview;
    size_t most = m->rows < LOW_ROWS ? LOW_GROUPS : PREVIEW_GROUPS;
    int64_t other = preview->other;

    if (!preview->loaded) {
        line(pen,
             m->dialog.asking != 0                ? "counting ..."
             : m->dialog.target.n > ORDER_IDS_MAX ? "over 1,000 marked: not counted by reason"
                                                  : "",
             COLOUR_FAINT);
        return;
    }
    for (size_t i = 0; i < preview->n; i++) {
        if (i < most)
            group_line(pen, preview->groups[i].count, preview->groups[i].group);
        else
            other += preview->groups[i].count;
    }
    if (other > 0)
        group_line(pen, other, "others");
    if (preview->oldest_at != 0) {
        char ago[VIEW_PART_MAX], text[VIEW_PART_MAX + 16];

        view_ago(m, preview->oldest_at, ago);
        (void)snprintf(text, sizeof text, "oldest %s", ago);
        line(pen, text, COLOUR_FAINT);
    }
}

static bool on_button(const struct dialog *dialog)
{
    return dialog->focus == DIALOG_ON_CANCEL || dialog->focus == DIALOG_ON_OK;
}

static void buttons(const struct dialog *dialog, struct view_pen *pen)
{
    struct span at = view_pen_line(pen);
    bool letters = on_button(dialog);
    char text[sizeof dialog->title + 8];
    int w = 0;

    if (at.w == 0)
        return;
    w = widget_button(pen->c, at, letters ? "n Cancel" : "Cancel",
                      dialog->focus == DIALOG_ON_CANCEL, DIALOG_ON_CANCEL);
    (void)snprintf(text, sizeof text, "%s%s", letters && !dialog->type_count ? "y " : "",
                   dialog->title);
    (void)widget_button(pen->c, span_of(at.x + w + 2, at.y, at.w - w - 2), text,
                        dialog->focus == DIALOG_ON_OK, DIALOG_ON_OK);
}

static void count_field(const struct dialog *dialog, struct view_pen *pen)
{
    char label[UNITS_TEXT_MAX + 8];

    (void)snprintf(label, sizeof label, "type %" PRId64, dialog->count);
    field(dialog, pen, DIALOG_ON_COUNT, dialog->count >= 0 ? label : "type the count", NULL);
}

static void change_lines(const struct model *m, struct view_pen *pen)
{
    const struct dialog *dialog = &m->dialog;
    bool low = m->rows < LOW_ROWS;

    if (dialog->what[0] != '\0')
        view_pen_wrap(pen, 0, slice_of(dialog->what), COLOUR_PLAIN);
    if (dialog->undo[0] != '\0')
        view_pen_wrap(pen, 0, slice_of(dialog->undo), style_status(STATUS_UNDOING));
    if (dialog->kind == DIALOG_REPLAY || dialog->preview.loaded || dialog->asking != 0)
        preview_lines(m, pen);
    if (!low)
        line(pen, "", 0);
    field(dialog, pen, DIALOG_ON_REASON, dialog->reason_required ? "reason (needed)" : "reason",
          NULL);
    field(dialog, pen, DIALOG_ON_RATE, "orders a second", "10; empty: all at once");
    field(dialog, pen, DIALOG_ON_CANARY, "canary", "so many before the rest");
    field(dialog, pen, DIALOG_ON_BRAKE, "stop if failed", "50%/20: half of the last 20");
    count_field(dialog, pen);
    if (!low || dialog->problem[0] != '\0')
        line(pen, dialog->problem, COLOUR_BAD);
    buttons(dialog, pen);
}

static void choice_lines(const struct dialog *dialog, struct view_pen *pen)
{
    for (size_t i = 0; i < dialog->n_choices; i++) {
        struct span at = view_pen_line(pen);
        bool on = (dialog->chosen & 1U << i) != 0;
        const char *box = !dialog->many ? "" : on ? "[x] " : "[ ] ";

        if (at.w == 0)
            continue;
        (void)canvas_printf(pen->c, at, COLOUR_PLAIN, "%s%s", box, dialog->choices[i]);
        canvas_note_spot(pen->c, (struct canvas_spot){at.x, at.y, at.w, SPOT_BUTTON, i});
        if (i == dialog->choice) {
            canvas_add_style(pen->c, at, STYLE_REVERSE);
            canvas_cursor(pen->c, at.x, at.y);
        }
    }
    line(pen, "", 0);
    line(pen, dialog->many ? "Space marks, Enter takes, Esc leaves" : "Enter takes, Esc leaves",
         COLOUR_FAINT);
}

static void all_lines(const struct model *m, struct view_pen *pen)
{
    if (m->dialog.kind == DIALOG_CHOICE)
        choice_lines(&m->dialog, pen);
    else
        change_lines(m, pen);
}

void view_dialog(const struct model *m, struct canvas *c)
{
    struct view_pen count = {.c = c, .at = {0, 0, DIALOG_W - 4, 0}};
    struct view_pen pen = {.c = c};
    int w = c->cols < DIALOG_W ? c->cols : DIALOG_W;
    size_t rows = 0;

    count.at.w = w - 4;
    all_lines(m, &count);
    c->n_spots = 0; /* what lies below takes no clicks */
    pen.at = widget_box(c, w, (int)count.line + 2, m->dialog.title);
    rows = (size_t)pen.at.h;
    if (count.line > rows) /* the buttons, or the choice, stay in sight */
        pen.top = m->dialog.kind != DIALOG_CHOICE ? count.line - rows
                  : m->dialog.choice + 1 < rows   ? 0
                                                  : m->dialog.choice + 1 - rows;
    all_lines(m, &pen);
}
