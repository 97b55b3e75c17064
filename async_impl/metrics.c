/*
 * async_impl/metrics.c - the numbers of this server: what every server has, and
 * what there is to watch where one loop serves all. Its twin is
 * sync_impl/metrics.c.
 */
#include "common/http/metrics.h"

#include "common/http/reply.h"
#include "request.h"
#include "server.h"
#include "turns.h"

/* Queues that grow, and turns that are long: in a long one nobody is served. */
static void write_watched(struct server *server, struct buf *out) /* LOOP */
{
    struct keeper_load keeper = keeper_load(server->keeper);
    struct hashers_load hashers = hashers_load(server->hashers);

    metrics_write_gauge(out, "todo_connections", "Connections that are open.",
                        server->conns->count);
    metrics_write_head(out, "todo_jobs_waiting", "gauge",
                       "Jobs of the database that are not done, by queue.");
    metrics_write_value(out, "todo_jobs_waiting", "queue=\"read\"",
                        keeper.reads);
    metrics_write_value(out, "todo_jobs_waiting", "queue=\"search\"",
                        keeper.searches);
    metrics_write_value(out, "todo_jobs_waiting", "queue=\"write\"",
                        keeper.writes);
    metrics_write_gauge(out, "todo_store_threads",
                        "Threads that run such jobs.", keeper.threads);
    metrics_write_gauge(out, "todo_store_threads_busy",
                        "Threads that run one now.", keeper.busy);
    metrics_write_head(out, "todo_loop_turn_seconds", "histogram",
                       "From the loop's waking to its next sleep: what came "
                       "meanwhile had to wait.");
    metrics_write_histogram(out, "todo_loop_turn_seconds", "",
                            turns_took(server->turns));
    metrics_write_gauge(out, "todo_streams", "Streams of events.",
                        feed_streams(server->feed));
    metrics_write_gauge(out, "todo_hashes_running",
                        "Passwords that are being hashed.", hashers.running);
    metrics_write_gauge(out, "todo_hashes_waiting",
                        "Passwords that wait to be hashed.", hashers.waiting);
}

static void show_metrics(struct request *rq) /* LOOP */
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
