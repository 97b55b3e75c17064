/*
 * exercises/25-the-third-server/serve.c - a child: reads what its client asks
 * for, and answers it. Each handler is its operation and no more: it waits
 * where it stands. The parser is the loop's: one that never waits serves all.
 */
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "async_impl/wire.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/http/http_request.h"
#include "common/store/store.h"
#include "third.h"

/* A connection, and the bytes that came on it and are not read yet. */
struct conn {
    int fd; /* borrowed */
    struct http_text left;
    char bytes[4096];
};

static int64_t in_ms(int64_t ms)
{
    return clock_mono_us() + ms * 1000;
}

/* Waits for bytes, which take the place of those that were there. False when
 * none come in time, or (where `or_end`) before the server stops. A request
 * that has come is in flight, though it is unread: the client goes first. */
static bool fill(struct conn *conn, int64_t until_us, bool or_end)
{
    struct pollfd look[] = {{.fd = conn->fd, .events = POLLIN},
                            {.fd = or_end ? third.ending[0] : -1}};
    int nap_ms = (int)clock_nap_ms(until_us);
    ssize_t n = 0;

    if (poll(look, 2, nap_ms) > 0 && look[0].revents) /* WAITS: client */
        n = recv(conn->fd, conn->bytes, sizeof conn->bytes, 0);
    conn->left = (struct http_text){conn->bytes, n > 0 ? (size_t)n : 0};
    return n > 0;
}

/* Reads on until a head or the whole request has come, and no longer than the
 * server waits for either. TODO_ERR_GONE when no more comes (between requests,
 * because of the end of the server, too), TODO_ERR_BODY_TIMEOUT, or what the
 * wire says is wrong. */
static enum todo_err conn_read(struct conn *conn, struct wire *wire)
{
    int64_t until;
    size_t taken;

    if (!wire->head_done && conn->left.len == 0 && /* WAITS: client */
        !fill(conn, in_ms(third.config.idle_timeout_ms), true))
        return TODO_ERR_GONE;
    until = in_ms(wire->head_done ? third.config.body_timeout_ms
                                  : third.config.head_timeout_ms);
    do {
        if (conn->left.len == 0 &&
            !fill(conn, until, false)) /* WAITS: client */
            return clock_mono_us() < until ? TODO_ERR_GONE
                                           : TODO_ERR_BODY_TIMEOUT;
        (void)wire_feed(wire, conn->left.at, conn->left.len, &taken);
        conn->left.at += taken;
        conn->left.len -= taken;
    } while (wire->event == WIRE_MORE);
    return wire->event == WIRE_BAD ? wire->err : TODO_OK;
}

