/*
 * tests/unit/feed_sync_test.c - how many may listen in todo-sync, for how long
 * does one wait, and what is missed?
 *
 * What happens at the same moment happens here one after the other: in the
 * thread of the case, where it has no lock. Its time passes only while it
 * waits. The watcher looks when the case says so.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>

#include "sync_impl/feed.h"
#include "tests/support/store_case.h"

enum {
    FALSE_ALARMS = 3,
    WITHIN_MS = 10000,
    GAPS = 8, /* more than a stream passes that comes */
    THREADS = 2,
    TURNS = 100
};

static struct config config;
static struct feed *feed;

/* --- what happens meanwhile ----------------------------------------------- */

/* Of the thread of the case: */
static _Thread_local bool has_own_time;
static _Thread_local int64_t now_us;
static _Thread_local int alarms;   /* for no reason, a second after another */
static _Thread_local int gap = -1; /* locks taken or let go before it */
static _Thread_local bool may_not_wait; /* it is refused at once */
static void (*in_gap)(void);            /* happens in that gap */
static void (*at_last)(void);           /* as the time of a wait ends */

/* Of the watcher: */
static atomic_bool watcher_asks;
static sem_t watcher_rests;
static sem_t watcher_may_look;

static int64_t in_us(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000000 + time->tv_nsec / 1000;
}

static int wait_in_own_time(pthread_mutex_t *lock, const struct timespec *until)
{
    if (may_not_wait)
        fail_msg("a stream for which there is no place waits for one");
    if (!until)
        fail_msg("nothing rings, and the thread waits without an end");
    if (in_us(until) <= now_us)
        return ETIMEDOUT;
    if (alarms > 0) {
        alarms--;
        now_us += 1000000;
        return 0;
    }
    now_us = in_us(until);
    if (at_last) {
        pthread_mutex_unlock(lock);
        at_last();
        pthread_mutex_lock(lock);
    }
    return ETIMEDOUT;
}

static int wait_for_the_case(pthread_mutex_t *lock)
{
    sem_post(&watcher_rests);
    pthread_mutex_unlock(lock);
    sem_wait(&watcher_may_look);
    pthread_mutex_lock(lock);
    return ETIMEDOUT;
}

static void pass_gap(void)
{
    if (gap >= 0 && gap-- == 0)
        in_gap();
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
int __real_pthread_mutex_lock(pthread_mutex_t *lock);
int __wrap_pthread_mutex_lock(pthread_mutex_t *lock);
int __real_pthread_mutex_unlock(pthread_mutex_t *lock);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *lock);
int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  const struct timespec *until)
{
    if (has_own_time)
        return wait_in_own_time(lock, until);
    if (watcher_asks)
        return wait_for_the_case(lock);
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

int __wrap_pthread_mutex_lock(pthread_mutex_t *lock)
{
    pass_gap();
    return __real_pthread_mutex_lock(lock);
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *lock)
{
    int status = __real_pthread_mutex_unlock(lock);

    pass_gap();
    return status;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!has_own_time || clock != CLOCK_MONOTONIC)
        return __real_clock_gettime(clock, now);
    now->tv_sec = (time_t)(now_us / 1000000);
    now->tv_nsec = (long)(now_us % 1000000) * 1000;
    return 0;
}
/* NOLINTEND */

/* --- a feed --------------------------------------------------------------- */

static void open_feed(const struct store_case *c, int max_streams)
{
    config = (struct config){.threads = 3 * max_streams + 1,
                             .max_streams = max_streams};
    feed = feed_new(c->file, &config);
    assert_non_null(feed);
}

static void close_feed(void)
{
    has_own_time = may_not_wait = false;
    feed_free(feed);
    feed = NULL;
}

/* --- how many ------------------------------------------------------------- */

static void let_in(int count)
{
    for (int i = 1; i <= count; i++)
        if (feed_enter(feed) != TODO_OK)
            fail_msg("stream %d is refused, where there may be %d", i,
                     config.max_streams);
}

static void refuse(int count)
{
    for (int i = 1; i <= count; i++) {
        enum todo_err err = feed_enter(feed);

        if (err == TODO_OK)
            fail_msg("one more is let in than the %d that there may be",
                     config.max_streams);
        assert_int_equal(err, TODO_ERR_BUSY);
    }
}

static void as_many_streams_as_max_streams_are_let_in(void **state)
{
    static const int limits[] = {1, 3, 40};

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        open_feed(*state, limits[i]);
        let_in(limits[i]);
        refuse(3);
        feed_leave(feed);
        let_in(1);
        refuse(1);
        close_feed();
    }
}

static void a_stream_that_is_refused_does_not_wait(void **state)
{
    open_feed(*state, 1);
    has_own_time = may_not_wait = true;
    let_in(1);
    refuse(1);
    close_feed();
}

static enum todo_err other_err;

static void another_comes(void)
{
    other_err = feed_enter(feed);
}

static void one_leaves_and_another_comes(void)
{
    feed_leave(feed);
    another_comes();
}

/* Two come. Something happens to the first behind each step that it makes under
 * the lock, or before the first one. */
