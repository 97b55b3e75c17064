/*
 * exercises/25-the-third-server/serve.c - what is answered. Each handler is its
 * operation and no more: it waits where it stands.
 */
#include <fcntl.h>
#include <poll.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/store/store.h"
#include "third.h"

struct request {
    const struct third *third;
    struct wire wire;
    struct http_request in;
    struct reply reply;
};

/* Writes an answer to rq->reply, or gives the error that is the answer. */
typedef enum todo_err handler(struct request *rq);

/* Processes take turns at what locks the database: the kernel keeps their
 * queue, and ends the turn of one that dies. */
static bool turn(const struct third *third, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET};

    return fcntl(third->turn, F_SETLKW, &lock) == 0; /* WAITS: lock */
}

/* No connection to SQLite passes a fork, as its locks are those of a process.
 * So each child opens its own, when it has a job for it. */
static struct store_file *file;
static struct store *store;

static bool open_store(const struct third *third)
{
    char why[512];

    if (store)
        return true;
    if (!turn(third, F_WRLCK)) /* WAITS: lock */
        return false;
    if (!file && !(file = store_file_new(third->config.db, why, sizeof why)))
        log_error("serve", "%s", why);
    (void)turn(third, F_UNLCK);
    store = file ? store_new(file) : NULL;
    return store;
}

static enum todo_err fetch(struct request *rq, store_work *work, void *arg)
{
    struct store_job job = {work, arg, .since_us = clock_mono_us()};

    if (!open_store(rq->third)) /* WAITS: lock, disk */
        return TODO_ERR_UNAVAILABLE;
    store_run_reads(store, &job); /* WAITS: disk */
    return job.err;
}

static enum todo_err keep(struct request *rq, store_work *work, void *arg)
{
    struct store_job job = {work, arg, .since_us = clock_mono_us()};

    if (!open_store(rq->third) || !turn(rq->third, F_WRLCK)) /* WAITS: lock */
        return TODO_ERR_UNAVAILABLE;
    store_run_writes(store, &job); /* WAITS: lock, disk */
    (void)turn(rq->third, F_UNLCK);
    return job.err;
}

static enum todo_err list_todos(struct request *rq)
{
    struct list_todos job = {
        .query = &rq->in.list, .owner = rq->in.owner, .base = rq->reply.base};
    enum todo_err err = fetch(rq, store_list_todos, &job); /* WAITS: disk */

    if (!err)
        err = reply_page(&rq->reply, &job.page, job.query,
                         job.more ? &job.last : NULL);
    list_todos_release(&job);
    return err;
}

static enum todo_err create_todo(struct request *rq)
{
    struct create_todo job = {.owner = rq->in.owner};
    enum todo_err err =
        todo_draft_parse(&job.draft, TODO_DRAFT_WHOLE, rq->wire.body.data,
                         rq->wire.body.len, &rq->reply.problem);

    if (!err)
        err = keep(rq, store_create_todo, &job); /* WAITS: lock, disk */
    return err ? err : reply_created(&rq->reply, &job.todo);
}

static enum todo_err clear_todos(struct request *rq)
{
    struct clear_todos job = {.completed = rq->in.completed,
                              .owner = rq->in.owner};
    enum todo_err err;

    do { /* WAITS: lock, disk */
        job.after_id = job.reached_id;
        err = keep(rq, store_clear_todos, &job);
    } while (!err && job.more);
    return err ? err : reply_no_content(&rq->reply);
}

static enum todo_err read_todo(struct request *rq)
{
    struct read_todo job = {.id = rq->in.route.id, .owner = rq->in.owner};
    enum todo_err err = fetch(rq, store_read_todo, &job); /* WAITS: disk */

    if (err)
        return err;
    return conditions_unmodified(&rq->in.conditions, job.todo.version)
               ? reply_not_modified(&rq->reply, &job.todo)
               : reply_todo(&rq->reply, &job.todo);
}

static enum todo_err change_todo(struct request *rq)
{
    bool is_patch = rq->in.route.op == OP_PATCH_TODO;
    struct change_todo job = {.id = rq->in.route.id,
                              .kind = is_patch ? TODO_DRAFT_PATCH
                                               : TODO_DRAFT_WHOLE,
                              .conditions = &rq->in.conditions,
                              .owner = rq->in.owner};
    enum todo_err err =
        todo_draft_parse(&job.draft, job.kind, rq->wire.body.data,
                         rq->wire.body.len, &rq->reply.problem);

    if (!err)
        err = keep(rq, store_change_todo, &job); /* WAITS: lock, disk */
    return err ? err : reply_todo(&rq->reply, &job.todo);
}

static enum todo_err delete_todo(struct request *rq)
{
    struct delete_todo job = {.id = rq->in.route.id,
                              .conditions = &rq->in.conditions,
                              .owner = rq->in.owner};
    enum todo_err err = keep(rq, store_delete_todo, &job);

    return err ? err : reply_no_content(&rq->reply);
}

