/* What the end of a program says of its attempt: the rules of the handler `exec`, in one place. */
#include "shared/exec_end.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "shared/json.h"
#include "shared/limits.h"
#include "shared/units.h"

#define LONGEST_US (8760LL * 3600 * 1000000)

/* Not text_escape: what is text stays as it is, down to its control characters but NUL. */
static void add_mended(struct buf *out, struct slice s)
{
    while (s.n > 0) {
        uint32_t cp = 0;
        size_t n = utf8_decode(s, &cp);

        if (n == 0 || cp == 0)
            buf_add_text(out, "\xef\xbf\xbd");
        else
            buf_add(out, s.p, n);
        n = n > 0 ? n : 1;
        s = (struct slice){s.p + n, s.n - n};
    }
}

/* The longest start of at most `max` bytes that ends between two characters (s valid). */
static struct slice cut(struct slice s, size_t max)
{
    if (s.n <= max)
        return s;
    s.n = max;
    while (s.n > 0 && ((unsigned char)s.p[s.n] & 0xC0) == 0x80)
        s.n--;
    return s;
}

static struct slice mended(struct buf *text, struct slice s, size_t max)
{
    if (!utf8_valid(s) || memchr(s.p, '\0', s.n) != NULL) {
        add_mended(text, s);
        s = (struct slice){buf_text(text), text->len};
    }
    return cut(s, max);
}

/* Of {"retry_after": "30s"}, a year at most; < 0: it says nothing of the kind. */
static int64_t retry_after(struct slice out)
{
    struct json *root = NULL;
    int64_t us = -1;

    if (out.n == 0 || json_parse(out.p, out.n, &root, NULL) != OK)
        return -1;
    if (json_kind(root) == JSON_MAP && json_get(root, "retry_after") != NULL &&
        !units_duration(json_text(json_get(root, "retry_after")), &us))
        us = -1;
    json_free(root);
    return us < LONGEST_US ? us : LONGEST_US;
}

static struct slice reason(const struct exec_end *end, struct buf *text)
{
    if (end->error.n > 0)
        return mended(text, end->error, EXEC_LINE_BYTES);
    if (end->late)
        return SLICE("timeout");
    if (end->signal != 0)
        buf_printf(text, "signal %d", end->signal);
    else
        buf_printf(text, "exit %d", end->code);
    return (struct slice){buf_text(text), text->len};
}

struct exec_outcome exec_end_judge(const struct exec_end *end, struct buf *text)
{
    struct exec_outcome outcome = {.verdict = EXEC_FAILED, .retry_after_us = -1};
    bool by_itself = end->signal == 0 && !end->late;

    buf_clear(text);
    if (by_itself && end->code == EX_OK) {
        outcome.verdict = EXEC_FULFILLED;
        if (end->out.n > 0)
            outcome.result = mended(text, end->out, (size_t)RESULT_MAX_BYTES);
        return outcome;
    }
    if (by_itself && end->code == EX_DATAERR)
        outcome.verdict = EXEC_FAILED_FOR_GOOD;
    if (by_itself && end->code == EX_TEMPFAIL)
        outcome.retry_after_us = retry_after(end->out);
    outcome.reason = reason(end, text);
    return outcome;
}
