/* The dashboard's model as a whole: screens, the link, figures, the command line, the tail. */
#include <string.h>

#include "tests/lib/model_scene.h"
#include "tests/lib/test.h"

static void esc_goes_back_one_level_and_never_quits(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_FILTER);
    scene_type(&s, "cust");
    scene_edit(&s, EDIT_ENTER);
    scene_act(&s, ACTION_MARK);
    scene_act(&s, ACTION_OPEN);
    assert_int_equal(model_screen(s.m), SCREEN_DETAIL);
    scene_act(&s, ACTION_HELP);
    assert_int_equal(model_screen(s.m), SCREEN_HELP);
    scene_act(&s, ACTION_BACK);
    assert_int_equal(model_screen(s.m), SCREEN_DETAIL);
    scene_act(&s, ACTION_BACK);
    assert_int_equal(model_screen(s.m), SCREEN_ORDERS);
    assert_int_equal(s.m->lists[LIST_ORDERS].marks.n, 1);
    scene_act(&s, ACTION_BACK);
    assert_int_equal(s.m->lists[LIST_ORDERS].marks.n, 0);
    scene_act(&s, ACTION_BACK);
    assert_string_equal(s.m->lists[LIST_ORDERS].filter.text, "");
    scene_act(&s, ACTION_BACK);
    assert_false(s.quit);
    scene_done(&s);
}

static void q_closes_and_quits_from_a_top_view(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_OPEN);
    scene_act(&s, ACTION_QUIT);
    assert_false(s.quit);
    assert_int_equal(model_screen(s.m), SCREEN_ORDERS);
    scene_act(&s, ACTION_QUIT);
    assert_true(s.quit);
    scene_done(&s);
}

static void views_turn_round(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 5);
    for (int i = 0; i < 5; i++)
        scene_act(&s, ACTION_VIEW_NEXT);
    assert_int_equal(model_screen(s.m), SCREEN_ORDERS);
    scene_act(&s, ACTION_VIEW_PREVIOUS);
    scene_act(&s, ACTION_VIEW_PREVIOUS);
    assert_int_equal(model_screen(s.m), SCREEN_EVENTS);
    scene_done(&s);
}

static void check_link(const struct scene *s, const char *text)
{
    char out[LINK_TEXT_MAX];

    figures_link_text(&s->m->link, s->m->mono_us, out);
    assert_string_equal(out, text);
}

static void beat(struct scene *s, int64_t accepted)
{
    struct stats stats = {.success_rate_5m = 0.5, .counts = {[STATUS_QUEUED] = accepted}};
    struct buf map;

    buf_init(&map, 65536);
    mp_put_map(&map, WIRE_STATS_PAIRS + 1);
    mp_put_text(&map, "last_second");
    mp_put_map(&map, 3);
    mp_put_text(&map, "accepted");
    mp_put_int(&map, accepted);
    mp_put_text(&map, "fulfilled");
    mp_put_int(&map, 2);
    mp_put_text(&map, "failed");
    mp_put_int(&map, 3);
    wire_stats_figures(&map, &stats);
    model_heartbeat(s->m, (struct slice){(const char *)map.data, map.len});
    buf_done(&map);
}

static void the_link_is_told_as_it_is(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 5);
    check_link(&s, "LIVE");
    model_tick(s.m, 0, s.now + 4200000);
    check_link(&s, "STALE 4s");
    assert_int_equal(model_wake(s.m), s.m->link.heard_at + 5000000);
    beat(&s, 1);
    check_link(&s, "LIVE");
    model_link_down(s.m, s.m->mono_us + 2500000, "refused");
    check_link(&s, "OFFLINE retry 3s");
    assert_int_equal(s.m->lists[LIST_ORDERS].n, 5);
    assert_int_equal(model_wake(s.m), s.m->mono_us + 500000);
    model_link_up(s.m);
    check_link(&s, "LIVE");
    scene_done(&s);
}

static void a_heartbeat_moves_the_figures_and_the_series(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 5);
    beat(&s, 41);
    beat(&s, 42);
    assert_int_equal(s.m->figures.now.counts[STATUS_QUEUED], 42);
    assert_int_equal(s.m->figures.now.series_accepted[SERIES_SECONDS - 1], 42);
    assert_int_equal(s.m->figures.now.series_accepted[SERIES_SECONDS - 2], 41);
    assert_int_equal(s.m->figures.now.series_failed[SERIES_SECONDS - 1], 3);
    assert_int_equal(figures_orders(&s.m->figures), 42);
    scene_act(&s, ACTION_FREEZE);
    beat(&s, 43);
    assert_int_equal(s.m->figures.now.counts[STATUS_QUEUED], 42);
    scene_done(&s);
}

