/* What the files of the model call of each other. */
#pragma once

#include "tui/model/action.h"
#include "tui/model/model_ask.h"
#include "tui/model/model_dialog.h"
#include "tui/model/model_failed.h"
#include "tui/model/model_input.h"
#include "tui/model/model_list.h"
#include "tui/model/model_wishes.h"

struct model;

/* model.c */
size_t model_visible(const struct model *m, const struct list *list); /* rows on the screen */
void model_save(struct model *m); /* wishes the preferences kept */

/* model_go.c: which screen is up */
void model_go(struct model *m, enum screen screen); /* a top view: all over it goes */
void model_push(struct model *m, enum screen screen);
bool model_pop(struct model *m); /* false: a top view is up */

/* model_act.c, model_move.c */
void act_do(struct model *m, enum action action, struct slice arg);
void act_move(struct model *m, enum action action); /* in what is up */

/* model_orders.c, model_failed.c: actions of the two lists */
void orders_action(struct model *m, enum action action);
void list_apply(struct model *m, struct list *list); /* after another filter or sort */
void groups_toggle(struct model *m);
void groups_open(struct model *m); /* the orders of the selected group, flat */
void groups_soon(struct model *m);
void groups_ask(struct model *m);
void groups_answer(struct model *m, const struct answer *answer);
void groups_done(struct groups *groups);

/* model_marking.c */
void marking_action(struct model *m, struct list *list, enum action action);
void marking_clear(struct model *m, struct list *list); /* marks and a begun range, and says so */
void marking_answer(struct model *m, const struct answer *answer);

/* model_replays.c, model_events.c */
void replays_ask(struct model *m);
void replays_answer(struct model *m, const struct answer *answer);
void replays_event(struct model *m, const struct event *event);
void tail_init(struct model *m);
void tail_done(struct model *m);
void tail_ask(struct model *m);
void tail_answer(struct model *m, const struct answer *answer);
void tail_event(struct model *m, const struct event *event);
void tail_filter(struct model *m); /* after another filter */
void tail_fresh(struct model *m);  /* new ones are shown */
void tail_lost(struct model *m);

/* model_alarms.c */
void model_alarms_ask(struct model *m);
void model_alarms_answer(struct model *m, const struct answer *answer);
void model_alarms_event(struct model *m, const struct event *event);
void model_alarms_heartbeat(struct model *m);
const char *model_alarms_why_not(const struct model *m);
void model_alarms_acknowledge(struct model *m, enum action action, struct slice arg);
void model_alarms_acknowledged(struct model *m, const struct answer *answer);

/* model_detail.c */
void detail_follow(struct model *m); /* shows the order it is about now */
void detail_open(struct model *m);
void detail_toggle_follow(struct model *m);
void detail_refresh(struct model *m);
void detail_ask(struct model *m);
void detail_answer(struct model *m, const struct answer *answer); /* ASK_ORDER, ASK_HISTORY */
void detail_event(struct model *m, const struct event *event);
void detail_done(struct model *m);
bool detail_uid(const struct model *m, struct uuid *out); /* the order that is meant now */

/* model_why.c */
const char *why_ever(const struct model *m, enum action action); /* role, link, another change */
enum status model_status(const struct model *m, const struct uuid *uid); /* NONE: not known */

/* model_metrics.c */
void figures_ask(struct model *m);
void figures_info(struct model *m, const struct answer *answer);
void figures_stats(struct model *m, const struct answer *answer);
void figures_heartbeat(struct model *m, struct slice map);
void figures_event(struct model *m, const struct event *event);
bool figures_tick(struct model *m); /* true: what is shown changed */
int64_t figures_wake(const struct model *m);

/* model_form.c, model_form_send.c */
void form_open(struct model *m);
void form_type(struct model *m, struct slice text);
void form_edit(struct model *m, enum edit edit);
void form_send(struct model *m);
void form_answer(struct model *m, const struct answer *answer);
void form_unsent(struct model *m, const char *why);

/* model_form_amend.c */
void amend_open(struct model *m, enum action action, struct slice arg);
void amend_order(struct model *m, const struct answer *answer);

/* model_dialog.c: keys in a dialog */
void dialog_type(struct model *m, struct slice text);
void dialog_edit(struct model *m, enum edit edit);
void dialog_close(struct model *m);
void dialog_press(struct model *m, size_t index); /* a click on a button */

/* model_change.c: dialogs that change orders */
/* A target for an action here: marked, else selected, else the group. False: there is none. */
bool target_here(const struct model *m, enum action action, struct dialog *dialog);
void target_one(const struct model *m, const struct uuid *uid, struct dialog *dialog);
/* By words of the command line: a filter, `rate:5`, `all`. False: said why. */
bool target_by_words(struct model *m, struct slice words, struct dialog *dialog);
void change_open(struct model *m, enum action action, struct slice arg);
/* The same for one order, wherever the cursor is. */
void change_open_one(struct model *m, enum action action, const struct uuid *uid);
void change_preview(struct model *m, const struct answer *answer);
void change_confirm(struct model *m); /* OK was pressed */

/* model_job.c: a change under way */
void job_start(struct model *m, struct dialog *dialog); /* takes the target's ids */
/* A request for the first `n` of the target's ids from `at` on, or for its query. */
void job_request(const struct dialog *dialog, size_t at, size_t n, struct buf *scratch,
                 struct request *out);
void job_answer(struct model *m, const struct answer *answer);
void job_free(struct model *m);

/* model_choice.c: columns, copy, export */
void choice_open(struct model *m, enum action action, struct slice arg);
void choice_done(struct model *m); /* Enter in a DIALOG_CHOICE */

/* model_export.c */
void export_start(struct model *m, bool csv);
void export_answer(struct model *m, const struct answer *answer);
bool export_stop(struct model *m); /* true: there was one */

/* model_command.c, model_help.c */
void command_open(struct model *m);
enum action command_parse(struct slice line, struct slice *arg);
void command_type(struct model *m, struct slice text);
void command_edit(struct model *m, enum edit edit);
void help_type(struct model *m, struct slice text);
bool help_edit(struct model *m, enum edit edit);
void help_act(struct model *m, enum action action);

/* model_prefs.c */
void prefs_read(struct model *m, struct slice text);
void prefs_write(const struct model *m, struct buf *out);
