/* Dead letters by step and reason: their groups, and how a group is found. */
#include <stdio.h>

#include "tests/lib/store_steps.h"

static bool take_group(void *self, const struct reason_group *group)
{
    struct store_scene_lines *lines = self;

    lines->len += (size_t)snprintf(lines->text + lines->len, sizeof lines->text - lines->len,
                                   "%.*s %.*s %lld\n", SLICE_ARGS(group->step),
                                   SLICE_ARGS(group->group), (long long)group->count);
    return true;
}

static void add_dead(struct store_scene *f, int64_t id, const char *step, const char *group)
{
    struct order order = store_steps_order(id, step, STATUS_FAILED);
    const struct dead_letter dead = {.n = 100 + id,
                                     .id = id,
                                     .failed_at = T0 + id,
                                     .attempts = 3,
                                     .step = order.step,
                                     .failure_reason = slice_of(group),
                                     .group = slice_of(group)};

    order.failure_reason = slice_of(group);
    store_scene_add(f, &order);
    must(f, store_begin(f->store, &f->why));
    must(f, store_add_dead(f->store, &dead, &f->why));
    must(f, store_commit(f->store, &f->why));
}

static void add_dead_letters(struct store_scene *f)
{
    store_steps_know(f);
    add_dead(f, 1, "charge", "timeout");
    add_dead(f, 2, "ship", "timeout");
    add_dead(f, 3, "ship", "no van");
    add_dead(f, 4, "ship", "timeout");
    add_dead(f, 5, "ship", "timeout");
    add_dead(f, 6, "ship", "no van");
}

static void groups_are_by_step_and_reason(void **state)
{
    struct store_scene *f = *state;
    struct store_page page = {.limit = 10};
    struct store_scene_lines lines = {.len = 0};
    const struct dead_query query = {.group = SLICE("timeout")};
    struct store_preview preview = {0};

    add_dead_letters(f);
    must(f,
         store_groups(f->reader, &(struct store_groups_ask){&page, take_group, &lines}, &f->why));
    assert_string_equal("ship timeout 3\nship no van 2\ncharge timeout 1\n", lines.text);
    lines.len = 0;
    must(f, store_preview_dead(f->reader,
                               &(struct store_preview_ask){.query = &query,
                                                           .now_us = T0,
                                                           .max = 10,
                                                           .out = &preview,
                                                           .row = take_group,
                                                           .self = &lines},
                               &f->why));
    assert_string_equal("ship timeout 3\ncharge timeout 1\n", lines.text);
    assert_int_equal(4, preview.matched);
    must(f, store_begin(f->store, &f->why));
    must(f, store_remove_dead(f->store, 1, &f->why));
    must(f, store_remove_dead(f->store, 2, &f->why));
    must(f, store_commit(f->store, &f->why));
    lines.len = 0;
    page = (struct store_page){.limit = 10};
    must(f,
         store_groups(f->reader, &(struct store_groups_ask){&page, take_group, &lines}, &f->why));
    assert_string_equal("ship no van 2\nship timeout 2\n", lines.text);
}

static void dead_letters_are_counted_by_step(void **state)
{
    struct store_scene *f = *state;
    int64_t dead[STEPS_EVER_MAX] = {[3] = 99};

    must(f, store_dead_by_step(f->reader, dead, &f->why));
    assert_int_equal(0, dead[3]);
    add_dead_letters(f);
    must(f, store_begin(f->store, &f->why));
    must(f, store_remove_dead(f->store, 3, &f->why));
    must(f, store_commit(f->store, &f->why));
    must(f, store_dead_by_step(f->reader, dead, &f->why));
    assert_int_equal(0, dead[store_step_number(f->store, SLICE("reserve"))]);
    assert_int_equal(1, dead[store_step_number(f->store, SLICE("charge"))]);
    assert_int_equal(4, dead[store_step_number(f->store, SLICE("ship"))]);
}

static bool take_dead(void *self, const struct dead_letter *dead)
{
    struct store_scene_numbers *numbers = self;

    numbers->at[numbers->n++] = dead->id;
    return true;
}

static void a_group_is_found_at_any_step_or_at_one(void **state)
{
    static const struct {
        const char *filter, *wanted;
    } rows[] = {
        {"group:timeout", "5 4 2 1"},
        {"group:timeout step:ship", "5 4 2"},
        {"group:timeout step:charge", "1"},
        {"group:timeout step:reserve", ""},
        {"group:timeout -step:ship", "1"},
        {"group:\"no van\"", "6 3"},
        {"group:\"no van\" step:charge", ""},
        {"reason:timeout", "5 4 2 1"},
        {"group:none", ""},
    };
    struct store_scene *f = *state;

    add_dead_letters(f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dead_query query = {0};
        struct store_page page = {.limit = 50, .count = true};
        struct store_scene_numbers got = {.n = 0};

        (void)store_scene_filter(f, rows[i].filter, &query.filter);
        must(f, store_failed(f->reader,
                             &(struct store_failed_ask){.query = &query,
                                                        .sort = SORT_NEWEST,
                                                        .now_us = T0,
                                                        .page = &page,
                                                        .row = take_dead,
                                                        .self = &got},
                             &f->why));
        store_scene_assert_numbers(rows[i].filter, &got, rows[i].wanted);
        assert_int_equal(got.n, page.matched);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_SCENE_TESTS(groups_are_by_step_and_reason),
        STORE_SCENE_TESTS(dead_letters_are_counted_by_step),
        STORE_SCENE_TESTS(a_group_is_found_at_any_step_or_at_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
