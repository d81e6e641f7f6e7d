/* The figures of `stats` and of the heartbeat, both ways. */
#include "shared/wire_reply.h"

#include <string.h>

#include "shared/steps.h"
#include "shared/wire_row.h"

#define QUANTILE(member) WIRE_ROW(struct quantiles, member, #member, WIRE_RATE)

static const struct wire_row quantile_rows[] = {QUANTILE(p50), QUANTILE(p95), QUANTILE(p99),
                                                QUANTILE(max)};
static const struct wire_table quantile_table = WIRE_TABLE(quantile_rows);

static void write_counts(struct buf *out, const void *base)
{
    const struct stats *stats = base;

    mp_put_map(out, STATUS_COUNT - 1);
    for (unsigned i = STATUS_NONE + 1; i < STATUS_COUNT; i++) {
        mp_put_text(out, status_name((enum status)i));
        mp_put_int(out, stats->counts[i]);
    }
}

static void read_counts(struct mp_reader *r, struct arena *arena, void *base)
{
    struct stats *stats = base;

    (void)arena;
    for (uint32_t pairs = mp_map(r); pairs > 0 && !mp_failed(r); pairs--) {
        enum status status = STATUS_NONE;

        if (status_parse(mp_str(r), &status))
            stats->counts[status] = mp_int(r);
        else
            mp_skip(r);
    }
}

static void write_queued(struct buf *out, const void *base)
{
    mp_put_int(out, ((const struct stats *)base)->counts[STATUS_QUEUED]);
}

static void write_processing(struct buf *out, const void *base)
{
    mp_put_int(out, ((const struct stats *)base)->counts[STATUS_PROCESSING]);
}

/* What `counts` says already. */
static void read_again(struct mp_reader *r, struct arena *arena, void *base)
{
    (void)arena;
    (void)base;
    (void)mp_int(r);
}

static void write_success(struct buf *out, const void *base)
{
    double share = ((const struct stats *)base)->success_rate_5m;

    if (share < 0)
        mp_put_nil(out);
    else
        mp_put_number(out, share);
}

static void read_success(struct mp_reader *r, struct arena *arena, void *base)
{
    (void)arena;
    ((struct stats *)base)->success_rate_5m = mp_number(r);
}

static void write_submit_ms(struct buf *out, const void *base)
{
    wire_table_write(out, &quantile_table, &((const struct stats *)base)->submit_ms);
}

static void read_submit_ms(struct mp_reader *r, struct arena *arena, void *base)
{
    (void)wire_table_read(r, &quantile_table, arena, &((struct stats *)base)->submit_ms);
}

static void write_order_ms(struct buf *out, const void *base)
{
    wire_table_write(out, &quantile_table, &((const struct stats *)base)->order_ms);
}

static void read_order_ms(struct mp_reader *r, struct arena *arena, void *base)
{
    (void)wire_table_read(r, &quantile_table, arena, &((struct stats *)base)->order_ms);
}

static void write_series(struct buf *out, const uint32_t *seconds)
{
    mp_put_list(out, SERIES_SECONDS);
    for (size_t i = 0; i < SERIES_SECONDS; i++)
        mp_put_int(out, seconds[i]);
}

/* Right-aligned: the last is the running second, however many there are. */
static void read_seconds(struct mp_reader *r, uint32_t *seconds)
{
    uint32_t n = mp_list(r), skip = n > SERIES_SECONDS ? n - SERIES_SECONDS : 0;

    for (uint32_t i = 0; i < n && !mp_failed(r); i++) {
        int64_t value = mp_int(r);

        if (i >= skip && value >= 0 && value <= UINT32_MAX)
            seconds[SERIES_SECONDS - n + i] = (uint32_t)value;
    }
}

static void read_series(struct mp_reader *r, struct stats *stats)
{
    for (uint32_t pairs = mp_map(r); pairs > 0 && !mp_failed(r); pairs--) {
        struct slice name = mp_str(r);

        if (slice_is(name, "accepted"))
            read_seconds(r, stats->series_accepted);
        else if (slice_is(name, "fulfilled"))
            read_seconds(r, stats->series_fulfilled);
        else if (slice_is(name, "failed"))
            read_seconds(r, stats->series_failed);
        else
            mp_skip(r);
    }
}

#define PART(member, kind) WIRE_ROW(struct stats, member, #member, kind)

