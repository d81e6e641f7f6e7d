/* Backups of a real daemon: made under load, named, refused, cut short. */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/net/sp.h"
#include "daemon/store/store_sqlite_check.h"
#include "shared/wire_reply.h"
#include "shared/wire_request.h"
#include "tests/lib/daemon_proc_inside.h"
#include "tests/lib/raw_client.h"
#include "tests/lib/test.h"

#define SLOTS 8
#define WARM 200   /* orders acknowledged before the backup */
#define MANY 20000 /* acknowledged in one test, at most */
#define WAIT_US (20 * 1000000LL)
#define PATH_BYTES 512
#define TRIES 50

struct load {
    char path[112];
    pthread_t threads[SLOTS];
    pthread_mutex_t lock;
    bool over;
    size_t n_ids;
    char (*ids)[UUID_TEXT_LEN + 1]; /* acknowledged, in that order */
};

static bool submit(int fd, uint32_t id, struct uuid *order_id)
{
    static const struct item items[] = {{{"p-1", 3}, 1}};
    const struct request request = {.op = OP_SUBMIT,
                                    .submit = {.draft = {.customer_id = SLICE("cust-001"),
                                                         .items = items,
                                                         .n_items = 1,
                                                         .priority = PRIORITY_DEFAULT}}};
    struct buf bytes = {.max = 4096};
    struct arena arena = {0};
    struct reply_submit reply;
    uint8_t back[4096];
    uint32_t back_id = 0;
    long len = -1;
    bool well = false;

    wire_request_write(&bytes, &request, ROLE_NONE);
    if (raw_client_send(fd, id, bytes.data, bytes.len))
        len = raw_client_receive(fd, &back_id, back, sizeof(back));
    well = len > 0 && wire_read_submit(back, (size_t)len, &arena, &reply, NULL) == OK;
    if (well)
        *order_id = reply.order_id;
    arena_done(&arena);
    buf_done(&bytes);
    return well;
}

static void *submit_on(void *self)
{
    struct load *load = self;
    int fd = raw_client_open(load->path, SP_PROTO_REQ);
    struct uuid order_id;
    bool going = fd >= 0;

    for (uint32_t id = 1; going && submit(fd, id, &order_id); id++) {
        (void)pthread_mutex_lock(&load->lock);
        uuid_format(&order_id, load->ids[load->n_ids++]);
        going = !load->over && load->n_ids < MANY - SLOTS;
        (void)pthread_mutex_unlock(&load->lock);
    }
    if (fd >= 0)
        (void)close(fd);
    return NULL;
}

static size_t acknowledged(struct load *load)
{
    size_t n = 0;

    (void)pthread_mutex_lock(&load->lock);
    n = load->n_ids;
    (void)pthread_mutex_unlock(&load->lock);
    return n;
}

static struct load *load_begin(struct daemon_proc *proc)
{
    struct load *load = calloc(1, sizeof(*load));
    int64_t until = daemon_proc_now() + WAIT_US;

    assert_non_null(load);
    load->ids = calloc(MANY, sizeof(*load->ids));
    assert_non_null(load->ids);
    (void)snprintf(load->path, sizeof(load->path), "%s",
                   daemon_proc_request_url(proc) + strlen("ipc://"));
    (void)pthread_mutex_init(&load->lock, NULL);
    for (size_t i = 0; i < SLOTS; i++)
        assert_int_equal(pthread_create(&load->threads[i], NULL, submit_on, load), 0);
    while (acknowledged(load) < WARM && daemon_proc_now() < until)
        daemon_proc_pause();
    assert_true(acknowledged(load) >= WARM);
    return load;
}

static void load_end(struct load *load)
{
    (void)pthread_mutex_lock(&load->lock);
    load->over = true;
    (void)pthread_mutex_unlock(&load->lock);
    for (size_t i = 0; i < SLOTS; i++)
        assert_int_equal(pthread_join(load->threads[i], NULL), 0);
    (void)pthread_mutex_destroy(&load->lock);
    free(load->ids);
    free(load);
}

static struct store_checked sound(const char *path)
{
    struct store_checked found = {0};
    struct why why = {0};

    if (store_sqlite_check_file(path, NULL, &found, &why) != OK)
        fail_msg("%s", why.text);
    return found;
}

