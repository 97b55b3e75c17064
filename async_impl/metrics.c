/*
 * async_impl/metrics.c - the numbers of this server: what every server has, and
 * what there is to watch where one loop serves all. Its twin is
 * sync_impl/metrics.c.
 */
#include "common/http/metrics.h"

#include "common/http/reply.h"
#include "conns.h"
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
    metrics_write_head(out, "todo_jobs", "gauge",
                       "Jobs of the database, waiting or under way, by queue.");
    metrics_write_value(out, "todo_jobs", "queue=\"read\"", keeper.reads);
    metrics_write_value(out, "todo_jobs", "queue=\"search\"", keeper.searches);
    metrics_write_value(out, "todo_jobs", "queue=\"write\"", keeper.writes);
    metrics_write_gauge(out, "todo_store_threads",
                        "Threads that run jobs of the database.",
                        keeper.threads);
    metrics_write_gauge(out, "todo_store_threads_busy",
                        "Of these threads, those that run a job now.",
                        keeper.busy);
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
