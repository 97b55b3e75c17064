/*
 * sync_impl/upstream.h - asks another server, and stands still meanwhile.
 * Threads: request threads.
 * Blocks:  upstream_ask.
 * Owns:    a connection for each thread.
 */
#ifndef TODO_SYNC_UPSTREAM_H
#define TODO_SYNC_UPSTREAM_H

#include "common/base/buf.h"
#include "common/base/error.h"

struct request;

/* Gives back what the calling thread used to ask. */
void upstream_leave_thread(void);

/* Asks `count` times, one after the other, and makes a JSON array of what is
 * suggested. Waits for the upstream, at most --upstream-timeout for all.
 * TODO_ERR_NO_UPSTREAM, and the errors of suggestion_call_begin and _end. */
enum todo_err upstream_ask(struct request *rq, int count, struct buf *array);

#endif
