/*
 * async_impl/events.c - what happens to the todos, as it happens: a stream that
 * has read all there is becomes a subscriber. Its twin is sync_impl/events.c.
 */
#include "common/http/reply.h"
#include "common/todo/changes.h"
#include "conn.h"
#include "feed.h"
#include "keeper.h"
#include "request.h"
#include "server.h"

static request_step stream_events, stream_events_begin, stream_events_refuse,
    stream_events_send, stream_events_wait, stream_events_fetch,
    stream_events_add, stream_events_end;

static void stream_events_release(struct stream_events *job) /* LOOP */
{
    changes_page_release(&job->page);
    buf_release(&job->text);
}

static void stream_events(struct request *rq) /* LOOP */
{
    rq->err = feed_enter(rq->server->feed);

    /* begin */
    if (rq->err)
        stream_events_refuse(rq);
    else /* WAITS: disk */
        keeper_read(rq, store_start_changes, &rq->in.start,
                    stream_events_begin);
}

static void stream_events_begin(struct request *rq) /* LOOP */
{
    struct stream_events *job = &rq->frame.stream_events;

    job->page.owner = rq->in.owner;
    job->page.after = rq->in.start.after;
    job->page.count = CHANGES_STEP; /* nothing is read yet */
    if (!rq->err && rq->in.start.has_gap)
        changes_write_reset(rq->in.start.after, &job->text);
    if (!rq->err)
        rq->err = reply_stream(&rq->reply, "text/event-stream");
    if (!rq->err)
        conn_bound_send_buffer(rq->conn);
    if (rq->err) {
        feed_leave(rq->server->feed);
        stream_events_refuse(rq);
    } else if (rq->reply.head_only) {
        stream_events_end(rq);
    } else {
        stream_events_send(rq);
    }
}

/* Nothing has been sent yet: it can still be said why. */
static void stream_events_refuse(struct request *rq) /* LOOP */
{
    stream_events_release(&rq->frame.stream_events);
    reply_error(&rq->reply, rq->err);
    request_finish(rq); /* WAITS: client */
}

static void stream_events_send(struct request *rq) /* LOOP */
{
    /* send the head, then the news before */
    request_write(rq, stream_events_wait); /* WAITS: client */
}

static void stream_events_wait(struct request *rq) /* LOOP */
{
    struct stream_events *job = &rq->frame.stream_events;

    /* wait, unless there is more to read */
    if (!rq->err && !rq->server->stopping && job->page.count < CHANGES_STEP &&
        feed_subscribe(rq, job->page.after)) { /* WAITS: event */
        stream_events_release(job); /* the stream goes on without it */
        request_free(rq);
    } else if (rq->err) {
        stream_events_end(rq);
    } else {
        stream_events_fetch(rq);
    }
}

static void stream_events_fetch(struct request *rq) /* LOOP */
{
    struct stream_events *job = &rq->frame.stream_events;

    /* fetch */ /* WAITS: disk */
    keeper_read(rq, store_read_changes, &job->page, stream_events_add);
}

/* Behind the last news of a server that stops comes the end. */
static void stream_events_add(struct request *rq) /* LOOP */
{
    struct stream_events *job = &rq->frame.stream_events;
    bool stops = rq->server->stopping;

    job->page.after =
        changes_write(&job->page, job->page.owner, job->page.after,
                      rq->reply.base, &job->text);
    if (stops)
        changes_write_bye(&job->text);
    if (!rq->err)
        rq->err = reply_piece(&rq->reply, job->text.data, job->text.len);
    if (!rq->err && stops)
        rq->err = reply_stream_end(&rq->reply);
    if (job->text.failed)
        rq->err = TODO_ERR_INTERNAL;
    buf_clear(&job->text);
    if (rq->err || stops)
        stream_events_end(rq);
    else
        stream_events_send(rq);
}

static void stream_events_end(struct request *rq) /* LOOP */
{
    /* end */
    feed_leave(rq->server->feed);
    stream_events_release(&rq->frame.stream_events);
    if (rq->err)
        request_cut(rq);
    else
        request_finish(rq); /* WAITS: client */
}

void events_handlers(request_step *handlers[OP_COUNT])
{
    handlers[OP_STREAM_EVENTS] = stream_events;
}
