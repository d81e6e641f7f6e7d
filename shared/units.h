/* Durations, sizes and times, from text and to text. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/text.h"

/* "250ms", "1.5s", "2h30m", "0"; units us ms s m h d. µs, >= 0. False on anything else, overflow
   included. */
bool units_duration(struct slice s, int64_t *out_us);

/* "64MiB", "512KiB", "1GiB", "100" or "100B"; bytes. */
bool units_size(struct slice s, int64_t *out_bytes);

/* RFC 3339 with Z or an offset, up to microseconds: µs since 1970 UTC. */
bool units_time(struct slice s, int64_t *out_us);

/* RFC 3339, or an age such as "8h" before `now_us`. */
bool units_time_or_age(struct slice s, int64_t now_us, int64_t *out_us);

#define UNITS_TEXT_MAX 40

/* 2026-01-31T12:00:00.000000Z */
void units_format_time(int64_t us, char out[UNITS_TEXT_MAX]);

/* The shortest exact text, as units_duration reads it: "1s", "250ms", "1h30m". */
void units_format_duration(int64_t us, char out[UNITS_TEXT_MAX]);

/* For people, one unit: "28s", "9m", "3h", "2d". */
void units_format_age(int64_t us, char out[UNITS_TEXT_MAX]);

/* For people: 12,481. */
void units_format_count(int64_t n, char out[UNITS_TEXT_MAX]);

/* For people: "3.9 MiB". */
void units_format_size(int64_t bytes, char out[UNITS_TEXT_MAX]);
