/*
 * async_impl/feed.h - tells those who wait for something to happen.
 * Threads: the loop's.
 * Blocks:  never.
 * Owns:    the subscribers.
 *
 * A stream that has nothing to read any more is a subscriber: a few bytes in a
 * list. What happens is read from the log once, and written to all of them.
 */
#ifndef TODO_ASYNC_FEED_H
#define TODO_ASYNC_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"

struct feed;
struct request;
struct server;
struct subscriber;

/* NULL when memory runs out. */
struct feed *feed_new(struct server *server);

/* Ends; no stream may be left. Frees itself when the loop has closed its
 * handles. Accepts NULL. */
void feed_close(struct feed *feed);

/* One more stream, or TODO_ERR_BUSY when there are enough. On success,
 * feed_leave is owed: by the request, or from feed_subscribe on by the feed. */
enum todo_err feed_enter(struct feed *feed);

/* One stream less. */
void feed_leave(struct feed *feed);

/* How many streams there are. */
int feed_streams(struct feed *feed);

/* The stream has read all changes up to `after`. From now on it is told of what
 * comes; the request is gone then, and the connection belongs to the feed,
 * until the client leaves or the server stops. False when the others have been
 * told of more than that already: read on. */
bool feed_subscribe(struct request *rq, int64_t after);

/* The connection of this subscriber closes. */
void feed_unsubscribe(struct subscriber *subscriber);

/* Something was written: reads it, and tells everybody. Accepts NULL. */
void feed_ring(struct feed *feed);

/* Tells everybody for the last time. */
void feed_stop(struct feed *feed);

#endif
