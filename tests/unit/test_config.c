/* Configuration files: what is read, what is refused and in which words. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/config.h"
#include "daemon/config_place.h"

#define SECOND 1000000LL
#define DAY (86400 * SECOND)
#define TEXT_MAX 8192

static char directory[] = "/tmp/dofs-config-XXXXXX";
static char path[64];

static int make_directory(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/c", directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(directory);
}

static void put(const char *text, size_t n)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static struct config *load(const char *text)
{
    struct config *config = NULL;
    struct why why = {0};

    put(text, strlen(text));
    if (config_load(path, "default", &config, &why) != OK)
        fail_msg("%s", why.text);
    return config;
}

static void without_any_setting_all_are_those_of_the_contract(void **state)
{
    struct config *c = load("");

    (void)state;
    assert_string_equal(c->store, "sqlite");
    assert_int_equal(c->engine.max_inbox, 10000);
    assert_int_equal(c->engine.max_backlog, 0);
    assert_int_equal(c->stop_grace_us, 5 * SECOND);
    assert_int_equal(c->net.max_peers, 4096);
    assert_int_equal(c->net.max_peers_per_user, 1024);
    assert_int_equal(c->net.max_in_flight_per_peer, 1024);
    assert_int_equal(c->net.mode, 0660);
    assert_true(c->net.group == (gid_t)-1);
    assert_int_equal(c->access.lists[ROLE_VIEWER].n, 0);
    assert_int_equal(c->workflow.rules.max_total_quantity, 100);
    assert_int_equal(c->workflow.rules.n_allow + c->workflow.rules.n_deny, 0);
    assert_string_equal(c->fulfilment.handler, "simulate");
    assert_true(c->fulfilment.simulate.success_rate == 0.70);
    assert_true(c->fulfilment.simulate.transient_rate == 0);
    assert_int_equal(c->fulfilment.simulate.latency_min_us + c->fulfilment.simulate.latency_max_us,
                     0);
    assert_false(c->workflow.has_seed);
    assert_int_equal(c->workflow.retry.max_attempts, 3);
    assert_int_equal(c->workflow.retry.interval_us, SECOND);
    assert_true(c->workflow.retry.backoff_rate == 2.0);
    assert_int_equal(c->workflow.retry.max_delay_us, 300 * SECOND);
    assert_true(c->workflow.retry.jitter_full);
    assert_int_equal(c->fulfilment.dispatch.timeout_us, 30 * SECOND);
    assert_int_equal(c->fulfilment.dispatch.concurrency, 64);
    assert_int_equal(c->n_steps, 1);
    assert_true(slice_is(c->workflow.steps[0].step.name, "fulfil"));
    assert_null(c->workflow.list.p);
    assert_int_equal(c->retention.fulfilled, 400 * DAY);
    assert_int_equal(c->retention.cancelled, 400 * DAY);
    assert_int_equal(c->retention.discarded, 400 * DAY);
    assert_int_equal(c->retention.rejected, 30 * DAY);
    assert_int_equal(c->retention.events, 90 * DAY);
    assert_int_equal(c->backup.every_us, 0);
    assert_int_equal(c->backup.keep, 7);
    assert_int_equal(c->log_level, LOG_INFO);
    assert_int_equal(c->log_format, LOG_FORMAT_AUTO);
    config_free(c);
}

static void what_the_file_says_is_used(void **state)
{
    struct config *c = load("\xef\xbb\xbf# a comment\n"
                            "; another\n"
                            "\n"
                            "[daemon] ; behind a section\r\n"
                            "state_dir=/a\n"
                            "\truntime_dir : /b\n" /* indented: no continuation */
                            "  max_backlog = 7\n"
                            "[listen]\n"
                            "events = ipc:///c/e.sock\n"
                            "mode = 0600\n"
                            "group = 12\n"
                            "[access]\n"
                            "viewer = *\n"
                            "operator = ann, @staff\n"
                            "[rules]\n"
                            "deny_products = gold*, lead\n"
                            "[fulfilment]\n"
                            "latency = 50ms..200ms ; a comment\n"
                            "seed = 0\n"
                            "jitter = none\n"
                            "[daemon]\n"
                            "store = memory\n"
                            "[log]\n"
                            "level = debug"); /* no newline at the end */

    (void)state;
    assert_string_equal(c->file, path);
    assert_string_equal(c->state_dir, "/a");
    assert_string_equal(c->runtime_dir, "/b");
    assert_int_equal(c->engine.max_backlog, 7);
    assert_string_equal(c->request_url, "ipc:///b/request.sock");
    assert_string_equal(c->events_url, "ipc:///c/e.sock");
    assert_int_equal(c->net.mode, 0600);
    assert_int_equal(c->net.group, 12);
    assert_true(slice_is(c->access.lists[ROLE_VIEWER], "*"));
    assert_true(slice_is(c->access.lists[ROLE_OPERATOR], "ann, @staff"));
    assert_int_equal(c->workflow.rules.n_deny, 2);
    assert_true(slice_is(c->workflow.rules.deny_products[0], "gold*"));
    assert_true(slice_is(c->workflow.rules.deny_products[1], "lead"));
    assert_int_equal(c->fulfilment.simulate.latency_min_us, 50000);
    assert_int_equal(c->fulfilment.simulate.latency_max_us, 200000);
    assert_true(c->workflow.has_seed);
    assert_int_equal(c->workflow.seed, 0);
    assert_false(c->workflow.retry.jitter_full);
    assert_string_equal(c->store, "memory");
    assert_int_equal(c->log_level, LOG_DEBUG);
    config_free(c);
}

