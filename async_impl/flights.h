/*
 * async_impl/flights.h - one count for all who ask for it.
 * Threads: the loop's.
 * Blocks:  never.
 * Owns:    the flights: who waits for whose count.
 *
 * A count looks at every todo of an owner. So at most one is under way for
 * each, and whoever asks meanwhile waits for the next one, together with all
 * others who do. Nobody is given the one that has begun: a todo may have been
 * written since then, and answered, before the question was sent.
 */
#ifndef TODO_ASYNC_FLIGHTS_H
#define TODO_ASYNC_FLIGHTS_H

#include <stdint.h>

#include <uv.h>

#include "common/base/error.h"
#include "common/store/store.h"

/* How long one waits for the count of another: the one under way may take as
 * long as a search, and so may the next one. */
enum { FLIGHTS_WAIT_MS = 2 * STORE_SEARCH_MS };

struct flight;
struct flights;
struct request;

/* A request that waits for a count. It lives in the request. */
struct rider {
    struct flight *flight; /* NULL: it waits for none */
    struct count_todos *job;
    void (*next)(struct request *rq);
    enum todo_err err;
    int64_t until_us; /* when it has waited too long */
    struct rider *behind;
};

/* NULL when memory runs out. */
struct flights *flights_new(uv_loop_t *loop);

/* No request may wait. Frees itself when the loop has closed its handle.
 * Accepts NULL. */
void flights_close(struct flights *flights);

/* Counts the todos of job->owner, or waits for another request to, and returns
 * at once. When the count is done, rq->err is set and `next` is called on the
 * loop: call it as the last statement of a path. job->stats are no older than
 * the call. The errors of the count, which are those of all who wait for it;
 * TODO_ERR_SLOW_QUERY when that takes too long, TODO_ERR_GONE when the client
 * has left before. */
void flights_count(struct request *rq, struct count_todos *job,
                   void (*next)(struct request *rq));

/* The client has gone: it waits no more, unless it counts for others. `next` is
 * called later, as in any other case. Accepts NULL. */
void flights_cancel(struct request *rq);

#endif
