/*
 * sync_impl/feed.h - wakes those who wait for something to happen.
 * Threads: any.
 * Blocks:  feed_wait, feed_attend, feed_free.
 * Owns:    a thread that watches for what the other server does.
 */
#ifndef TODO_SYNC_FEED_H
#define TODO_SYNC_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/setup/config.h"
#include "common/store/store.h"

struct conn;
struct feed;

enum feed_news {
    FEED_RANG,  /* something has happened: look into the log */
    FEED_QUIET, /* nothing, for as long as was to be waited */
    FEED_LEFT,  /* the client has left (conn_has_left) */
    FEED_STOPS  /* the server stops */
};

/* NULL when there is no memory or thread for it. Free with feed_free, when no
 * thread uses it. */
struct feed *feed_new(struct store_file *file, const struct config *config);

/* Ends the watching thread, and waits for that. Accepts NULL. */
void feed_free(struct feed *feed);

/* One more stream: TODO_ERR_BUSY when there are enough, TODO_ERR_STOPPING. On
 * success, feed_leave is owed. */
enum todo_err feed_enter(struct feed *feed);

/* One stream less. */
void feed_leave(struct feed *feed);

/* How many streams there are. */
int feed_streams(struct feed *feed);

/* The newest change that it has rung for: ask before looking into the log, and
 * wait for a newer one. */
int64_t feed_newest(struct feed *feed);

/* Waits until it has rung for a change newer than `seen`, at most so long. */
enum feed_news feed_wait(struct feed *feed, int64_t seen, int64_t within_ms);

/* The same for the stream on a connection, until that time (clock_mono_us), but
 * not for a client that has left: twice a second it is looked for. */
enum feed_news feed_attend(struct feed *feed, struct conn *conn, int64_t seen,
                           int64_t until_us);

/* The log has been written up to this change. Wakes all that wait, unless they
 * were woken for it: the thread that wrote it rings, and so does the watcher
 * that finds it. Accepts NULL. */
void feed_ring(struct feed *feed, int64_t newest);

/* Wakes all for the last time. */
void feed_stop(struct feed *feed);

#endif
