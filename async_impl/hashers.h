/*
 * async_impl/hashers.h - hashes passwords, a few at once.
 * Threads: the loop's.
 * Blocks:  hashers_close (joins threads).
 * Owns:    the hash threads.
 *
 * A hash keeps a processor busy for many milliseconds. On the loop it would
 * keep everybody waiting; on libuv's own pool, four of them would keep name
 * look-ups waiting. So there are threads for it, no more than processors to
 * spare.
 */
#ifndef TODO_ASYNC_HASHERS_H
#define TODO_ASYNC_HASHERS_H

#include <stdint.h>

#include <uv.h>

#include "common/base/error.h"
#include "common/setup/config.h"
#include "common/todo/password.h"

struct hashers;
struct request;

/* A piece of work on its way to a hash thread and back. It lives in the request
 * that waits for it. */
struct hash {
    password_work *work; /* NULL: the request waits for none */
    void *arg;
    enum todo_err err;
    uint32_t request; /* for whom (probe.h) */
    struct hash *next;
};

/* How much is to be hashed. */
struct hashers_load {
    int running; /* a hash thread works for it */
    int waiting;
};

/* Starts --hash-jobs threads. NULL when there is no memory or thread for them.
 */
struct hashers *hashers_new(uv_loop_t *loop, const struct config *config);

/* Ends the threads; no request may wait for them. Frees itself when the loop
 * has closed its handle. Accepts NULL. */
void hashers_close(struct hashers *hashers);

/* Gives a piece of work to a hash thread and returns at once. When it is done,
 * rq->err is set and `next` is called on the loop: call it as the last
 * statement of a path. TODO_ERR_BUSY when --hash-queue others wait already,
 * TODO_ERR_STOPPING; TODO_ERR_GONE when the client has left before it began. */
void hashers_run(struct request *rq, password_work *work, void *job,
                 void (*next)(struct request *rq));

/* The client has gone: what has not begun never will. `next` is called later,
 * as in any other case. Accepts NULL. */
void hashers_cancel(struct request *rq);

/* What has not begun never will: TODO_ERR_STOPPING. Accepts NULL. */
void hashers_stop(struct hashers *hashers);

/* What there is to do now. What is done, and the loop has yet to hear of, is
 * neither; while the loop hears of several, one after the other, those that are
 * left count as running. */
struct hashers_load hashers_load(struct hashers *hashers);

#endif
