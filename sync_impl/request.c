/*
 * sync_impl/request.c - one request from its head to its answer, in one
 * function call: the thread of the connection stays with it all the way.
 */
#include "request.h"

#include <stdlib.h>

#include "answer.h"
#include "common/base/clock.h"
#include "common/base/probe.h"
#include "common/base/wipe.h"
#include "conn.h"
#include "conns.h"
#include "server.h"
#include "wire.h"

static enum todo_err request_accept(struct request *rq) /* REQUEST THREAD */
{
    enum todo_err err;

    metrics_begin(rq->server->metrics);
    rq->in.token_key = store_file_token_key(rq->server->file);
    rq->in.token_seen = &rq->conn->token_seen;
    rq->in.limits = rq->server->limits;
    rq->in.client = conn_client(rq->conn);
    err = http_request_accept(&rq->in, rq->server->config, &rq->reply);
    if (!err && (err = conn_overload(rq->conn)) != TODO_OK)
        rq->reply.keep_alive = false; /* nobody reads its body */
    return err;
}

/* Its body is there, or an error says why not. */
static void request_run(struct request *rq,
                        enum todo_err err) /* REQUEST THREAD */
{
    uint32_t before = probe_enter(rq->reply.number);

    if (!err) {
        rq->server->handlers[rq->in.route.op](rq);
    } else {
        reply_error(&rq->reply, err);
        request_finish(rq); /* WAITS: client */
    }
    probe_leave(before);
}

void request_refuse(struct request *rq, enum todo_err err,
                    const char *detail) /* REQUEST THREAD */
{
    metrics_begin(rq->server->metrics);
    http_request_refuse(&rq->in, rq->server->config, err, detail, &rq->reply);
    request_run(rq, err);
}

void request_serve(struct request *rq) /* REQUEST THREAD */
{
    enum todo_err err;

    rq->keeper = rq->server->keeper;
    err = request_accept(rq);
    if (!err && http_request_has_body(&rq->in)) {
        probe_stand(rq->reply.number, "client.body");
        err = wire_body(rq); /* WAITS: client */
        probe_go(rq->reply.number, "client.body");
    }
    request_run(rq, err);
}

enum todo_err request_write(struct request *rq) /* REQUEST THREAD */
{
    bool taken = answer_write(rq->conn, &rq->reply); /* WAITS: client */

    return taken ? TODO_OK : TODO_ERR_GONE;
}

void request_cut(struct request *rq, enum todo_err err) /* REQUEST THREAD */
{
    rq->reply.status = error_info(err)->status;
    if (!rq->reply.chunked) /* where an end is the end of the answer */
        conn_reset(rq->conn);
    buf_release(&rq->reply.out);
    rq->reply.keep_alive = false;
    request_finish(rq);
}

/* Its answer is made. */
static void request_count(const struct request *rq) /* REQUEST THREAD */
{
    metrics_end(rq->server->metrics, rq->in.route.op, rq->reply.status,
                clock_mono_us() - rq->in.began_us);
}

void request_finish(struct request *rq) /* REQUEST THREAD */
{
    request_count(rq);
    http_request_log(&rq->in, &rq->reply);
    answer_send(rq->conn, &rq->reply); /* WAITS: client */
    wipe(rq->body, rq->body_len);
    free(rq->body);
    reply_release(&rq->reply);
}
