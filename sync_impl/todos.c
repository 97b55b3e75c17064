/*
 * sync_impl/todos.c - the operations on todos: one thread, standing still at
 * each WAITS. Its twin is async_impl/todos.c.
 */
#include "common/http/reply.h"
#include "common/store/store.h"
#include "common/todo/todo.h"
#include "keeper.h"
#include "request.h"

static void list_todos(struct request *rq) /* REQUEST THREAD */
{
    struct list_todos job = {
        .query = &rq->in.list, .owner = rq->in.owner, .base = rq->reply.base};
    enum todo_err err;

    /* fetch */
    if (list_query_filters(job.query)) /* WAITS: disk */
        err = keeper_search(rq->keeper, store_list_todos, &job);
    else
        err = keeper_read(rq->keeper, store_list_todos, &job);

    /* answer */
    if (!err)
        err = reply_page(&rq->reply, &job.page, job.query,
                         job.more ? &job.last : NULL);
    if (err)
        reply_error(&rq->reply, err);
    list_todos_release(&job);
    request_finish(rq); /* WAITS: client */
}

static void create_todo(struct request *rq) /* REQUEST THREAD */
{
    struct create_todo job = {.owner = rq->in.owner};
    enum todo_err err;

    /* understand */
    err = todo_draft_parse(&job.draft, TODO_DRAFT_WHOLE, rq->body, rq->body_len,
                           &rq->reply.problem);

    /* keep */
    if (!err) /* WAITS: lock, disk */
        err = keeper_write(rq->keeper, store_create_todo, &job);

    /* answer */
    if (!err)
        err = reply_created(&rq->reply, &job.todo);
    if (err)
        reply_error(&rq->reply, err);
    request_finish(rq); /* WAITS: client */
}

static void clear_todos(struct request *rq) /* REQUEST THREAD */
{
    struct clear_todos job = {.completed = rq->in.completed,
                              .owner = rq->in.owner};
    enum todo_err err;

    /* keep, step by step */
    do { /* WAITS: lock, disk */
        job.after_id = job.reached_id;
        err = keeper_write(rq->keeper, store_clear_todos, &job);
    } while (!err && job.more);

    /* answer */
    if (!err)
        err = reply_no_content(&rq->reply);
    if (err)
        reply_error(&rq->reply, err);
    request_finish(rq); /* WAITS: client */
}

static void read_todo(struct request *rq) /* REQUEST THREAD */
{
    struct read_todo job = {.id = rq->in.route.id, .owner = rq->in.owner};
    enum todo_err err;

    /* fetch */
    err = keeper_read(rq->keeper, store_read_todo, &job); /* WAITS: disk */

    /* answer */
    if (!err && conditions_unmodified(&rq->in.conditions, job.todo.version))
        err = reply_not_modified(&rq->reply, &job.todo);
    else if (!err)
        err = reply_todo(&rq->reply, &job.todo);
    if (err)
        reply_error(&rq->reply, err);
    request_finish(rq); /* WAITS: client */
}

/* PUT and PATCH differ only in what a body leaves out. */
static void change_todo(struct request *rq,
                        enum todo_draft_kind kind) /* REQUEST THREAD */
{
    struct change_todo job = {.id = rq->in.route.id,
                              .kind = kind,
                              .conditions = &rq->in.conditions,
                              .owner = rq->in.owner};
    enum todo_err err;

    /* understand */
    err = todo_draft_parse(&job.draft, kind, rq->body, rq->body_len,
                           &rq->reply.problem);

    /* keep */
    if (!err) /* WAITS: lock, disk */
        err = keeper_write(rq->keeper, store_change_todo, &job);

    /* answer */
    if (!err)
        err = reply_todo(&rq->reply, &job.todo);
    if (err)
        reply_error(&rq->reply, err);
    request_finish(rq); /* WAITS: client */
}

static void replace_todo(struct request *rq) /* REQUEST THREAD */
{
    change_todo(rq, TODO_DRAFT_WHOLE);
}

static void patch_todo(struct request *rq) /* REQUEST THREAD */
{
    change_todo(rq, TODO_DRAFT_PATCH);
}

static void delete_todo(struct request *rq) /* REQUEST THREAD */
{
    struct delete_todo job = {.id = rq->in.route.id,
                              .conditions = &rq->in.conditions,
                              .owner = rq->in.owner};
    enum todo_err err;

    /* keep */ /* WAITS: lock, disk */
    err = keeper_write(rq->keeper, store_delete_todo, &job);

    /* answer */
    if (!err)
        err = reply_no_content(&rq->reply);
    if (err)
        reply_error(&rq->reply, err);
    request_finish(rq); /* WAITS: client */
}

void todos_handlers(request_step *handlers[OP_COUNT])
{
    handlers[OP_LIST_TODOS] = list_todos;
    handlers[OP_CREATE_TODO] = create_todo;
    handlers[OP_CLEAR_TODOS] = clear_todos;
    handlers[OP_READ_TODO] = read_todo;
    handlers[OP_REPLACE_TODO] = replace_todo;
    handlers[OP_PATCH_TODO] = patch_todo;
    handlers[OP_DELETE_TODO] = delete_todo;
}
