/*
 * async_impl/conn.c - the life of a connection, from event to event.
 *
 *              bytes            whole request         reply
 *   CONN_OPEN ------> CONN_READING ------> CONN_WAITING ------> CONN_ANSWERING
 *       ^                                                        |         |
 *       |                     it stays                           |         |
 *       +--------------------------------------------------------+         |
 *                  it does not stay                                        |
 *   CONN_CLOSING <------------------ CONN_LINGERING <----------------------+
 *
 * CONN_ANSWERING is passed over when the kernel takes the whole answer at once.
 * A stream of events goes from CONN_WAITING to CONN_STREAMING (feed.c), and
 * when it ends to CONN_LINGERING. An answer in pieces goes back from
 * CONN_ANSWERING to CONN_WAITING after each.
 *
 * Each state has a deadline, but for CONN_WAITING: there the store counts, five
 * seconds for another program's lock and two for a search (store.h); and for
 * CONN_STREAMING while all is taken. An error or a client that leaves goes to
 * CONN_CLOSING from anywhere.
 */
#include "conn.h"

#include <sys/socket.h>

#include "common/base/container_of.h"
#include "common/base/log.h"
#include "common/base/probe.h"
#include "common/base/wipe.h"
#include "conns.h"
#include "feed.h"
#include "flights.h"
#include "hashers.h"
#include "request.h"
#include "server.h"
#include "upstream.h"

enum { PENDING_MAX = 4096 };

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *bytes);
static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes);
static void conn_advance_pending(struct conn *conn);

static const struct config *config_of(const struct conn *conn)
{
    return conn->conns->server->config;
}

struct server *conn_server(const struct conn *conn)
{
    return conn->conns->server;
}

struct limits_client conn_client(const struct conn *conn) /* LOOP */
{
    return conn->client;
}

enum todo_err conn_overload(struct conn *conn) /* LOOP */
{
    return conns_take_place(conn) ? TODO_OK : TODO_ERR_BUSY;
}

bool conn_has_head(const struct conn *conn) /* LOOP */
{
    return conn->rq && conn->rq->wire.head_done;
}

/* --- closing ------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle) /* LOOP */
{
    conn_unref(handle->data);
}

/* The reference of the request that became a stream goes with it. */
static void conn_leave_stream(struct conn *conn) /* LOOP */
{
    struct subscriber *subscriber = conn->subscriber;

    conn->subscriber = NULL;
    if (!subscriber)
        return;
    feed_unsubscribe(subscriber);
    conn_unref(conn);
}

void conn_close(struct conn *conn) /* LOOP */
{
    bool waits;

    if (conn->state == CONN_CLOSING)
        return;
    /* A handler that has the request gives it back by answer_send. */
    if (conn->state != CONN_WAITING && conn->state != CONN_ANSWERING) {
        request_abandon(conn->rq);
        conn->rq = NULL;
    }
    waits = conn->state == CONN_WAITING;
    conn->state = CONN_CLOSING;
    conn_leave_stream(conn);
    conn->tcp.data = conn->timer.data = conn;
    uv_close((uv_handle_t *)&conn->tcp, on_closed);
    uv_close((uv_handle_t *)&conn->timer, on_closed);
    hashers_cancel(conn->rq);
    flights_cancel(conn->rq);
    if (waits) /* nobody will take the answer */
        upstream_cancel(conn->rq);
}

void conn_reset(struct conn *conn) /* LOOP */
{
    if (conn->state != CONN_CLOSING)
        conn_guard(conn, true);
    conn_close(conn);
}

/* What lies in the kernel is dropped by a close, and the client told so
 * (SO_LINGER, socket(7)). */
void conn_guard(struct conn *conn, bool on) /* LOOP */
{
    struct linger how = {.l_onoff = on};
    uv_os_fd_t fd;

    if (conn->guarded != on && /* at worst it ends by FIN */
        uv_fileno((uv_handle_t *)&conn->tcp, &fd) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &how, sizeof how) == 0)
        conn->guarded = on;
}

