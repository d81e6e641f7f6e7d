/* Orders of several steps in a store_scene. */
#include "tests/lib/store_steps.h"

void store_steps_know(struct store_scene *f)
{
    static const char *const names[] = {"reserve", "charge", "ship"};

    for (uint32_t i = 0; i < 3; i++) {
        uint32_t number = 0;

        must(f, store_add_step(f->store, slice_of(names[i]), &number, &f->why));
        assert_int_equal(i + 1, number);
    }
}

struct order store_steps_order(int64_t id, const char *step, enum status status)
{
    struct order order = store_scene_order(id);

    order.steps = SLICE(STORE_STEPS);
    order.step = slice_of(step);
    order.status = status;
    return order;
}
