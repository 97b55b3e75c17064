#include <pthread.h>

#include "sync_impl/feed.h"
#include "tests/support/store_case.h"

enum { FALSE_ALARMS = 3 };

/* Of the calling thread: how often it may still be woken for no reason, and how
 * often it has waited. */
static _Thread_local int alarms;
static _Thread_local int waits;

/* POSIX allows that a thread wakes and nobody woke it. It hardly ever happens,
 * so here it is made to: the linker puts the second of these in the place of
 * pthread_cond_timedwait, and calls that the first (ld(1), --wrap). */
/* NOLINTBEGIN: the names are the linker's */
int __real_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  const struct timespec *until);
int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  const struct timespec *until);

int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                  const struct timespec *until)
{
    waits++;
    if (alarms > 0) {
        alarms--;
        return 0;
    }
    return __real_pthread_cond_timedwait(cond, lock, until);
}
/* NOLINTEND */

static void who_wakes_for_no_reason_waits_on(void **state)
{
    struct store_case *c = *state;
    struct config config = {.max_streams = 1};
    struct feed *feed = feed_new(c->file, &config);
    enum feed_news news;

    assert_non_null(feed);
    alarms = FALSE_ALARMS;
    waits = 0;
    news = feed_wait(feed, feed_newest(feed), 1);
    if (waits <= FALSE_ALARMS)
        fail_msg("nothing rang and the time was not over; the thread woke all "
                 "the same, and did not go on waiting");
    assert_int_equal(news, FEED_QUIET);
    feed_free(feed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(who_wakes_for_no_reason_waits_on),
    };

    return cmocka_run_group_tests_name("feed_sync", tests, NULL, NULL);
}
