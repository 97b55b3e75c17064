/*
 * async_impl/keeper.h - how a job finds its transaction.
 * Callers: the handlers, server.c.       Threads: the loop's.
 * Blocks:  keeper_close (joins threads). Owns: the store threads.
 */
#ifndef TODO_ASYNC_KEEPER_H
#define TODO_ASYNC_KEEPER_H

#include <uv.h>

#include "common/config.h"
#include "common/store.h"
#include "request.h"

struct keeper;

/* As many reads share a snapshot, at most. The first of them is answered with
 * the last, and what is left is for other readers. */
enum { KEEPER_READS_MAX = 16 };

/* Starts the store threads. NULL when there is no memory or thread for them.
 */
struct keeper *keeper_new(uv_loop_t *loop, const struct config *config,
                          struct store_file *file);

/* Ends the threads; no job may be under way. Frees itself when the loop has
 * closed its handles. Accepts NULL. */
void keeper_close(struct keeper *keeper);

/* Each of these gives a job to a store thread and returns at once. When the job
 * is done, or there is no room for it (TODO_ERR_BUSY), rq->err is set and
 * `next` is called on the loop: call them as the last statement of a path. */

/* Runs a job that reads, in one snapshot with others. */
void keeper_read(struct request *rq, store_work *work, void *job,
                 request_step *next);

/* Runs a job that may read long, apart from those that do not. */
void keeper_search(struct request *rq, store_work *work, void *job,
                   request_step *next);

/* Runs a job that writes, in one transaction with others. When rq->err is
 * TODO_OK, the change is on the disk. */
void keeper_write(struct request *rq, store_work *work, void *job,
                  request_step *next);

#endif