static const struct wire_row stats_rows[] = {
    WIRE_ROW_OWN("counts", write_counts, read_counts),
    WIRE_ROW_OWN("queue_depth", write_queued, read_again),
    PART(queue_oldest_ms, WIRE_INT),
    WIRE_ROW_OWN("in_flight", write_processing, read_again),
    PART(dlq_depth, WIRE_INT),
    PART(accepted_total, WIRE_INT),
    PART(fulfilled_total, WIRE_INT),
    PART(failed_total, WIRE_INT),
    PART(retried_total, WIRE_INT),
    PART(rejected_total, WIRE_INT),
    PART(rate_1m, WIRE_NUMBER),
    PART(rate_5m, WIRE_NUMBER),
    PART(rate_15m, WIRE_NUMBER),
    WIRE_ROW_OWN("success_rate_5m", write_success, read_success),
    WIRE_ROW_OWN("submit_ms", write_submit_ms, read_submit_ms),
    WIRE_ROW_OWN("order_ms", write_order_ms, read_order_ms),
};
static const struct wire_table stats_table = WIRE_TABLE(stats_rows);
_Static_assert(sizeof stats_rows / sizeof stats_rows[0] + 1 == WIRE_STATS_PAIRS, "as promised");
#undef PART

static void write_step_name(struct buf *out, const void *base)
{
    mp_put_text(out, ((const struct step_figures *)base)->name);
}

static void read_step_name(struct mp_reader *r, struct arena *arena, void *base)
{
    struct step_figures *step = base;
    struct slice name = mp_str(r);

    (void)arena;
    if (!step_name_ok(name)) {
        r->failed = true;
        return;
    }
    memcpy(step->name, name.p, name.n);
    step->name[name.n] = '\0';
}

#define PART(member, kind) WIRE_ROW(struct step_figures, member, #member, kind)

static const struct wire_row step_rows[] = {
    WIRE_ROW_OWN("step", write_step_name, read_step_name),
    PART(queued, WIRE_INT),
    PART(processing, WIRE_INT),
    PART(retrying, WIRE_INT),
    PART(held, WIRE_INT),
    PART(failed, WIRE_INT),
    PART(undoing, WIRE_INT),
    PART(rate_1m, WIRE_NUMBER),
    PART(oldest_ms, WIRE_INT),
};
static const struct wire_table step_table = WIRE_TABLE(step_rows);

static void read_steps(struct mp_reader *r, struct stats *stats)
{
    uint32_t n = mp_list(r);

    if (n > STEPS_EVER_MAX)
        r->failed = true;
    for (uint32_t i = 0; i < n && !mp_failed(r); i++) {
        if (wire_table_read(r, &step_table, NULL, &stats->steps[i]) < step_table.n)
            r->failed = true;
    }
    stats->n_steps = mp_failed(r) ? 0 : n;
}

void wire_stats_figures(struct buf *out, const struct stats *stats)
{
    for (uint32_t i = 0; i < stats_table.n; i++)
        wire_row_write(out, &stats_rows[i], stats);
    mp_put_str(out, SLICE("steps"));
    mp_put_list(out, (uint32_t)stats->n_steps);
    for (size_t i = 0; i < stats->n_steps; i++)
        wire_table_write(out, &step_table, &stats->steps[i]);
}

void wire_reply_stats(struct buf *out, const struct stats *stats)
{
    wire_reply_ok(out, WIRE_STATS_PAIRS + 1);
    wire_stats_figures(out, stats);
    mp_put_str(out, SLICE("series"));
    mp_put_map(out, 3);
    mp_put_str(out, SLICE("accepted"));
    write_series(out, stats->series_accepted);
    mp_put_str(out, SLICE("fulfilled"));
    write_series(out, stats->series_fulfilled);
    mp_put_str(out, SLICE("failed"));
    write_series(out, stats->series_failed);
}

enum err wire_read_figures(const void *bytes, size_t n, struct stats *out, struct why *why)
{
    struct mp_reader r;

    *out = (struct stats){.success_rate_5m = -1};
    mp_reader_init(&r, bytes, n);
    if (wire_table_read(&r, &stats_table, NULL, out) < stats_table.n || mp_failed(&r))
        return err_set(why, ERR_MALFORMED, "stats without all their figures");
    if (!wire_reply_find(bytes, n, "steps", &r)) /* an older daemon knows of none */
        return OK;
    read_steps(&r, out);
    return mp_failed(&r) ? err_set(why, ERR_MALFORMED, "steps without all their figures") : OK;
}

enum err wire_read_stats(const void *bytes, size_t n, struct stats *out, struct why *why)
{
    struct mp_reader r;
    uint32_t pairs = 0;
    enum err e = wire_reply_head(bytes, n, &r, &pairs, why);

    if (e == OK)
        e = wire_read_figures(bytes, n, out, why);
    if (e != OK || !wire_reply_find(bytes, n, "series", &r))
        return e;
    read_series(&r, out);
    return mp_failed(&r) ? err_set(why, ERR_MALFORMED, "series must be lists of integers") : OK;
}
