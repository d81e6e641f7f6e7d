/* The operations over a store that forgets: no sockets, no attempts but those a test makes. */
#pragma once

#include "daemon/api/router.h"
#include "daemon/sys/loop.h"
#include "shared/clock.h"

#define API_SCENE_ALL (RIGHT_VIEW | RIGHT_OPERATE | RIGHT_WORK | RIGHT_ADMIN)

struct api_scene {
    struct clock clock;
    struct loop *loop;
    struct loop_source *deadline;
    struct store *store;
    struct workflow_settings workflow;
    struct engine *engine;
    struct readers *readers;
    struct control *control;
    struct dispatch *dispatch;
    struct replay_runner *replays;
    struct metrics *metrics;
    struct alarms *alarms;
    struct sp_net *net;
    struct api_parts parts;
    /* the last reply */
    uint8_t *reply;
    size_t reply_len;
    struct why why;
    size_t waiting; /* replies not yet there */
    size_t answers; /* replies that came, ever */
    bool gone;      /* what the peers are said to be */
};

struct api_scene *api_scene_open(void);
void api_scene_close(struct api_scene *scene);

/* Asks and waits for the reply; returns its code. A reply that does not come fails the test. */
enum err api_scene_ask(struct api_scene *scene, const struct request *request);
enum err api_scene_ask_bytes(struct api_scene *scene, unsigned rights, struct slice frame);

/* Hands a frame over without waiting; api_scene_wait then waits for all replies. */
void api_scene_send(struct api_scene *scene, unsigned rights, struct slice frame);
void api_scene_wait(struct api_scene *scene);

/* Of the last reply; the test fails where there is no such key. */
int64_t api_scene_int(const struct api_scene *scene, const char *key);
struct slice api_scene_str(const struct api_scene *scene, const char *key);
bool api_scene_bool(const struct api_scene *scene, const char *key);
uint32_t api_scene_list(const struct api_scene *scene, const char *key, struct mp_reader *values);
bool api_scene_nil(const struct api_scene *scene, const char *key);

/* Submits an order of one item. */
struct uuid api_scene_submit(struct api_scene *scene, const char *customer);

/* Submits one and makes its only attempt fail for good: a dead letter. */
struct uuid api_scene_fail(struct api_scene *scene, const char *customer, const char *reason);

/* Carries a command out and waits for it; it must succeed. */
void api_scene_command(struct api_scene *scene, struct command *command);
