/* The table of keys: whole, without doubles, and true to its own names. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "shared/op.h"
#include "tui/keymap.h"

/* Calls `check` for each key that a keyboard has. */
static void each_key(void (*check)(uint32_t key))
{
    for (uint32_t key = 1; key < 0x80; key++)
        check(key);
    for (uint32_t key = KEYS_ENTER; key < KEYS_END_OF_KEYS; key++)
        check(key);
}

static void every_action_has_a_key(void **state)
{
    (void)state;
    for (unsigned i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        assert_non_null(keymap_names()[i]);
        if (keymap_names()[i][0] == '\0')
            fail_msg("'%s' has no key", action_row((enum action)i)->name);
    }
}

/* The names of an action's keys, by the keys that do it. */
static void names_of(enum action action, char *out, size_t room)
{
    size_t n = 0;

    out[0] = '\0';
    for (uint32_t pass = 0; pass < 2; pass++) {
        uint32_t from = pass == 0 ? 1 : KEYS_ENTER, to = pass == 0 ? 0x80 : KEYS_END_OF_KEYS;

        for (uint32_t key = from; key < to; key++) {
            char text[KEY_TEXT_MAX];
            bool does = false;

            for (unsigned screen = 0; screen < SCREEN_COUNT; screen++)
                does = does || (action_on(action, (enum screen)screen) &&
                                keymap_action(key, (enum screen)screen) == action);
            key_text(key, text);
            if (does)
                n += (size_t)snprintf(out + n, room - n, "%s%s", n > 0 ? ", " : "", text);
        }
    }
}

static void the_names_are_those_of_the_keys(void **state)
{
    (void)state;
    for (unsigned i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        char names[128];

        names_of((enum action)i, names, sizeof names);
        assert_string_equal(keymap_names()[i], names);
    }
}

static void check_capital(uint32_t key)
{
    for (unsigned screen = 0; screen < SCREEN_COUNT; screen++) {
        enum action action = keymap_action(key, (enum screen)screen);
        bool capital = key >= 'A' && key <= 'Z' && key != 'G';

        if (action == ACTION_NONE || action == ACTION_NEW || action == ACTION_SEND ||
            action == ACTION_ALARM_ACK) /* changes no order */
            continue;
        if ((action_row(action)->needs == RIGHT_OPERATE) != capital)
            fail_msg("'%s' is on key %#x", action_row(action)->name, (unsigned)key);
    }
}

static void only_capitals_change_orders(void **state)
{
    (void)state;
    each_key(check_capital);
}

static void keys_of_terminals_and_tmux_stay_unused(void **state)
{
    static const char letters[] = "ABSQ";

    (void)state;
    for (size_t i = 0; letters[i] != '\0'; i++) {
        enum edit edit = EDIT_LEFT;

        assert_int_equal(keymap_action(KEYS_CTRL(letters[i]), SCREEN_ORDERS), ACTION_NONE);
        assert_false(keymap_edit(KEYS_CTRL(letters[i]), &edit));
    }
}

static void f7_sends_in_the_form_and_opens_it_elsewhere(void **state)
{
    (void)state;
    assert_int_equal(keymap_action(KEYS_F7, SCREEN_FORM), ACTION_SEND);
    assert_int_equal(keymap_action(KEYS_F7, SCREEN_ORDERS), ACTION_NEW);
    assert_int_equal(keymap_always(KEYS_F7), ACTION_SEND);
}

static void keys_are_read_as_key_files_spell_them(void **state)
{
    static const struct {
        const char *text;
        uint32_t key; /* KEYS_NONE: none */
    } cases[] = {
        {"j", 'j'},
        {"<Enter>", KEYS_ENTER},
        {"<C-u>", KEYS_CTRL('U')},
        {"<F1>", KEYS_F1},
        {"<F12>", KEYS_F12},
        {"<Space>", ' '},
        {"<lt>", '<'},
        {"é", 0xE9},
        {"<F13>", KEYS_NONE},
        {"", KEYS_NONE},
        {"jk", KEYS_NONE},
        {"<Entre>", KEYS_NONE},
        {"<S-Tab>", KEYS_BACKTAB},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t key = KEYS_NONE;

        assert_int_equal(key_parse(slice_of(cases[i].text), &key), cases[i].key != KEYS_NONE);
        if (cases[i].key != KEYS_NONE)
            assert_int_equal(key, cases[i].key);
    }
}

static void only_characters_are_text(void **state)
{
    char text[4];

    (void)state;
    assert_int_equal(key_character('a', text), 1);
    assert_int_equal(key_character(0x20AC, text), 3);
    assert_memory_equal(text, "€", 3);
    assert_int_equal(key_character(KEYS_CTRL('U'), text), 0);
    assert_int_equal(key_character(KEYS_F1, text), 0);
    assert_int_equal(key_character(0x7F, text), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_action_has_a_key),
        cmocka_unit_test(the_names_are_those_of_the_keys),
        cmocka_unit_test(only_capitals_change_orders),
        cmocka_unit_test(keys_of_terminals_and_tmux_stay_unused),
        cmocka_unit_test(f7_sends_in_the_form_and_opens_it_elsewhere),
        cmocka_unit_test(keys_are_read_as_key_files_spell_them),
        cmocka_unit_test(only_characters_are_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
