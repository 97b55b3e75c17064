#include "alarm.h"

#ifdef __linux__
#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#endif

#include "common/base/container_of.h"

enum { MILLION = 1000000 };

int64_t alarm_now_us(void)
{
    return (int64_t)(uv_hrtime() / 1000);
}

static void ring(struct alarm *alarm)
{
    alarm->at_us = INT64_MAX;
    alarm->ring(alarm);
}

#ifdef __linux__

static void on_time(uv_poll_t *handle, int status, int events)
{
    struct alarm *alarm = container_of(handle, struct alarm, handle);
    uint64_t times;

    (void)events;
    if (status == 0 && read(alarm->fd, &times, sizeof times) == sizeof times)
        ring(alarm);
}

int alarm_init(struct alarm *alarm, uv_loop_t *loop,
               void (*on_ring)(struct alarm *alarm))
{
    int rc;

    *alarm = (struct alarm){.ring = on_ring, .at_us = INT64_MAX};
    alarm->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (alarm->fd < 0)
        return -errno;
    rc = uv_poll_init(loop, &alarm->handle, alarm->fd);
    if (rc == 0)
        rc = uv_poll_start(&alarm->handle, UV_READABLE, on_time);
    if (rc != 0)
        (void)close(alarm->fd); /* nothing was written */
    return rc;
}

/* uv_hrtime is CLOCK_MONOTONIC, and so is this. A time of 0 would mean never.
 */
static void arm(struct alarm *alarm)
{
    int64_t at_us = alarm->at_us > 0 ? alarm->at_us : 1;
    struct itimerspec at = {
        .it_value = {.tv_sec = (time_t)(at_us / MILLION),
                     .tv_nsec = (long)(at_us % MILLION) * 1000}};

    /* It fails for a time that is none, and this is one. */
    (void)timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME, &at, NULL);
}

static void on_closed(uv_handle_t *handle)
{
    struct alarm *alarm =
        container_of((uv_poll_t *)handle, struct alarm, handle);

    (void)close(alarm->fd); /* nothing was written */
}

#else

static void on_time(uv_timer_t *handle)
{
    ring(container_of(handle, struct alarm, handle));
}

int alarm_init(struct alarm *alarm, uv_loop_t *loop,
               void (*on_ring)(struct alarm *alarm))
{
    *alarm = (struct alarm){.ring = on_ring, .at_us = INT64_MAX};
    return uv_timer_init(loop, &alarm->handle);
}

static void arm(struct alarm *alarm)
{
    int64_t in_us = alarm->at_us - alarm_now_us();

    uv_update_time(alarm->handle.loop);
    uv_timer_start(&alarm->handle, on_time,
                   in_us > 0 ? (uint64_t)((in_us + 999) / 1000) : 0, 0);
}

static void on_closed(uv_handle_t *handle)
{
    (void)handle; /* it has nothing beside itself */
}

#endif

void alarm_set(struct alarm *alarm, int64_t at_us)
{
    if (at_us >= alarm->at_us)
        return;
    alarm->at_us = at_us;
    arm(alarm);
}

void alarm_close(struct alarm *alarm)
{
    uv_close((uv_handle_t *)&alarm->handle, on_closed);
}
