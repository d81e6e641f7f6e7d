/* Messages by topic and commit, their numbers, and heartbeats; the socket and the timer are here.
 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/observe/publish.h"
#include "shared/limits.h"
#include "shared/wire_event.h"

#define SENT_MAX 64
#define SECOND 1000000LL

/* What stands below publish: a socket that keeps what it is sent, and a timer turned by hand. */
struct scene {
    struct clock clock; /* the first member, so that it can be found again */
    int64_t now;
    uint64_t subscribers;
    struct {
        uint8_t *bytes;
        size_t len;
    } sent[SENT_MAX];
    size_t n;
    void (*due)(void *self);
    void *due_self;
    int64_t due_at;
    int beats;
    struct metrics *metrics;
    struct publish *publish;
};

static struct scene *scene_now(void)
{
    static struct scene scene;

    return &scene;
}

void sp_publish(struct sp_listener *pub, const void *message, size_t len)
{
    struct scene *scene = scene_now();

    (void)pub;
    assert_true(scene->n < SENT_MAX);
    scene->sent[scene->n].bytes = malloc(len);
    assert_non_null(scene->sent[scene->n].bytes);
    memcpy(scene->sent[scene->n].bytes, message, len);
    scene->sent[scene->n++].len = len;
}

void sp_net_stats(const struct sp_net *net, struct sp_stats *out)
{
    (void)net;
    *out = (struct sp_stats){.subscribers_now = scene_now()->subscribers};
}

enum err loop_add_timer(struct loop *loop, void (*due)(void *self), void *self,
                        struct loop_source **out)
{
    (void)loop;
    scene_now()->due = due;
    scene_now()->due_self = self;
    scene_now()->due_at = INT64_MAX;
    *out = NULL;
    return OK;
}

void loop_timer_set(struct loop_source *timer, int64_t mono_us)
{
    (void)timer;
    scene_now()->due_at = mono_us;
}

void loop_source_free(struct loop_source *source)
{
    (void)source;
}

static int64_t now_of(const struct clock *clock)
{
    return ((const struct scene *)clock)->now;
}

static void forget_sent(struct scene *scene)
{
    for (size_t i = 0; i < scene->n; i++)
        free(scene->sent[i].bytes);
    scene->n = 0;
}

static int setup(void **state)
{
    struct scene *scene = scene_now();
    struct publish_parts parts;

    memset(scene, 0, sizeof(*scene));
    scene->clock = (struct clock){now_of, now_of, 0};
    scene->now = 100 * SECOND;
    scene->subscribers = 1;
    scene->metrics = metrics_new(&scene->clock);
    *state = scene;
    parts = (struct publish_parts){NULL, &scene->clock, scene->metrics, "E"};
    if (publish_open(&scene->publish, &parts, NULL) != OK)
        return -1;
    /* Never looked into here: only that there is one counts. */
    publish_set_listener(scene->publish, NULL, (struct sp_listener *)scene);
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;

    forget_sent(scene);
    publish_close(scene->publish);
    metrics_free(scene->metrics);
    return 0;
}

static struct event change(int64_t seq, enum entry_type entry, enum status to)
{
    return (struct event){
        .seq = seq, .entry = entry, .to = to, .has_order = true, .by = SLICE("dofsd")};
}

/* Reads message `i`; its events must have these seqs, 0 ending the list. */
static void is_message(const struct scene *scene, size_t i, enum topic topic, int64_t n,
                       const int64_t *seqs)
{
    struct event_message message;
    struct event event;
    size_t count = 0;

    assert_true(i < scene->n);
    assert_int_equal(wire_message_read(scene->sent[i].bytes, scene->sent[i].len, &message, NULL),
                     OK);
    assert_int_equal(message.topic, topic);
    assert_int_equal(message.n, n);
    assert_true(slice_is(message.epoch, "E"));
    for (; seqs[count] != 0; count++) {
        wire_event_read(&message.events, &event);
        assert_int_equal(event.seq, seqs[count]);
    }
    assert_int_equal(message.n_events, count);
    assert_false(mp_failed(&message.events));
}

static void a_commit_makes_one_message_for_each_of_its_topics(void **state)
{
    struct scene *scene = *state;
    struct event events[] = {
        change(1, ENTRY_QUEUED, STATUS_QUEUED),
        change(2, ENTRY_ATTEMPT_STARTED, STATUS_PROCESSING),
        change(3, ENTRY_QUEUED, STATUS_QUEUED),
        change(4, ENTRY_DEAD_LETTERED, STATUS_FAILED),
        change(5, ENTRY_DISCARDED, STATUS_FAILED),
        {.seq = 6, .news = NEWS_PAUSED},
    };

    events[3].dlq_added = true;
    events[4].dlq_removed = true;
    publish_committed(scene->publish, events, 6);
    assert_int_equal(scene->n, 5);
    is_message(scene, 0, (enum topic)STATUS_QUEUED, 1, (int64_t[]){1, 3, 0});
    is_message(scene, 1, (enum topic)STATUS_PROCESSING, 1, (int64_t[]){2, 0});
    is_message(scene, 2, (enum topic)STATUS_FAILED, 1, (int64_t[]){4, 0});
    is_message(scene, 3, TOPIC_DLQ, 1, (int64_t[]){4, 5, 0});
    is_message(scene, 4, TOPIC_CONTROL, 1, (int64_t[]){6, 0});
}

