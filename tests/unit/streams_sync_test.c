/*
 * tests/unit/streams_sync_test.c - how many may listen in todo-sync?
 *
 * What happens at the same moment happens here one after the other: in the
 * thread of the case, where it has no lock. The watcher looks when the case
 * says so.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "common/base/clock.h"
#include "sync_impl/feed.h"
#include "tests/support/store_case.h"

enum {
    GAPS = 8, /* more than a stream passes that comes */
    THREADS = 2,
    TURNS = 100
};

static struct config config;
static struct feed *feed;

/* --- what happens meanwhile ----------------------------------------------- */

/* Of the thread of the case: */
static _Thread_local int gap = -1;      /* locks taken or let go before it */
static _Thread_local bool may_not_wait; /* it is refused at once */
static void (*in_gap)(void);            /* happens in that gap */

/* Of the watcher: */
static atomic_bool watcher_asks;
static sem_t watcher_rests;
static sem_t watcher_may_look;

static void expect_no_wait(void)
{
    if (may_not_wait)
        fail_msg("a stream for which there is no place waits for one");
}

static void wait_for_the_case(pthread_mutex_t *lock)
{
    sem_post(&watcher_rests);
    pthread_mutex_unlock(lock);
    sem_wait(&watcher_may_look);
    pthread_mutex_lock(lock);
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
int __real_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock);
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock);
int __real_pthread_mutex_lock(pthread_mutex_t *lock);
int __wrap_pthread_mutex_lock(pthread_mutex_t *lock);
int __real_pthread_mutex_unlock(pthread_mutex_t *lock);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *lock);

int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  const struct timespec *until)
{
    expect_no_wait();
    if (watcher_asks) {
        wait_for_the_case(lock);
        clock_move(1000); /* the time for a look has come */
        return ETIMEDOUT;
    }
    return __real_pthread_cond_timedwait(cond, lock, until);
}

int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock)
{
    expect_no_wait();
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
    let_in(1);
    may_not_wait = true;
    refuse(1);
    may_not_wait = false;
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

/* There is a place for each. ThreadSanitizer sees a thread that counts without
 * the lock, be it only once, and however the threads run. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(as_many_streams_as_max_streams_are_let_in),
        store_test(a_stream_that_is_refused_does_not_wait),
        store_test(of_two_that_come_for_one_place_one_is_let_in),
        store_test(streams_that_come_and_go_at_once_are_all_counted),
        store_test(no_stream_is_let_in_when_the_server_stops),
        store_test(a_stream_hears_of_what_another_server_writes),
    };

    return cmocka_run_group_tests_name("streams_sync", tests, NULL, NULL);
}