/* What `sql` gives of a copy, to be done with. */
static void query(const char *path, const char *sql, struct program_run *run)
{
    const char *const argv[] = {"sqlite3", "-readonly", path, sql, NULL};

    program_run(argv, NULL, run);
    assert_int_equal(run->code, 0);
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void each_is_in(const char *path, char (*ids)[UUID_TEXT_LEN + 1], size_t n)
{
    struct program_run run;
    struct slice rest = {0}, id = {0};

    query(path, "SELECT order_id FROM orders_view ORDER BY order_id", &run);
    qsort(ids, n, sizeof(*ids), compare);
    rest = (struct slice){buf_text(&run.out), run.out.len};
    for (size_t i = 0; i < n; i++) {
        do
            id = slice_cut(&rest, '\n');
        while (id.p != NULL && slice_compare(id, slice_of(ids[i])) < 0);
        if (!slice_is(id, ids[i]))
            fail_msg("%s was acknowledged before the backup and is not in it", ids[i]);
    }
    program_run_done(&run);
}

static void a_copy_has_every_order_acknowledged_before_it_and_none_by_halves(void **state)
{
    struct daemon_proc *proc = *state;
    struct load *load = load_begin(proc);

    for (unsigned i = 0; i < 3; i++) {
        char(*ids)[UUID_TEXT_LEN + 1] = calloc(MANY, sizeof(*ids));
        size_t before = acknowledged(load);
        const struct json *reply = NULL;
        struct store_checked found;
        char path[PATH_BYTES];

        assert_non_null(ids);
        memcpy(ids, load->ids, before * sizeof(*ids));
        reply = ask_ok(proc, "'op': 'backup'");
        (void)snprintf(path, sizeof(path), "%s", text_at(reply, "path"));
        found = sound(path);
        assert_int_equal(int_at(reply, "orders"), found.orders);
        assert_true(found.orders >= (int64_t)before);
        each_is_in(path, ids, before);
        free(ids);
    }
    load_end(load);
}

static void directory_of(struct daemon_proc *proc, char out[PATH_BYTES])
{
    (void)snprintf(out, PATH_BYTES, "%s", daemon_proc_db(proc));
    (void)snprintf(strrchr(out, '/'), sizeof("/backup"), "/backup");
}

static void a_copy_is_for_the_daemon_s_user_alone(void **state)
{
    struct daemon_proc *proc = *state;
    char directory[PATH_BYTES];
    char path[PATH_BYTES];
    struct stat st;

    directory_of(proc, directory);
    (void)snprintf(path, sizeof(path), "%s",
                   text_at(ask_ok(proc, "'op': 'backup', 'path': 'x'"), "path"));
    assert_int_equal(strncmp(path, directory, strlen(directory)), 0);
    assert_string_equal(path + strlen(directory), "/x");
    assert_int_equal(stat(directory, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void where_a_copy_cannot_go_is_told(void **state)
{
    static const struct {
        const char *path;
        enum err code;
    } cases[] = {
        {"there", ERR_CONFLICT},    {"../backup/there", ERR_INVALID}, {"..", ERR_INVALID},
        {"a/../../b", ERR_INVALID}, {"nowhere/x", ERR_NOT_FOUND},     {"directory/", ERR_INVALID},
        {".", ERR_CONFLICT},        {"there/x", ERR_NOT_FOUND},       {"/proc/x", ERR_NOT_FOUND},
        {"", ERR_INVALID},
    };
    struct daemon_proc *proc = *state;
    char path[PATH_BYTES];
    struct store_checked found;

    (void)submit_one(proc, "before");
    (void)snprintf(path, sizeof(path), "%s",
                   text_at(ask_ok(proc, "'op': 'backup', 'path': 'there'"), "path"));
    (void)submit_one(proc, "after");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        (void)ask_refused(proc, cases[i].code, "'op': 'backup', 'path': '%s'", cases[i].path);
    found = sound(path);
    assert_int_equal(found.orders, 1);
}

static void only_an_admin_may_make_one(void **state)
{
    struct daemon_proc *proc = *state;
    static const char *const roles[] = {"viewer", "operator", "worker"};

    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        (void)ask_refused(proc, ERR_FORBIDDEN, "'op': 'backup', 'as': '%s'", roles[i]);
    (void)ask_ok(proc, "'op': 'backup', 'as': 'admin'");
}

/* Both requests in one write: the daemon reads them in one pass, the first is under way then. */
static void a_second_one_meanwhile_is_busy(void **state)
{
    struct daemon_proc *proc = *state;
    const struct request request = {.op = OP_BACKUP};
    struct buf body = {.max = 4096}, both = {.max = 4096};
    int fd = raw_client_open(daemon_proc_request_url(proc) + strlen("ipc://"), SP_PROTO_REQ);
    unsigned busy = 0, made = 0;

    wire_request_write(&body, &request, ROLE_NONE);
    for (uint8_t i = 1; i <= 2; i++) {
        const uint8_t id[] = {0x80, 0, 0, i};
        uint8_t head[SP_FRAME_HEAD_LEN];

        sp_put_frame_head(head, sizeof(id) + body.len);
        buf_add(&both, head, sizeof(head));
        buf_add(&both, id, sizeof(id));
        buf_add(&both, body.data, body.len);
    }
    assert_true(raw_client_write(fd, both.data, both.len));
    for (unsigned i = 0; i < 2; i++) {
        struct mp_reader reader;
        struct why why = {0};
        uint8_t back[4096];
        uint32_t id = 0, pairs = 0;
        long len = raw_client_receive(fd, &id, back, sizeof(back));

        assert_true(len > 0);
        switch ((int)wire_reply_head(back, (size_t)len, &reader, &pairs, &why)) {
        case OK:
            made += 1;
            break;
        case ERR_BUSY:
            busy += why.retry_after_us > 0;
            break;
        }
    }
    assert_int_equal(made, 1);
    assert_int_equal(busy, 1);
    (void)close(fd);
    buf_done(&body);
    buf_done(&both);
}

static bool exists(const char *directory, const char *name)
{
    char path[PATH_BYTES * 2];

    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    return access(path, F_OK) == 0;
}

static int is_stray(const struct dirent *entry)
{
    return strncmp(entry->d_name, ".dofs-part-", strlen(".dofs-part-")) == 0;
}

static unsigned count(const char *directory, int (*is)(const struct dirent *entry))
{
    struct dirent **entries = NULL;
    int n = scandir(directory, &entries, is, NULL);

    for (int i = 0; i < n; i++)
        free(entries[i]);
    free(entries);
    return n > 0 ? (unsigned)n : 0;
}

/* Kills the daemon as soon as the copy has begun. Was it cut short? */
static bool cut_short(struct daemon_proc *proc, const char *directory, const char *name)
{
    struct request request = {.op = OP_BACKUP, .backup = {.path = slice_of(name)}};
    struct buf body = {.max = 4096};
    int fd = raw_client_open(daemon_proc_request_url(proc) + strlen("ipc://"), SP_PROTO_REQ);
    int64_t until = daemon_proc_now() + WAIT_US;
    bool cut = false;

    wire_request_write(&body, &request, ROLE_NONE);
    assert_true(raw_client_send(fd, 1, body.data, body.len));
    while (count(directory, is_stray) == 0 && !exists(directory, name) &&
           daemon_proc_now() < until) {
    }
    daemon_proc_kill(proc);
    cut = count(directory, is_stray) > 0;
    if (cut)
        assert_false(exists(directory, name));
    (void)close(fd);
    buf_done(&body);
    daemon_proc_start(proc);
    return cut;
}

static void one_that_a_kill_cuts_short_leaves_no_file_of_that_name(void **state)
{
    struct daemon_proc *proc = *state;
    char directory[PATH_BYTES];
    char name[32];
    bool cut = false;

    directory_of(proc, directory);
    load_end(load_begin(proc));
    (void)ask_ok(proc, "'op': 'backup', 'path': 'first'");
    for (unsigned i = 0; i < TRIES && !cut; i++) {
        (void)snprintf(name, sizeof(name), "try-%u", i);
        cut = cut_short(proc, directory, name);
    }
    assert_true(cut);
    (void)ask_ok(proc, "'op': 'backup', 'path': '%s'", name);
    assert_int_equal(count(directory, is_stray), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAEMON_TEST(a_copy_has_every_order_acknowledged_before_it_and_none_by_halves,
                    "[fulfilment]\nsuccess_rate = 0.6\ninterval = 5ms\n"),
        DAEMON_TEST(a_copy_is_for_the_daemon_s_user_alone, DAEMON_GOOD),
        DAEMON_TEST(where_a_copy_cannot_go_is_told, DAEMON_LATER),
        DAEMON_TEST(only_an_admin_may_make_one, DAEMON_GOOD),
        DAEMON_TEST(a_second_one_meanwhile_is_busy, DAEMON_GOOD),
        DAEMON_TEST(one_that_a_kill_cuts_short_leaves_no_file_of_that_name, DAEMON_GOOD),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
