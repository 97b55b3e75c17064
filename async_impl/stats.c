/*
 * async_impl/stats.c - how many todos there are: one request counts, and those
 * that ask meanwhile are put aside until the next one has. Its twin is
 * sync_impl/stats.c.
 */
#include "common/http/reply.h"
#include "common/store/store.h"
#include "flights.h"
#include "request.h"

static request_step count_todos, count_todos_answer;

static void count_todos(struct request *rq) /* LOOP */
{
    struct count_todos *job = &rq->frame.count_todos;

    job->owner = rq->in.owner;

    /* count */ /* WAITS: each other, disk */
    flights_count(rq, job, count_todos_answer);
}

static void count_todos_answer(struct request *rq) /* LOOP */
{
    struct count_todos *job = &rq->frame.count_todos;

    /* answer */
    if (!rq->err)
        rq->err = reply_stats(&rq->reply, &job->stats);
    if (rq->err)
        reply_error(&rq->reply, rq->err);
    request_finish(rq); /* WAITS: client */
}

void stats_handlers(request_step *handlers[OP_COUNT])
{
    handlers[OP_COUNT_TODOS] = count_todos;
}
