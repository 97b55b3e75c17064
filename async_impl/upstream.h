/*
 * async_impl/upstream.h - asks another server, and goes on meanwhile.
 * Threads: the loop's.
 * Blocks:  never.
 * Owns:    the connections to the upstream.
 */
#ifndef TODO_ASYNC_UPSTREAM_H
#define TODO_ASYNC_UPSTREAM_H

#include <uv.h>

#include "common/base/buf.h"
#include "common/setup/config.h"
#include "request.h"

struct upstream;

/* Calls under way at the same time; more are TODO_ERR_BUSY. */
enum { UPSTREAM_MAX_CALLS = 1024 };

/* NULL when memory runs out. */
struct upstream *upstream_new(uv_loop_t *loop, const struct config *config);

/* Closes the connections; no call may be under way. Frees itself when the loop
 * has closed its handles. Accepts NULL. */
void upstream_close(struct upstream *upstream);

/* Asks `count` times, all at once, and makes a JSON array of what is suggested.
 * `next` is called on the loop when all is answered, or the first call has
 * failed, or after --upstream-timeout: rq->err then says so.
 * TODO_ERR_NO_UPSTREAM, TODO_ERR_BUSY, the errors of suggestion_call_begin and
 * _end. */
void upstream_ask(struct request *rq, int count, struct buf *array,
                  request_step *next);

/* The client has gone: ends the calls of its request, and calls `next` with an
 * error. */
void upstream_cancel(struct request *rq);

#endif