static void an_idle_screen_asks_nothing(void **state)
{
    struct scene s;
    int64_t asks = 0;

    (void)state;
    scene_open(&s, 5000);
    asks = s.asks;
    for (int i = 0; i < 100; i++) {
        beat(&s, 1);
        scene_pass(&s, 1000000);
    }
    assert_int_equal(s.asks, asks);
    scene_done(&s);
}

static void commands_are_parsed(void **state)
{
    static const struct {
        const char *line;
        enum screen screen;
    } cases[] = {
        {"view failed", SCREEN_FAILED}, {"view orders", SCREEN_ORDERS}, {"view ev", SCREEN_EVENTS},
        {"help", SCREEN_HELP},          {"q", SCREEN_EVENTS},           {"new", SCREEN_FORM},
    };
    struct scene s;

    (void)state;
    scene_open(&s, 5);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        scene_command(&s, cases[i].line);
        if (model_screen(s.m) != cases[i].screen)
            fail_msg("':%s' leads to %s", cases[i].line, screen_name(model_screen(s.m)));
        assert_false(s.m->command.open);
    }
    scene_done(&s);
}

static void an_unknown_command_stays_to_be_mended(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 5);
    scene_command(&s, "explode");
    assert_true(s.m->command.open);
    assert_true(s.m->command.problem[0] != '\0');
    scene_edit(&s, EDIT_ESCAPE);
    assert_false(s.m->command.open);
    scene_done(&s);
}

static void words_for_a_command_that_takes_none_are_refused(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 5);
    scene_command(&s, "sort oldest");
    assert_true(s.m->command.open);
    assert_string_equal(s.m->command.problem, "'sort' takes no words");
    scene_done(&s);
}

static void tab_completes_and_comes_back_to_what_was_typed(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 5);
    scene_act(&s, ACTION_COMMAND);
    scene_type(&s, "view f");
    scene_edit(&s, EDIT_NEXT);
    assert_string_equal(s.m->command.input.text, "view failed");
    scene_edit(&s, EDIT_NEXT);
    assert_string_equal(s.m->command.input.text, "view f");
    scene_done(&s);
}

static void the_help_is_searched(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 5);
    scene_act(&s, ACTION_HELP);
    scene_act(&s, ACTION_FILTER);
    assert_int_equal(model_input_mode(s.m), INPUT_TEXT);
    scene_type(&s, "DEAD-letter");
    assert_true(help_matches(&s.m->help, ACTION_DISCARD));
    assert_false(help_matches(&s.m->help, ACTION_MOUSE));
    scene_done(&s);
}

static void preferences_come_back(void **state)
{
    struct scene s;
    struct model_settings settings = {.cols = 80, .rows = 24};
    struct model *again = NULL;

    (void)state;
    scene_open(&s, 5);
    scene_act(&s, ACTION_TIME_STYLE);
    scene_act(&s, ACTION_SORT);
    scene_act(&s, ACTION_COLUMNS);
    assert_int_equal(model_input_mode(s.m), INPUT_DIALOG);
    scene_type(&s, " ");
    scene_edit(&s, EDIT_ENTER);
    scene_act(&s, ACTION_MOUSE);
    assert_true(s.mouse);
    assert_false(list_column(&s.m->lists[LIST_ORDERS], COLUMN_CUSTOMER));
    settings.preferences = (struct slice){(const char *)s.saved.data, s.saved.len};
    again = model_new(&settings);
    assert_int_equal(again->time_style, TIMES_LOCAL);
    assert_int_equal(again->lists[LIST_ORDERS].sort, SORT_OLDEST);
    assert_int_equal(again->lists[LIST_ORDERS].columns, s.m->lists[LIST_ORDERS].columns);
    assert_int_equal(again->lists[LIST_FAILED].columns, s.m->lists[LIST_FAILED].columns);
    assert_true(again->mouse);
    model_free(again);
    scene_done(&s);
}