struct bad_case {
    const char *text;
    const char *message; /* behind the file's name */
};

static const struct bad_case bad_cases[] = {
    {"[deamon]\n", "1: unknown section [deamon]"},
    {"[deamon]\nstore = sqlite\n", "1: unknown section [deamon]"},
    {"[daemon]\n\n# x\nstroe = sqlite\n", "4: unknown key 'stroe' in [daemon]"},
    {"store = sqlite\n", "1: 'store' stands before any section"},
    {"[daemon]\nstore\n", "2: neither [section] nor key = value"},
    {"[daemon\n", "1: '[daemon' has no ]"},
    {"[daemon] store = sqlite\n", "1: 'store = sqlite' stands behind [daemon]"},
    {"[log]\nlevel = info\n[daemon]\n[log]\nlevel = debug\n",
     "5: [log] level is set already in line 2"},
    {"[http]\n", "1: section [http] is not supported by this version"},
    {"[step \"charge\"]\n", "1: [step \"charge\"]: [steps] order does not name it"},
    {"[alarms]\ndlq_depth = 0\n",
     "2: [alarms] dlq_depth: '0' is not a whole number of at least 1, nor off"},
    {"[alarms]\nqueue_age = 1\n", "2: [alarms] queue_age: '1' is not a duration of at least 1s, "
                                  "such as 90s or 2h, nor off"},
    {"[alarms]\nfailure_rate = 101%\n", "2: [alarms] failure_rate: '101%' is not a share above 0, "
                                        "at most 1, such as 0.5 or 50%, nor off"},
    {"[alarms]\ndisk_free = 0\n", "2: [alarms] disk_free: '0' is not a share above 0, at most 1, "
                                  "such as 0.5 or 50%, nor off"},
    {"[alarms]\nwal_size = big\n", "2: [alarms] wal_size: 'big' is not a size of at least 1 byte, "
                                   "such as 64MiB, nor off"},
    {"[alarms]\non_change = tell 'x\n",
     "2: [alarms] on_change: 'tell 'x' has a quote that is not closed"},
    {"[backup]\nevery = often\n",
     "2: [backup] every: 'often' is not a duration, such as 250ms, 1m30s or 7d"},
    {"[backup]\nevery = 0\n", "2: [backup] every: '0' is not between 1s and 365d"},
    {"[backup]\nkeep = 0\n", "2: [backup] keep: '0' is not a whole number from 1 to 100000"},
    {"[backup]\ndirectory = backup\n", "2: [backup] directory: 'backup' is not an absolute path"},
    {"[retention]\naudit = 1d\n", "2: [retention] audit is not supported by this version"},
    {"[fulfilment]\ncommand = book 'it\n",
     "2: [fulfilment] command: 'book 'it' has a quote that is not closed"},
    {"[fulfilment]\ncommand = '' x\n",
     "2: [fulfilment] command: ''' x' is not a command: its first word is empty"},
    {"[fulfilment]\nhandler = exec\ncommand = book 'it\n",
     "3: [fulfilment] command: 'book 'it' has a quote that is not closed"},
    {"[fulfilment]\nhandler = exec\n", "2: [fulfilment] handler = exec needs a command"},
    {"[fulfilment]\nmax_rate = 0\n",
     "2: [fulfilment] max_rate: '0' is not a number from 0.001 to 1e+06"},
    {"[fulfilment]\nhandler = magic\n", "2: [fulfilment] handler: 'magic' is not a handler: "
                                        "simulate, exec or worker"},
    {"[daemon]\nstore = postgresql://x\n",
     "2: [daemon] store: the store 'postgresql' is not supported by this version: it has sqlite"},
    {"[daemon]\nstore = mysql\n", "2: [daemon] store: 'mysql' is not a store: sqlite"},
    {"[daemon]\nstate_dir = x\n", "2: [daemon] state_dir: 'x' is not an absolute path"},
    {"[daemon]\nstate_dir =\n", "2: [daemon] state_dir: '' is not an absolute path"},
    {"[daemon]\nmax_inbox = 0\n",
     "2: [daemon] max_inbox: '0' is not a whole number from 1 to 10000000"},
    {"[daemon]\nmax_inbox = 1e3\n",
     "2: [daemon] max_inbox: '1e3' is not a whole number from 1 to 10000000"},
    {"[daemon]\nmax_backlog = -1\n",
     "2: [daemon] max_backlog: '-1' is not a whole number from 1 to 1000000000000000"},
    {"[daemon]\nstop_grace = 5\n",
     "2: [daemon] stop_grace: '5' is not a duration, such as 250ms, 1m30s or 7d"},
    {"[daemon]\nstop_grace = 2h\n", "2: [daemon] stop_grace: '2h' is not between 0 and 1h"},
    {"[listen]\nrequest = tcp://127.0.0.1:1\n",
     "2: [listen] request: 'tcp://127.0.0.1:1' is not of the form ipc:///PATH"},
    {"[listen]\nmode = 0888\n", "2: [listen] mode: '0888' is not an octal mode such as 0660"},
    {"[listen]\nmode = 0060\n",
     "2: [listen] mode: '0060' is not a mode by which the owner may read and write the socket"},
    {"[listen]\ngroup = no-such-group\n",
     "2: [listen] group: 'no-such-group' is not a group of this system"},
    {"[rules]\nallow_products = a,,b\n",
     "2: [rules] allow_products: 'a,,b' has an empty pattern in it"},
    {"[fulfilment]\nsuccess_rate = 1.1\n",
     "2: [fulfilment] success_rate: '1.1' is not a number from 0 to 1"},
    {"[fulfilment]\nsuccess_rate = 70%\n",
     "2: [fulfilment] success_rate: '70%' is not a number from 0 to 1"},
    {"[fulfilment]\nlatency = 2s..1s\n", "2: [fulfilment] latency: '2s..1s' ends before it begins"},
    {"[fulfilment]\nlatency = ..1s\n",
     "2: [fulfilment] latency: '' is not a duration, such as 250ms, 1m30s or 7d"},
    {"[fulfilment]\nseed = x\n",
     "2: [fulfilment] seed: 'x' is not a whole number from 0 to 9223372036854775807"},
    {"[fulfilment]\nbackoff_rate = 0.5\n",
     "2: [fulfilment] backoff_rate: '0.5' is not a number from 1 to 1000"},
    {"[fulfilment]\njitter = half\n", "2: [fulfilment] jitter: 'half' is not full or none"},
    {"[fulfilment]\ntimeout = 0\n", "2: [fulfilment] timeout: '0' is not between 1ms and 365d"},
    {"[log]\nlevel = loud\n",
     "2: [log] level: 'loud' is not a level: error, warning, notice, info or debug"},
    {"[log]\nformat = xml\n",
     "2: [log] format: 'xml' is not a format: auto, journal, json or text"},
    {"[log]\nlevel = \x01\n", "2: a line with bytes that are no text"},
    {"[log]\nlevel = \xff\n", "2: a line with bytes that are no text"},
    {"[log]\nlevel = loud\nformat = xml\n", /* the first is told */
     "2: [log] level: 'loud' is not a level: error, warning, notice, info or debug"},
    {"[log]\nlevel\nformat = xml\n", "2: neither [section] nor key = value"},
};

