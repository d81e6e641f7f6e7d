/* Every view and dialog at three sizes against its golden text; and no cell out of place, whatever
   the orders hold. GOLDEN=1 writes the texts anew. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/lib/screen_scenes.h"
#include "tests/lib/utf8_locale.h"
#include "tests/lib/view_scene.h"
#include "tui/view/view.h"

#define GOLDEN_DIR "tests/screen/golden/"
#define FRAME_MAX ((size_t)64 * 1024)

static const struct {
    int cols, rows;
} sizes[] = {{60, 15}, {80, 24}, {160, 50}};

/* Frames --------------------------------------------------------------------------------------- */

/* Nothing in a cell could move a terminal's cursor. */
static void check_text(struct slice text, const char *name)
{
    while (text.n > 0) {
        uint32_t cp = 0;
        size_t n = utf8_decode(text, &cp);

        if (n == 0 || text_unsafe(cp))
            fail_msg("%s: %#x in a cell", name, (unsigned)cp);
        text.p += n;
        text.n -= n;
    }
}

/* Each row is whole: wide characters are followed by their other half, and only they. */
static void check_row(const struct cell *row, int cols, const char *name)
{
    for (int x = 0; x < cols; x++) {
        if (row[x].width == 2 && (x + 1 == cols || row[x + 1].n != 0))
            fail_msg("%s: half a character at %d", name, x);
        if (row[x].n == 0 && (x == 0 || row[x - 1].width != 2))
            fail_msg("%s: nothing at %d", name, x);
        check_text((struct slice){row[x].text, row[x].n}, name);
    }
}

static void check_cells(const struct canvas *c, const char *name)
{
    for (int y = 0; y < c->rows; y++)
        check_row(&c->cells[(size_t)y * (size_t)c->cols], c->cols, name);
}

static void draw(struct model *m, const char *name, struct buf *out)
{
    struct canvas c;

    canvas_init(&c, m->cols, m->rows, m->utf8);
    view_draw(m, &c);
    check_cells(&c, name);
    buf_init(out, FRAME_MAX);
    canvas_plain(&c, out);
    canvas_done(&c);
}

static void write_golden(const char *path, const struct buf *frame)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(frame->data, 1, frame->len, file), frame->len);
    assert_int_equal(fclose(file), 0);
}

static bool is_golden(const char *path, const struct buf *frame)
{
    static char wanted[FRAME_MAX];
    FILE *file = fopen(path, "re");
    size_t n = 0;

    if (file == NULL)
        return false;
    n = fread(wanted, 1, sizeof wanted, file);
    (void)fclose(file);
    return n == frame->len && memcmp(wanted, frame->data, n) == 0;
}

static unsigned compare(struct model *m, const char *name)
{
    const char *again = secure_getenv("GOLDEN");
    char path[256];
    struct buf frame;
    unsigned wrong = 0;

    (void)snprintf(path, sizeof path, GOLDEN_DIR "%s-%dx%d.screen", name, m->cols, m->rows);
    draw(m, path, &frame);
    if (again != NULL && again[0] == '1') {
        write_golden(path, &frame);
    } else if (!is_golden(path, &frame)) {
        print_message("not as in %s:\n%s", path, buf_text(&frame));
        wrong = 1;
    }
    buf_done(&frame);
    return wrong;
}

static void every_screen_is_as_its_golden_text(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < n_screen_scenes; i++) {
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
            struct model *m = view_scene_new(sizes[k].cols, sizes[k].rows, &view_words_plain);

            screen_scenes[i].go(m);
            wrong += compare(m, screen_scenes[i].name);
            model_free(m);
        }
    }
    assert_int_equal(wrong, 0);
}

static void before_anything_came_the_screen_says_so(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        struct model *m = view_scene_empty(sizes[k].cols, sizes[k].rows);

        wrong += compare(m, "empty");
        model_free(m);
    }
    assert_int_equal(wrong, 0);
}

/* Of the hostile ones, those that show most have golden texts. */
static bool golden_when_hostile(const char *name)
{
    static const char *const shown[] = {"orders", "failed",    "failed-groups", "events",
                                        "order",  "order-end", "replays",       "dialog-replay"};

    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        if (strcmp(shown[i], name) == 0)
            return true;
    return false;
}

static unsigned draw_hostile(const struct screen_scene *scene, int cols, int rows)
{
    struct model *m = view_scene_new(cols, rows, &view_words_hostile);
    struct buf frame;
    char name[64];
    unsigned wrong = 0;

    scene->go(m);
    (void)snprintf(name, sizeof name, "hostile-%s", scene->name);
    if (golden_when_hostile(scene->name)) {
        wrong = compare(m, name);
    } else {
        draw(m, name, &frame);
        buf_done(&frame);
    }
    model_free(m);
    return wrong;
}

static void hostile_text_moves_no_cell(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < n_screen_scenes; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++)
            wrong += draw_hostile(&screen_scenes[i], sizes[k].cols, sizes[k].rows);
    assert_int_equal(wrong, 0);
}

static void without_utf8_all_is_ascii(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_screen_scenes; i++) {
        struct model *m = view_scene_new(80, 24, &view_words_hostile);
        struct buf frame;

        m->utf8 = false;
        screen_scenes[i].go(m);
        draw(m, screen_scenes[i].name, &frame);
        for (size_t at = 0; at < frame.len; at++)
            if (frame.data[at] >= 0x80 || (frame.data[at] < 0x20 && frame.data[at] != '\n'))
                fail_msg("%s: byte %#x", screen_scenes[i].name, frame.data[at]);
        buf_done(&frame);
        model_free(m);
    }
}

static void every_size_from_one_cell_is_safe(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_screen_scenes; i++) {
        for (int step = 0; step < 400; step++) {
            /* each width to 85 and each height to 26, in another pairing for each scene */
            int cols = 1 + (step * 7 + (int)i) % 85, rows = 1 + (step * 3 + (int)i * 5) % 26;
            struct model *m = view_scene_new(80, 24, &view_words_hostile);
            struct buf frame;

            screen_scenes[i].go(m);
            model_resize(m, cols, rows);
            draw(m, screen_scenes[i].name, &frame);
            buf_done(&frame);
            model_free(m);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_screen_is_as_its_golden_text),
        cmocka_unit_test(before_anything_came_the_screen_says_so),
        cmocka_unit_test(hostile_text_moves_no_cell),
        cmocka_unit_test(without_utf8_all_is_ascii),
        cmocka_unit_test(every_size_from_one_cell_is_safe),
    };

    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread */
    (void)setenv("TZ", "UTC", 1);
    utf8_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
