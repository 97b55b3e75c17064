/*
 * sync_impl/conn.c - what civetweb calls, and the bytes of a request.
 *
 * civetweb does not tell the socket of a connection. It is found among the open
 * descriptors by its two ends.
 */
#include "conn.h"

#include <arpa/inet.h>
#ifdef __linux__
#include <linux/tcp.h>
#endif
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/clock.h"
#include "common/log.h"
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
    tap_open();
    return 0;
}

static void on_close(const struct mg_connection *mg) /* REQUEST THREAD */
{
    conns_close(mg_get_user_connection_data(mg));
}

static int on_request(struct mg_connection *mg) /* REQUEST THREAD */
{
    struct server *server = mg_get_user_data(mg_get_context(mg));
    struct conn *conn = mg_get_user_connection_data(mg);
    struct request rq = {.server = server, .conn = conn};

    if (!wire_may_serve(mg, server->secret))
        return 1; /* this thread's first request was our own: wire.h */
    conns_request_begin(conn, mg);
    wire_head(mg_get_request_info(mg), &rq.in.head);
    rq.in.port = mg_get_request_info(mg)->server_port;
    request_serve(&rq);
    conns_request_end(conn);
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
    return conns_is_late(conn) ? TODO_ERR_BODY_TIMEOUT : TODO_ERR_MALFORMED;
}

/* civetweb could not read a head, and will close the connection. */
static int on_refused(struct mg_connection *mg, int status,
                      const char *message) /* REQUEST THREAD */
{
    struct server *server = mg_get_user_data(mg_get_context(mg));
    struct conn *conn = mg_get_user_connection_data(mg);
    struct request rq = {.server = server, .conn = conn};
    enum todo_err err = why_refused(mg, status);

    log_debug("conn", "civetweb refuses a head: %s", message);
    rq.reply.head_only = wire_is_head();
    if (status == 411) /* a bad Content-Length; our own 411 comes later */
        rq.reply.problem.detail = http_bad_length;
    conns_request_begin(conn, mg);
    if (err == TODO_ERR_BODY_TIMEOUT)
        rq.reply.problem.detail = http_late_head;
    request_refuse(&rq, err);
    conns_request_end(conn);
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

/* The two ends of a connection. */
struct ends {
    struct sockaddr_in peer;
    struct sockaddr_in here; /* INADDR_ANY: at whichever of our addresses */
};

/* Which of our addresses the client connects to, civetweb only tells as a part
 * of a URL, http://127.0.0.1:8001/todos, and not where it refuses the head. It
 * logs when there is no room for the URL, which it may have escaped. */
static struct in_addr local_address(const struct mg_connection *mg)
{
    const char *path = mg_get_request_info(mg)->local_uri;
    size_t size = path ? 64 + 3 * strlen(path) : 0;
    char *link = path ? malloc(size) : NULL;
    struct in_addr address = {.s_addr = htonl(INADDR_ANY)};
    char text[INET_ADDRSTRLEN];

    if (link && mg_get_request_link(mg, link, size) == 0 &&
        sscanf(link, "http://%15[0-9.]", text) == 1)
        (void)inet_pton(AF_INET, text, &address); /* or it stays any */
    free(link);
    return address;
}

static bool is_same(const struct sockaddr_in *one, struct in_addr address,
                    in_port_t port)
{
    return one->sin_family == AF_INET && one->sin_port == port &&
           (address.s_addr == htonl(INADDR_ANY) ||
            one->sin_addr.s_addr == address.s_addr);
}

static bool has_ends(int fd, const struct ends *ends)
{
    struct sockaddr_in peer = {0}, here = {0};
    socklen_t peer_len = sizeof peer, here_len = sizeof here;

    return getpeername(fd, (struct sockaddr *)&peer, &peer_len) == 0 &&
           getsockname(fd, (struct sockaddr *)&here, &here_len) == 0 &&
           is_same(&peer, ends->peer.sin_addr, ends->peer.sin_port) &&
           is_same(&here, ends->here.sin_addr, ends->here.sin_port);
}

static bool claim_from(struct conn *conn, int from, int to,
                       const struct ends *ends) /* REQUEST THREAD */
{
    for (int fd = from; fd <= to; fd++)
        if (has_ends(fd, ends) && conns_claim(conn, fd))
            return true;
    return false;
}

void conn_find_socket(struct conn *conn) /* REQUEST THREAD */
{
    const struct mg_request_info *info = mg_get_request_info(conn->civetweb);
    int port = conn->conns->server->config->port;
    int known = atomic_load(&conn->conns->highest);
    struct ends ends = {0};

    if (conn->fd >= 0 || !info ||
        inet_pton(AF_INET, info->remote_addr, &ends.peer.sin_addr) != 1)
        return;
    ends.peer.sin_port = htons((in_port_t)info->remote_port);
    ends.here.sin_addr = local_address(conn->civetweb);
    ends.here.sin_port = htons((in_port_t)port);
    if (!claim_from(conn, 0, known, &ends) &&
        !claim_from(conn, known + 1, conns_highest(conn->conns), &ends))
        log_info("conn",
                 "no socket for %s:%d: its client has left, or it has "
                 "no deadlines",
                 info->remote_addr, info->remote_port);
}

enum todo_err conn_overload(const struct conn *conn) /* REQUEST THREAD */
{
    if (atomic_load(&conn->conns->stopping))
        return TODO_ERR_STOPPING;
    return conn->spare ? TODO_ERR_BUSY : TODO_OK;
}

unsigned long long conn_heard(int fd) /* ANY THREAD */
{
#ifdef __linux__
    struct tcp_info info = {0};
    socklen_t len = sizeof info;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
        return info.tcpi_bytes_received;
#else
    (void)fd;
#endif
    return 0;
}

bool conn_is_ready(const struct conn *conn) /* WATCH THREAD */
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
    int64_t until = clock_mono_us() + (int64_t)REPLY_DROP_MS * 1000;
    char dropped[4096];
    size_t total = 0;
    ssize_t n = 1;

    atomic_store(&conn->busy, false); /* conns_stop may end it from here on */
    if (conn->fd < 0 || atomic_load(&conn->conns->stopping))
        return; /* who is stopping does not wait for those who stay */
    shutdown(conn->fd, SHUT_WR); /* the client sees the end of the answer */
    while (n > 0 && total < REPLY_DROP_MAX) {
        /* WAITS: client; what has come is read also when the time is up */
        if (poll(&look, 1, (int)clock_nap_ms(until)) > 0) {
            n = recv(conn->fd, dropped, sizeof dropped, MSG_DONTWAIT);
            total += n > 0 ? (size_t)n : 0;
        } else if (clock_mono_us() >= until) {
            return;
        }
    }
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
