/*
 * sync_impl/events.c - what happens to the todos, as it happens: a thread
 * stands for each stream until it rings. Its twin is async_impl/events.c.
 */
#include "common/base/clock.h"
#include "common/http/reply.h"
#include "common/todo/changes.h"
#include "conn.h"
#include "conns.h"
#include "feed.h"
#include "keeper.h"
#include "request.h"
#include "server.h"

/* Where the stream begins; TODO_ERR_BUSY where there are enough of them. On
 * success, feed_leave is owed. */
static enum todo_err begin(struct request *rq, struct changes_page *page,
                           struct buf *text) /* REQUEST THREAD */
{
    enum todo_err err = feed_enter(rq->server->feed);

    if (err)
        return err;
    err = keeper_read(rq->keeper, store_start_changes, &rq->in.start);
    if (!err) /* or the watcher would ring for it */
        feed_ring(rq->server->feed, rq->in.start.newest);
    page->after = rq->in.start.after;
    if (!err && rq->in.start.has_gap)
        changes_write_reset(page->after, text);
    if (!err)
        err = reply_stream(&rq->reply, "text/event-stream");
    if (err)
        feed_leave(rq->server->feed);
    else
        conn_bound_send_buffer(rq->conn);
    return err;
}

/* When the next sign of life is due, if nothing is told before. */
static int64_t next_beat(const struct request *rq)
{
    return clock_mono_us() + rq->server->config->heartbeat_ms * 1000;
}

/* What comes next: events, a sign of life, or the end. It rings for everybody,
 * and what has happened may be others' (there is no text for that): then
 * nothing is sent by which it would show that the client has left. */
static enum todo_err add_news(struct request *rq, enum feed_news news,
                              struct changes_page *page, struct buf *text,
                              int64_t *beat_us)
{
    int64_t before = page->after;
    enum todo_err err;

    if (news == FEED_RANG)
        page->after =
            changes_write(page, page->owner, page->after, rq->reply.base, text);
    if (news == FEED_STOPS)
        changes_write_bye(text);
    else if (text->len == 0 && page->after > before &&
             clock_mono_us() >= *beat_us)
        news = FEED_QUIET; /* others have done enough */
    if (news == FEED_QUIET)
        changes_write_heartbeat(text);
    if (text->len > 0)
        *beat_us = next_beat(rq);
    else if (conn_has_left(rq->conn))
        return TODO_ERR_GONE;
    err = reply_piece(&rq->reply, text->data, text->len);
    if (!err && news == FEED_STOPS)
        err = reply_stream_end(&rq->reply);
    if (text->failed)
        err = TODO_ERR_INTERNAL;
    buf_clear(text);
    return err;
}

static void stream_events(struct request *rq) /* REQUEST THREAD */
{
    struct feed *feed = rq->server->feed;
    struct changes_page page = {.owner = rq->in.owner};
    struct buf text = {0};
    enum feed_news news = FEED_RANG;
    int64_t seen = -1; /* the first wait is none */
    int64_t beat_us = next_beat(rq);
    enum todo_err err;

    /* begin */ /* WAITS: disk */
    err = begin(rq, &page, &text);
    if (err) {
        buf_release(&text);
        reply_error(&rq->reply, err);
        request_finish(rq); /* WAITS: client */
        return;
    }

    while (!err && !rq->reply.head_only && news != FEED_STOPS) {
        /* send the head, then the news before */
        err = request_write(rq); /* WAITS: client */

        /* wait, unless there is more to read */
        if (!err && page.count < CHANGES_STEP) /* WAITS: event */
            news = feed_attend(feed, rq->conn, seen, beat_us);
        seen = feed_newest(feed);
        if (news == FEED_LEFT)
            err = TODO_ERR_GONE;

        /* fetch */
        if (!err && news == FEED_RANG) /* WAITS: disk */
            err = keeper_read(rq->keeper, store_read_changes, &page);
        if (!err)
            err = add_news(rq, news, &page, &text, &beat_us);
    }

    /* end */
    feed_leave(feed);
    changes_page_release(&page);
    buf_release(&text);
    if (err)
        request_cut(rq, err);
    else
        request_finish(rq); /* WAITS: client */
}

void events_handlers(request_step *handlers[OP_COUNT])
{
    handlers[OP_STREAM_EVENTS] = stream_events;
}