static void n_counts_the_messages_of_a_topic_also_while_nobody_listens(void **state)
{
    struct scene *scene = *state;
    struct event queued = change(1, ENTRY_QUEUED, STATUS_QUEUED);
    struct event held = change(2, ENTRY_HELD, STATUS_HELD);

    publish_committed(scene->publish, &queued, 1);
    scene->subscribers = 0;
    publish_committed(scene->publish, &queued, 1);
    publish_committed(scene->publish, &held, 1);
    publish_committed(scene->publish, NULL, 0);
    assert_int_equal(scene->n, 1);
    scene->subscribers = 1;
    publish_committed(scene->publish, &queued, 1);
    publish_committed(scene->publish, &held, 1);
    assert_int_equal(scene->n, 3);
    is_message(scene, 1, (enum topic)STATUS_QUEUED, 3, (int64_t[]){1, 0});
    is_message(scene, 2, (enum topic)STATUS_HELD, 2, (int64_t[]){2, 0});
}

static void a_large_commit_is_split_and_nothing_is_missing_or_twice(void **state)
{
    enum { COUNT = 3000 };
    struct scene *scene = *state;
    struct event *events = calloc(COUNT, sizeof(*events));
    int64_t next = 1;

    assert_non_null(events);
    for (int64_t i = 0; i < COUNT; i++)
        events[i] = change(i + 1, ENTRY_QUEUED, STATUS_QUEUED);
    publish_committed(scene->publish, events, COUNT);
    assert_true(scene->n > 1);
    for (size_t i = 0; i < scene->n; i++) {
        struct event_message message;

        assert_true(scene->sent[i].len <= (size_t)EVENT_MESSAGE_MAX_BYTES);
        assert_int_equal(
            wire_message_read(scene->sent[i].bytes, scene->sent[i].len, &message, NULL), OK);
        assert_int_equal(message.n, i + 1);
        for (uint32_t k = 0; k < message.n_events; k++) {
            struct event event;

            wire_event_read(&message.events, &event);
            assert_int_equal(event.seq, next++);
        }
    }
    assert_int_equal(next, COUNT + 1);
    free(events);
}

static void beat(void *self)
{
    ((struct scene *)self)->beats++;
}

static void come_due(struct scene *scene)
{
    assert_true(scene->due_at != INT64_MAX);
    scene->now = scene->due_at;
    scene->due_at = INT64_MAX;
    scene->due(scene->due_self);
}

static void an_idle_daemon_beats_only_while_someone_subscribes(void **state)
{
    struct scene *scene = *state;
    int turns = 0;

    scene->subscribers = 0;
    assert_true(scene->due_at == INT64_MAX);
    publish_subscriber_came(scene->publish);
    assert_int_equal(scene->due_at, scene->now + SECOND);
    come_due(scene); /* still in its handshake */
    assert_int_equal(scene->n, 0);
    scene->subscribers = 1;
    come_due(scene);
    come_due(scene);
    assert_int_equal(scene->n, 2);
    scene->subscribers = 0;
    while (scene->due_at != INT64_MAX && turns++ < 100)
        come_due(scene);
    assert_true(turns < 12);
    assert_int_equal(scene->n, 2);
    publish_subscriber_came(scene->publish);
    assert_true(scene->due_at != INT64_MAX);
}

static int64_t int_at(struct slice map, const char *key)
{
    struct mp_reader value;

    assert_true(wire_reply_find(map.p, map.n, key, &value));
    return mp_int(&value);
}

static void a_heartbeat_has_the_numbers_the_figures_and_the_last_second(void **state)
{
    struct scene *scene = *state;
    struct event queued = change(1, ENTRY_QUEUED, STATUS_QUEUED);
    struct metrics_totals totals = {.last_seq = 41, .accepted = 9, .counts = {[STATUS_HELD] = 3}};
    struct event_message message;
    struct mp_reader value;
    struct slice map;

    publish_on_beat(scene->publish, beat, scene);
    publish_subscriber_came(scene->publish);
    publish_committed(scene->publish, &queued, 1);
    metrics_committed(scene->metrics, &queued, 1, &totals);
    come_due(scene);
    assert_int_equal(scene->beats, 1);
    assert_int_equal(scene->n, 2);
    assert_int_equal(wire_message_read(scene->sent[1].bytes, scene->sent[1].len, &message, NULL),
                     OK);
    assert_int_equal(message.topic, TOPIC_HEARTBEAT);
    assert_int_equal(message.n_events, 0);
    map = message.map;
    assert_int_equal(int_at(map, "v"), 1);
    assert_int_equal(int_at(map, "n"), 1);
    assert_int_equal(int_at(map, "last_seq"), 41);
    assert_int_equal(int_at(map, "accepted_total"), 9);
    assert_true(wire_reply_find(map.p, map.n, "last_n", &value));
    map = mp_raw(&value);
    assert_int_equal(int_at(map, "order.QUEUED"), 1);
    assert_int_equal(int_at(map, "heartbeat"), 1);
    assert_int_equal(int_at(map, "dlq"), 0);
    assert_true(wire_reply_find(message.map.p, message.map.n, "last_second", &value));
    map = mp_raw(&value);
    assert_int_equal(int_at(map, "accepted"), 1);
    assert_int_equal(int_at(map, "failed"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_commit_makes_one_message_for_each_of_its_topics, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(n_counts_the_messages_of_a_topic_also_while_nobody_listens,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_large_commit_is_split_and_nothing_is_missing_or_twice,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(an_idle_daemon_beats_only_while_someone_subscribes, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_heartbeat_has_the_numbers_the_figures_and_the_last_second,
                                        setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
