/* The model with a made-up daemon beside it: wishes taken, replies handed back, time turned. */
#include "tests/lib/model_scene.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/scene_daemon.h"

#define SCENE_BYTES (1024UL * 1024)

static void keep(struct buf *into, const struct wish *wish)
{
    buf_add(into, wish->bytes.data, wish->bytes.len);
}

static void take_ask(struct scene *s, const struct wish *wish)
{
    struct arena arena = {0};
    struct problems problems = {.arena = &arena};
    struct request_head head;
    struct request request = {0};
    struct why why = {0};
    struct slice frame = {(const char *)wish->bytes.data, wish->bytes.len};
    enum op op = OP_INFO;
    struct buf out;

    buf_init(&out, SCENE_BYTES);
    s->asks++;
    if (wire_request_head(frame.p, frame.n, &head, &why) != OK || !op_parse(head.op_name, &op) ||
        wire_request_body(frame, op, &request, &problems, &why) != OK) {
        (void)fprintf(stderr, "a wrong request: %s\n", why.text);
        abort();
    }
    if (scene_is_change(&request)) {
        s->changes++;
        s->last_op = op;
        s->last_ids = scene_ids(&request);
        buf_clear(&s->last);
        keep(&s->last, wish);
    }
    scene_answer(s, &request, &out);
    if (s->silent)
        model_reply(s->m, wish->id, (struct slice){NULL, 0}, "no daemon");
    else
        model_reply(s->m, wish->id, (struct slice){(const char *)out.data, out.len}, NULL);
    buf_done(&out);
    arena_done(&arena);
}

static void take(struct scene *s, struct wish *wish)
{
    switch (wish->kind) {
    case WISH_ASK:
        if (s->hold) {
            s->held[s->n_held++] = wish;
            return;
        }
        take_ask(s, wish);
        break;
    case WISH_COPY:
        buf_clear(&s->copied);
        keep(&s->copied, wish);
        break;
    case WISH_EXPORT:
        keep(&s->exported, wish);
        break;
    case WISH_SAVE:
        buf_clear(&s->saved);
        keep(&s->saved, wish);
        break;
    case WISH_MOUSE:
        s->mouse = wish->on;
        break;
    case WISH_QUIT:
        s->quit = true;
        break;
    case WISH_REDRAW:
        break;
    }
    wish_free(wish);
}

static void pump(struct scene *s)
{
    for (size_t i = 0; i < s->n_held && !s->hold; i++) {
        take_ask(s, s->held[i]);
        wish_free(s->held[i]);
        if (i + 1 == s->n_held)
            s->n_held = 0;
    }
    for (struct wish *wish = model_wish(s->m); wish != NULL; wish = model_wish(s->m))
        take(s, wish);
}

void scene_settle(struct scene *s)
{
    pump(s);
    for (int turns = 0; turns < 1000; turns++) {
        int64_t at = model_wake(s->m);

        if (s->hold || s->silent || model_settled(s->m) || at > s->now + 2000000)
            break;
        s->now = at > s->now ? at : s->now;
        model_tick(s->m, SCENE_START_US + s->now, s->now);
        pump(s);
    }
}

void scene_pass(struct scene *s, int64_t us)
{
    s->now += us;
    model_tick(s->m, SCENE_START_US + s->now, s->now);
    scene_settle(s);
}

void scene_open(struct scene *s, int64_t n_orders)
{
    struct model_settings settings = {.utf8 = true,
                                      .screen = SCREEN_ORDERS,
                                      .seed = 1,
                                      .cols = 80,
                                      .rows = 24,
                                      .wall_us = SCENE_START_US,
                                      .mono_us = 1000000};

    *s = (struct scene){.n_orders = n_orders, .now = settings.mono_us, .seq = 1};
    buf_init(&s->last, SCENE_BYTES);
    buf_init(&s->copied, SCENE_BYTES);
    buf_init(&s->exported, SCENE_BYTES);
    buf_init(&s->saved, SCENE_BYTES);
    s->m = model_new(&settings);
    model_link_up(s->m);
    scene_settle(s);
}

void scene_done(struct scene *s)
{
    for (size_t i = 0; i < s->n_held; i++)
        wish_free(s->held[i]);
    model_free(s->m);
    buf_done(&s->last);
    buf_done(&s->copied);
    buf_done(&s->exported);
    buf_done(&s->saved);
}

void scene_act(struct scene *s, enum action action)
{
    model_act(s->m, action, (struct slice){NULL, 0});
    scene_settle(s);
}

void scene_type(struct scene *s, const char *text)
{
    model_type(s->m, slice_of(text));
    scene_settle(s);
}

void scene_edit(struct scene *s, enum edit edit)
{
    model_edit(s->m, edit);
    scene_settle(s);
}

void scene_command(struct scene *s, const char *line)
{
    scene_act(s, ACTION_COMMAND);
    scene_type(s, line);
    scene_edit(s, EDIT_ENTER);
}

static void tell(struct scene *s, struct event *event)
{
    char customer[40];

    (void)snprintf(customer, sizeof customer, "cust-%lld", (long long)scene_number(&event->uid));
    event->seq = ++s->seq;
    event->at = SCENE_START_US + s->now;
    event->has_order = true;
    event->max_attempts = 3;
    event->total_quantity = 1;
    event->customer_id = slice_of(customer);
    event->created_at = SCENE_START_US + scene_number(&event->uid) * SCENE_ORDER_US;
    if (event->entry == ENTRY_DEAD_LETTERED || event->entry == ENTRY_RETRY_SCHEDULED)
        event->reason = SLICE("exit 7");
    model_event(s->m, event);
    scene_settle(s);
}

void scene_arrives(struct scene *s)
{
    struct event event = {
        .uid = scene_uid(s->n_orders++), .to = STATUS_QUEUED, .entry = ENTRY_QUEUED};

    tell(s, &event);
}

void scene_changes(struct scene *s, int64_t k, enum status from, enum status to,
                   enum entry_type entry)
{
    struct event event = {
        .uid = scene_uid(k), .from = from, .to = to, .entry = entry, .attempt = 1};

    tell(s, &event);
}

int64_t scene_row(const struct scene *s, enum list_kind kind, size_t i)
{
    const struct list *list = &s->m->lists[kind];

    return i < list->n ? scene_number(&list->rows[i]->uid) : -1;
}

int64_t scene_selected(const struct scene *s, enum list_kind kind)
{
    const struct row *row = list_selected(&s->m->lists[kind]);

    return row != NULL ? scene_number(&row->uid) : -1;
}
