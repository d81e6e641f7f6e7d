/*
 * Bits that flip in what a store keeps of its orders: each is named, and none is served as if it
 * were what was stored. FLIPS=1000 for the whole count, SEED= for other places.
 */
#include "tests/lib/store_scene.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/store/store_sqlite_check.h"
#include "shared/rng.h"
#include "tests/lib/page_cells.h"
#include "tests/lib/sql_file.h"
#include "tests/lib/store_kinds.h"
#include "tests/lib/tmpdir.h"

#define ORDERS 240
#define PATH_BYTES (TMPDIR_MAX + 16)
#define ALL_ROWS                                                                                   \
    "SELECT quote(id)||quote(uid)||quote(status)||quote(lane)||quote(cancel)||quote(attempts)||"   \
    "quote(max_attempts)||quote(replays)||quote(priority)||quote(due_at)||quote(updated_at)||"     \
    "quote(next_attempt_at)||quote(seq)||quote(draw)||quote(replay)||quote(total_quantity)||"      \
    "quote(created_at)||quote(not_before)||quote(customer_id)||quote(reference)||quote(step)||"    \
    "quote(steps)||quote(failure_reason)||quote(items)||quote(metadata)||quote(result)||"          \
    "quote(trail) FROM orders NOT INDEXED"
static const char *const plain_reads[] = {
    ALL_ROWS, "SELECT quote(order_id)||quote(seq)||quote(entries) FROM history",
    "SELECT quote(order_id)||quote(step)||quote(text) FROM results"};
#define READS (sizeof plain_reads / sizeof *plain_reads)

struct scene {
    struct tmpdir dir;
    char path[PATH_BYTES];
    uint8_t *sound; /* the file as it was written */
    size_t bytes;
    struct page_cells cells;
    char *plain[READS];          /* what plain SQL reads in it */
    uint64_t served[ORDERS + 1]; /* and what the store says of each order */
    size_t faults;               /* of the sound file: it has no totals */
};

static void fill(const struct scene *s)
{
    struct store_scene f = {.url = "sqlite"};

    assert_true(strlen(s->dir.path) < sizeof f.directory);
    memcpy(f.directory, s->dir.path, strlen(s->dir.path));
    store_scene_open(&f);
    store_kinds_add(&f, ORDERS);
    store_scene_close(&f);
}

/* ---- the file ---- */

static uint8_t *read_file(const char *path, size_t *n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    uint8_t *bytes = NULL;

    assert_true(end > 0);
    bytes = malloc((size_t)end);
    assert_non_null(bytes);
    assert_int_equal(end, pread(fd, bytes, (size_t)end, 0));
    (void)close(fd);
    *n = (size_t)end;
    return bytes;
}

static void write_file(const struct scene *s, const uint8_t *bytes)
{
    static const char *const beside[] = {"-wal", "-shm"};
    int fd = open(s->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    char name[PATH_BYTES + 8];

    assert_true(fd >= 0);
    assert_int_equal(s->bytes, write(fd, bytes, s->bytes));
    (void)close(fd);
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(name, sizeof name, "%s%s", s->path, beside[i]);
        (void)unlink(name);
    }
}

static void find_cells(struct scene *s)
{
    static const char *const roots[] = {"SELECT rootpage FROM sqlite_schema WHERE name='orders'",
                                        "SELECT rootpage FROM sqlite_schema WHERE name='history'",
                                        "SELECT rootpage FROM sqlite_schema WHERE name='results'"};

    s->cells = (struct page_cells){.file = s->sound, .bytes = s->bytes};
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        size_t before = s->cells.n;
        char *root = sql_file_ask(s->path, roots[i]);

        page_cells_add(&s->cells, (uint32_t)strtoul(root, NULL, 10));
        assert_true(s->cells.n >= before + 6);
        free(root);
    }
}

/* ---- what is said of it ---- */

struct said {
    int64_t asked; /* whose flip it is */
    bool named;
    size_t broken, faults;
};

static void say_fault(void *self, const char *what)
{
    struct said *said = self;

    (void)what;
    said->faults++;
}

static void say_broken(void *self, const struct uuid *order, const char *what)
{
    struct said *said = self;
    struct uuid asked = store_scene_uid(said->asked);

    (void)what;
    said->broken++;
    said->named = said->named || uuid_compare(order, &asked) == 0;
}

static struct said verify(const struct scene *s, int64_t order)
{
    struct said said = {.asked = order};
    struct store_verify_file ask = {.fault = say_fault, .broken = say_broken, .self = &said};
    struct why why = {0};

    if (store_sqlite_verify_file(s->path, &ask, &why) != OK)
        fail_msg("%s", why.text);
    return said;
}

static bool take_entry(void *self, const struct entry *entry)
{
    wire_entry_write(self, entry);
    return true;
}

/* All that the store says of an order, as it is sent; 0: it refuses. */
static uint64_t served(struct store_reader *reader, int64_t id)
{
    struct uuid uid = store_scene_uid(id);
    struct store_page page = {.limit = 1000};
    struct order order = {0};
    struct arena arena = {0};
    struct buf text;
    uint64_t sum = 14695981039346656037ULL;
    bool fine = false;

    buf_init(&text, 1UL << 20);
    fine = store_get(reader, &uid, &arena, &order, NULL) == OK;
    if (fine)
        wire_order_write(&text, &order, ORDER_WHOLE);
    fine = store_history(reader, &(struct store_history_ask){&uid, &page, take_entry, &text},
                         NULL) == OK &&
           fine;
    for (size_t i = 0; i < text.len; i++)
        sum = (sum ^ text.data[i]) * 1099511628211ULL;
    buf_done(&text);
    arena_done(&arena);
    return fine ? sum : 0;
}

