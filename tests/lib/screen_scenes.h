/* What a person does to come to each screen that has a golden text. */
#pragma once

#include "tui/model/model.h"

struct screen_scene {
    const char *name;
    void (*go)(struct model *m); /* from a model of view_scene_new */
};

extern const struct screen_scene screen_scenes[];
extern const size_t n_screen_scenes;