static void preferences_of_another_version_are_passed_over(void **state)
{
    struct model_settings settings = {
        .cols = 80,
        .rows = 24,
        .preferences = SLICE("nonsense\n=\ntime=dreamtime\norders.columns=id,soul\nmouse=on")};
    struct model *m = model_new(&settings);

    (void)state;
    assert_int_equal(m->time_style, TIMES_RELATIVE);
    assert_true(list_column(&m->lists[LIST_ORDERS], COLUMN_ID));
    assert_false(list_column(&m->lists[LIST_ORDERS], COLUMN_AGE));
    assert_true(m->mouse);
    model_free(m);
}

static void the_tail_shows_what_matches_newest_first(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_VIEW_EVENTS);
    for (int64_t k = 0; k < TAIL_MAX + 100; k++)
        scene_changes(&s, k % 50, STATUS_QUEUED, STATUS_PROCESSING, ENTRY_ATTEMPT_STARTED);
    assert_int_equal(s.m->tail.n_shown, TAIL_MAX);
    assert_int_equal(scene_number(&tail_shown(&s.m->tail, 0)->uid), (TAIL_MAX + 99) % 50);
    scene_act(&s, ACTION_FILTER);
    scene_type(&s, "customer:cust-7");
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.m->tail.n_shown, TAIL_MAX / 50);
    scene_act(&s, ACTION_DOWN);
    scene_changes(&s, 7, STATUS_QUEUED, STATUS_PROCESSING, ENTRY_ATTEMPT_STARTED);
    assert_int_equal(s.m->tail.n_new, 1);
    assert_int_equal(s.m->tail.selected, 2);
    scene_act(&s, ACTION_FIRST);
    assert_int_equal(s.m->tail.n_new, 0);
    scene_done(&s);
}

static void what_is_listed_is_exported_whole(void **state)
{
    struct scene s;
    size_t lines = 0;

    (void)state;
    scene_open(&s, 1234);
    scene_act(&s, ACTION_EXPORT);
    scene_edit(&s, EDIT_ENTER);
    for (size_t i = 0; i < s.exported.len; i++)
        lines += s.exported.data[i] == '\n';
    assert_int_equal(lines, 1235);
    assert_int_equal(strncmp(buf_text(&s.exported), "order_id,customer_id,", 21), 0);
    assert_int_equal(s.m->said.level, SAY_DONE);
    buf_clear(&s.exported);
    scene_command(&s, "export json");
    assert_int_equal(strncmp(buf_text(&s.exported), "{\"order_id\":\"0190", 17), 0);
    scene_done(&s);
}

static void the_id_the_row_and_the_json_are_copied(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_COPY);
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(s.copied.len, UUID_TEXT_LEN);
    scene_act(&s, ACTION_COPY);
    scene_type(&s, "r");
    assert_non_null(strstr(buf_text(&s.copied), "\tQUEUED\tcust-49\t"));
    scene_act(&s, ACTION_COPY);
    scene_type(&s, "j");
    scene_edit(&s, EDIT_DOWN);
    scene_edit(&s, EDIT_ENTER);
    assert_int_equal(buf_text(&s.copied)[0], '{');
    scene_done(&s);
}

static void read_only_asks_as_a_viewer(void **state)
{
    struct model_settings settings = {.read_only = true, .cols = 80, .rows = 24};
    struct model *m = model_new(&settings);
    struct wish *wish = NULL;
    struct request_head head;

    (void)state;
    model_link_up(m);
    wish = model_wish(m);
    assert_non_null(wish);
    assert_int_equal(wire_request_head(wish->bytes.data, wish->bytes.len, &head, NULL), OK);
    assert_true(slice_is(head.as, "viewer"));
    assert_string_equal(model_why_not(m, ACTION_PAUSE), "read-only");
    wish_free(wish);
    model_free(m);
}

static void any_size_at_any_moment_is_safe(void **state)
{
    static const int sizes[][2] = {{1, 1},    {60, 15}, {59, 14},  {80, 24},
                                   {160, 50}, {0, 0},   {300, 15}, {150, 2}};
    struct scene s;

    (void)state;
    scene_open(&s, 5000);
    for (size_t i = 0; i < 64; i++) {
        model_resize(s.m, sizes[i % 8][0], sizes[i % 8][1]);
        scene_act(&s, i % 3 == 0 ? ACTION_LAST : ACTION_PAGE_UP);
        scene_act(&s, ACTION_PANE_NEXT);
        scene_act(&s, i % 5 == 0 ? ACTION_VIEW_NEXT : ACTION_DOWN);
        assert_true(s.m->lists[LIST_ORDERS].selected < s.m->lists[LIST_ORDERS].n);
        assert_true(s.m->lists[LIST_ORDERS].top <= s.m->lists[LIST_ORDERS].selected);
    }
    scene_done(&s);
}

