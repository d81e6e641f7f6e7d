/* Dialogs: what is asked before orders change, and small choices. */
#pragma once

#include "shared/wire_request.h"
#include "tui/model/action.h"
#include "tui/model/model_input.h"
#include "tui/model/model_list.h"

enum dialog_kind {
    DIALOG_NONE,
    DIALOG_CHANGE, /* orders change: a count, a reason, y or the count typed */
    DIALOG_REPLAY, /* the same, with a preview, and how it is to go on */
    DIALOG_CHOICE, /* one of several, or any of several (columns) */
};

/* What has the focus. `y` and `n` work on the first two only. */
enum dialog_focus {
    DIALOG_ON_CANCEL,
    DIALOG_ON_OK,
    DIALOG_ON_REASON,
    DIALOG_ON_RATE,
    DIALOG_ON_CANARY,
    DIALOG_ON_BRAKE,
    DIALOG_ON_COUNT,
    DIALOG_FOCUSES
};

/* Which orders are meant: some ids, or a filter or group of dead letters, or none (pause). */
struct target {
    struct uuid *ids; /* owned */
    size_t n;
    bool by_query; /* replay and discard: `filter` and `group`, whichever is not ""; or all */
    bool all;
    char filter[INPUT_MAX_BYTES + 1];
    char group[FAILURE_REASON_MAX * 4 + 1];
};

#define PREVIEW_GROUPS 8

struct preview {
    bool loaded;
    int64_t matched, oldest_at;
    char token[UUID_TEXT_LEN + 1]; /* names just these orders; "" for none */
    size_t n;                      /* groups kept */
    struct {
        int64_t count;
        char group[FAILURE_REASON_MAX * 4 + 1];
    } groups[PREVIEW_GROUPS];
    int64_t other; /* orders in further groups */
};

#define CHOICES_MAX 16

struct dialog {
    enum dialog_kind kind;
    enum action action; /* what opened it */
    enum op op;         /* what is going to be asked */
    char title[160];    /* "Cancel 12 orders" */
    char what[200];     /* "0199f3a2-7c41 of cust-acme", "the marked orders", a filter */
    char undo[600];     /* what a cancel would undo; "" */
    struct target target;
    int64_t count;   /* -1: not known yet */
    bool type_count; /* else `y` will do */
    bool has_reason, reason_required;
    struct input reason, rate, canary, brake, typed;
    enum dialog_focus focus;
    char problem[200]; /* why OK does not go yet; "" */
    struct preview preview;

    size_t n_choices, choice;
    const char *choices[CHOICES_MAX];
    bool many;       /* any of them: `chosen` */
    unsigned chosen; /* bits */

    /* inside */
    uint64_t asking;
    bool confirmed; /* so many orders, while their preview was on its way: it goes on with that */
};

/* Has this focus a place in the dialog? For Tab, and for the view. */
bool dialog_has(const struct dialog *dialog, enum dialog_focus focus);
/* The text field of a focus; NULL for the buttons. */
const struct input *dialog_input(const struct dialog *dialog, enum dialog_focus focus);
