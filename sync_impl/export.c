/*
 * sync_impl/export.c - all todos, one a line, to a reader that may be slow: the
 * thread stands until he has taken a page, and holds nothing meanwhile. Its
 * twin is async_impl/export.c.
 */
#include "common/reply.h"
#include "common/store.h"
#include "keeper.h"
#include "request.h"

static void export_todos(struct request *rq) /* REQUEST THREAD */
{
    struct list_query query = list_export_query();
    struct list_todos job = {
        .query = &query, .base = rq->reply.base, .lines = true, .more = true};
    enum todo_err err = reply_stream(&rq->reply, "application/x-ndjson");
    bool here = true;

    if (!err && rq->reply.head_only) {
        request_finish(rq); /* WAITS: client */
        return;
    }
    while (!err && here && job.more) {
        /* send the head, then the page before */
        here = request_write(rq); /* WAITS: client */

        /* fetch */
        if (here) /* WAITS: disk */
            err = keeper_read(rq->keeper, store_list_todos, &job);
        list_go_on(&query, &job.last);
        if (here && !err)
            err = reply_piece(&rq->reply, job.page.data, job.page.len);
    }

    /* end */
    if (!err && here)
        err = reply_stream_end(&rq->reply);
    list_todos_release(&job);
    if (err || !here)
        request_cut(rq);
    else
        request_finish(rq); /* WAITS: client */
}

void export_handlers(request_step *handlers[OP_COUNT])
{
    handlers[OP_EXPORT_TODOS] = export_todos;
}
