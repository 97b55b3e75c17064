/*
 * async_impl/answer.c - the kernel takes as much of an answer as it likes; the
 * rest is handed to libuv, and is told of when the kernel has taken it.
 */
#include "answer.h"

#include "common/base/container_of.h"
#include "common/base/log.h"
#include "common/base/probe.h"
#include "conn.h"
#include "conns.h"
#include "request.h"
#include "server.h"

/* The bytes are with the kernel, or never will be. */
static void answer_taken(struct conn *conn, enum todo_err err) /* LOOP */
{
    struct request *rq = conn->rq;
    request_step *next = rq->written;
    uint32_t before;

    if (!next) {
        conn_answered(conn);
        return;
    }
    rq->written = NULL;
    rq->err = conn->state == CONN_CLOSING ? TODO_ERR_GONE : err;
    if (conn->state != CONN_CLOSING) {
        conn->state = CONN_WAITING;
        conn_expect_nothing(conn);
    }
    before = probe_enter(rq->reply.number);
    next(rq);
    probe_leave(before);
}

static void on_written(uv_write_t *write, int status) /* LOOP */
{
    struct conn *conn = container_of(write, struct conn, write);

    conn->conns->unsent -= conn->unsent;
    conn->unsent = 0;
    probe_go(conn->rq->reply.number, "client.send");
    if (status < 0)
        conn_close(conn);
    answer_taken(conn, status < 0 ? TODO_ERR_GONE : TODO_OK);
}

/* The kernel takes no more: the client is slow. */
static void answer_write_rest(struct conn *conn, char *rest,
                              size_t len) /* LOOP */
{
    uv_buf_t bytes = uv_buf_init(rest, (unsigned int)len);

    if (conn->conns->unsent + len > CONNS_UNSENT_MAX) {
        log_warn("conn", "too many answers wait for slow clients");
        conn_close(conn);
        answer_taken(conn, TODO_ERR_GONE);
        return;
    }
    conn->state = CONN_ANSWERING;
    conn->unsent = len;
    conn->conns->unsent += len;
    /* WAITS: client */
    conn_expect(conn, conn_server(conn)->config->write_timeout_ms);
    probe_park(conn->rq->reply.number, "client.send");
    if (uv_write(&conn->write, (uv_stream_t *)&conn->tcp, &bytes, 1,
                 on_written) != 0)
        on_written(&conn->write, UV_EPIPE);
}

void answer_write(struct conn *conn, const struct reply *reply,
                  request_step *next) /* LOOP */
{
    char *at = reply->out.data;
    size_t len = reply->out.len;
    uv_buf_t bytes = uv_buf_init(at, (unsigned int)len);
    int n;

    conn->rq->written = next;
    if (conn->state == CONN_CLOSING) {
        answer_taken(conn, TODO_ERR_GONE);
        return;
    }
    if (reply->until_close)
        conn_guard(conn, true);
    if (len == 0) { /* nothing yet, or nothing more */
        answer_taken(conn, TODO_OK);
        return;
    }
    n = uv_try_write((uv_stream_t *)&conn->tcp, &bytes, 1);
    if (n == UV_EAGAIN)
        n = 0;
    if (n < 0) {
        conn_close(conn);
        answer_taken(conn, TODO_ERR_GONE);
    } else if ((size_t)n < len) {
        answer_write_rest(conn, at + n, len - (size_t)n);
    } else {
        answer_taken(conn, TODO_OK);
    }
}

void answer_send(struct conn *conn, const struct reply *reply) /* LOOP */
{
    answer_write(conn, reply, NULL);
}
