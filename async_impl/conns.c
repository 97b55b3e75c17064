/*
 * async_impl/conns.c - the list of connections and their deadlines.
 */
#include "conns.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/container_of.h"
#include "common/base/log.h"
#include "conn.h"
#include "server.h"

/* Setting a timer costs more than reading one. So a deadline that moves away
 * leaves the timer as it is; when it fires too early, it is set again.
 *
 * The process may have stood still (SIGSTOP, a busy machine) while the deadline
 * passed, and what came in time lies unread in the socket. So the loop makes
 * one more turn, in which it reads and writes what it can, before anybody is
 * late. */
static void on_timer(uv_timer_t *timer) /* LOOP */
{
    struct conn *conn = container_of(timer, struct conn, timer);
    int64_t nap_ms;

    if (conn->deadline == 0)
        return;
    nap_ms = clock_nap_ms(conn->deadline);
    if (nap_ms > 0) {
        uv_timer_start(timer, on_timer, (uint64_t)nap_ms, 0);
    } else if (!conn->overdue) {
        conn->overdue = true;
        uv_timer_start(timer, on_timer, 1, 0); /* 0 would be this turn */
    } else {
        conn_expect_nothing(conn);
        conn_late(conn);
    }
}

static void set_deadline(struct conn *conn, int64_t deadline) /* LOOP */
{
    uint64_t nap_ms;

    conn->deadline = deadline;
    conn->overdue = false;
    nap_ms = (uint64_t)clock_nap_ms(conn->deadline);
    if (!uv_is_active((uv_handle_t *)&conn->timer) ||
        uv_timer_get_due_in(&conn->timer) > nap_ms)
        uv_timer_start(&conn->timer, on_timer, nap_ms, 0);
}

static void leave_queue(struct conn *conn) /* LOOP */
{
    struct conns *conns = conn->conns;

    if (!conn->queued)
        return;
    *(conn->older ? &conn->older->younger : &conns->oldest) = conn->younger;
    *(conn->younger ? &conn->younger->older : &conns->youngest) = conn->older;
    conn->queued = false;
}

static void enter_queue(struct conn *conn) /* LOOP */
{
    struct conns *conns = conn->conns;

    conn->older = conns->youngest;
    conn->younger = NULL;
    *(conns->youngest ? &conns->youngest->younger : &conns->oldest) = conn;
    conns->youngest = conn;
    conn->queued = true;
}

/* Whether we wait for the client to send something. */
static bool is_to_send(const struct conn *conn)
{
    return conn->state == CONN_OPEN || conn->state == CONN_READING ||
           conn->state == CONN_LINGERING;
}

static bool is_idle(const struct conn *conn)
{
    return conn->state == CONN_OPEN && !conn->spare;
}

/* Something has come, and the loop has not come round to it. */
static bool has_unread(const struct conn *conn)
{
    struct pollfd look = {.events = POLLIN};

    return uv_fileno((const uv_handle_t *)&conn->tcp, &look.fd) == 0 &&
           poll(&look, 1, 0) > 0; /* it does not wait */
}

/* Others wait for its place; or the server stops, and this one has yet to say
 * what it wants. */
static bool is_hurried(const struct conn *conn)
{
    if (conn->conns->stopping && !conn_has_head(conn))
        return true;
    return conns_are_crowded(conn->conns) && !is_idle(conn);
}

void conn_expect(struct conn *conn, int64_t within_ms) /* LOOP */
{
    leave_queue(conn);
    conn->since_us = clock_mono_us();
    if (is_to_send(conn)) {
        enter_queue(conn);
        if (is_hurried(conn) && within_ms > CONNS_SOON_MS)
            within_ms = CONNS_SOON_MS;
    }
    set_deadline(conn, conn->since_us + within_ms * 1000);
}

void conn_expect_nothing(struct conn *conn) /* LOOP */
{
    conn->deadline = 0;
    leave_queue(conn);
}

struct conns *conns_new(struct server *server) /* LOOP */
{
    struct conns *conns = calloc(1, sizeof *conns);

    if (!conns)
        return NULL;
    conns->server = server;
    conns->reserve = calloc(1, sizeof *conns->reserve);
    if (conns->reserve)
        return conns;
    free(conns);
    return NULL;
}