static void expect_one_of_two(const struct store_case *c, int before,
                              void (*meanwhile)(void))
{
    for (int step = 0; step < GAPS; step++) {
        int entered;

        open_feed(c, 1);
        let_in(before);
        gap = step;
        in_gap = meanwhile;
        entered = feed_enter(feed) == TODO_OK;
        if (gap >= 0) { /* it had fewer steps */
            gap = -1;
            meanwhile();
        }
        entered += other_err == TODO_OK;
        if (entered != 1)
            fail_msg("two come for one place at the same moment, and %d are "
                     "let in",
                     entered);
        close_feed();
    }
}

static void of_two_that_come_for_one_place_one_is_let_in(void **state)
{
    expect_one_of_two(*state, 0, another_comes);
    expect_one_of_two(*state, 1, one_leaves_and_another_comes);
}

static void *come_and_go(void *arg)
{
    int *refused = arg;

    for (int i = 0; i < TURNS; i++)
        if (feed_enter(feed) == TODO_OK)
            feed_leave(feed);
        else
            (*refused)++;
    return NULL;
}

/* There is a place for each. ThreadSanitizer sees who counts without the lock,
 * be it only once, and however the threads run. */
static void streams_that_come_and_go_at_once_are_all_counted(void **state)
{
    pthread_t threads[THREADS];
    int refused[THREADS] = {0};

    open_feed(*state, THREADS);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, come_and_go, &refused[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(refused[i], 0);
    }
    let_in(THREADS);
    refuse(1);
    close_feed();
}

static void no_stream_is_let_in_when_the_server_stops(void **state)
{
    enum todo_err err;

    open_feed(*state, 2);
    let_in(1);
    feed_stop(feed);
    err = feed_enter(feed);
    if (err == TODO_OK)
        fail_msg("the server stops, and a stream is let in");
    assert_int_equal(err, TODO_ERR_STOPPING);
    close_feed();
}

/* --- who is told ---------------------------------------------------------- */

static void open_watched_feed(const struct store_case *c, int max_streams)
{
    assert_int_equal(sem_init(&watcher_rests, 0, 0), 0);
    assert_int_equal(sem_init(&watcher_may_look, 0, 0), 0);
    watcher_asks = true;
    open_feed(c, max_streams);
    sem_wait(&watcher_rests);
}

static void let_the_watcher_look(void)
{
    sem_post(&watcher_may_look);
    sem_wait(&watcher_rests);
}

static void close_watched_feed(void)
{
    watcher_asks = false;
    sem_post(&watcher_may_look);
    close_feed();
    sem_destroy(&watcher_rests);
    sem_destroy(&watcher_may_look);
}

/* The watcher looks for it as long as there is somebody to be told. */
static void a_stream_hears_of_what_another_server_writes(void **state)
{
    struct store_case *c = *state;

    open_watched_feed(c, 1);
    let_in(1);
    (void)store_case_create(c->store, "by another server");
    let_the_watcher_look();
    if (feed_newest(feed) == 0)
        fail_msg("a stream is here, and the watcher does not look for news");
    close_watched_feed();
}

/* --- how long ------------------------------------------------------------- */

/* Waits for what does not come; gives how long, in milliseconds. */
static int64_t wait_in_vain(const struct store_case *c)
{
    enum feed_news news;
    int64_t began_us;

    open_feed(c, 1);
    has_own_time = true;
    began_us = now_us = 1000000000;
    alarms = FALSE_ALARMS;
    at_last = NULL;
    news = feed_wait(feed, feed_newest(feed), WITHIN_MS);
    alarms = 0;
    close_feed();
    assert_int_equal(news, FEED_QUIET);
    return (now_us - began_us) / 1000;
}

static void who_wakes_for_no_reason_waits_on(void **state)
{
    if (wait_in_vain(*state) < WITHIN_MS)
        fail_msg("nothing rang and the time was not over; the thread woke all "
                 "the same, and did not go on waiting");
}

static void who_wakes_for_no_reason_waits_no_longer(void **state)
{
    int64_t waited_ms = wait_in_vain(*state);

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

static enum feed_news wait_until_at_last(const struct store_case *c,
                                         void (*happens)(void))
{
    enum feed_news news;

    open_feed(c, 1);
    has_own_time = true;
    now_us = 1000000000;
    at_last = happens;
    news = feed_wait(feed, feed_newest(feed), WITHIN_MS);
    close_feed();
    return news;
}

static void a_ring_at_the_last_moment_is_heard(void **state)
{
    if (wait_until_at_last(*state, ring) != FEED_RANG)
        fail_msg("it rang as the time of the wait ended, and that was not "
                 "heard");
    assert_int_equal(wait_until_at_last(*state, stop), FEED_STOPS);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        store_test(as_many_streams_as_max_streams_are_let_in),
        store_test(a_stream_that_is_refused_does_not_wait),
        store_test(of_two_that_come_for_one_place_one_is_let_in),
        store_test(streams_that_come_and_go_at_once_are_all_counted),
        store_test(no_stream_is_let_in_when_the_server_stops),
        store_test(a_stream_hears_of_what_another_server_writes),
        store_test(who_wakes_for_no_reason_waits_on),
        store_test(who_wakes_for_no_reason_waits_no_longer),
        store_test(a_ring_at_the_last_moment_is_heard),
    };

    cmocka_set_test_filter(argc > 1 ? argv[1] : NULL);
    return cmocka_run_group_tests_name("feed_sync", tests, NULL, NULL);
}
