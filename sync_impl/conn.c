/*
 * sync_impl/conn.c - what civetweb calls, and how a connection ends.
 */
#include "conn.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include "common/base/log.h"
#include "conns.h"
#include "request.h"
#include "server.h"
#include "tap.h"
#include "upstream.h"
#include "wire.h"

static int on_open(const struct mg_connection *mg,
                   void **user_data) /* REQUEST THREAD */
{
    struct server *server = mg_get_user_data(mg_get_context(mg));

    *user_data = conns_open(server->conns);
    tap_open(conn_found, conn_waits, *user_data);
    return 0;
}

static void on_close(const struct mg_connection *mg) /* REQUEST THREAD */
{
    tap_close();
    conns_close(mg_get_user_connection_data(mg));
}

/* Where another function than poll(2) comes first (tap.h). */
static void warn_if_unfound(const struct conn *conn) /* REQUEST THREAD */
{
    static atomic_flag warned = ATOMIC_FLAG_INIT;

    if (conn->fd < 0 && !atomic_flag_test_and_set(&warned))
        log_warn("conn", "the sockets of this civetweb are not found: its own "
                         "deadlines hold, and not those of the options");
}

static int on_request(struct mg_connection *mg) /* REQUEST THREAD */
{
    struct server *server = mg_get_user_data(mg_get_context(mg));
    struct conn *conn = mg_get_user_connection_data(mg);
    struct request rq = {.server = server, .conn = conn};

    if (!civet_may_serve(mg, server->secret)) {
        warn_if_unfound(conn);
        conn_expect_nothing(conn);
        return 1; /* this thread's first request was our own: civet.h */
    }
    conn_goes_on(conn);
    conn_request_begin(conn, mg);
    wire_head(mg_get_request_info(mg), &rq.in.head);
    request_serve(&rq);
    conn_request_end(conn);
    tap_head_begin(); /* what civetweb reads next */
    return 1;         /* civetweb has nothing to add */
}

static enum todo_err why_refused(const struct mg_connection *mg, int status)
{
    const struct conn *conn = mg_get_user_connection_data(mg);

    if (status == 505) /* so the rest of the first line has passed */
        return http_is_method(mg_get_request_info(mg)->request_method)
                   ? TODO_ERR_HTTP_VERSION
                   : TODO_ERR_MALFORMED;
    if (status == 413)
        return TODO_ERR_HEAD_TOO_LARGE;
    return conn_is_late(conn) ? TODO_ERR_BODY_TIMEOUT : TODO_ERR_MALFORMED;
}

/* civetweb could not read a head, and will close the connection. */
static int on_refused(struct mg_connection *mg, int status,
                      const char *message) /* REQUEST THREAD */
{
    struct server *server = mg_get_user_data(mg_get_context(mg));
    struct conn *conn = mg_get_user_connection_data(mg);
    struct request rq = {.server = server, .conn = conn};
    enum todo_err err = why_refused(mg, status);
    /* A bad Content-Length; our own 411 comes later. */
    const char *detail = status == 411 ? http_bad_length : NULL;

    log_debug("conn", "civetweb refuses a head: %s", message);
    rq.in.head.method = wire_asks_head() ? "HEAD" : NULL;
    conn_request_begin(conn, mg);
    request_refuse(&rq, err, detail);
    conn_request_end(conn);
    return 0; /* civetweb has nothing to add */
}

static void *on_thread_start(const struct mg_context *mg,
                             int kind) /* REQUEST THREAD */
{
    static atomic_int number;
    struct server *server = mg_get_user_data(mg);

    if (kind == 1) {
        log_name_thread("req-%d", atomic_fetch_add(&number, 1) + 1);
        keeper_enter_thread(server->keeper);
    }
    return NULL;
}

static void on_thread_end(const struct mg_context *mg, int kind,
                          void *user_pointer) /* REQUEST THREAD */
{
    (void)mg;
    (void)user_pointer;
    if (kind != 1)
        return;
    keeper_leave_thread();
    upstream_leave_thread();
}

