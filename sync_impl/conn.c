/*
 * sync_impl/conn.c - what civetweb calls, and the bytes of a request.
 */
#include "conn.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/clock.h"
#include "common/http_rules.h"
#include "common/log.h"
#include "conns.h"
#include "request.h"
#include "server.h"

enum {
    LINGER_US = 1000 * 1000, /* how long the bytes of a client are dropped */
    LINGER_BYTES = 256 * 1024
};

static bool is_gone(const struct conn *conn)
{
    struct pollfd look = {.fd = conn->fd, .events = POLLIN};

    return conn->fd < 0 || poll(&look, 1, 0) < 0 ||
           (look.revents & (POLLERR | POLLHUP));
}

static struct http_text text_of(const char *text)
{
    return (struct http_text){text, text ? strlen(text) : 0};
}

static void read_head(const struct mg_request_info *info,
                      struct http_head *head)
{
    const char *dot = strchr(info->http_version, '.');

    head->method = info->request_method;
    head->path = text_of(info->request_uri);
    head->query = text_of(info->query_string);
    head->major = atoi(info->http_version);
    head->minor = dot ? atoi(dot + 1) : 0;
    head->field_count = (size_t)info->num_headers;
    for (int i = 0; i < info->num_headers; i++) {
        head->fields[i].name = text_of(info->http_headers[i].name);
        head->fields[i].value =
            http_text_trim(text_of(info->http_headers[i].value));
    }
}

static int on_open(const struct mg_connection *mg,
                   void **user_data) /* REQUEST THREAD */
{
    struct server *server = mg_get_user_data(mg_get_context(mg));

    *user_data = conns_open(server->conns);
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

    conns_request_begin(conn, mg);
    read_head(mg_get_request_info(mg), &rq.in.head);
    request_serve(&rq);
    conns_request_end(conn);
    return 1; /* civetweb has nothing to add */
}

/* civetweb could not read a head, and will close the connection. */
static int on_refused(struct mg_connection *mg, int status,
                      const char *message) /* REQUEST THREAD */
{
    struct server *server = mg_get_user_data(mg_get_context(mg));
    struct conn *conn = mg_get_user_connection_data(mg);
    struct reply reply = {0};
    enum todo_err err = status == 505   ? TODO_ERR_HTTP_VERSION
                        : status == 413 ? TODO_ERR_HEAD_TOO_LARGE
                                        : TODO_ERR_MALFORMED;

    conns_request_begin(conn, mg);
    log_debug("conn", "civetweb refuses a head: %s", message);
    http_request_refuse(server->config, &reply);
    reply_error(&reply, err);
    log_request(reply.id, "-", "-", 1, reply.status, 0);
    conn_send(conn, &reply); /* WAITS: client */
    reply_release(&reply);
    conns_request_end(conn);
    return 0;
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
    if (kind == 1)
        keeper_leave_thread();
}

static int on_message(const struct mg_connection *mg, const char *message)
{
    (void)mg;
    log_warn("civetweb", "%s", message);
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

enum todo_err conn_overload(const struct conn *conn) /* REQUEST THREAD */
{
    if (atomic_load(&conn->conns->stopping))
        return TODO_ERR_STOPPING;
    return conn->spare ? TODO_ERR_BUSY : TODO_OK;
}

enum todo_err conn_read_body(struct conn *conn,
                             struct request *rq) /* REQUEST THREAD */
{
    const struct http_meaning *meaning = &rq->in.meaning;
    size_t size =
        meaning->chunked ? HTTP_MAX_BODY + 1 : (size_t)meaning->content_length;
    int n = 0;

    rq->body = malloc(size);
    if (!rq->body)
        return TODO_ERR_INTERNAL;
    if (rq->in.expects_continue) /* WAITS: client */
        (void)mg_write(conn->civetweb, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    conns_expect(conn, rq->server->config->body_timeout_ms, SHUT_RD);
    while (rq->body_len < size) { /* WAITS: client */
        n = mg_read(conn->civetweb, rq->body + rq->body_len,
                    size - rq->body_len);
        if (n > 0)
            rq->body_len += (size_t)n;
        else if (n < 0 || meaning->chunked || is_gone(conn))
            break; /* else civetweb's patience ended before ours */
    }
    conns_expect_nothing(conn);
    if (rq->body_len > HTTP_MAX_BODY)
        return TODO_ERR_BODY_TOO_LARGE;
    if (meaning->chunked ? n == 0 : rq->body_len == size)
        return TODO_OK;
    if (atomic_load(&conn->late))
        return TODO_ERR_BODY_TIMEOUT;
    rq->reply.problem.detail =
        "The body ended early, or its chunks are broken.";
    return TODO_ERR_MALFORMED;
}

/* Bytes that nobody reads would make the kernel reset the connection, and a
 * reset destroys the answer on its way. So they are read, for a moment. */
static void conn_linger(struct conn *conn) /* REQUEST THREAD */
{
    struct pollfd look = {.fd = conn->fd, .events = POLLIN};
    int64_t until = clock_mono_us() + LINGER_US;
    char dropped[4096];
    size_t total = 0;
    ssize_t n = 1;

    if (conn->fd < 0)
        return;
    shutdown(conn->fd, SHUT_WR); /* the client sees the end of the answer */
    while (n > 0 && total < LINGER_BYTES) {
        int64_t left = until - clock_mono_us();

        if (left <= 0 || poll(&look, 1, (int)(left / 1000) + 1) <= 0)
            return; /* WAITS: client */
        n = recv(conn->fd, dropped, sizeof dropped, MSG_DONTWAIT);
        total += n > 0 ? (size_t)n : 0;
    }
}

void conn_send(struct conn *conn, const struct reply *reply)
{
    const char *at = reply->out.data;
    size_t left = reply->out.len;
    bool stays = reply->keep_alive && left > 0;

    atomic_store(&conn->late, false);
    conns_expect(conn, conn->conns->server->config->write_timeout_ms,
                 SHUT_RDWR);
    while (left > 0 && !atomic_load(&conn->late)) { /* WAITS: client */
        int n = mg_write(conn->civetweb, at, left);

        if (n <= 0 && is_gone(conn))
            break;
        at += n > 0 ? n : 0;
        left -= n > 0 ? (size_t)n : 0;
    }
    conns_expect_nothing(conn);
    if (stays && left == 0)
        return;
    mg_disable_connection_keep_alive(conn->civetweb);
    if (left == 0)
        conn_linger(conn);
}