static void the_followed_order_stays_and_its_changes_are_told(void **state)
{
    struct scene s;

    (void)state;
    scene_open(&s, 50);
    scene_act(&s, ACTION_FOLLOW);
    scene_act(&s, ACTION_DOWN);
    scene_pass(&s, 500000);
    assert_int_equal(scene_number(&s.m->detail.uid), 49);
    scene_changes(&s, 49, STATUS_QUEUED, STATUS_PROCESSING, ENTRY_ATTEMPT_STARTED);
    assert_non_null(strstr(s.m->said.text, "is PROCESSING (attempt_started)"));
    scene_act(&s, ACTION_FOLLOW);
    scene_pass(&s, 500000);
    assert_int_equal(scene_number(&s.m->detail.uid), 48);
    scene_done(&s);
}

static void tell_replay(struct scene *s, enum news news, const char *state, int64_t moved)
{
    struct event event = {.seq = ++s->seq,
                          .at = 5,
                          .news = news,
                          .subject = SLICE("01900000-0000-7000-8000-000000000007"),
                          .subject_to = slice_of(state),
                          .has_progress = true,
                          .matched = 12,
                          .moved = moved};

    model_event(s->m, &event);
}

static void a_replay_is_moved_on_by_its_events_and_cancelled(void **state)
{
    struct scene s;
    struct replay_line line = {.uid = scene_uid(7), .state = REPLAY_RUNNING, .matched = 12};
    int64_t asks = 0;

    (void)state;
    scene_open(&s, 50);
    asks = s.asks;
    tell_replay(&s, NEWS_REPLAY_STARTED, "RUNNING", 0);
    scene_settle(&s);
    assert_int_equal(s.asks, asks + 1);
    s.m->replays.lines[0] = line;
    s.m->replays.n = 1;
    tell_replay(&s, NEWS_REPLAY_PROGRESS, "RUNNING", 3);
    assert_int_equal(s.m->replays.lines[0].moved, 3);
    assert_int_equal(replays_running(&s.m->replays), 1);
    scene_act(&s, ACTION_VIEW_REPLAYS);
    scene_act(&s, ACTION_CANCEL);
    assert_string_equal(s.m->dialog.title, "Cancel the replay");
    assert_non_null(strstr(s.m->dialog.what, "9 orders stay failed"));
    scene_type(&s, "y");
    assert_int_equal(s.last_op, OP_REPLAY_CANCEL);
    tell_replay(&s, NEWS_REPLAY_ENDED, "CANCELLED", 3);
    assert_int_equal(s.m->replays.lines[0].state, REPLAY_CANCELLED);
    assert_string_equal(model_why_not(s.m, ACTION_CANCEL), "the replay has ended");
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(esc_goes_back_one_level_and_never_quits),
        cmocka_unit_test(q_closes_and_quits_from_a_top_view),
        cmocka_unit_test(views_turn_round),
        cmocka_unit_test(the_link_is_told_as_it_is),
        cmocka_unit_test(a_heartbeat_moves_the_figures_and_the_series),
        cmocka_unit_test(an_idle_screen_asks_nothing),
        cmocka_unit_test(commands_are_parsed),
        cmocka_unit_test(an_unknown_command_stays_to_be_mended),
        cmocka_unit_test(words_for_a_command_that_takes_none_are_refused),
        cmocka_unit_test(tab_completes_and_comes_back_to_what_was_typed),
        cmocka_unit_test(the_help_is_searched),
        cmocka_unit_test(preferences_come_back),
        cmocka_unit_test(preferences_of_another_version_are_passed_over),
        cmocka_unit_test(the_tail_shows_what_matches_newest_first),
        cmocka_unit_test(what_is_listed_is_exported_whole),
        cmocka_unit_test(the_id_the_row_and_the_json_are_copied),
        cmocka_unit_test(read_only_asks_as_a_viewer),
        cmocka_unit_test(a_replay_is_moved_on_by_its_events_and_cancelled),
        cmocka_unit_test(any_size_at_any_moment_is_safe),
        cmocka_unit_test(the_followed_order_stays_and_its_changes_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
