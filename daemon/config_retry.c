/* The sections [retry "PATTERN"]: how attempts are tried again after reasons that match. */
#include "daemon/config_retry.h"

#include <stddef.h>
#include <string.h>

#include "daemon/config_value.h"

#define SECTIONS_MAX 100
#define KEYS (sizeof(keys) / sizeof(keys[0]))
#define FROM(member)                                                                               \
    offsetof(struct retry_policy, member), sizeof(((struct retry_policy *)0)->member)

/* Of [fulfilment], which has the bounds and the defaults of all. */
static const struct key {
    const char *name;
    size_t offset, bytes;
} keys[] = {
    {"max_attempts", FROM(max_attempts)}, {"interval", FROM(interval_us)},
    {"backoff_rate", FROM(backoff_rate)}, {"max_delay", FROM(max_delay_us)},
    {"jitter", FROM(jitter_full)},
};

enum err config_retry_begin(struct config *config, struct slice line, int number, struct why *why)
{
    struct slice pattern = config_named(line, "retry");
    size_t n = config->workflow.n_by_reason;

    if (pattern.n == 0)
        return err_set(why, ERR_INVALID, "'%.*s' is not of the form [retry \"PATTERN\"]",
                       SLICE_ARGS(line));
    for (size_t i = 0; i < n; i++) {
        if (slice_eq(config->retry[i].pattern, pattern))
            return err_set(why, ERR_INVALID, "[retry \"%.*s\"] is there already, in line %d",
                           SLICE_ARGS(pattern), config->retry_read[i].line);
    }
    if (n == SECTIONS_MAX)
        return err_set(why, ERR_INVALID, "more than %d sections [retry \"PATTERN\"]", SECTIONS_MAX);
    if (n == 0) {
        config->retry = arena_alloc(&config->arena, SECTIONS_MAX * sizeof(*config->retry));
        config->retry_read =
            arena_alloc(&config->arena, SECTIONS_MAX * sizeof(*config->retry_read));
        config->workflow.by_reason = config->retry;
    }
    config->retry[n].pattern = slice_copy(&config->arena, pattern);
    config->retry_read[n].line = number;
    config->workflow.n_by_reason++;
    return OK;
}

static const struct key *key_of(const char *name)
{
    for (size_t i = 0; i < KEYS; i++) {
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    }
    return NULL;
}

enum err config_retry_set(struct config *config, const struct config_pair *pair, struct why *why)
{
    const struct key *row = key_of(pair->key);
    size_t last = config->workflow.n_by_reason - 1;
    struct setting setting;
    struct why reason = {0};
    unsigned bit = 0;

    if (row == NULL)
        return err_set(why, ERR_INVALID, "unknown key '%s' in [retry \"%.*s\"]", pair->key,
                       SLICE_ARGS(config->retry[last].pattern));
    bit = 1U << (unsigned)(row - keys);
    if ((config->retry_read[last].given & bit) != 0)
        return err_set(why, ERR_INVALID, "[retry \"%.*s\"] %s is set already",
                       SLICE_ARGS(config->retry[last].pattern), pair->key);
    config->retry_read[last].given |= bit;
    setting = *config_setting("fulfilment", pair->key);
    setting.offset = row->offset;
    setting.also = row->offset;
    if (config_value_read_at(&config->arena, &config->retry[last].policy, &setting,
                             slice_of(pair->value), &reason) == OK)
        return OK;
    return err_set(why, ERR_INVALID, "[retry \"%.*s\"] %s: %s",
                   SLICE_ARGS(config->retry[last].pattern), pair->key, reason.text);
}

void config_retry_fill(struct config *config)
{
    const char *usual = (const char *)&config->workflow.retry;

    for (size_t i = 0; i < config->workflow.n_by_reason; i++) {
        char *policy = (char *)&config->retry[i].policy;

        for (size_t k = 0; k < KEYS; k++) {
            if ((config->retry_read[i].given & 1U << k) == 0)
                memcpy(policy + keys[k].offset, usual + keys[k].offset, keys[k].bytes);
        }
    }
}

bool config_retry_same(const struct config *a, const struct config *b)
{
    size_t n = a->workflow.n_by_reason;
    bool same = n == b->workflow.n_by_reason;

    for (size_t i = 0; same && i < n; i++) {
        const char *one = (const char *)&a->retry[i].policy;
        const char *other = (const char *)&b->retry[i].policy;

        same = slice_eq(a->retry[i].pattern, b->retry[i].pattern);
        for (size_t k = 0; same && k < KEYS; k++)
            same = memcmp(one + keys[k].offset, other + keys[k].offset, keys[k].bytes) == 0;
    }
    return same;
}
