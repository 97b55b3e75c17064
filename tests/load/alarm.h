/*
 * tests/load/alarm.h - wakes a loop at a microsecond.
 * Threads: the loop's.
 * Blocks:  never.
 * Owns:    a descriptor, where there is one.
 *
 * A timer of libuv knows milliseconds alone. What is planned for the time
 * between two of them would be sent late, and the server would be blamed. So
 * this is timerfd_create(2) on Linux; elsewhere it is late by a millisecond.
 */
#ifndef TODO_TESTS_ALARM_H
#define TODO_TESTS_ALARM_H

#include <stdint.h>

#include <uv.h>

struct alarm {
    void (*ring)(struct alarm *alarm);
    int64_t at_us; /* for when it is set; INT64_MAX: it is not */
#ifdef __linux__
    int fd;
    uv_poll_t handle;
#else
    uv_timer_t handle;
#endif
};

/* Makes an alarm that is not set. 0, or libuv's error. */
int alarm_init(struct alarm *alarm, uv_loop_t *loop,
               void (*ring)(struct alarm *alarm));

/* Microseconds since some start, and never back. */
int64_t alarm_now_us(void);

/* It rings at `at_us` at the latest: a time that is nearer stays as it is. So
 * `ring` looks at the clock, and sets it again. */
void alarm_set(struct alarm *alarm, int64_t at_us);

/* Begins to close it; the loop has to run on. */
void alarm_close(struct alarm *alarm);

#endif
