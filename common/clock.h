/*
 * common/clock.h - what time it is, and how times are written.
 * Callers: everyone.                     Threads: any.
 * Blocks:  never.                        Owns: nothing.
 */
#ifndef TODO_COMMON_CLOCK_H
#define TODO_COMMON_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CLOCK_RFC3339_SIZE = 25, /* 2026-11-23T06:56:17.000Z and its NUL */
    CLOCK_HTTP_SIZE = 30     /* Mon, 23 Nov 2026 06:56:17 GMT and its NUL */
};

/* Milliseconds since 1970 UTC. May jump when an administrator sets the clock:
 * right for dates, wrong for deadlines. */
int64_t clock_wall_ms(void);

/* Microseconds since some start; never jumps. Right for deadlines and
 * durations (CLOCK_MONOTONIC, clock_gettime(2)). */
int64_t clock_mono_us(void);

/* Writes the time in UTC with milliseconds (RFC 3339). `ms` lies within the
 * years 0001 to 9999. */
void clock_format_rfc3339(int64_t ms, char out[CLOCK_RFC3339_SIZE]);

/* Reads an RFC 3339 date-time with any offset; fractions finer than
 * milliseconds are cut. Refuses second 60, lower-case t and z, and instants
 * outside the years 0001 to 9999 in UTC. Returns false and leaves `ms` alone
 * when it refuses. */
bool clock_parse_rfc3339(const char *text, size_t len, int64_t *ms);

/* Writes the time as HTTP's Date field wants it (RFC 9110 section 5.6.7). */
void clock_format_http(int64_t ms, char out[CLOCK_HTTP_SIZE]);

#endif
