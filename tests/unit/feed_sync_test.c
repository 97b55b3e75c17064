/*
 * tests/unit/feed_sync_test.c - how long does a thread wait for the bell of
 * todo-sync, and what does it miss?
 *
 * The thread of the case has a time of its own, which passes only while it
 * waits.
 */
#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "sync_impl/feed.h"
#include "tests/support/store_case.h"

enum { FALSE_ALARMS = 3, ALARM_US = 1000000, WITHIN_MS = 10000 };

static struct feed *feed;

/* --- the time of the case's thread ---------------------------------------- */

static _Thread_local bool has_own_time;
static _Thread_local int64_t now_us;
static _Thread_local int alarms; /* to come, for no reason */
static void (*in_wait)(void);    /* happens as the first wait ends */

static int64_t in_us(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000000 + time->tv_nsec / 1000;
}

static int wait_in_own_time(pthread_mutex_t *lock, const struct timespec *until)
{
    bool ends;

    if (!until)
        fail_msg("nothing rings, and the thread waits without an end");
    if (pthread_mutex_trylock(lock) == 0) { /* another may have it meanwhile */
        pthread_mutex_unlock(lock);
        fail_msg("the thread waits for the bell without the lock");
    }
    if (in_us(until) <= now_us)
        return ETIMEDOUT;
    ends = alarms == 0;
    alarms -= !ends;
    now_us = ends ? in_us(until) : now_us + ALARM_US;
    if (in_wait) {
        pthread_mutex_unlock(lock);
        in_wait();
        in_wait = NULL;
        pthread_mutex_lock(lock);
    }
    return ends ? ETIMEDOUT : 0;
}

/* The linker puts the second of each pair in the place of the function that the
 * feed calls, and calls that the first (ld(1), --wrap). */
/* NOLINTBEGIN: the names are the linker's */
int __real_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  const struct timespec *until);
int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  const struct timespec *until);
int __wrap_pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  clockid_t clock,
                                  const struct timespec *until);
int __real_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock);
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock);
int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int64_t __real_clock_mono_us(void);
int64_t __wrap_clock_mono_us(void);

int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  const struct timespec *until)
{
    if (has_own_time)
        return wait_in_own_time(lock, until);
    return __real_pthread_cond_timedwait(cond, lock, until);
}

/* Only a case's thread calls it: the condition goes by that clock anyway. */
int __wrap_pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  clockid_t clock, const struct timespec *until)
{
    assert_int_equal(clock, CLOCK_MONOTONIC);
    return __wrap_pthread_cond_timedwait(cond, lock, until);
}

int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock)
{
    if (has_own_time)
        return wait_in_own_time(lock, NULL);
    return __real_pthread_cond_wait(cond, lock);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!has_own_time || clock != CLOCK_MONOTONIC)
        return __real_clock_gettime(clock, now);
    now->tv_sec = (time_t)(now_us / 1000000);
    now->tv_nsec = (long)(now_us % 1000000) * 1000;
    return 0;
}

int64_t __wrap_clock_mono_us(void)
{
    return has_own_time ? now_us : __real_clock_mono_us();
}
/* NOLINTEND */

/* --- waiting -------------------------------------------------------------- */

/* Waits, and is woken so often for no reason. Something may happen as it wakes
 * for the first time. */
static enum feed_news wait_woken(const struct store_case *c, int false_alarms,
                                 void (*meanwhile)(void), int64_t *waited_ms)
{
    const struct config config = {.max_streams = 1};
    enum feed_news news;
    int64_t began_us;

    feed = feed_new(c->file, &config);
    assert_non_null(feed);
    has_own_time = true;
    began_us = now_us = 1000 * (int64_t)ALARM_US;
    alarms = false_alarms;
    in_wait = meanwhile;
    news = feed_wait(feed, feed_newest(feed), WITHIN_MS);
    in_wait = NULL;
    has_own_time = false;
    feed_free(feed);
    *waited_ms = (now_us - began_us) / 1000;
    return news;
}

static void who_wakes_for_no_reason_waits_on(void **state)
{
    int64_t waited_ms;
    enum feed_news news = wait_woken(*state, FALSE_ALARMS, NULL, &waited_ms);

    if (waited_ms < WITHIN_MS)
        fail_msg("nothing rang and the time was not over; the thread woke all "
                 "the same, and did not go on waiting");
    assert_int_equal(news, FEED_QUIET);
}

static void who_wakes_for_no_reason_waits_no_longer(void **state)
{
    int64_t waited_ms;

    (void)wait_woken(*state, FALSE_ALARMS, NULL, &waited_ms);
    if (waited_ms > WITHIN_MS)
        fail_msg("the thread woke %d times for no reason, and waited %d ms "
                 "instead of %d",
                 FALSE_ALARMS, (int)waited_ms, WITHIN_MS);
}

static void ring(void)
{
    feed_ring(feed, feed_newest(feed) + 1);
}

static void stop(void)
{
    feed_stop(feed);
}

static void a_ring_at_the_last_moment_is_heard(void **state)
{
    int64_t waited_ms;

    if (wait_woken(*state, 0, ring, &waited_ms) != FEED_RANG)
        fail_msg("it rang as the time of the wait ended, and that was not "
                 "heard");
    assert_int_equal(wait_woken(*state, 0, stop, &waited_ms), FEED_STOPS);
}

static void a_ring_or_a_stop_ends_the_wait(void **state)
{
    int64_t waited_ms;

    assert_int_equal(wait_woken(*state, 1, ring, &waited_ms), FEED_RANG);
    assert_int_equal(waited_ms, ALARM_US / 1000);
    assert_int_equal(wait_woken(*state, 1, stop, &waited_ms), FEED_STOPS);
    if (waited_ms != ALARM_US / 1000)
        fail_msg("the server stops, and a thread waits on");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(who_wakes_for_no_reason_waits_on),
        store_test(who_wakes_for_no_reason_waits_no_longer),
        store_test(a_ring_at_the_last_moment_is_heard),
        store_test(a_ring_or_a_stop_ends_the_wait),
    };

    return cmocka_run_group_tests_name("feed_sync", tests, NULL, NULL);
}
