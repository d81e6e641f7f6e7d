/* Models made by hand, for what views draw: a fixed clock, rows, an order, figures. */
#pragma once

#include "tui/model/model.h"

/* 2026-03-01 12:00:00 UTC. */
#define VIEW_SCENE_NOW_US INT64_C(1772366400000000)

/* The words that a scene shows: ordinary ones, or such as only an enemy would send. */
struct view_words {
    const char *customers[4];
    const char *reference, *reason, *product, *key, *value, *step, *by;
};

extern const struct view_words view_words_plain, view_words_hostile;

/* A day at work: orders of all kinds, failed ones, groups, replays, events, an order selected. */
struct model *view_scene_new(int cols, int rows, const struct view_words *words);
/* Nothing came yet. */
struct model *view_scene_empty(int cols, int rows);
