/*
 * common/base/clock.h - what time it is, and how times are written.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * A test may stop the monotonic clock, and set it forward when it likes
 * (gates.h): then a deadline passes when the test says so, however fast or
 * slow the machine is. This exists only where TODO_PROBES is built in.
 */
#ifndef TODO_COMMON_CLOCK_H
#define TODO_COMMON_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

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

/* For how long a thread or a timer may sleep that waits for `until_us`
 * (clock_mono_us): the milliseconds up to then, rounded up, or 0 when it has
 * passed. Where a test may move the clock, a moment at most. So look at the
 * clock again, and sleep again. */
int64_t clock_nap_ms(int64_t until_us);

/* The time in so many milliseconds, for pthread_cond_timedwait(3) on a
 * condition that goes by CLOCK_MONOTONIC. No test moves it. */
struct timespec clock_from_now(int64_t ms);

/* Makes such a condition. Destroy it with pthread_cond_destroy(3). */
void clock_cond_init(pthread_cond_t *cond);

#ifdef TODO_PROBES
/* The clock may be moved from now on. Call it before other threads start. */
void clock_let_move(void);

/* Stops the monotonic clock, if it still runs, and sets it forward. */
void clock_move(int64_t ms);
#endif

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