/* Sends it all; false when the client has left, or takes too long. */
static bool conn_write(struct conn *conn, const char *bytes, size_t len)
{
    int64_t ms = third.config.write_timeout_ms;
    struct timeval patience = {ms / 1000, ms % 1000 * 1000};

    (void)setsockopt(conn->fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
                     sizeof patience); /* WAITS: client */
    return send(conn->fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* Reads and drops what still comes after the last answer, for a moment: a reset
 * would take the answer along. */
static void conn_linger(struct conn *conn)
{
    int64_t until = in_ms(REPLY_DROP_MS);
    size_t dropped = 0;

    shutdown(conn->fd, SHUT_WR); /* WAITS: client */
    while (dropped < REPLY_DROP_MAX && fill(conn, until, true))
        dropped += conn->left.len;
}

struct request {
    struct wire wire;
    struct http_request in;
    struct reply reply;
};

/* Writes an answer to rq->reply, or gives the error that is the answer. */
typedef enum todo_err handler(struct request *rq);

/* Opened by the first job that a child has for it. */
static struct store_file *file;
static struct store *store;

/* Processes take turns at what locks the database: the kernel keeps their
 * queue, and ends the turn of one that dies. */
bool open_store(void)
{
    char why[512];

    if (!store && lockf(third.turn, F_LOCK, 0) == 0) { /* WAITS: lock, disk */
        file = file ? file : store_file_new(third.config.db, why, sizeof why);
        (void)lockf(third.turn, F_ULOCK, 0);
        if (file)
            store = store_new(file);
        else
            log_error("serve", "%s", why);
    }
    return store;
}

void close_store(void)
{
    store_free(store);
    store_file_free(file); /* WAITS: disk */
    store = NULL;
    file = NULL;
}

static enum todo_err fetch(store_work *work, void *arg)
{
    struct store_job job = {work, arg, .since_us = clock_mono_us()};

    if (!open_store()) /* WAITS: disk */
        return TODO_ERR_UNAVAILABLE;
    store_run_reads(store, &job); /* WAITS: disk */
    return job.err;
}

static enum todo_err keep(store_work *work, void *arg)
{
    struct store_job job = {work, arg, .since_us = clock_mono_us()};

    if (!open_store() || lockf(third.turn, F_LOCK, 0) != 0) /* WAITS: lock */
        return TODO_ERR_UNAVAILABLE;
    store_run_writes(store, &job); /* WAITS: lock, disk */
    (void)lockf(third.turn, F_ULOCK, 0);
    return job.err;
}

static enum todo_err list_todos(struct request *rq)
{
    struct list_todos job = {
        .query = &rq->in.list, .owner = rq->in.owner, .base = rq->reply.base};
    enum todo_err err = fetch(store_list_todos, &job); /* WAITS: disk */

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
        err = keep(store_create_todo, &job); /* WAITS: lock, disk */
    return err ? err : reply_created(&rq->reply, &job.todo);
}

static enum todo_err clear_todos(struct request *rq)
{
    struct clear_todos job = {.completed = rq->in.completed,
                              .owner = rq->in.owner};
    enum todo_err err;

    do { /* WAITS: lock, disk */
        job.after_id = job.reached_id;
        err = keep(store_clear_todos, &job);
    } while (!err && job.more);
    return err ? err : reply_no_content(&rq->reply);
}

static enum todo_err read_todo(struct request *rq)
{
    struct read_todo job = {.id = rq->in.route.id, .owner = rq->in.owner};
    enum todo_err err = fetch(store_read_todo, &job); /* WAITS: disk */

    if (err)
        return err;
    return conditions_unmodified(&rq->in.conditions, job.todo.version)
               ? reply_not_modified(&rq->reply, &job.todo)
               : reply_todo(&rq->reply, &job.todo);
}

static enum todo_err change_todo(struct request *rq)
{
    struct change_todo job = {.id = rq->in.route.id,
                              .kind = rq->in.route.op == OP_PATCH_TODO
                                          ? TODO_DRAFT_PATCH
                                          : TODO_DRAFT_WHOLE,
                              .conditions = &rq->in.conditions,
                              .owner = rq->in.owner};
    enum todo_err err =
        todo_draft_parse(&job.draft, job.kind, rq->wire.body.data,
                         rq->wire.body.len, &rq->reply.problem);

    if (!err)
        err = keep(store_change_todo, &job); /* WAITS: lock, disk */
    return err ? err : reply_todo(&rq->reply, &job.todo);
}

static enum todo_err delete_todo(struct request *rq)
{
    struct delete_todo job = {.id = rq->in.route.id,
                              .conditions = &rq->in.conditions,
                              .owner = rq->in.owner};
    enum todo_err err = keep(store_delete_todo, &job);

    return err ? err : reply_no_content(&rq->reply);
}

static enum todo_err check_ready(struct request *rq)
{
    enum todo_err err = fetch(store_ping, NULL); /* WAITS: disk */

    return err ? err : pages_reply(&third.pages, &rq->in, &rq->reply);
}

/* What is not here has a page, which the parent has made: each child has it,
 * and none has a copy. What has none belongs to level 6 or above. */
static enum todo_err answer(struct request *rq)
{
    static handler *const handlers[OP_COUNT] = {
        [OP_LIST_TODOS] = list_todos,    [OP_CREATE_TODO] = create_todo,
        [OP_CLEAR_TODOS] = clear_todos,  [OP_READ_TODO] = read_todo,
        [OP_REPLACE_TODO] = change_todo, [OP_PATCH_TODO] = change_todo,
        [OP_DELETE_TODO] = delete_todo,  [OP_CHECK_READY] = check_ready,
    };
    handler *own = handlers[rq->in.route.op];

    return own ? own(rq) /* WAITS: lock, disk */
               : pages_reply(&third.pages, &rq->in, &rq->reply);
}

/* Reads what follows the head. */
static enum todo_err read_body(struct request *rq, struct conn *conn)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    enum todo_err err;

    if (rq->in.expects_continue) /* WAITS: client */
        (void)conn_write(conn, go_on, sizeof go_on - 1);
    err = conn_read(conn, &rq->wire); /* WAITS: client */
    return err ? http_request_cut(err, &rq->reply) : TODO_OK;
}

/* Gives whether the connection stays. */
static bool serve_request(struct request *rq, struct conn *conn)
{
    struct pollfd ending = {.fd = third.ending[0]};
    struct buf *out = &rq->reply.out;
    enum todo_err err = conn_read(conn, &rq->wire); /* WAITS: client */

    if (err == TODO_ERR_GONE)
        return false;
    wire_head(&rq->wire, &rq->in.head);
    if (err)
        http_request_refuse(&rq->in, &third.config, err, rq->wire.detail,
                            &rq->reply);
    else
        err = http_request_accept(&rq->in, &third.config, &rq->reply);
    if (!err && rq->wire.event == WIRE_HEAD)
        err = read_body(rq, conn); /* WAITS: client */
    if (poll(&ending, 1, 0) > 0)
        rq->reply.keep_alive = false;
    if (!err)
        err = answer(rq); /* WAITS: lock, disk */
    if (err)
        reply_error(&rq->reply, err);
    http_request_log(&rq->in, &rq->reply);
    return conn_write(conn, out->data, out->len) && /* WAITS: client */
           rq->reply.keep_alive && out->len > 0;
}

void serve_client(int fd)
{
    struct conn conn = {.fd = fd};
    bool stays;

    do {
        struct request rq = {0};

        wire_init(&rq.wire);
        stays = serve_request(&rq, &conn); /* WAITS: client, lock, disk */
        wire_release(&rq.wire);
        reply_release(&rq.reply);
    } while (stays);
    conn_linger(&conn); /* WAITS: client */
    close_store();
}
