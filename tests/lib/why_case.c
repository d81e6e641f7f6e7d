/* What is said of an order, held against what is to be said. */
#include "tests/lib/why_case.h"

#include <string.h>

#include "tests/lib/test.h"

static struct order_why_facts facts_of(const struct why_case *c)
{
    return (struct order_why_facts){.order = &c->order,
                                    .entries = c->entries,
                                    .n_entries = c->n,
                                    .paused = c->paused,
                                    .draining = c->draining,
                                    .now_us = NOW};
}

static void add_line(struct buf *out, struct slice sentence)
{
    assert_true(sentence.n > 0 && sentence.p[sentence.n - 1] == '.');
    buf_add(out, sentence.p, sentence.n - 1);
    buf_add_byte(out, '\n');
}

void why_case_check(const struct why_case *c)
{
    const struct order_why_facts facts = facts_of(c);
    struct arena arena = {0};
    struct order_why why;
    struct buf text;

    buf_init(&text, 65536);
    order_why(&facts, &arena, &why);
    for (size_t i = 0; i < why.n_happened; i++)
        add_line(&text, why.happened[i]);
    if (c->happened != NULL && strcmp(buf_text(&text), c->happened) != 0)
        fail_msg("%s happened so:\n%s", c->label, buf_text(&text));
    if (!slice_starts(why.next, slice_of(c->next)))
        fail_msg("%s: next: %.*s", c->label, SLICE_ARGS(why.next));
    if (c->stands != NULL && !slice_starts(why.stands, slice_of(c->stands)))
        fail_msg("%s: stands: %.*s", c->label, SLICE_ARGS(why.stands));
    if (c->order.steps.n == 0)
        assert_null(why.stands.p);
    if (c->cancel != NULL && strcmp(why.commands[why.n_commands - 1].does, c->cancel) != 0)
        fail_msg("%s: it %s", c->label, why.commands[why.n_commands - 1].does);
    buf_clear(&text);
    for (size_t i = 0; i < why.n_commands; i++) {
        struct slice rest = why.commands[i].line, verb;

        assert_true(slice_is(slice_cut(&rest, ' '), "dofs"));
        verb = slice_cut(&rest, ' ');
        buf_printf(&text, "%.*s ", SLICE_ARGS(verb));
    }
    if (strcmp(buf_text(&text), c->commands) != 0)
        fail_msg("%s: commands: %s", c->label, buf_text(&text));
    buf_done(&text);
    arena_done(&arena);
}