static void refused(const char *text, size_t n, const char *message)
{
    struct config *config = NULL;
    struct why why = {0};
    char want[WHY_TEXT_MAX];

    (void)snprintf(want, sizeof(want), "%s:%s", path, message);
    put(text, n);
    assert_int_equal(config_load(path, "default", &config, &why), ERR_INVALID);
    assert_string_equal(why.text, want);
    assert_null(config);
}

static void a_bad_file_is_refused_with_the_line_and_the_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++)
        refused(bad_cases[i].text, strlen(bad_cases[i].text), bad_cases[i].message);
}

static void a_line_that_inih_would_cut_is_refused(void **state)
{
    char text[TEXT_MAX];
    struct config *config = NULL;
    size_t n = 0;

    (void)state;
    n = (size_t)snprintf(text, sizeof(text), "[access]\nviewer = %0183d\n", 0); /* 192 bytes */
    put(text, n);
    assert_int_equal(config_load(path, "default", &config, NULL), OK);
    assert_int_equal(config->access.lists[ROLE_VIEWER].n, 183);
    config_free(config);
    n = (size_t)snprintf(text, sizeof(text), "[access]\nviewer = %0190d\n", 0);
    refused(text, n, "2: a line of more than 198 bytes");
    n = (size_t)snprintf(text, sizeof(text), "#%0300d\n", 0); /* its tail would be read as a line */
    refused(text, n, "1: a line of more than 198 bytes");
    refused("[log]\nlevel = in\0fo\n", 20, "2: a NUL byte in the line");
}

