/*
 * sync_impl/feed.c - threads stand at a condition variable until it rings.
 *
 * Whoever writes here rings. Nobody tells us what the other server writes into
 * the same database: a thread looks for it, twice a second.
 */
#include "feed.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/probe.h"
#include "common/todo/changes.h"
#include "conns.h"

enum { LOOK_MS = 500 };

struct feed {
    struct store *store; /* belongs to the watcher */
    int limit;           /* of streams */
    pthread_t watcher;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* guarded by lock */
    int64_t newest; /* change that it has rung for */
    int streams;
    bool stopping; /* streams end */
    bool ending;   /* the watcher ends */
};

/* The newest change, or 0 when the database does not say. */
static int64_t newest_change(struct store *store)
{
    struct changes_start start = {.has_last_id = false};
    struct store_job job = {.work = store_start_changes,
                            .arg = &start,
                            .since_us = clock_mono_us()};

    store_run_reads(store, &job); /* WAITS: disk */
    return job.err ? 0 : start.newest;
}

/* Sleeps until then, or for a moment. False when the time has come. Caller
 * holds lock. */
static bool nap_locked(struct feed *feed, int64_t until_us)
{
    int64_t left_ms = clock_nap_ms(until_us);
    struct timespec until = clock_from_now(left_ms);

    if (left_ms > 0)
        pthread_cond_timedwait(&feed->changed, &feed->lock, &until);
    return left_ms > 0;
}

static void *watch(void *arg) /* WATCHER THREAD */
{
    struct feed *feed = arg;

    log_name_thread("watcher");
    pthread_mutex_lock(&feed->lock);
    while (!feed->ending) {
        int64_t look_us = clock_mono_us() + LOOK_MS * INT64_C(1000);

        if (feed->streams > 0) {
            pthread_mutex_unlock(&feed->lock);
            feed_ring(feed, newest_change(feed->store));
            pthread_mutex_lock(&feed->lock);
        }
        while (!feed->ending && nap_locked(feed, look_us))
            ; /* WAITS: clock */
    }
    pthread_mutex_unlock(&feed->lock);
    return NULL;
}

struct feed *feed_new(struct store_file *file, const struct config *config)
{
    struct feed *feed = calloc(1, sizeof *feed);

    if (!feed)
        return NULL;
    feed->limit = config->max_streams;
    feed->store = store_new(file);
    pthread_mutex_init(&feed->lock, NULL);
    clock_cond_init(&feed->changed);
    if (feed->store && pthread_create(&feed->watcher, NULL, watch, feed) == 0)
        return feed;
    store_free(feed->store);
    pthread_cond_destroy(&feed->changed);
    pthread_mutex_destroy(&feed->lock);
    free(feed);
    return NULL;
}

void feed_free(struct feed *feed)
{
    if (!feed)
        return;
    pthread_mutex_lock(&feed->lock);
    feed->ending = true;
    pthread_cond_broadcast(&feed->changed);
    pthread_mutex_unlock(&feed->lock);
    pthread_join(feed->watcher, NULL);
    store_free(feed->store);
    pthread_cond_destroy(&feed->changed);
    pthread_mutex_destroy(&feed->lock);
    free(feed);
}

enum todo_err feed_enter(struct feed *feed) /* REQUEST THREAD */
{
    enum todo_err err = TODO_OK;

    pthread_mutex_lock(&feed->lock);
    if (feed->stopping)
        err = TODO_ERR_STOPPING;
    else if (feed->streams >= feed->limit)
        err = TODO_ERR_BUSY;
    else
        feed->streams++;
    pthread_mutex_unlock(&feed->lock);
    return err;
}

void feed_leave(struct feed *feed) /* REQUEST THREAD */
{
    pthread_mutex_lock(&feed->lock);
    feed->streams--;
    pthread_mutex_unlock(&feed->lock);
}

int64_t feed_newest(struct feed *feed) /* REQUEST THREAD */
{
    int64_t newest;

    pthread_mutex_lock(&feed->lock);
    newest = feed->newest;
    pthread_mutex_unlock(&feed->lock);
    return newest;
}

enum feed_news feed_wait(struct feed *feed, int64_t seen,
                         int64_t within_ms) /* REQUEST THREAD */
{
    struct timespec until = clock_from_now(within_ms);
    enum feed_news news = FEED_QUIET;
    int late = 0;

    pthread_mutex_lock(&feed->lock);
    while (feed->newest == seen && !feed->stopping && !late) /* WAITS: event */
        late = pthread_cond_timedwait(&feed->changed, &feed->lock, &until);
    if (feed->stopping)
        news = FEED_STOPS;
    else if (feed->newest != seen)
        news = FEED_RANG;
    pthread_mutex_unlock(&feed->lock);
    return news;
}

/* Until it rings, or until the time has come. */
static enum feed_news wait_until(struct feed *feed, int64_t seen,
                                 int64_t until_us) /* REQUEST THREAD */
{
    enum feed_news news;

    do
        news = feed_wait(feed, seen, clock_nap_ms(until_us)); /* WAITS: event */
    while (news == FEED_QUIET && clock_nap_ms(until_us) > 0);
    return news;
}

/* A thread that stands here is not told when its client leaves. So it wakes now
 * and then, and looks. */
enum feed_news feed_attend(struct feed *feed, struct conn *conn, int64_t seen,
                           int64_t until_us) /* REQUEST THREAD */
{
    enum feed_news news;

    probe_stand(probe_request(), "feed.event");
    do {
        int64_t look_us = clock_mono_us() + LOOK_MS * INT64_C(1000);

        if (look_us > until_us)
            look_us = until_us;
        news = wait_until(feed, seen, look_us); /* WAITS: event */
        if (news == FEED_QUIET && conn_has_left(conn))
            news = FEED_LEFT;
    } while (news == FEED_QUIET && clock_nap_ms(until_us) > 0);
    probe_go(probe_request(), "feed.event");
    return news;
}

void feed_ring(struct feed *feed, int64_t newest) /* ANY THREAD */
{
    if (!feed)
        return;
    pthread_mutex_lock(&feed->lock);
    if (newest > feed->newest) { /* else all were told */
        feed->newest = newest;
        pthread_cond_broadcast(&feed->changed);
    }
    pthread_mutex_unlock(&feed->lock);
}

void feed_stop(struct feed *feed) /* MAIN THREAD */
{
    pthread_mutex_lock(&feed->lock);
    feed->stopping = true;
    pthread_cond_broadcast(&feed->changed);
    pthread_mutex_unlock(&feed->lock);
}

int feed_streams(struct feed *feed) /* REQUEST THREAD */
{
    int streams;

    pthread_mutex_lock(&feed->lock);
    streams = feed->streams;
    pthread_mutex_unlock(&feed->lock);
    return streams;
}
