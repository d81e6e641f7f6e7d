/* The form for a new order, or an amended one: its fields, what is wrong under each, how its
 * sending goes. */
#include <stdio.h>

#include "tui/view/view.h"
#include "tui/view/view_parts.h"
#include "tui/view/widget.h"

#define LABEL_W 12
#define QUANTITY_W 12
#define WIDE_W 100 /* beyond, a row's two fields would be too far apart */
#define BELOW 2    /* lines kept in sight below the field with the focus */

struct sheet {
    const struct form *form;
    struct view_pen pen;
    size_t focus_line;
};

static bool focused(struct sheet *sheet, enum form_kind kind, size_t row)
{
    bool on = sheet->form->focus == kind && sheet->form->focus_row == row;

    if (on)
        sheet->focus_line = sheet->pen.line - 1;
    return on;
}

/* A label and its field in a part of a line. */
static void put_field(struct sheet *sheet, struct span at, enum form_kind kind, size_t row)
{
    const struct form_field *field = form_field(sheet->form, kind, row);
    bool on = focused(sheet, kind, row);
    struct canvas *c = sheet->pen.c;

    if (at.w <= LABEL_W || field == NULL)
        return;
    (void)canvas_put_cut(c, span_of(at.x, at.y, LABEL_W - 1),
                         slice_of(form_label(sheet->form, kind)), on ? STYLE_BOLD : COLOUR_FAINT);
    widget_field(c, span_of(at.x + LABEL_W, at.y, at.w - LABEL_W), &field->input, on);
}

static void put_problem(struct sheet *sheet, const char *problem)
{
    struct span at;

    if (problem[0] == '\0')
        return;
    at = view_pen_line(&sheet->pen);
    if (at.w > LABEL_W + 2)
        (void)canvas_printf(sheet->pen.c, span_of(at.x + LABEL_W + 1, at.y, at.w - LABEL_W - 2),
                            COLOUR_BAD, "! %s", problem);
}

static struct span inset(struct span at)
{
    return at.w > 2 ? span_of(at.x + 1, at.y, at.w - 2) : span_of(0, 0, 0);
}

static void single(struct sheet *sheet, enum form_kind kind)
{
    put_field(sheet, inset(view_pen_line(&sheet->pen)), kind, 0);
    put_problem(sheet, form_field(sheet->form, kind, 0)->problem);
}

/* Two fields in a line: product and quantity, key and value. */
static void pair(struct sheet *sheet, enum form_kind kind, size_t row)
{
    enum form_kind second = kind == FORM_PRODUCT ? FORM_QUANTITY : FORM_VALUE;
    struct span at = inset(view_pen_line(&sheet->pen));
    int second_w = kind == FORM_PRODUCT ? LABEL_W + QUANTITY_W : at.w / 2 - 2;
    struct span left = span_of(at.x, at.y, at.w - second_w - 2);
    struct span right = span_of(at.x + left.w + 2, at.y, second_w);

    if (at.w == 0)
        left.w = right.w = 0;
    put_field(sheet, left, kind, row);
    put_field(sheet, right, second, row);
    put_problem(sheet, form_field(sheet->form, kind, row)->problem);
    put_problem(sheet, form_field(sheet->form, second, row)->problem);
}

static void heading(struct sheet *sheet, const char *text)
{
    struct span at = view_pen_line(&sheet->pen);

    if (at.w > 0)
        (void)canvas_put_cut(sheet->pen.c, span_of(at.x + 1, at.y, at.w - 1), slice_of(text),
                             STYLE_BOLD);
}

static const char *state_text(const struct form *form)
{
    static const char *const texts[] = {
        [FORM_EDITING] = "F7 or Enter here sends it",
        [FORM_SENDING] = "sending ...",
        [FORM_UNSENT] = "no answer came: it may be stored. Sending again is safe: same key"};

    if (form->amends && form->state == FORM_EDITING)
        return form->status == STATUS_HELD ? "F7 or Enter here: then it can be released"
                                           : "F7 or Enter here: then it can be replayed";
    if (form->amends && form->state == FORM_UNSENT)
        return "no answer: it may be amended; F7 again is safe";
    return texts[form->state];
}

static void submit(struct sheet *sheet)
{
    struct span at = view_pen_line(&sheet->pen);
    bool on = focused(sheet, FORM_SUBMIT, 0);
    int w = 0;

    put_problem(sheet, sheet->form->refused);
    if (at.w < LABEL_W)
        return;
    w = widget_button(sheet->pen.c, span_of(at.x + 1, at.y, at.w - 2),
                      form_label(sheet->form, FORM_SUBMIT), on, 0);
    (void)canvas_put_cut(sheet->pen.c, span_of(at.x + w + 3, at.y, at.w - w - 4),
                         slice_of(state_text(sheet->form)),
                         sheet->form->state == FORM_UNSENT ? COLOUR_WARN : COLOUR_FAINT);
}

static void all_lines(struct sheet *sheet)
{
    const struct form *form = sheet->form;

    single(sheet, FORM_CUSTOMER);
    single(sheet, FORM_REFERENCE);
    single(sheet, FORM_PRIORITY);
    single(sheet, FORM_NOT_BEFORE);
    heading(sheet, "items");
    for (size_t i = 0; i < form->n_items; i++)
        pair(sheet, FORM_PRODUCT, i);
    put_problem(sheet, form->items_problem);
    heading(sheet, "metadata");
    for (size_t i = 0; i < form->n_pairs; i++)
        pair(sheet, FORM_KEY, i);
    put_problem(sheet, form->metadata_problem);
    if (form->amends)
        single(sheet, FORM_REASON);
    submit(sheet);
}

static void title(const struct form *form, struct canvas *c, struct span at)
{
    char text[UUID_TEXT_LEN + 8] = "amend ", status[24];

    if (!form->amends) {
        widget_rule(c, at, "new order", "");
        return;
    }
    uuid_format(&form->uid, text + 6);
    (void)snprintf(status, sizeof status, "%c %s", status_mark(form->status),
                   status_name(form->status));
    widget_rule(c, at, text, status);
}

void view_form(const struct model *m, struct canvas *c, struct rect at)
{
    struct sheet sheet = {.form = m->form, .pen = {.c = c}};
    size_t rows = at.h > 0 ? (size_t)at.h : 0;

    if (m->form == NULL)
        return;
    title(m->form, c, span_of(at.x, at.y - 1, at.w));
    if (rows == 0)
        return;
    at.w = at.w < WIDE_W ? at.w : WIDE_W;
    all_lines(&sheet); /* draws nothing: where the focus is, and how many lines there are */
    sheet.pen.at = at;
    if (sheet.focus_line + BELOW + 1 > rows)
        sheet.pen.top = sheet.focus_line + BELOW + 1 - rows;
    if (sheet.pen.top + rows > sheet.pen.line)
        sheet.pen.top = sheet.pen.line > rows ? sheet.pen.line - rows : 0;
    sheet.pen.line = 0;
    all_lines(&sheet);
}