static void a_file_that_was_asked_for_must_be_there(void **state)
{
    struct config *config = NULL;
    struct why why = {0};

    (void)state;
    assert_int_equal(config_load("/nonexistent/x.conf", "default", &config, &why), ERR_INVALID);
    assert_string_equal(why.text, "cannot open '/nonexistent/x.conf': No such file or directory");
    assert_int_equal(config_load("/", "default", &config, &why), ERR_INVALID);
}

static void one_place_cannot_be_both_sockets(void **state)
{
    struct config *config = NULL;
    static const char text[] = "[listen]\nrequest = ipc:///a\nevents = ipc:///a\n";

    (void)state;
    put(text, strlen(text));
    assert_int_equal(config_load(path, "default", &config, NULL), ERR_INVALID);
}

static void set_env(const char *name, const char *value)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread */
    assert_int_equal(value != NULL ? setenv(name, value, 1) : unsetenv(name), 0);
}

static void the_service_manager_s_directories_win_over_the_usual_ones(void **state)
{
    struct config *c = NULL;

    (void)state;
    set_env("STATE_DIRECTORY", "/s/one:/s/two");
    set_env("RUNTIME_DIRECTORY", "/r");
    c = load("");
    assert_string_equal(c->state_dir, "/s/one");
    assert_string_equal(c->runtime_dir, "/r");
    assert_string_equal(c->events_url, "ipc:///r/events.sock");
    config_free(c);
    c = load("[daemon]\nstate_dir = /mine\n");
    assert_string_equal(c->state_dir, "/mine");
    config_free(c);
    set_env("STATE_DIRECTORY", NULL);
    set_env("RUNTIME_DIRECTORY", NULL);
}

static void a_socket_path_that_the_kernel_cannot_take_is_refused(void **state)
{
    char text[TEXT_MAX];
    struct config *config = NULL;
    struct why why = {0};

    (void)state;
    (void)snprintf(text, sizeof(text), "[daemon]\nruntime_dir = /%0100d\n", 0);
    put(text, strlen(text));
    assert_int_equal(config_load(path, "default", &config, &why), ERR_INVALID);
    assert_non_null(strstr(why.text, "has a path of more than 107 bytes"));
}

