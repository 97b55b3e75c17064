/*
 * sync_impl/metrics.c - the numbers of this server: what every server has, and
 * what there is to watch where each connection has a thread. Its twin is
 * async_impl/metrics.c.
 */
#include "common/http/metrics.h"

#include "common/http/reply.h"
#include "conns.h"
#include "request.h"
#include "server.h"

/* A connection keeps a thread, even while it is idle: when there are as many as
 * threads, the next one hears 503, unless an idle one goes for it. */
static void write_watched(struct server *server,
                          struct buf *out) /* REQUEST THREAD */
{
    struct hashers_load hashers = hashers_load(server->hashers);
    int threads = server->config->threads;
    int connections = atomic_load(&server->conns->open_count);

    metrics_write_gauge(out, "todo_connections", "Connections that are open.",
                        connections);
    metrics_write_gauge(out, "todo_threads",
                        "Threads that serve connections (--threads).", threads);
    metrics_write_gauge(out, "todo_threads_busy",
                        "Threads that serve a request.",
                        atomic_load(&server->conns->in_flight));
    metrics_write_gauge(
        out, "todo_spare_threads_busy",
        "Connections beyond --threads, which spare threads serve.",
        connections > threads ? connections - threads : 0);
    metrics_write_gauge(out, "todo_writers_waiting",
                        "Threads that wait for their turn to write.",
                        keeper_waiting(server->keeper));
    metrics_write_gauge(out, "todo_streams", "Streams of events.",
                        feed_streams(server->feed));
    metrics_write_gauge(out, "todo_hashes_running",
                        "Passwords that are being hashed.", hashers.running);
    metrics_write_gauge(out, "todo_hashes_waiting",
                        "Passwords that wait to be hashed.", hashers.waiting);
}

static void show_metrics(struct request *rq) /* REQUEST THREAD */
{
    struct buf text = {0};
    enum todo_err err = TODO_ERR_INTERNAL;

    /* sum up */
    metrics_write(rq->server->metrics, &text);
    write_watched(rq->server, &text);

    /* answer */
    if (!text.failed)
        err = reply_text(&rq->reply, METRICS_TYPE, text.data, text.len);
    buf_release(&text);
    if (err)
        reply_error(&rq->reply, err);
    request_finish(rq); /* WAITS: client */
}

void metrics_handlers(request_step *handlers[OP_COUNT])
{
    handlers[OP_SHOW_METRICS] = show_metrics;
}
