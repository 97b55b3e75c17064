/*
 * sync_impl/stats.c - how many todos there are: one thread counts, and those
 * that ask meanwhile stand until the next one has. Its twin is
 * async_impl/stats.c.
 */
#include "common/http/reply.h"
#include "common/store/store.h"
#include "flights.h"
#include "request.h"

static void count_todos(struct request *rq) /* REQUEST THREAD */
{
    struct count_todos job = {.owner = rq->in.owner};
    enum todo_err err;

    /* count */ /* WAITS: each other, disk */
    err = flights_count(rq, &job);

    /* answer */
    if (!err)
        err = reply_stats(&rq->reply, &job.stats);
    if (err)
        reply_error(&rq->reply, err);
    request_finish(rq); /* WAITS: client */
}

void stats_handlers(request_step *handlers[OP_COUNT])
{
    handlers[OP_COUNT_TODOS] = count_todos;
}
