/*
 * async_impl/keeper.h - how a job finds its transaction.
 * Threads: the loop's.
 * Blocks:  keeper_close (joins threads).
 * Owns:    the store threads.
 */
#ifndef TODO_ASYNC_KEEPER_H
#define TODO_ASYNC_KEEPER_H

#include <uv.h>

#include "common/setup/config.h"
#include "common/store/store.h"

struct feed;
struct keeper;
struct queue;
struct request;

/* A job on its way to a store thread and back. It lives in what waits for it.
 */
struct keeper_job {
    struct store_job job;
    struct queue *queue;                  /* that it waits in */
    void (*done)(struct keeper_job *job); /* called on the loop */
};

/* How much there is to do: jobs that are not finished, by queue; threads. */
struct keeper_load {
    int reads, searches, writes;
    int threads;
    int busy; /* of the threads */
};

/* As many reads share a snapshot, at most. The first of them is answered with
 * the last, and what is left is for other readers. */
enum { KEEPER_READS_MAX = 16 };

/* Starts the store threads; each has tried to open the database by then. NULL
 * when there is no memory or thread for them. The feed is rung when something
 * was written; it may be NULL. */
struct keeper *keeper_new(uv_loop_t *loop, const struct config *config,
                          struct store_file *file, struct feed *feed);

/* Ends the threads; no request may wait for them, and a job of the feed's is
 * dropped. Frees itself when the loop has
 * closed its handles. Accepts NULL. */
void keeper_close(struct keeper *keeper);

/* Each of these gives a job to a store thread and returns at once. When the job
 * is done, or there is no room for it (TODO_ERR_BUSY), rq->err is set and
 * `next` is called on the loop: call them as the last statement of a path. */

/* Runs a job that reads, in one snapshot with others. */
void keeper_read(struct request *rq, store_work *work, void *job,
                 void (*next)(struct request *rq));

/* Runs a job that may read long, apart from those that do not. */
void keeper_search(struct request *rq, store_work *work, void *job,
                   void (*next)(struct request *rq));

/* Runs a job that writes, in one transaction with others. When rq->err is
 * TODO_OK, the change is on the disk. */
void keeper_write(struct request *rq, store_work *work, void *job,
                  void (*next)(struct request *rq));

/* Runs a job that reads, for no request. job.work, job.arg and done are set;
 * when it is done, or there is no room for it, its err is set and `done` is
 * called. */
void keeper_read_alone(struct keeper *keeper, struct keeper_job *job);

/* The same with one that writes. In both, job.request is 0, or PROBE_UNSEEN. */
void keeper_write_alone(struct keeper *keeper, struct keeper_job *job);

/* What there is to do now. */
struct keeper_load keeper_load(struct keeper *keeper);

#endif
