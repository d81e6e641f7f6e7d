/* Does our msgpack reader read what msgpack-c reads? */
#pragma once

#include <msgpack.h>

#include "shared/mp.h"

/* Reads one value by `r`, with all inside it; false where it is not the one of `root`. */
bool mp_same(struct mp_reader *r, const msgpack_object *root);
