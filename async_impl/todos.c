/*
 * async_impl/todos.c - the operations on todos: each WAITS ends a function, and
 * the next one goes on. Its twin is sync_impl/todos.c.
 */
#include "common/http/reply.h"
#include "common/store/store.h"
#include "common/todo/todo.h"
#include "keeper.h"
#include "request.h"

static request_step list_todos, list_todos_answer;
static request_step create_todo, create_todo_answer;
static request_step clear_todos, clear_todos_next, clear_todos_answer;
static request_step read_todo, read_todo_answer;
static request_step replace_todo, patch_todo, change_todo_answer;
static request_step delete_todo, delete_todo_answer;

static void list_todos(struct request *rq) /* LOOP */
{
    struct list_todos *job = &rq->frame.list_todos;

    job->query = &rq->in.list;
    job->owner = rq->in.owner;
    job->base = rq->reply.base;

    /* fetch */
    if (list_query_filters(job->query)) /* WAITS: disk */
        keeper_search(rq, store_list_todos, job, list_todos_answer);
    else
        keeper_read(rq, store_list_todos, job, list_todos_answer);
}

static void list_todos_answer(struct request *rq) /* LOOP */
{
    struct list_todos *job = &rq->frame.list_todos;

    /* answer */
    if (!rq->err)
        rq->err = reply_page(&rq->reply, &job->page, job->query,
                             job->more ? &job->last : NULL);
    if (rq->err)
        reply_error(&rq->reply, rq->err);
    list_todos_release(job);
    request_finish(rq); /* WAITS: client */
}

static void create_todo(struct request *rq) /* LOOP */
{
    struct create_todo *job = &rq->frame.create_todo;

    job->owner = rq->in.owner;

    /* understand */
    rq->err = todo_draft_parse(&job->draft, TODO_DRAFT_WHOLE, rq->body,
                               rq->body_len, &rq->reply.problem);

    /* keep */
    if (rq->err)
        create_todo_answer(rq);
    else /* WAITS: lock, disk */
        keeper_write(rq, store_create_todo, job, create_todo_answer);
}

static void create_todo_answer(struct request *rq) /* LOOP */
{
    struct create_todo *job = &rq->frame.create_todo;

    /* answer */
    if (!rq->err)
        rq->err = reply_created(&rq->reply, &job->todo);
    if (rq->err)
        reply_error(&rq->reply, rq->err);
    request_finish(rq); /* WAITS: client */
}

static void clear_todos(struct request *rq) /* LOOP */
{
    struct clear_todos *job = &rq->frame.clear_todos;

    job->completed = rq->in.completed;
    job->owner = rq->in.owner;

    /* keep, step by step */ /* WAITS: lock, disk */
    keeper_write(rq, store_clear_todos, job, clear_todos_next);
}

static void clear_todos_next(struct request *rq) /* LOOP */
{
    struct clear_todos *job = &rq->frame.clear_todos;

    job->after_id = job->reached_id;
    if (!rq->err && job->more)
        keeper_write(rq, store_clear_todos, job, clear_todos_next);
    else
        clear_todos_answer(rq);
}

static void clear_todos_answer(struct request *rq) /* LOOP */
{
    /* answer */
    if (!rq->err)
        rq->err = reply_no_content(&rq->reply);
    if (rq->err)
        reply_error(&rq->reply, rq->err);
    request_finish(rq); /* WAITS: client */
}

static void read_todo(struct request *rq) /* LOOP */
{
    struct read_todo *job = &rq->frame.read_todo;

    job->id = rq->in.route.id;
    job->owner = rq->in.owner;

    /* fetch */
    keeper_read(rq, store_read_todo, job, read_todo_answer); /* WAITS: disk */
}

static void read_todo_answer(struct request *rq) /* LOOP */
{
    struct read_todo *job = &rq->frame.read_todo;

    /* answer */
    if (!rq->err &&
        conditions_unmodified(&rq->in.conditions, job->todo.version))
        rq->err = reply_not_modified(&rq->reply, &job->todo);
    else if (!rq->err)
        rq->err = reply_todo(&rq->reply, &job->todo);
    if (rq->err)
        reply_error(&rq->reply, rq->err);
    request_finish(rq); /* WAITS: client */
}

/* PUT and PATCH differ only in what a body leaves out. */
static void change_todo(struct request *rq,
                        enum todo_draft_kind kind) /* LOOP */
{
    struct change_todo *job = &rq->frame.change_todo;

    job->id = rq->in.route.id;
    job->kind = kind;
    job->conditions = &rq->in.conditions;
    job->owner = rq->in.owner;

    /* understand */
    rq->err = todo_draft_parse(&job->draft, kind, rq->body, rq->body_len,
                               &rq->reply.problem);

    /* keep */
    if (rq->err)
        change_todo_answer(rq);
    else /* WAITS: lock, disk */
        keeper_write(rq, store_change_todo, job, change_todo_answer);
}

static void change_todo_answer(struct request *rq) /* LOOP */
{
    struct change_todo *job = &rq->frame.change_todo;

    /* answer */
    if (!rq->err)
        rq->err = reply_todo(&rq->reply, &job->todo);
    if (rq->err)
        reply_error(&rq->reply, rq->err);
    request_finish(rq); /* WAITS: client */
}

static void replace_todo(struct request *rq) /* LOOP */
{
    change_todo(rq, TODO_DRAFT_WHOLE);
}

static void patch_todo(struct request *rq) /* LOOP */
{
    change_todo(rq, TODO_DRAFT_PATCH);
}

static void delete_todo(struct request *rq) /* LOOP */
{
    struct delete_todo *job = &rq->frame.delete_todo;

    job->id = rq->in.route.id;
    job->conditions = &rq->in.conditions;
    job->owner = rq->in.owner;

    /* keep */ /* WAITS: lock, disk */
    keeper_write(rq, store_delete_todo, job, delete_todo_answer);
}

static void delete_todo_answer(struct request *rq) /* LOOP */
{
    /* answer */
    if (!rq->err)
        rq->err = reply_no_content(&rq->reply);
    if (rq->err)
        reply_error(&rq->reply, rq->err);
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