/* By itself it would grow to some megabytes (tcp_wmem, tcp(7)). */
void conn_bound_send_buffer(struct conn *conn) /* LOOP */
{
    int size = REPLY_KERNEL_MAX;
    uv_os_fd_t fd;

    if (uv_fileno((uv_handle_t *)&conn->tcp, &fd) == 0) /* at worst it grows */
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

/* Bytes that nobody reads would make the kernel reset the connection, and a
 * reset destroys the answer on its way. So they are read, for a moment. */
static void conn_linger(struct conn *conn) /* LOOP */
{
    uv_os_fd_t fd;

    conn->state = CONN_LINGERING;
    conn_guard(conn, false);
    buf_wipe(&conn->pending);
    if (conn->ended || conn->conns->stopping ||
        uv_fileno((uv_handle_t *)&conn->tcp, &fd) != 0 ||
        shutdown(fd, SHUT_WR) != 0) { /* all is written: it does not wait */
        conn_close(conn); /* a server that stops does not wait for it */
        return;
    }
    conn_expect(conn, REPLY_DROP_MS); /* WAITS: client */
    uv_read_start((uv_stream_t *)&conn->tcp, on_alloc, on_read);
}

/* --- being answered ------------------------------------------------------ */

void conn_answered(struct conn *conn) /* LOOP */
{
    const struct reply *reply = &conn->rq->reply;
    bool stays =
        reply->keep_alive && reply->out.len > 0 && !conn->conns->stopping;

    probe_end(reply->number);
    request_free(conn->rq);
    conn->rq = NULL;
    if (conn->state != CONN_CLOSING && !stays) {
        conn_linger(conn);
    } else if (conn->state != CONN_CLOSING) {
        conn->state = CONN_OPEN;
        conn->kept = true;
        conn_expect(conn, config_of(conn)->idle_timeout_ms);
        if (!conn->advancing)
            conn_advance_pending(conn);
    }
    conn_unref(conn); /* the request's */
}

/* --- streaming ----------------------------------------------------------- */

void conn_stream(struct conn *conn, struct subscriber *subscriber) /* LOOP */
{
    conn->subscriber = subscriber;
    conn->state = CONN_STREAMING;
    conn->rq = NULL; /* its handler frees it */
    buf_wipe(&conn->pending);
    if (conn->ended)
        conn_close(conn);
    else if (conn->paused)
        uv_read_start((uv_stream_t *)&conn->tcp, on_alloc, on_read);
    conn->paused = false;
}

void conn_end_stream(struct conn *conn) /* LOOP */
{
    conn_leave_stream(conn);
    conn_linger(conn);
}

/* --- reading ------------------------------------------------------------- */

/* The request has the connection until its answer is sent. */
static void conn_hand_over(struct conn *conn) /* LOOP */
{
    conn->state = CONN_WAITING;
    conn->refs++;
    conn_expect_nothing(conn);
}

/* The request is whole, or will not be: it goes to its handler. */
static void conn_run(struct conn *conn, enum todo_err err) /* LOOP */
{
    conn_hand_over(conn);
    request_run(conn->rq, err);
}

static void conn_refuse(struct conn *conn, enum todo_err err,
                        const char *detail) /* LOOP */
{
    conn_hand_over(conn);
    request_refuse(conn->rq, err, detail);
}

/* If the kernel takes nothing, the client goes without it, and sends the body a
 * second later. False when a part went out: an answer would follow half a line.
 */
static bool conn_say_continue(struct conn *conn) /* LOOP */
{
    static char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    uv_buf_t go_on = uv_buf_init(text, sizeof text - 1);
    int n = uv_try_write((uv_stream_t *)&conn->tcp, &go_on, 1);

    return n <= 0 || (size_t)n == sizeof text - 1;
}

/* A head is whole and a body follows. */
static void conn_expect_body(struct conn *conn) /* LOOP */
{
    enum todo_err err = request_accept(conn->rq);

    if (err) {
        conn_run(conn, err);
        return;
    }
    if (conn->rq->in.expects_continue && !conn_say_continue(conn)) {
        conn_close(conn);
        return;
    }
    conn_expect(conn, config_of(conn)->body_timeout_ms); /* WAITS: client */
}

/* Reads on in the request under way, or in a new one. Gives how many of the
 * bytes it took. */
static size_t conn_parse(struct conn *conn, const char *bytes,
                         size_t len) /* LOOP */
{
    struct request *rq = conn->rq;
    size_t taken = len;

    if (!rq) {
        rq = conn->rq = request_new(conn);
        if (!rq) {
            conn_close(conn);
            return len;
        }
        conn->state = CONN_READING;
        conn_expect(conn, config_of(conn)->head_timeout_ms);
    }
    switch (wire_feed(&rq->wire, bytes, len, &taken)) {
    case WIRE_MORE: /* WAITS: client */
        break;
    case WIRE_HEAD:
        conn_expect_body(conn);
        break;
    case WIRE_DONE:
        conn_run(conn, rq->accepted ? TODO_OK : request_accept(rq));
        break;
    case WIRE_BAD:
        conn_refuse(conn, rq->wire.err, rq->wire.detail);
        break;
    }
    return taken;
}

static bool takes_bytes(const struct conn *conn)
{
    return conn->state == CONN_OPEN || conn->state == CONN_READING;
}

/* Goes through bytes request by request. What follows a request under way is
 * kept until that is answered. Some more is read meanwhile, though not much: a
 * server that does not read does not learn that the client has left. Nor does
 * one that has read to the end: if a client ends its side, and then resets the
 * connection while a handler works for it, the handler works to the end. */
static void conn_advance(struct conn *conn, const char *bytes,
                         size_t len) /* LOOP */
{
    conn->advancing = true;
    while (len > 0 && takes_bytes(conn)) {
        size_t taken = conn_parse(conn, bytes, len);

        bytes += taken;
        len -= taken;
    }
    conn->advancing = false;
    if (len > 0 &&
        (conn->state == CONN_WAITING || conn->state == CONN_ANSWERING)) {
        buf_put(&conn->pending, bytes, len);
        if (conn->pending.len >= PENDING_MAX) {
            uv_read_stop((uv_stream_t *)&conn->tcp);
            conn->paused = true;
        }
        if (conn->pending.failed)
            conn_close(conn);
    }
    if (conn->ended && conn->state == CONN_OPEN)
        conn_close(conn);
    if (conn->ended && conn->state == CONN_READING)
        conn_refuse(conn, TODO_ERR_MALFORMED, NULL);
}

static void conn_advance_pending(struct conn *conn) /* LOOP */
{
    struct buf bytes = conn->pending;

    conn->pending = (struct buf){0};
    conn_advance(conn, bytes.data, bytes.len);
    buf_wipe(&bytes);
    if (conn->paused && !conn->ended && takes_bytes(conn)) {
        uv_read_start((uv_stream_t *)&conn->tcp, on_alloc, on_read);
        conn->paused = false;
    }
}

static void on_alloc(uv_handle_t *handle, size_t hint,
                     uv_buf_t *bytes) /* LOOP */
{
    struct conn *conn = container_of((uv_tcp_t *)handle, struct conn, tcp);

    (void)hint;
    *bytes = uv_buf_init(conn->conns->read_bytes, CONNS_READ_SIZE);
}

/* Nobody asked for these. They are read, so that it shows when the client
 * leaves; but one that sends on and on is not heard for ever. */
static void conn_drop(struct conn *conn, size_t len) /* LOOP */
{
    conn->dropped += len;
    if (conn->dropped > REPLY_DROP_MAX)
        conn_close(conn);
}

static void on_read(uv_stream_t *stream, ssize_t n,
                    const uv_buf_t *bytes) /* LOOP */
{
    struct conn *conn = container_of((uv_tcp_t *)stream, struct conn, tcp);

    if (n == UV_EOF) {
        conn->ended = true;
        uv_read_stop(stream);
        if (conn->state == CONN_LINGERING || conn->state == CONN_STREAMING ||
            conn_is_gone(conn))
            conn_close(conn);
        else
            conn_advance(conn, NULL, 0);
    } else if (n < 0) {
        conn_close(conn);
    } else if (conn->state == CONN_LINGERING || conn->state == CONN_STREAMING) {
        conn_drop(conn, (size_t)n);
    } else {
        conn_advance(conn, bytes->base, (size_t)n);
        wipe(bytes->base, (size_t)n); /* what is of use was copied */
    }
}

/* --- the beginning, and being late --------------------------------------- */

/* Where it is, asked while it is there for sure. */
static struct limits_client who_is_there(const struct conn *conn) /* LOOP */
{
    struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
    int len = sizeof from;

    (void)uv_tcp_getpeername(&conn->tcp, (struct sockaddr *)&from, &len);
    return limits_at_address((const struct sockaddr *)&from);
}

void conn_accept(struct server *server) /* LOOP */
{
    uv_stream_t *listener = (uv_stream_t *)&server->listener;
    struct conns *conns = server->conns;
    struct conn *conn = conns_open(conns);

    if (!conn) {
        conns->starved = true; /* libuv holds it, and those behind it wait */
        return;
    }
    if (uv_accept(listener, (uv_stream_t *)&conn->tcp) != 0) {
        conn_close(conn);
        return;
    }
    if (conn->spare)
        conns_make_room(conns);
    conn->client = who_is_there(conn);
    uv_tcp_nodelay(&conn->tcp, 1);
    conn_expect(conn, server->config->head_timeout_ms); /* WAITS: client */
    uv_read_start((uv_stream_t *)&conn->tcp, on_alloc, on_read);
}

void conn_late(struct conn *conn) /* LOOP */
{
    if (conn->state == CONN_READING)
        conn_refuse(conn, TODO_ERR_BODY_TIMEOUT, NULL);
    else
        conn_close(conn);
}