static enum todo_err check_ready(struct request *rq)
{
    return fetch(rq, store_ping, NULL); /* WAITS: disk */
}

/* Made by the parent: each child has the pages, and none has a copy. What is
 * not here belongs to level 6 or above. */
static enum todo_err show_page(struct request *rq)
{
    static const signed char ids[OP_COUNT] = {
        [OP_SHOW_DOCS] = PAGE_DOCS,       [OP_SHOW_LIVE] = PAGE_LIVE,
        [OP_SHOW_WAITING] = PAGE_WAITING, [OP_SHOW_OPENAPI] = PAGE_OPENAPI,
        [OP_CHECK_HEALTH] = PAGE_OK,      [OP_CHECK_READY] = PAGE_OK};
    const struct route_match *route = &rq->in.route;
    const struct page *page = &rq->third->pages.page[ids[route->op]];

    if (route->op == OP_SHOW_OPTIONS)
        return reply_options(&rq->reply, rq->in.preflight);
    if (route->op == OP_SHOW_DOCS_FILE)
        page = pages_file(&rq->third->pages, route->file, route->file_len);
    else if (ids[route->op] == PAGE_HOME && route->op != OP_SHOW_HOME)
        page = NULL;
    return page ? reply_text(&rq->reply, page->content_type, page->text.data,
                             page->text.len)
                : TODO_ERR_NO_PATH;
}

static enum todo_err answer(struct request *rq)
{
    static handler *const handlers[OP_COUNT] = {
        [OP_LIST_TODOS] = list_todos,    [OP_CREATE_TODO] = create_todo,
        [OP_CLEAR_TODOS] = clear_todos,  [OP_READ_TODO] = read_todo,
        [OP_REPLACE_TODO] = change_todo, [OP_PATCH_TODO] = change_todo,
        [OP_DELETE_TODO] = delete_todo,  [OP_CHECK_READY] = check_ready,
    };
    handler *own = handlers[rq->in.route.op];
    enum todo_err err = own ? own(rq) : TODO_OK; /* WAITS: lock, disk */

    return err || rq->reply.status ? err : show_page(rq);
}

/* The head is there. Reads what follows it. */
static enum todo_err understand(struct request *rq, struct conn *conn)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    enum todo_err err;

    wire_head(&rq->wire, &rq->in.head);
    rq->in.port = rq->third->config.port;
    err = http_request_accept(&rq->in, &rq->third->config, &rq->reply);
    if (err || rq->wire.event == WIRE_DONE)
        return err;
    if (rq->in.expects_continue) /* WAITS: client */
        (void)conn_write(conn, go_on, sizeof go_on - 1);
    err = conn_read(conn, &rq->wire); /* WAITS: client */
    if (err == TODO_ERR_GONE)
        err = TODO_ERR_MALFORMED; /* it may still listen */
    if (err == TODO_ERR_MALFORMED)
        rq->reply.problem.detail = http_bad_body;
    if (err)
        rq->reply.keep_alive = false; /* what is left of it is no request */
    return err;
}

/* No head can be read. */
static enum todo_err refuse(struct request *rq, enum todo_err err)
{
    http_request_refuse(&rq->in, &rq->third->config, &rq->reply);
    rq->reply.head_only = wire_asks_head(&rq->wire);
    rq->reply.problem.detail =
        err == TODO_ERR_BODY_TIMEOUT ? http_late_head : rq->wire.detail;
    return err;
}

/* Gives whether the connection stays. */
static bool serve_request(struct request *rq, struct conn *conn)
{
    struct pollfd ending = {.fd = rq->third->ending};
    struct buf *out = &rq->reply.out;
    int64_t began_us;
    enum todo_err err;

    err = conn_read(conn, &rq->wire); /* WAITS: client */
    if (err == TODO_ERR_GONE)
        return false;
    began_us = clock_mono_us();
    err = err ? refuse(rq, err) : understand(rq, conn); /* WAITS: client */
    if (poll(&ending, 1, 0) > 0)
        rq->reply.keep_alive = false;
    if (!err)
        err = answer(rq); /* WAITS: lock, disk */
    if (err)
        reply_error(&rq->reply, err);
    log_request(rq->reply.id, rq->in.head.method, rq->in.head.path.at,
                rq->in.head.path.len, rq->reply.status,
                clock_mono_us() - began_us);
    return conn_write(conn, out->data, out->len) && /* WAITS: client */
           rq->reply.keep_alive && out->len > 0;
}

void serve_client(const struct third *third, int fd)
{
    struct conn conn = {.third = third, .fd = fd};
    bool stays;

    do {
        struct request rq = {.third = third};

        wire_init(&rq.wire);
        stays = serve_request(&rq, &conn); /* WAITS: client, lock, disk */
        wire_release(&rq.wire);
        reply_release(&rq.reply);
    } while (stays);
    conn_linger(&conn); /* WAITS: client */
    store_free(store);
    store_file_free(file);
}
