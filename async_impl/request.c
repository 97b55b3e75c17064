/*
 * async_impl/request.c - one request from its head to its answer, in as many
 * calls as it waits: what it knows stands in the request, not on a stack.
 */
#include "request.h"

#include <stdlib.h>

#include "answer.h"
#include "common/base/clock.h"
#include "common/base/probe.h"
#include "conn.h"
#include "conns.h"
#include "server.h"

struct request *request_new(struct conn *conn) /* LOOP */
{
    struct request *rq = calloc(1, sizeof *rq);

    if (!rq)
        return NULL;
    rq->conn = conn;
    rq->server = conn_server(conn);
    wire_init(&rq->wire);
    return rq;
}

/* Its answer is made, or nobody waits for one any more. */
static void request_count(const struct request *rq) /* LOOP */
{
    metrics_end(rq->server->metrics, rq->in.route.op, rq->reply.status,
                clock_mono_us() - rq->in.began_us);
}

void request_free(struct request *rq) /* LOOP */
{
    if (!rq)
        return;
    wire_release(&rq->wire);
    reply_release(&rq->reply);
    free(rq);
}

/* It will not be whole. Gives the error to answer with. */
static enum todo_err give_up(struct request *rq, enum todo_err err,
                             const char *detail) /* LOOP */
{
    if (rq->accepted)
        return http_request_cut(err, &rq->reply);
    metrics_begin(rq->server->metrics);
    wire_head(&rq->wire, &rq->in.head);
    http_request_refuse(&rq->in, rq->server->config, err, detail, &rq->reply);
    return err;
}

void request_abandon(struct request *rq) /* LOOP */
{
    if (!rq)
        return;
    if (rq->accepted)
        probe_go(rq->reply.number, "client.body");
    (void)give_up(rq, TODO_ERR_MALFORMED, NULL); /* nobody hears it */
    rq->reply.status = error_info(TODO_ERR_MALFORMED)->status;
    request_count(rq);
    http_request_log(&rq->in, &rq->reply);
    probe_end(rq->reply.number);
    request_free(rq);
}

enum todo_err request_accept(struct request *rq) /* LOOP */
{
    enum todo_err err;

    metrics_begin(rq->server->metrics);
    wire_head(&rq->wire, &rq->in.head);
    rq->in.token_key = store_file_token_key(rq->server->file);
    rq->in.token_seen = &rq->conn->token_seen;
    rq->in.limits = rq->server->limits;
    rq->in.client = conn_client(rq->conn);
    err = http_request_accept(&rq->in, rq->server->config, &rq->reply);
    if (!err && (err = conn_overload(rq->conn)) != TODO_OK)
        rq->reply.keep_alive = false; /* nobody reads its body */
    rq->accepted = !err;
    if (!err && http_request_has_body(&rq->in))
        probe_park(rq->reply.number, "client.body");
    return err;
}

/* Its body is there, or an error says why not. */
void request_run(struct request *rq, enum todo_err err) /* LOOP */
{
    uint32_t before = probe_enter(rq->reply.number);

    if (rq->accepted && http_request_has_body(&rq->in))
        probe_go(rq->reply.number, "client.body");
    if (!err) {
        rq->body = rq->wire.body.data;
        rq->body_len = rq->wire.body.len;
        rq->server->handlers[rq->in.route.op](rq);
    } else {
        reply_error(&rq->reply, err);
        request_finish(rq); /* WAITS: client */
    }
    probe_leave(before);
}

void request_refuse(struct request *rq, enum todo_err err,
                    const char *detail) /* LOOP */
{
    request_run(rq, give_up(rq, err, detail));
}

void request_write(struct request *rq, request_step *next) /* LOOP */
{
    answer_write(rq->conn, &rq->reply, next); /* WAITS: client */
}

void request_cut(struct request *rq) /* LOOP */
{
    rq->reply.status = error_info(rq->err)->status;
    if (!rq->reply.chunked) /* where an end is the end of the answer */
        conn_reset(rq->conn);
    buf_release(&rq->reply.out);
    rq->reply.keep_alive = false;
    request_finish(rq);
}

void request_finish(struct request *rq) /* LOOP */
{
    request_count(rq);
    http_request_log(&rq->in, &rq->reply);
    answer_send(rq->conn, &rq->reply); /* WAITS: client */
}
