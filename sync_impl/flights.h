/*
 * sync_impl/flights.h - one count for all who ask for it.
 * Threads: as each function says.
 * Blocks:  flights_count.
 * Owns:    the flights: who waits for whose count.
 *
 * A count looks at every todo of an owner. So at most one is under way for
 * each, and whoever asks meanwhile waits for the next one, together with all
 * others who do. Nobody is given the one that has begun: a todo may have been
 * written since then, and answered, before the question was sent.
 */
#ifndef TODO_SYNC_FLIGHTS_H
#define TODO_SYNC_FLIGHTS_H

#include "common/base/error.h"
#include "common/store/store.h"

/* How long one waits for the count of another: the one under way may take as
 * long as a search, and so may the next one. */
enum { FLIGHTS_WAIT_MS = 2 * STORE_SEARCH_MS };

struct flights;
struct request;

/* NULL when memory runs out. Free with flights_free, when no thread uses it. */
struct flights *flights_new(void);

/* Accepts NULL. */
void flights_free(struct flights *flights);

/* Counts the todos of job->owner, or waits for another thread to: job->stats
 * are no older than the call. The errors of the count, which are those of all
 * who wait for it; TODO_ERR_SLOW_QUERY when that takes too long,
 * TODO_ERR_GONE when the client has left before. Request thread. */
enum todo_err flights_count(struct request *rq, struct count_todos *job);

#endif
