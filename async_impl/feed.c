/*
 * async_impl/feed.c - a list of subscribers, and one reading for all.
 *
 * Whoever writes here rings. Nobody tells us what the other server writes into
 * the same database: a timer rings too, twice a second. A ring while the log is
 * being read makes it be read once more.
 */
#include "feed.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/container_of.h"
#include "common/base/log.h"
#include "common/base/probe.h"
#include "common/todo/changes.h"
#include "conn.h"
#include "server.h"

enum {
    LOOK_MS = 500,
    UNREAD_MAX = 256 * 1024 /* bytes a subscriber may owe us to read */
};

struct subscriber {
    struct feed *feed;
    struct subscriber *prev, *next;
    struct conn *conn;
    int64_t owner; /* whose changes it is told */
    int64_t after; /* it knows all changes up to this one */
    uint32_t number;
    bool chunked;
    char id[REPLY_ID_SIZE]; /* these are for the log */
    const char *path;
    int64_t began_us;
    char base[]; /* of its URLs */
};

/* Comes again and again, by the clock that a test may move (clock.h). */
struct pulse {
    uv_timer_t timer; /* its data is the feed */
    int64_t every_ms;
    int64_t next_us; /* clock_mono_us */
    void (*beat)(struct feed *feed);
};

struct feed {
    struct server *server;
    struct pulse look, heartbeat;
    int open_handles;
    int streams; /* subscribers, and requests on the way to be one */
    struct subscriber *first;
    struct keeper_job job; /* that reads the log */
    bool reading;
    bool rang; /* while reading */
    struct changes_page page;
    struct buf text, chunk; /* what is being written, to one after the other */
};

static void feed_publish(struct keeper_job *job);

/* --- telling -------------------------------------------------------------- */

/* Bytes on their way to a subscriber. */
struct piece {
    uv_write_t write;
    struct conn *conn;
    bool last; /* behind it, the stream ends */
    char bytes[];
};

static size_t unread(const struct conn *conn)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&conn->tcp);
}

/* The client has as long for the next piece as it had for this one. */
static void expect_progress(struct conn *conn) /* LOOP */
{
    conn_expect(conn, conn->conns->server->config->write_timeout_ms);
}

/* What the kernel has not taken of all that slow clients are told. */
static void count_unsent(struct conn *conn) /* LOOP */
{
    conn->conns->unsent -= conn->unsent;
    conn->unsent = unread(conn);
    conn->conns->unsent += conn->unsent;
}

static void on_written(uv_write_t *write, int status) /* LOOP */
{
    struct piece *piece = container_of(write, struct piece, write);
    struct conn *conn = piece->conn;
    bool last = piece->last;

    free(piece);
    count_unsent(conn);
    if (conn->state == CONN_CLOSING)
        return;
    if (status < 0)
        conn_close(conn);
    else if (last)
        conn_end_stream(conn);
    else if (unread(conn) == 0)
        conn_expect_nothing(conn);
    else
        expect_progress(conn);
}

static struct piece *piece_new(struct conn *conn, const struct buf *bytes,
                               bool last)
{
    struct piece *piece = malloc(sizeof *piece + bytes->len);

    if (!piece)
        return NULL;
    piece->conn = conn;
    piece->last = last;
    memcpy(piece->bytes, bytes->data, bytes->len);
    return piece;
}

/* Sends the chunk to one, besides what is still on its way. */
static void push(struct conn *conn, const struct buf *chunk,
                 bool last) /* LOOP */
{
    struct piece *piece = piece_new(conn, chunk, last);
    uv_buf_t bytes;

    if (!piece) {
        conn_close(conn);
        return;
    }
    bytes = uv_buf_init(piece->bytes, (unsigned int)chunk->len);
    if (unread(conn) == 0) /* else it is late for what came before */
        expect_progress(conn);
    if (uv_write(&piece->write, (uv_stream_t *)&conn->tcp, &bytes, 1,
                 on_written) != 0) { /* WAITS: client */
        free(piece);
        conn_close(conn);
    }
    count_unsent(conn);
}

/* Too much of what it was told is still here; or of what all were told, and it
 * has a part in that. */
