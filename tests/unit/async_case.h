/*
 * tests/unit/async_case.h - a keeper of todo-async, and requests that ask it.
 * Threads: the test's, which is the loop, and the keeper's.
 * Blocks:  halt_await, run_until_done, wait_until_asleep: until
 *          what they wait for is there.
 * Owns:    the loop, the keeper and a store.
 *
 * A program that has it is linked with --wrap=uv_cond_wait.
 */
#ifndef TODO_TESTS_ASYNC_CASE_H
#define TODO_TESTS_ASYNC_CASE_H

#include <stdbool.h>

#include <uv.h>

#include "async_impl/keeper.h"
#include "async_impl/request.h"
#include "async_impl/server.h"
#include "tests/support/store_case.h"

enum {
    QUEUE = KEEPER_READS_MAX + 1, /* as many jobs may wait */
    ASKERS = QUEUE + 3,
    READERS = 2,
    THREADS = READERS + 2
};

/* A request that asks the keeper for something, and whether it has it. */
struct asker {
    struct request rq;
    bool done;
};

/* A job that stands still until it is told to go on. */
struct halt {
    uv_sem_t began;
    uv_sem_t may_end;
};

/* A server that has a loop and a keeper, and does not listen. What its jobs use
 * is here, too: an assertion that fails leaves the test, and they go on. */
struct async_case {
    void *store_state; /* of store_case */
    struct store_case *c;
    struct config config;
    struct server server;
    struct asker askers[ASKERS];
    struct halt halt, other_halt;
};

/* A test that has a struct async_case as its *state. The teardown asserts that
 * nothing of the keeper's is left in the loop. */
int async_case_setup(void **state);
int async_case_teardown(void **state);

/* Returns when the asker has what it asked for. */
void run_until_done(struct async_case *a, const struct asker *asker);

/* Returns when so many times a store thread had nothing to do: each begins so.
 */
void wait_until_asleep(int times);

/* One more thread goes on as if it had nothing to do. */
void call_asleep(void);

/* The last step of a request. The running test fails at a second one. */
void finish(struct request *rq);

/* Asks for a write, or for a read. */
void ask_create(struct asker *asker);
void ask_ping(struct asker *asker);

/* The job, with its struct halt. */
enum todo_err stand_still(struct store *store, void *arg);

/* Hands over what is queued, and waits until a thread stands still in it. */
void halt_await(struct async_case *a, struct halt *halt);
void halt_end(struct halt *halt);

#endif
