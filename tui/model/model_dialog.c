/* Keys in a dialog: its focus, its fields, y and n, its choices. */
#include "tui/model/model_dialog.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tui/model/model.h"
#include "tui/model/model_parts.h"

bool dialog_has(const struct dialog *dialog, enum dialog_focus focus)
{
    switch (focus) {
    case DIALOG_ON_CANCEL:
    case DIALOG_ON_OK:
        return dialog->kind == DIALOG_CHANGE || dialog->kind == DIALOG_REPLAY;
    case DIALOG_ON_REASON:
        return dialog->has_reason;
    case DIALOG_ON_RATE:
    case DIALOG_ON_CANARY:
    case DIALOG_ON_BRAKE:
        return dialog->kind == DIALOG_REPLAY;
    case DIALOG_ON_COUNT:
        return dialog->type_count;
    case DIALOG_FOCUSES:
        break;
    }
    return false;
}

/* Where the line of text of a focus stands; 0: it has none (`kind` stands there). */
static const size_t inputs[DIALOG_FOCUSES] = {
    [DIALOG_ON_REASON] = offsetof(struct dialog, reason),
    [DIALOG_ON_RATE] = offsetof(struct dialog, rate),
    [DIALOG_ON_CANARY] = offsetof(struct dialog, canary),
    [DIALOG_ON_BRAKE] = offsetof(struct dialog, brake),
    [DIALOG_ON_COUNT] = offsetof(struct dialog, typed),
};

static struct input *field(struct dialog *dialog, enum dialog_focus focus)
{
    size_t at = focus < DIALOG_FOCUSES ? inputs[focus] : 0;

    return at != 0 ? (struct input *)(void *)((char *)dialog + at) : NULL;
}

const struct input *dialog_input(const struct dialog *dialog, enum dialog_focus focus)
{
    size_t at = focus < DIALOG_FOCUSES ? inputs[focus] : 0;

    return at != 0 ? (const struct input *)(const void *)((const char *)dialog + at) : NULL;
}

void dialog_close(struct model *m)
{
    if (m->dialog.asking != 0)
        ask_forget(m, m->dialog.asking);
    free(m->dialog.target.ids);
    m->dialog = (struct dialog){.kind = DIALOG_NONE};
}

/* In the order in which they are drawn: the fields, then the buttons. */
static void turn_focus(struct dialog *dialog, bool back)
{
    static const enum dialog_focus ring[] = {DIALOG_ON_CANCEL, DIALOG_ON_REASON, DIALOG_ON_RATE,
                                             DIALOG_ON_CANARY, DIALOG_ON_BRAKE,  DIALOG_ON_COUNT,
                                             DIALOG_ON_OK};
    const size_t n = sizeof ring / sizeof ring[0];
    size_t at = 0;

    while (ring[at] != dialog->focus)
        at++;
    do {
        at = (at + (back ? n - 1 : 1)) % n;
    } while (!dialog_has(dialog, ring[at]));
    dialog->focus = ring[at];
}

static void answer_letter(struct model *m, struct slice text)
{
    if (slice_is(text, "n") || slice_is(text, "N"))
        dialog_close(m);
    else if (slice_is(text, "y") || slice_is(text, "Y"))
        change_confirm(m);
}

static void choose(struct dialog *dialog, size_t choice)
{
    dialog->choice = choice;
    if (dialog->many)
        dialog->chosen ^= 1U << choice;
}

/* A choice is taken by its first letter, too; a blank marks one of many. */
static void choice_letter(struct model *m, struct slice text)
{
    struct dialog *dialog = &m->dialog;

    if (slice_is(text, "j") || slice_is(text, "k")) {
        dialog_edit(m, slice_is(text, "j") ? EDIT_DOWN : EDIT_UP);
        return;
    }
    if (slice_is(text, " ") && dialog->many) {
        choose(dialog, dialog->choice);
        return;
    }
    for (size_t i = 0; i < dialog->n_choices && !dialog->many; i++) {
        if (text.n == 1 && (text.p[0] | 0x20) == (dialog->choices[i][0] | 0x20)) {
            dialog->choice = i;
            choice_done(m);
            return;
        }
    }
}

void dialog_type(struct model *m, struct slice text)
{
    struct dialog *dialog = &m->dialog;
    struct input *input = field(dialog, dialog->focus);

    dialog->confirmed = false;
    if (dialog->kind == DIALOG_CHOICE) {
        choice_letter(m, text);
    } else if (input != NULL) {
        input_type(input, text);
        dialog->problem[0] = '\0';
    } else {
        answer_letter(m, text);
    }
}

static void choice_edit(struct model *m, enum edit edit)
{
    struct dialog *dialog = &m->dialog;

    if (edit == EDIT_ESCAPE)
        dialog_close(m);
    else if (edit == EDIT_ENTER)
        choice_done(m);
    else if (edit == EDIT_UP || edit == EDIT_PREVIOUS || edit == EDIT_LEFT)
        dialog->choice = (dialog->choice + dialog->n_choices - 1) % dialog->n_choices;
    else if (edit == EDIT_DOWN || edit == EDIT_NEXT || edit == EDIT_RIGHT)
        dialog->choice = (dialog->choice + 1) % dialog->n_choices;
}

static void enter(struct model *m)
{
    struct dialog *dialog = &m->dialog;

    if (dialog->focus == DIALOG_ON_CANCEL)
        dialog_close(m);
    else if (dialog->focus == DIALOG_ON_OK || dialog->focus == DIALOG_ON_COUNT)
        change_confirm(m);
    else
        turn_focus(dialog, false);
}

void dialog_edit(struct model *m, enum edit edit)
{
    struct dialog *dialog = &m->dialog;
    struct input *input = field(dialog, dialog->focus);

    dialog->confirmed = false;
    if (dialog->kind == DIALOG_CHOICE) {
        choice_edit(m, edit);
        return;
    }
    if (input != NULL && input_edit(input, edit)) {
        dialog->problem[0] = '\0';
        return;
    }
    if (edit == EDIT_ESCAPE)
        dialog_close(m);
    else if (edit == EDIT_ENTER)
        enter(m);
    else if (edit == EDIT_NEXT || edit == EDIT_DOWN || edit == EDIT_RIGHT)
        turn_focus(dialog, false);
    else if (edit == EDIT_PREVIOUS || edit == EDIT_UP || edit == EDIT_LEFT)
        turn_focus(dialog, true);
}

void dialog_press(struct model *m, size_t index)
{
    struct dialog *dialog = &m->dialog;

    if (dialog->kind == DIALOG_CHOICE && index < dialog->n_choices) {
        choose(dialog, index);
        if (!dialog->many)
            choice_done(m);
    } else if (dialog->kind == DIALOG_CHANGE || dialog->kind == DIALOG_REPLAY) {
        dialog->focus = index == DIALOG_ON_OK ? DIALOG_ON_OK : DIALOG_ON_CANCEL;
        enter(m);
    }
}
