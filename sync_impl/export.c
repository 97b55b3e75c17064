/*
 * sync_impl/export.c - all todos, one a line, to a reader that may be slow: the
 * thread stands until he has taken a page, and holds nothing meanwhile. Its
 * twin is async_impl/export.c.
 */
#include "common/http/reply.h"
#include "common/store/store.h"
#include "keeper.h"
#include "request.h"

static void export_todos(struct request *rq) /* REQUEST THREAD */
{
    struct list_query query = list_export_query();
    struct list_todos job = {
        .query = &query, .base = rq->reply.base, .lines = true};
    enum todo_err err;

    job.owner = rq->in.owner;

    /* begin */ /* WAITS: disk */
    err = keeper_read(rq->keeper, store_list_todos, &job);
    if (!err)
        err = reply_stream(&rq->reply, "application/x-ndjson");
    if (err)
        reply_error(&rq->reply, err);
    if (err || rq->reply.head_only) {
        list_todos_release(&job);
        request_finish(rq); /* WAITS: client */
        return;
    }
    err = reply_add_piece(&rq->reply, job.page.data, job.page.len);
    while (!err && job.more) {
        /* send the page before */
        err = request_write(rq); /* WAITS: client */

        /* fetch */
        list_go_on(&query, &job.last);
        if (!err) /* WAITS: disk */
            err = keeper_read(rq->keeper, store_list_todos, &job);
        if (!err)
            err = reply_piece(&rq->reply, job.page.data, job.page.len);
    }

    /* end */
    if (!err)
        err = reply_stream_end(&rq->reply);
    list_todos_release(&job);
    if (err)
        request_cut(rq, err);
    else
        request_finish(rq); /* WAITS: client */
}

void export_handlers(request_step *handlers[OP_COUNT])
{
    handlers[OP_EXPORT_TODOS] = export_todos;
}
