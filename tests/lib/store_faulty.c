/* A store whose commits fail when told to. */
#include "tests/lib/store_faulty.h"

#include <stdlib.h>

struct store_faulty {
    struct store_ops ops; /* the store's, with one entry of ours; first, so that it leads here */
    const struct store_ops *sound;
    struct store *store;
    enum store_fault fault;
    int from, times;
    int *n; /* commits so far */
};

static enum err faulty_commit(struct store *store, struct why *why)
{
    const struct store_faulty *faulty = (const struct store_faulty *)(const void *)store->ops;
    int n = ++*faulty->n;

    if (n < faulty->from || n - faulty->from >= faulty->times)
        return faulty->sound->commit(store, why);
    if (faulty->fault == FAULT_UNKNOWN)
        return err_set(why, ERR_OUTCOME_UNKNOWN, "injected: nobody knows");
    return err_set(why, ERR_READ_ONLY, "injected: no space");
}

struct store_faulty *store_faulty_new(struct store *store, enum store_fault fault, int from,
                                      int times)
{
    struct store_faulty *faulty = calloc(1, sizeof(*faulty));
    int *n = calloc(1, sizeof(*n));

    if (faulty == NULL || n == NULL)
        abort();
    *faulty = (struct store_faulty){.ops = *store->ops,
                                    .sound = store->ops,
                                    .store = store,
                                    .fault = fault,
                                    .from = from,
                                    .times = times,
                                    .n = n};
    faulty->ops.commit = faulty_commit;
    store->ops = &faulty->ops;
    return faulty;
}

void store_faulty_free(struct store_faulty *faulty)
{
    faulty->store->ops = faulty->sound;
    free(faulty->n);
    free(faulty);
}