static bool reads_too_slowly(const struct conn *conn, size_t len)
{
    size_t owed = unread(conn);

    return owed + len > UNREAD_MAX ||
           (owed > 0 && conn->conns->unsent + len > CONNS_UNSENT_MAX);
}

/* Tells one what stands in feed->text. A subscriber that has not read what it
 * was told is let go: it may come again, and say what it has seen. */
static void tell(struct subscriber *subscriber, bool last) /* LOOP */
{
    struct feed *feed = subscriber->feed;
    struct conn *conn = subscriber->conn;
    struct buf *chunk = &feed->chunk;

    buf_clear(chunk);
    reply_put_chunk(chunk, subscriber->chunked, feed->text.data,
                    feed->text.len);
    if (last && subscriber->chunked)
        buf_puts(chunk, "0\r\n\r\n");
    probe_go(subscriber->number, "feed.event");
    probe_park(subscriber->number, "feed.event");
    if (feed->text.failed || chunk->failed) {
        conn_close(conn);
    } else if (reads_too_slowly(conn, chunk->len)) {
        log_info("feed", "a subscriber reads too slowly, and is let go");
        conn_close(conn);
    } else {
        push(conn, chunk, last);
    }
}

static void tell_all(struct feed *feed, bool last) /* LOOP */
{
    for (struct subscriber *one = feed->first, *next; one; one = next) {
        next = one->next; /* telling may end it */
        tell(one, last);
    }
}

static void on_heartbeat(struct feed *feed) /* LOOP */
{
    buf_clear(&feed->text);
    changes_write_heartbeat(&feed->text);
    tell_all(feed, false);
}

/* --- reading -------------------------------------------------------------- */

static void feed_read(struct feed *feed) /* LOOP */
{
    feed->reading = true;
    feed->rang = false;
    keeper_read_alone(feed->server->keeper, &feed->job);
}

static void feed_publish(struct keeper_job *job) /* LOOP */
{
    struct feed *feed = container_of(job, struct feed, job);
    struct changes_page *page = &feed->page;

    feed->reading = false;
    if (job->job.err || feed->server->stopping)
        return; /* the next look tries again; or all were told the last */
    for (struct subscriber *one = feed->first, *next; one; one = next) {
        next = one->next;
        buf_clear(&feed->text);
        one->after =
            changes_write(page, one->owner, one->after, one->base, &feed->text);
        if (feed->text.len > 0)
            tell(one, false);
    }
    if (page->count > 0)
        page->after = page->all[page->count - 1].id;
    if (feed->first && (feed->rang || page->count == CHANGES_STEP))
        feed_read(feed);
}

void feed_ring(struct feed *feed) /* LOOP */
{
    if (!feed)
        return;
    feed->rang = true;
    if (feed->first && !feed->reading)
        feed_read(feed);
}

static void on_look(struct feed *feed) /* LOOP */
{
    feed_ring(feed);
}

/* --- coming and going ----------------------------------------------------- */

enum todo_err feed_enter(struct feed *feed) /* LOOP */
{
    if (feed->streams >= feed->server->config->max_streams)
        return TODO_ERR_BUSY;
    feed->streams++;
    return TODO_OK;
}

void feed_leave(struct feed *feed) /* LOOP */
{
    feed->streams--;
}

/* The first one says from where the log is read; those who come later must have
 * read as far as the others. */
static bool feed_is_level(struct feed *feed, int64_t after)
{
    if (!feed->first && !feed->reading)
        feed->page.after = after;
    return after >= feed->page.after;
}

bool feed_subscribe(struct request *rq, int64_t after) /* LOOP */
{
    struct feed *feed = rq->server->feed;
    size_t base_size = strlen(rq->reply.base) + 1;
    struct subscriber *subscriber;

    if (!feed_is_level(feed, after))
        return false;
    subscriber = calloc(1, sizeof *subscriber + base_size);
    if (!subscriber) {
        rq->err = TODO_ERR_INTERNAL;
        return false;
    }
    subscriber->feed = feed;
    subscriber->conn = rq->conn;
    subscriber->owner = rq->in.owner;
    subscriber->after = after;
    subscriber->number = rq->reply.number;
    subscriber->chunked = rq->reply.chunked;
    memcpy(subscriber->id, rq->reply.id, sizeof subscriber->id);
    subscriber->path = rq->reply.path;
    subscriber->began_us = rq->in.began_us;
    memcpy(subscriber->base, rq->reply.base, base_size);
    subscriber->next = feed->first;
    if (feed->first)
        feed->first->prev = subscriber;
    feed->first = subscriber;
    probe_park(subscriber->number, "feed.event"); /* WAITS: event */
    conn_stream(rq->conn, subscriber);
    if (feed->rang && !feed->reading) /* since it has read */
        feed_read(feed);
    return true;
}

