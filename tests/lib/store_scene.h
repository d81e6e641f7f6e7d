/* A store with hand-made orders in it, for tests of any backend. */
#pragma once

#include "tests/lib/test.h"

#include "daemon/store/store.h"

#define T0 1769860800000000LL /* 2026-01-31T12:00:00Z */
#define SECOND 1000000LL
#define PAGE 3 /* rows of a page, in store_scene_list_all */

struct store_scene {
    const char *url;
    char directory[64];
    struct store *store;
    struct store_reader *reader;
    struct arena arena;
    struct why why;
    int64_t seq;
};

struct store_scene_numbers {
    int64_t at[64];
    size_t n, max;
};

struct store_scene_lines {
    char text[1024];
    size_t len;
};

extern const struct item store_scene_items[3];

/* Fails the test unless the call is OK, saying what it said. */
#define must(f, call) store_scene_must((f), (call), #call)

/* One test, run over every backend. */
#define STORE_SCENE_ON(test, kind)                                                                 \
    {                                                                                              \
#test " (" #kind ")", (test), store_scene_##kind, store_scene_tear_down, NULL              \
    }
#define STORE_SCENE_TESTS(test) STORE_SCENE_ON(test, memory), STORE_SCENE_ON(test, sqlite)

void store_scene_must(struct store_scene *f, enum err e, const char *what);
void store_scene_open(struct store_scene *f);
void store_scene_close(struct store_scene *f);
int store_scene_set_up(void **state, const char *url);
int store_scene_memory(void **state);
int store_scene_sqlite(void **state);
int store_scene_tear_down(void **state);
struct uuid store_scene_uid(int64_t id);
struct order store_scene_order(int64_t id);
struct event store_scene_event(const struct order *order, enum status from, enum entry_type type);
void store_scene_add(struct store_scene *f, struct order *order);
void store_scene_change(struct store_scene *f, struct order *order, enum status to);
void store_scene_add_many(struct store_scene *f, int64_t n);
bool store_scene_take_order(void *self, const struct order *order);
void store_scene_list_all(struct store_scene *f, const struct request_list *query,
                          struct store_scene_numbers *out);
void store_scene_assert_numbers(const char *label, const struct store_scene_numbers *got,
                                const char *wanted);
const struct filter *store_scene_filter(struct store_scene *f, const char *text,
                                        struct filter *out);
bool store_scene_take_event(void *self, const struct event *event);

/* A FAILED order and its dead letter: n is 100 + id, failed_at T0 + id; customers even and odd. */
void store_scene_add_dead(struct store_scene *f, int64_t id, const char *reason, const char *group);
