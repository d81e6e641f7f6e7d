/* From a url to the store it names: the table of backends. */
#include <stddef.h>

#include "daemon/store/store_memory.h"
#include "daemon/store/store_sqlite_open.h"
#include "shared/text.h"

struct backend {
    const char *url;
    enum err (*open)(const struct store_settings *settings, struct store **out, struct why *why);
};

static const struct backend backends[] = {
    {"sqlite", store_sqlite_open},
    {"memory", store_memory_open},
};

enum err store_open(const char *url, const struct store_settings *settings, struct store **out,
                    struct why *why)
{
    for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++) {
        if (slice_is(slice_of(url), backends[i].url))
            return backends[i].open(settings, out, why);
    }
    return err_set(why, ERR_INVALID, "no such store: '%s' (there are: sqlite)", url);
}
