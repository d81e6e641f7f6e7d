/* Log lines: which are written, and that nothing in them can pass for another line. */
#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/json.h"
#include "shared/log.h"

/* Standard error goes into a socket of whole messages: one write is one message. */
struct capture {
    int saved;
    int ends[2];
};

static int catch_stderr(void **state)
{
    static struct capture capture;
    int bytes = 1 << 20;

    capture.saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (capture.saved < 0 ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, capture.ends) != 0 ||
        setsockopt(capture.ends[1], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)) != 0 ||
        dup2(capture.ends[1], STDERR_FILENO) < 0)
        return -1;
    *state = &capture;
    log_set_level(LOG_INFO);
    return 0;
}

static int release_stderr(void **state)
{
    struct capture *capture = *state;

    (void)dup2(capture->saved, STDERR_FILENO);
    (void)close(capture->saved);
    (void)close(capture->ends[0]);
    (void)close(capture->ends[1]);
    return 0;
}

/* The next whole write; empty if there was none. */
static const char *next_write(const struct capture *capture)
{
    static char text[300000];
    ssize_t n = recv(capture->ends[0], text, sizeof(text) - 1, MSG_DONTWAIT);

    text[n < 0 ? 0 : n] = '\0';
    return text;
}

static void a_line_for_people_is_safe_and_one_write(void **state)
{
    static const struct log_field fields[] = {
        {"order_id", "0199"}, {"none", NULL}, {"reason", "two words\n\x1b[31m"}, {"empty", ""}};

    log_set_sink(log_sink_text());
    log_line(LOG_NOTICE, fields, 4, "took %d\nerror: forged", 3);
    assert_string_equal(next_write(*state), "notice: took 3\\nerror: forged order_id=0199 "
                                            "reason=\"two words\\n\\x1b[31m\" empty=\"\"\n");
    assert_string_equal(next_write(*state), "");
}

static void a_json_line_parses_and_holds_its_fields(void **state)
{
    static const struct log_field fields[] = {{"order_id", "a\"b\n\xFF"}, {"none", NULL}};
    struct json *root = NULL;
    const char *text = NULL;

    log_set_sink(log_sink_json());
    log_line(LOG_ERROR, fields, 2, "it \"broke\"\n");
    text = next_write(*state);
    assert_int_equal(json_parse(text, strlen(text), &root, NULL), OK);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    assert_true(slice_is(json_text(json_get(root, "level")), "error"));
    assert_true(slice_is(json_text(json_get(root, "message")), "it \"broke\"\n"));
    assert_true(slice_is(json_text(json_get(root, "order_id")), "a\"b\n\xEF\xBF\xBD"));
    assert_int_equal(json_text(json_get(root, "at")).n, 27);
    assert_int_equal(json_size(root), 4);
    json_free(root);
}

static void a_line_is_bounded_and_whole_whatever_is_logged(void **state)
{
    static char huge[100000];
    struct log_field fields[100];
    struct json *root = NULL;
    const char *text = NULL;

    memset(huge, 1, sizeof(huge) - 1);
    for (size_t i = 0; i < 100; i++)
        fields[i] = (struct log_field){"f", huge};
    log_set_sink(log_sink_json());
    log_line(LOG_ERROR, fields, 1, "%s", huge);
    text = next_write(*state);
    assert_int_equal(json_parse(text, strlen(text), &root, NULL), OK);
    json_free(root);
    log_line(LOG_ERROR, fields, 100, "%s", huge);
    text = next_write(*state);
    assert_in_range(strlen(text), 100000, 262144);
    assert_string_equal(text + strlen(text) - 3, "\"}\n");
    log_set_sink(log_sink_text());
    log_line(LOG_ERROR, fields, 100, "%s", huge);
    text = next_write(*state);
    assert_in_range(strlen(text), 100000, 262144);
    assert_int_equal(text[strlen(text) - 1], '\n');
}

static void only_lines_up_to_the_level_are_written(void **state)
{
    log_set_sink(log_sink_text());
    log_set_level(LOG_WARNING);
    assert_int_equal(log_get_level(), LOG_WARNING);
    log_notice("quiet");
    log_debug("quiet");
    assert_string_equal(next_write(*state), "");
    log_warning("heard");
    assert_string_equal(next_write(*state), "warning: heard\n");
    log_error("%s", "too");
    assert_string_equal(next_write(*state), "error: too\n");
}

static void errno_is_kept(void **state)
{
    log_set_sink(log_sink_json());
    errno = ENOSPC;
    log_error("x");
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(next_write(*state)[0], '{');
}

static void a_level_has_a_name_both_ways(void **state)
{
    static const char *const names[] = {"error", "warning", "notice", "info", "debug"};
    enum log_level level = LOG_LEVELS;

    (void)state;
    for (unsigned i = 0; i < LOG_LEVELS; i++) {
        assert_true(log_level_parse(slice_of(names[i]), &level));
        assert_int_equal(level, i);
        assert_string_equal(log_level_name(level), names[i]);
    }
    assert_false(log_level_parse(SLICE("INFO"), &level));
    assert_false(log_level_parse(SLICE(""), &level));
    assert_int_equal(level, LOG_DEBUG);
}

#define WITH_STDERR(test) cmocka_unit_test_setup_teardown(test, catch_stderr, release_stderr)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STDERR(a_line_for_people_is_safe_and_one_write),
        WITH_STDERR(a_json_line_parses_and_holds_its_fields),
        WITH_STDERR(a_line_is_bounded_and_whole_whatever_is_logged),
        WITH_STDERR(only_lines_up_to_the_level_are_written),
        WITH_STDERR(errno_is_kept),
        cmocka_unit_test(a_level_has_a_name_both_ways),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