static void an_instance_s_name_is_no_path(void **state)
{
    static const char *const good[] = {"default", "a", "0", "staging-2.x_y",
                                       "abcdefghijklmnopqrstuvwxyz012345"};
    static const char *const bad[] = {
        "", ".", "..", "../x", "a/b", "-a", "A", "a b", "ä", "abcdefghijklmnopqrstuvwxyz0123456"};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(config_place_name_ok(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(config_place_name_ok(bad[i]));
}

struct names {
    char text[512];
    int restarts;
};

static void add_name(void *self, const char *name, bool restart)
{
    struct names *names = self;
    size_t n = strlen(names->text);

    (void)snprintf(names->text + n, sizeof(names->text) - n, "%s ", name);
    names->restarts += restart;
}

static void comparing_names_what_differs_and_what_needs_a_restart(void **state)
{
    struct config *a = load("[daemon]\nstate_dir = /a\n[fulfilment]\ninterval = 1s\n");
    struct config *b = load("[daemon]\nstate_dir = /b\n[fulfilment]\ninterval = 1000ms\nseed = 1\n"
                            "latency = 0..1s\n[access]\nadmin = x\n[rules]\nallow_products = y\n");
    struct names names = {0};

    (void)state;
    config_compare(a, a, add_name, &names);
    assert_string_equal(names.text, "");
    config_compare(a, b, add_name, &names);
    assert_string_equal(names.text, "daemon.state_dir access.admin rules.allow_products "
                                    "fulfilment.latency fulfilment.seed backup.directory ");
    assert_int_equal(names.restarts, 1);
    config_free(a);
    config_free(b);
}

/* Takes the mark off each line `#key = value`. */
static void uncomment(FILE *in, FILE *out)
{
    char line[512];

    while (fgets(line, sizeof(line), in) != NULL)
        (void)fputs(line[0] == '#' && line[1] != ' ' && line[1] != '\n' ? line + 1 : line, out);
}

static void the_example_says_the_defaults(void **state)
{
    struct config *plain = load("[daemon]\nstate_dir = /var/lib/dofs/default\n"
                                "runtime_dir = /run/dofs/default\n");
    struct config *example = NULL;
    struct names names = {0};
    struct why why = {0};
    FILE *in = fopen("systemd/example.conf", "re");
    FILE *out = fopen(path, "we");

    (void)state;
    assert_non_null(in);
    assert_non_null(out);
    assert_int_equal(config_load("systemd/example.conf", "default", &example, &why), OK);
    config_free(example);
    uncomment(in, out);
    (void)fclose(in);
    assert_int_equal(fclose(out), 0);
    if (config_load(path, "default", &example, &why) != OK)
        fail_msg("%s", why.text);
    config_compare(plain, example, add_name, &names);
    assert_string_equal(names.text, "");
    config_free(plain);
    config_free(example);
}

static const char *const keys[] = {
#define SETTING(section, key, kind, fallback, member, also, low, high, restart) key,
#include "daemon/config.def"
#undef SETTING
};

static void names_every_key(const char *file_name, const char *before, const char *after)
{
    FILE *file = fopen(file_name, "re");
    struct buf text;
    const char *at = NULL;

    assert_non_null(file);
    buf_init(&text, 1 << 20);
    assert_true(buf_reserve(&text, 1 << 16));
    text.len = fread(text.data, 1, 1 << 16, file);
    (void)fclose(file);
    at = buf_text(&text);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && at != NULL; i++) {
        char want[64];

        (void)snprintf(want, sizeof(want), "\n%s%s%s", before, keys[i], after);
        at = strstr(at, want);
        if (at == NULL)
            fail_msg("%s lacks %s in its place", file_name, keys[i]);
    }
    buf_done(&text);
}

static void the_example_and_the_man_page_name_every_setting_in_order(void **state)
{
    (void)state;
    names_every_key("systemd/example.conf", "#", " =");
    names_every_key("docs/man/dofs.conf.5.scd", "*", "*");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_any_setting_all_are_those_of_the_contract),
        cmocka_unit_test(what_the_file_says_is_used),
        cmocka_unit_test(a_bad_file_is_refused_with_the_line_and_the_reason),
        cmocka_unit_test(a_line_that_inih_would_cut_is_refused),
        cmocka_unit_test(a_file_that_was_asked_for_must_be_there),
        cmocka_unit_test(one_place_cannot_be_both_sockets),
        cmocka_unit_test(the_service_manager_s_directories_win_over_the_usual_ones),
        cmocka_unit_test(a_socket_path_that_the_kernel_cannot_take_is_refused),
        cmocka_unit_test(an_instance_s_name_is_no_path),
        cmocka_unit_test(comparing_names_what_differs_and_what_needs_a_restart),
        cmocka_unit_test(the_example_says_the_defaults),
        cmocka_unit_test(the_example_and_the_man_page_name_every_setting_in_order),
    };

    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
