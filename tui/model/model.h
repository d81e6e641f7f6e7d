/*
 * All that the dashboard knows: a message in, state changed, wishes out.
 *
 * It knows no terminal, no socket and no clock. Views read the struct and change nothing; only
 * tui/model writes it. Times in messages are those of the last model_tick, which the loop calls
 * before it hands on what came. One thread.
 *
 *   views:   base (Overview .. Events), over it DETAIL, FORM or HELP; BACK takes the upmost off
 *   input:   INPUT_KEYS (actions) -> `/` `:` a form -> INPUT_TEXT; a dialog -> INPUT_DIALOG
 *   link:    CONNECTING -> LIVE <-> STALE; any <-> OFFLINE; data stay through all of it
 */
#pragma once

#include "shared/uuid.h"
#include "tui/model/action.h"
#include "tui/model/model_alarms.h"
#include "tui/model/model_command.h"
#include "tui/model/model_detail.h"
#include "tui/model/model_dialog.h"
#include "tui/model/model_events.h"
#include "tui/model/model_failed.h"
#include "tui/model/model_form.h"
#include "tui/model/model_layout.h"
#include "tui/model/model_metrics.h"
#include "tui/model/model_orders.h"
#include "tui/model/model_replays.h"
#include "tui/model/model_wish.h"

enum time_style {
    TIMES_RELATIVE,
    TIMES_LOCAL,
    TIMES_UTC,
    TIMES_STYLES
}; /* TIME_UTC is the library's */

enum pane { PANE_LIST, PANE_FAILED, PANE_DETAIL, PANE_COUNT };

enum input_mode { INPUT_KEYS, INPUT_TEXT, INPUT_DIALOG };

enum say_level { SAY_NOTHING, SAY_NOTE, SAY_DONE, SAY_PROBLEM };

/* The message line. */
struct said {
    enum say_level level;
    int64_t at; /* mono */
    char text[WHY_TEXT_MAX + 160];
};

/* What a click can mean; views note them on the canvas as they draw. */
enum spot { SPOT_NONE, SPOT_TAB, SPOT_ROW, SPOT_FAILED_ROW, SPOT_COLUMN, SPOT_BUTTON };

#define SCREENS_DEEP 4

struct job;    /* a change under way, in batches */
struct export; /* a file being written */
struct asks;

struct model {
    /* given at the start */
    bool read_only;
    bool utf8;
    const char *const *key_names; /* by action: "j, Down"; "" for none. For footer and help */

    int64_t wall_us, mono_us; /* of the last tick */
    int cols, rows;
    uint64_t version; /* grows with each change that may show */

    enum screen screens[SCREENS_DEEP];
    size_t depth; /* screens in use, >= 1: the last is up */
    enum pane pane;

    struct link link;
    struct daemon_info info;
    struct figures figures;
    struct list lists[LIST_KINDS];
    struct groups groups;
    struct replays replays;
    struct alarms alarms;
    struct tail tail;
    struct detail detail;
    struct form *form; /* the one that is up, or was last */
    struct form *forms[FORM_PURPOSES];
    struct dialog dialog;
    struct command command;
    struct help help;
    struct said said;

    bool frozen;
    int64_t frozen_events; /* came since */
    enum time_style time_style;
    bool mouse;
    size_t jobs_done, jobs_all; /* of a change in batches, in orders; jobs_all 0: none */

    /* inside */
    struct job *job;
    struct export *export;
    struct asks *asks;
    uint64_t amend_asking;
    struct wish *wishes, **wishes_end;
    struct uuid_maker ids;
    bool started, resync;
    int64_t refresh_at;
};

struct model_settings {
    bool read_only, utf8;
    const char *const *key_names; /* borrowed for the model's life; NULL: none */
    enum screen screen;           /* SCREEN_OVERVIEW to SCREEN_EVENTS */
    uint64_t seed;                /* for idempotency keys */
    int cols, rows;
    int64_t wall_us, mono_us;
    struct slice preferences; /* as WISH_SAVE gave them; absent: none */
};

struct model *model_new(const struct model_settings *settings);
void model_free(struct model *m); /* takes NULL */

/* Messages in. Bytes and slices are borrowed for the call. */
void model_tick(struct model *m, int64_t wall_us, int64_t mono_us);
/* `arg`: what followed the name on the command line; absent for a key. */
void model_act(struct model *m, enum action action, struct slice arg);
void model_type(struct model *m, struct slice text); /* INPUT_TEXT and INPUT_DIALOG; a paste too */
void model_edit(struct model *m, enum edit edit);    /* the same */
void model_click(struct model *m, enum spot spot, size_t index);
void model_scroll(struct model *m, int lines); /* the wheel */
void model_resize(struct model *m, int cols, int rows);
void model_link_up(struct model *m);
void model_link_down(struct model *m, int64_t retry_at_mono_us, const char *why);
void model_event(struct model *m, const struct event *event);
void model_heartbeat(struct model *m, struct slice map);
void model_lost(struct model *m); /* events were missed for good: all is fetched afresh */
/* The reply to a WISH_ASK; bytes NULL: none came, `why` says it. */
void model_reply(struct model *m, uint64_t id, struct slice bytes, const char *why);
void model_say(struct model *m, enum say_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The next wish, to be freed by wish_free; NULL: none. */
struct wish *model_wish(struct model *m);

/* When model_tick is next needed, by the mono hand; INT64_MAX: not for anything known. */
int64_t model_wake(const struct model *m);
/* Nothing asked is unanswered and nothing is due: what a snapshot waits for. */
bool model_settled(const struct model *m);

/* For views and the keymap. */
enum screen model_screen(const struct model *m); /* the one that is up */
enum screen model_base(const struct model *m);   /* the top view under it */
enum input_mode model_input_mode(const struct model *m);
struct layout model_layout(const struct model *m);
/* Why an action is not possible now: "paused", "needs the role operator"; NULL when it is. */
const char *model_why_not(const struct model *m, enum action action);
/* The list that keys move in: by view and pane; NULL: none. */
struct list *model_list(struct model *m);
const struct list *model_list_of(const struct model *m);
/* "Hold" or "Release", "Pause" or "Resume": the footer's word as it is now. */
const char *model_footer_word(const struct model *m, enum action action);