/* A stream whose client has left is counted and logged as a request of such a
 * client is. */
static void log_stream(const struct subscriber *subscriber) /* LOOP */
{
    bool left = subscriber->conn->state == CONN_CLOSING;
    int status = left ? error_info(TODO_ERR_GONE)->status : 200;
    int64_t took_us = clock_mono_us() - subscriber->began_us;

    metrics_end(subscriber->feed->server->metrics, OP_STREAM_EVENTS, status,
                took_us);
    log_request(subscriber->id, "GET", subscriber->path,
                strlen(subscriber->path), status, took_us);
}

void feed_unsubscribe(struct subscriber *subscriber) /* LOOP */
{
    struct feed *feed = subscriber->feed;

    log_stream(subscriber);
    probe_go(subscriber->number, "feed.event");
    probe_end(subscriber->number);
    if (subscriber->prev)
        subscriber->prev->next = subscriber->next;
    else
        feed->first = subscriber->next;
    if (subscriber->next)
        subscriber->next->prev = subscriber->prev;
    free(subscriber);
    feed_leave(feed);
}

/* --- the beginning and the end -------------------------------------------- */

static void on_timer(uv_timer_t *timer) /* LOOP */
{
    struct pulse *pulse = container_of(timer, struct pulse, timer);
    bool beats = clock_nap_ms(pulse->next_us) == 0;

    if (beats)
        pulse->next_us = clock_mono_us() + pulse->every_ms * 1000;
    uv_timer_start(timer, on_timer, (uint64_t)clock_nap_ms(pulse->next_us), 0);
    if (beats)
        pulse->beat(timer->data);
}

static void begin_pulse(struct feed *feed, struct pulse *pulse,
                        int64_t every_ms,
                        void (*beat)(struct feed *feed)) /* LOOP */
{
    pulse->every_ms = every_ms;
    pulse->next_us = clock_mono_us() + every_ms * 1000;
    pulse->beat = beat;
    uv_timer_init(&feed->server->loop, &pulse->timer);
    pulse->timer.data = feed;
    on_timer(&pulse->timer); /* not yet: it sets the timer */
}

struct feed *feed_new(struct server *server) /* LOOP */
{
    struct feed *feed = calloc(1, sizeof *feed);

    if (!feed)
        return NULL;
    feed->server = server;
    feed->job.job.work = store_read_changes;
    feed->job.job.arg = &feed->page;
    feed->job.done = feed_publish;
    feed->open_handles = 2;
    begin_pulse(feed, &feed->look, LOOK_MS, on_look);
    begin_pulse(feed, &feed->heartbeat, server->config->heartbeat_ms,
                on_heartbeat);
    return feed;
}

void feed_stop(struct feed *feed) /* LOOP */
{
    uv_timer_stop(&feed->look.timer);
    uv_timer_stop(&feed->heartbeat.timer);
    buf_clear(&feed->text);
    changes_write_bye(&feed->text);
    tell_all(feed, true);
}

static void on_timer_closed(uv_handle_t *handle) /* LOOP */
{
    struct feed *feed = handle->data;

    if (--feed->open_handles > 0)
        return;
    changes_page_release(&feed->page);
    buf_release(&feed->text);
    buf_release(&feed->chunk);
    free(feed);
}

void feed_close(struct feed *feed) /* LOOP */
{
    if (!feed)
        return;
    uv_close((uv_handle_t *)&feed->look.timer, on_timer_closed);
    uv_close((uv_handle_t *)&feed->heartbeat.timer, on_timer_closed);
}

int feed_streams(struct feed *feed) /* LOOP */
{
    return feed->streams;
}
