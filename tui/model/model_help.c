/* The help: scrolled and searched. */
#include <string.h>
#include <strings.h>

#include "tui/model/model.h"
#include "tui/model/model_parts.h"

static bool has(const char *text, struct slice what)
{
    size_t n = strlen(text);

    for (size_t i = 0; i + what.n <= n; i++) {
        if (strncasecmp(text + i, what.p, what.n) == 0)
            return true;
    }
    return false;
}

bool help_matches(const struct help *help, enum action action)
{
    struct slice what = slice_trim(input_slice(&help->search));
    const struct action_row *row = action_row(action);

    return what.n == 0 || has(row->name, what) || has(row->help, what);
}

void help_type(struct model *m, struct slice text)
{
    input_type(&m->help.search, text);
    m->help.top = 0;
}

bool help_edit(struct model *m, enum edit edit)
{
    struct help *help = &m->help;

    if (input_edit(&help->search, edit)) {
        help->top = 0;
        return true;
    }
    if (edit == EDIT_ESCAPE)
        input_clear(&help->search);
    if (edit == EDIT_ESCAPE || edit == EDIT_ENTER)
        help->searching = false;
    return true;
}

static size_t lines(const struct model *m)
{
    size_t n = 0;

    for (unsigned i = ACTION_NONE + 1; i < ACTION_COUNT; i++)
        n += help_matches(&m->help, (enum action)i);
    return n;
}

static void scroll(struct model *m, int64_t by)
{
    size_t n = lines(m), page = model_visible(m, NULL);
    int64_t last = n > page ? (int64_t)(n - page) : 0;
    int64_t top = (int64_t)m->help.top + by;

    m->help.top = (size_t)(top < 0 ? 0 : top > last ? last : top);
}

void help_act(struct model *m, enum action action)
{
    int64_t page = (int64_t)model_visible(m, NULL);

    if (action == ACTION_FILTER)
        m->help.searching = true;
    else if (action == ACTION_DOWN)
        scroll(m, 1);
    else if (action == ACTION_UP)
        scroll(m, -1);
    else if (action == ACTION_PAGE_DOWN || action == ACTION_HALF_DOWN)
        scroll(m, page);
    else if (action == ACTION_PAGE_UP || action == ACTION_HALF_UP)
        scroll(m, -page);
    else if (action == ACTION_FIRST)
        scroll(m, -(int64_t)m->help.top);
    else if (action == ACTION_LAST)
        scroll(m, ACTION_COUNT);
}
