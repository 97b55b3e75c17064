/*
 * common/base/clock.h - what time it is, and how times are written.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * A test may stop either clock and set it when it likes (gates.h): then a
 * deadline passes, or the time of day comes, when the test says so, however
 * fast or slow the machine is. This exists only where TODO_PROBES is built in.
 */
#ifndef TODO_COMMON_CLOCK_H
#define TODO_COMMON_CLOCK_H

#include <pthread.h>
#ifdef TODO_PROBES
#include <stdatomic.h>
#endif
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

/* The same for a wait until the wall clock says `until_ms`, and no longer than
 * until `look_us` (clock_mono_us). The wall clock may be set meanwhile, forward
 * or back: a long nap would not hear of it. */
int64_t clock_nap_until_ms(int64_t until_ms, int64_t look_us);

/* The time in so many milliseconds, for pthread_cond_timedwait(3) on a
 * condition that goes by CLOCK_MONOTONIC. No test moves it. */
struct timespec clock_from_now(int64_t ms);

/* Makes such a condition. Destroy it with pthread_cond_destroy(3). */
void clock_cond_init(pthread_cond_t *cond);

#ifdef TODO_PROBES
/* The clocks may be moved from now on. Call it before other threads start. */
void clock_let_move(void);

/* The same, and keeps in `mono_us` where the monotonic clock stands (0: it
 * runs). Where others share that memory, they may set it as well. It must stay
 * there until the process ends. */
void clock_let_move_in(atomic_llong *mono_us);

/* Stops the monotonic clock, if it still runs, and sets it forward. */
void clock_move(int64_t ms);

/* Sets the wall clock forward, or back. Whether it runs or stands does not
 * change. */
void clock_move_wall(int64_t ms);

/* Stops the wall clock; lets it go on from where it stands. */
void clock_freeze_wall(void);
void clock_let_wall_go(void);
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
