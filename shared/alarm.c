/* Alarms: what is watched, in which unit, and an alarm as a row on the wire. */
#include "shared/alarm.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "shared/wire_row.h"

enum unit { UNIT_COUNT, UNIT_SECONDS, UNIT_SHARE, UNIT_BYTES };

static const struct {
    struct slice name;
    enum unit unit;
} alarms[ALARM_COUNT] = {
    [ALARM_DLQ_DEPTH] = {{"dlq_depth", 9}, UNIT_COUNT},
    [ALARM_QUEUE_AGE] = {{"queue_age", 9}, UNIT_SECONDS},
    [ALARM_FAILURE_RATE] = {{"failure_rate", 12}, UNIT_SHARE},
    [ALARM_STALLED] = {{"stalled", 7}, UNIT_SECONDS},
    [ALARM_DISK_FREE] = {{"disk_free", 9}, UNIT_SHARE},
    [ALARM_WAL_SIZE] = {{"wal_size", 8}, UNIT_BYTES},
    [ALARM_BACKUP_AGE] = {{"backup_age", 10}, UNIT_SECONDS},
};

const char *alarm_name(enum alarm_id id)
{
    return (unsigned)id < ALARM_COUNT ? alarms[id].name.p : "";
}

bool alarm_parse(struct slice name, enum alarm_id *out)
{
    for (unsigned i = 0; i < ALARM_COUNT; i++) {
        if (slice_eq(name, alarms[i].name)) {
            *out = (enum alarm_id)i;
            return true;
        }
    }
    return false;
}

const char *alarm_state(bool alarm)
{
    return alarm ? "ALARM" : "OK";
}

/* What is watched is never negative. */
static int64_t whole(double value)
{
    return (int64_t)(value + 0.5);
}

static enum unit unit_of(struct slice name)
{
    enum alarm_id id = ALARM_COUNT;
    struct slice of = slice_cut(&name, '/');

    return alarm_parse(of, &id) ? alarms[id].unit : UNIT_COUNT;
}

void alarm_format(struct slice name, double value, char out[UNITS_TEXT_MAX])
{
    if (isnan(value)) {
        (void)snprintf(out, UNITS_TEXT_MAX, "-");
        return;
    }
    switch (unit_of(name)) {
    case UNIT_COUNT:
        (void)snprintf(out, UNITS_TEXT_MAX, "%.15g", value);
        break;
    case UNIT_SECONDS:
        units_format_duration(whole(value) * 1000000, out);
        break;
    case UNIT_SHARE:
        (void)snprintf(out, UNITS_TEXT_MAX, "%.1f%%", value * 100);
        break;
    case UNIT_BYTES:
        units_format_size(whole(value), out);
        break;
    }
}

static void put_number(struct buf *out, struct slice name, double value)
{
    enum unit unit = unit_of(name);

    if (isnan(value))
        mp_put_nil(out);
    else if (unit == UNIT_COUNT || unit == UNIT_BYTES)
        mp_put_int(out, whole(value));
    else
        mp_put_number(out, value);
}

static void write_state(struct buf *out, const void *base)
{
    mp_put_text(out, alarm_state(((const struct alarm_row *)base)->alarm));
}

static void read_state(struct mp_reader *r, struct arena *arena, void *base)
{
    (void)arena;
    ((struct alarm_row *)base)->alarm = slice_is(mp_str(r), alarm_state(true));
}

static void write_value(struct buf *out, const void *base)
{
    const struct alarm_row *row = base;

    put_number(out, row->name, row->value);
}

static void read_value(struct mp_reader *r, struct arena *arena, void *base)
{
    (void)arena;
    ((struct alarm_row *)base)->value = mp_number(r);
}

static void write_threshold(struct buf *out, const void *base)
{
    const struct alarm_row *row = base;

    put_number(out, row->name, row->threshold);
}

static void read_threshold(struct mp_reader *r, struct arena *arena, void *base)
{
    (void)arena;
    ((struct alarm_row *)base)->threshold = mp_number(r);
}

static const struct wire_row rows[] = {
    WIRE_ROW(struct alarm_row, name, "name", WIRE_STR),
    WIRE_ROW_OWN("state", write_state, read_state),
    WIRE_ROW_OWN("value", write_value, read_value),
    WIRE_ROW_OWN("threshold", write_threshold, read_threshold),
    WIRE_ROW(struct alarm_row, since_at, "since_at", WIRE_INT_OR_NIL),
    WIRE_ROW(struct alarm_row, acknowledged_by, "acknowledged_by", WIRE_STR),
};
static const struct wire_table table = WIRE_TABLE(rows);

void alarm_write(struct buf *out, const struct alarm_row *row)
{
    wire_table_write(out, &table, row);
}

void alarm_read(struct mp_reader *r, struct alarm_row *out)
{
    *out = (struct alarm_row){.value = NAN, .threshold = NAN};
    (void)wire_table_read(r, &table, NULL, out);
}