static int on_message(const struct mg_connection *mg, const char *message)
{
    struct server *server = mg_get_user_data(mg_get_context(mg));

    if (atomic_load(&server->listening))
        log_warn("civetweb", "%s", message);
    else if (server->complaint[0] == '\0') /* it says why it cannot start */
        (void)snprintf(server->complaint, sizeof server->complaint, "%s",
                       message);
    return 1;
}

void conn_callbacks(struct mg_callbacks *callbacks)
{
    *callbacks = (struct mg_callbacks){
        .init_connection = on_open,
        .connection_close = on_close,
        .begin_request = on_request,
        .http_error = on_refused,
        .init_thread = on_thread_start,
        .exit_thread = on_thread_end,
        .log_message = on_message,
    };
}

/* Here all listen to IPv4 (--host). */
struct limits_client conn_client(const struct conn *conn) /* REQUEST THREAD */
{
    const char *text = mg_get_request_info(conn->civetweb)->remote_addr;
    struct sockaddr_in from = {.sin_family = AF_INET};

    if (inet_pton(AF_INET, text, &from.sin_addr) != 1)
        from.sin_family = AF_UNSPEC;
    return limits_at_address((const struct sockaddr *)&from);
}

enum todo_err conn_overload(struct conn *conn) /* REQUEST THREAD */
{
    if (atomic_load(&conn->conns->stopping))
        return TODO_ERR_STOPPING;
    return conns_take_place(conn) ? TODO_OK : TODO_ERR_BUSY;
}

bool conn_is_ready(const struct conn *conn) /* ANY THREAD */
{
    bool reads = atomic_load(&conn->how) == SHUT_RD;
    struct pollfd look = {.fd = conn->fd, .events = reads ? POLLIN : POLLOUT};

    return poll(&look, 1, 0) > 0;
}

/* Bytes that nobody reads would make the kernel reset the connection, and a
 * reset destroys the answer on its way. So they are read, for a moment. */
void conn_linger(struct conn *conn) /* REQUEST THREAD */
{
    struct pollfd look = {.fd = conn->fd, .events = POLLIN};
    char dropped[4096];
    size_t total = 0;
    ssize_t n;

    atomic_store(&conn->busy, false); /* conns_stop may end it from here on */
    if (conn->fd < 0 || atomic_load(&conn->conns->stopping))
        return; /* a server that stops does not wait for those who stay */
    shutdown(conn->fd, SHUT_WR); /* the client sees the end of the answer */
    conn_expect(conn, REPLY_DROP_MS, SHUT_RD);
    do {
        (void)poll(&look, 1, -1); /* WAITS: client */
        n = recv(conn->fd, dropped, sizeof dropped, MSG_DONTWAIT);
        total += n > 0 ? (size_t)n : 0;
    } while (n > 0 && total < REPLY_DROP_MAX);
    conn_expect_nothing(conn);
}

/* The socket is civetweb's to close, and it would end the connection by FIN. To
 * connect it to AF_UNSPEC resets it without a close (connect(2)). */
void conn_reset(struct conn *conn) /* REQUEST THREAD */
{
    struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

    if (conn->fd >= 0) /* fails only when the client has left already */
        (void)connect(conn->fd, &nowhere, sizeof nowhere);
}

/* What lies in the kernel is dropped by a close, and the client told so
 * (SO_LINGER, socket(7)). */
void conn_guard(struct conn *conn, bool on) /* REQUEST THREAD */
{
    struct linger how = {.l_onoff = on};

    if (conn->fd >= 0) /* at worst it ends by FIN */
        (void)setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &how, sizeof how);
}

/* By itself it would grow to some megabytes (tcp_wmem, tcp(7)). */
void conn_bound_send_buffer(struct conn *conn) /* REQUEST THREAD */
{
    int size = REPLY_KERNEL_MAX;

    if (conn->fd >= 0) /* at worst it grows */
        (void)setsockopt(conn->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}