void conns_free(struct conns *conns) /* LOOP */
{
    if (!conns)
        return;
    free(conns->reserve);
    free(conns);
}

struct conn *conns_open(struct conns *conns) /* LOOP */
{
    uv_loop_t *loop = &conns->server->loop;
    int places = conns->server->config->max_connections;
    struct conn *conn;

    if (conns->count == places + CONNS_SPARE)
        return NULL;
    conn = calloc(1, sizeof *conn);
    if (!conn) { /* while nobody is here, there is the reserve */
        conn = conns->reserve;
        conns->reserve = NULL;
    }
    if (!conn) {
        log_warn("conns", "cannot take a connection: out of memory");
        return NULL;
    }
    conn->conns = conns;
    uv_tcp_init(loop, &conn->tcp);
    uv_timer_init(loop, &conn->timer);
    conn->refs = 2;
    conn->next = conns->first;
    if (conns->first)
        conns->first->prev = conn;
    conns->first = conn;
    conn->spare = conns->serving == places;
    conns->serving += !conn->spare;
    conns->count++;
    return conn;
}

bool conns_are_crowded(const struct conns *conns) /* LOOP */
{
    return conns->count > conns->server->config->max_connections;
}

void conns_make_room(struct conns *conns) /* LOOP */
{
    int64_t now = clock_mono_us();
    int64_t before = now - CONNS_SOON_MS * INT64_C(1000);
    struct conn *conn = conns->oldest;

    for (; conn && conn->since_us <= before; conn = conn->younger) {
        if (is_idle(conn) && !has_unread(conn)) {
            conn_close(conn);
            return;
        }
        if (is_to_send(conn) && !is_idle(conn) && conn->deadline > now)
            set_deadline(conn, now);
    }
}

bool conns_take_place(struct conn *conn) /* LOOP */
{
    struct conns *conns = conn->conns;

    if (!conn->spare)
        return true;
    conn->spare = conns->serving == conns->server->config->max_connections;
    conns->serving += !conn->spare;
    return !conn->spare;
}

void conn_unref(struct conn *conn) /* LOOP; the only free */
{
    struct conns *conns = conn->conns;

    assert(conn->refs > 0);
    if (--conn->refs > 0)
        return;
    if (conn->prev)
        conn->prev->next = conn->next;
    else
        conns->first = conn->next;
    if (conn->next)
        conn->next->prev = conn->prev;
    leave_queue(conn);
    conns->serving -= !conn->spare;
    conns->count--;
    buf_wipe(&conn->pending);
    if (conns->reserve) {
        free(conn);
    } else {
        *conn = (struct conn){0};
        conns->reserve = conn;
    }
    if (conns->starved && !conns->stopping) { /* libuv calls no more by itself
                                                 while it is owed an accept */
        conns->starved = false;
        conn_accept(conns->server);
    }
    if (conns->stopping && conns->count == 0)
        server_leave(conns->server);
}

bool conn_is_gone(const struct conn *conn) /* LOOP */
{
    struct pollfd look = {.events = POLLIN};

    return uv_fileno((const uv_handle_t *)&conn->tcp, &look.fd) != 0 ||
           poll(&look, 1, 0) < 0 || /* it does not wait */
           (look.revents & (POLLERR | POLLHUP));
}

/* Whether a stopping server owes it nothing. A client that keeps a connection
 * must expect to find it ended, even as it asks again (RFC 9112, section 9.6).
 * One that has just come expects an answer. */
static bool may_end(const struct conn *conn)
{
    return conn->state == CONN_LINGERING ||
           (conn->state == CONN_OPEN && conn->kept && !has_unread(conn));
}

void conns_stop(struct conns *conns) /* LOOP */
{
    int64_t soon = clock_mono_us() + CONNS_SOON_MS * INT64_C(1000);

    conns->stopping = true;
    for (struct conn *conn = conns->first; conn; conn = conn->next)
        if (may_end(conn))
            conn_close(conn);
        else if (is_to_send(conn) && !conn_has_head(conn) &&
                 conn->deadline > soon)
            set_deadline(conn, soon);
    if (conns->count == 0)
        server_leave(conns->server);
}
