#include "conn.h"

#include <stdlib.h>

#include "common/base/container_of.h"

static void on_closed(uv_handle_t *handle)
{
    free(container_of((uv_tcp_t *)handle, struct conn, tcp));
}

void conn_close(struct conn *conn)
{
    conn->is_asking = false;
    conn->on_end = NULL;
    if (!uv_is_closing((uv_handle_t *)&conn->tcp))
        uv_close((uv_handle_t *)&conn->tcp, on_closed);
}

struct conn *conn_new(uv_loop_t *loop, conn_end *on_end)
{
    struct conn *conn = calloc(1, sizeof *conn);

    if (!conn || uv_tcp_init(loop, &conn->tcp) != 0) {
        free(conn);
        return NULL;
    }
    link_init(&conn->link);
    conn->on_end = on_end;
    return conn;
}

/* The end of what was asked. What comes then is the owner's business: it may
 * ask the next one at once. */
static void end(struct conn *conn, enum fate fate, bool is_free)
{
    conn_end *on_end = conn->on_end;

    conn->is_asking = false;
    if (!is_free)
        conn_close(conn);
    if (on_end)
        on_end(conn, fate, is_free);
}

/*
 * Reading
 */

static enum fate fate_of(enum answer_state state)
{
    switch (state) {
    case ANSWER_WHOLE:
        return FATE_ANSWERED;
    case ANSWER_LIED:
        return FATE_LIED;
    case ANSWER_NOT_HTTP:
        return FATE_NOT_HTTP;
    case ANSWER_CUT:
        return FATE_RESET;
    case ANSWER_MORE:
        break;
    }
    return FATE_UNDER_WAY;
}

static void hear(struct conn *conn, enum answer_state state)
{
    if (state != ANSWER_MORE)
        end(conn, fate_of(state), state == ANSWER_WHOLE && conn->answer.keeps);
}

/* One for all: what it holds is read before anything else is. */
static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *bytes)
{
    static char shared[64 * 1024];

    (void)handle;
    (void)hint;
    *bytes = uv_buf_init(shared, sizeof shared);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
    struct conn *conn = container_of((uv_tcp_t *)stream, struct conn, tcp);

    if (n == 0)
        return;
    if (!conn->is_asking) /* it ended, or said what nobody had asked */
        end(conn, FATE_UNDER_WAY, false);
    else if (n == UV_EOF)
        hear(conn, answer_end(&conn->answer));
    else if (n < 0)
        end(conn, FATE_RESET, false);
    else
        hear(conn, answer_read(&conn->answer, bytes->base, (size_t)n));
}

/*
 * Asking
 */

/* What could not be written will not be answered: reading tells of it. */
static void on_written(uv_write_t *write, int status)
{
    (void)write;
    (void)status;
}

static void write_rest(struct conn *conn, size_t sent)
{
    uv_buf_t rest =
        uv_buf_init(conn->request + sent, (unsigned)(conn->request_len - sent));

    (void)uv_write(&conn->write, (uv_stream_t *)&conn->tcp, &rest, 1,
                   on_written);
}

static void send_request(struct conn *conn)
{
    uv_buf_t all = uv_buf_init(conn->request, (unsigned)conn->request_len);
    int sent = uv_try_write((uv_stream_t *)&conn->tcp, &all, 1);

    if (sent < (int)conn->request_len)
        write_rest(conn, sent > 0 ? (size_t)sent : 0);
}

static void on_connected(uv_connect_t *connect, int status)
{
    struct conn *conn = container_of(connect, struct conn, connect);

    if (status == UV_ECANCELED) /* we have closed it */
        return;
    if (status == UV_EADDRNOTAVAIL) { /* our own ports have run out */
        end(conn, FATE_UNSENT, false);
        return;
    }
    if (status != 0 ||
        uv_read_start((uv_stream_t *)&conn->tcp, on_alloc, on_read) != 0) {
        end(conn, FATE_REFUSED, false);
        return;
    }
    conn->is_connected = true;
    send_request(conn);
}

bool conn_ask(struct conn *conn, const struct sockaddr_in *to)
{
    conn->is_asking = true;
    answer_begin(&conn->answer);
    if (conn->is_connected) {
        send_request(conn);
        return true;
    }
    if (uv_tcp_connect(&conn->connect, &conn->tcp, (const struct sockaddr *)to,
                       on_connected) != 0) {
        conn_close(conn);
        return false;
    }
    uv_tcp_nodelay(&conn->tcp, 1);
    return true;
}