/* Opens the store as the daemon does; false: it refuses to, and leaves the file as it is. */
static bool serve(const struct scene *s, uint64_t out[ORDERS + 1])
{
    const struct store_settings settings = {.directory = s->dir.path, .now_us = T0};
    struct store *store = NULL;
    struct store_reader *reader = NULL;
    struct why why = {0};

    if (store_open("sqlite", &settings, &store, &why) != OK)
        return false;
    assert_int_equal(OK, store_reader_open(store, &reader, &why));
    for (int64_t id = 1; id <= ORDERS; id++)
        out[id] = served(reader, id);
    store_reader_close(reader);
    store_close(store);
    return true;
}

/* Without the sums: does plain SQL read other rows, and without an error? */
static bool silently_other(const struct scene *s)
{
    bool other = false;

    for (size_t i = 0; i < READS && !other; i++) {
        char *text = sql_file_try(s->path, plain_reads[i]);

        if (text == NULL)
            return false;
        other = strcmp(text, s->plain[i]) != 0;
        free(text);
    }
    return other;
}

/* ---- flips ---- */

struct counts {
    int flips, named, pages, refused, unguarded, silent;
};

static struct page_cell draw_cell(const struct scene *s, struct rng *rng, size_t *at)
{
    uint64_t all = 0, place = 0;

    for (size_t i = 0; i < s->cells.n; i++)
        all += s->cells.at[i].n;
    place = all > 0 ? rng_next(rng) % all : 0;
    for (size_t i = 0;; i++) {
        if (place < s->cells.at[i].n) {
            *at = s->cells.at[i].from + place;
            return s->cells.at[i];
        }
        place -= s->cells.at[i].n;
    }
}

static void count_served(const struct scene *s, const uint8_t *flipped, struct counts *counts)
{
    uint64_t now[ORDERS + 1];

    if (!serve(s, now)) {
        size_t n = 0;
        uint8_t *left = read_file(s->path, &n);

        assert_true(n == s->bytes && memcmp(left, flipped, n) == 0); /* and not touched */
        free(left);
        counts->refused++;
        return;
    }
    for (int64_t id = 1; id <= ORDERS; id++)
        counts->silent += now[id] != 0 && now[id] != s->served[id];
}

static void flip_one(struct scene *s, struct rng *rng, struct counts *counts)
{
    uint8_t *flipped = malloc(s->bytes);
    size_t at = 0;
    struct page_cell cell = draw_cell(s, rng, &at);
    unsigned bit = (unsigned)(rng_next(rng) % 8);
    struct said said;
    bool other = false;

    assert_non_null(flipped);
    memcpy(flipped, s->sound, s->bytes);
    flipped[at] = (uint8_t)(flipped[at] ^ 1U << bit);
    write_file(s, flipped);
    said = verify(s, cell.order);
    other = silently_other(s);
    counts->flips++;
    counts->named += said.named;
    counts->pages += !said.named && said.faults > s->faults;
    counts->unguarded += other;
    if (!said.named && (other || said.faults <= s->faults))
        fail_msg("bit %u of byte %zu (%zu of %zu), of order %lld, is not named", bit, at,
                 at - cell.from, cell.n, (long long)cell.order);
    count_served(s, flipped, counts);
    free(flipped);
}

static int64_t asked_for(const char *name, int64_t usual)
{
    const char *text = secure_getenv(name);

    if (text != NULL && !text_int(slice_of(text), &usual))
        fail_msg("%s=%s is no number", name, text);
    return usual;
}

static void every_flipped_order_is_named_and_none_is_served(void **state)
{
    struct scene *s = *state;
    int64_t flips = asked_for("FLIPS", 100);
    struct counts counts = {0};
    struct rng rng;

    rng_seed(&rng, (uint64_t)asked_for("SEED", 1));
    while (counts.flips < flips)
        flip_one(s, &rng, &counts);
    print_message("flips %d  named %d  told_of_as_a_page %d  served_silently %d  "
                  "start_refused %d  silent_without_sums %d\n",
                  counts.flips, counts.named, counts.pages, counts.silent, counts.refused,
                  counts.unguarded);
    assert_int_equal(counts.silent, 0);
    assert_int_equal(counts.named + counts.pages, flips);
    assert_true(counts.unguarded > flips / 2); /* the control: without sums most are not seen */
}

static void a_sound_file_holds(void **state)
{
    struct scene *s = *state;
    struct said said;

    write_file(s, s->sound);
    said = verify(s, 1);
    assert_int_equal(said.broken, 0);
    assert_false(silently_other(s));
}

static int set_up(void **state)
{
    struct scene *s = calloc(1, sizeof *s);

    assert_non_null(s);
    tmpdir_init(&s->dir);
    (void)snprintf(s->path, sizeof s->path, "%s/orders.db", s->dir.path);
    fill(s);
    s->sound = read_file(s->path, &s->bytes);
    find_cells(s);
    for (size_t i = 0; i < READS; i++)
        s->plain[i] = sql_file_ask(s->path, plain_reads[i]);
    assert_true(serve(s, s->served));
    for (int64_t id = 1; id <= ORDERS; id++)
        assert_true(s->served[id] != 0);
    write_file(s, s->sound);
    s->faults = verify(s, 1).faults;
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *s = *state;

    for (size_t i = 0; i < READS; i++)
        free(s->plain[i]);
    free(s->cells.at);
    free(s->sound);
    tmpdir_done(&s->dir);
    free(s);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_file_holds),
        cmocka_unit_test(every_flipped_order_is_named_and_none_is_served),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
