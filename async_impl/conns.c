/*
 * async_impl/conns.c - the list of connections and their deadlines.
 */
#include "conns.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/container_of.h"
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

void conn_expect(struct conn *conn, int64_t within_ms) /* LOOP */
{
    uint64_t nap_ms;

    conn->deadline = clock_mono_us() + within_ms * 1000;
    conn->overdue = false;
    nap_ms = (uint64_t)clock_nap_ms(conn->deadline);
    if (!uv_is_active((uv_handle_t *)&conn->timer) ||
        uv_timer_get_due_in(&conn->timer) > nap_ms)
        uv_timer_start(&conn->timer, on_timer, nap_ms, 0);
}

void conn_expect_nothing(struct conn *conn) /* LOOP */
{
    conn->deadline = 0;
}

struct conns *conns_new(struct server *server) /* LOOP */
{
    struct conns *conns = calloc(1, sizeof *conns);

    if (conns)
        conns->server = server;
    return conns;
}

void conns_free(struct conns *conns) /* LOOP */
{
    free(conns);
}

struct conn *conns_open(struct conns *conns) /* LOOP */
{
    uv_loop_t *loop = &conns->server->loop;
    struct conn *conn = calloc(1, sizeof *conn);

    if (!conn)
        return NULL;
    conn->conns = conns;
    uv_tcp_init(loop, &conn->tcp);
    uv_timer_init(loop, &conn->timer);
    conn->refs = 2;
    conn->next = conns->first;
    if (conns->first)
        conns->first->prev = conn;
    conns->first = conn;
    conn->spare = ++conns->count > conns->server->config->max_connections;
    return conn;
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
    conns->count--;
    buf_release(&conn->pending);
    free(conn);
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

void conns_stop(struct conns *conns) /* LOOP */
{
    conns->stopping = true;
    for (struct conn *conn = conns->first; conn; conn = conn->next)
        if (conn->state == CONN_OPEN || conn->state == CONN_LINGERING ||
            (conn->state == CONN_READING && !conn_has_head(conn)))
            conn_close(conn);
    if (conns->count == 0)
        server_leave(conns->server);
}
