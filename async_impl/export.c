/*
 * async_impl/export.c - all todos, one a line, to a reader that may be slow:
 * the next page is fetched when he has taken the one before. Its twin is
 * sync_impl/export.c.
 */
#include "common/http/reply.h"
#include "common/store/store.h"
#include "keeper.h"
#include "request.h"

static request_step export_todos, export_todos_begin, export_todos_next,
    export_todos_fetch, export_todos_add, export_todos_end;

static void export_todos(struct request *rq) /* LOOP */
{
    struct export_todos *job = &rq->frame.export_todos;

    job->query = list_export_query();
    job->list.query = &job->query;
    job->list.owner = rq->in.owner;
    job->list.base = rq->reply.base;
    job->list.lines = true;

    /* begin */ /* WAITS: disk */
    keeper_read(rq, store_list_todos, &job->list, export_todos_begin);
}

static void export_todos_begin(struct request *rq) /* LOOP */
{
    struct list_todos *list = &rq->frame.export_todos.list;

    if (!rq->err)
        rq->err = reply_stream(&rq->reply, "application/x-ndjson");
    if (rq->err)
        reply_error(&rq->reply, rq->err);
    if (rq->err || rq->reply.head_only) {
        list_todos_release(list);
        request_finish(rq); /* WAITS: client */
        return;
    }
    rq->err = reply_add_piece(&rq->reply, list->page.data, list->page.len);
    export_todos_next(rq);
}

static void export_todos_next(struct request *rq) /* LOOP */
{
    /* send the page before */
    if (!rq->err && rq->frame.export_todos.list.more)
        request_write(rq, export_todos_fetch); /* WAITS: client */
    else
        export_todos_end(rq);
}

static void export_todos_fetch(struct request *rq) /* LOOP */
{
    struct export_todos *job = &rq->frame.export_todos;

    /* fetch */
    list_go_on(&job->query, &job->list.last);
    if (rq->err)
        export_todos_end(rq);
    else /* WAITS: disk */
        keeper_read(rq, store_list_todos, &job->list, export_todos_add);
}

static void export_todos_add(struct request *rq) /* LOOP */
{
    struct list_todos *list = &rq->frame.export_todos.list;

    if (!rq->err)
        rq->err = reply_piece(&rq->reply, list->page.data, list->page.len);
    export_todos_next(rq);
}

static void export_todos_end(struct request *rq) /* LOOP */
{
    /* end */
    if (!rq->err)
        rq->err = reply_stream_end(&rq->reply);
    list_todos_release(&rq->frame.export_todos.list);
    if (rq->err)
        request_cut(rq);
    else
        request_finish(rq); /* WAITS: client */
}

void export_handlers(request_step *handlers[OP_COUNT])
{
    handlers[OP_EXPORT_TODOS] = export_todos;
}
