/*
 * exercises/25-the-third-server/conn.c - bytes come and go, and this process
 * stands still meanwhile. What they mean the parser of the loop knows: as it
 * never waits, it serves those that do, too.
 */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "common/base/clock.h"
#include "third.h"

static int64_t in_ms(int64_t ms)
{
    return clock_mono_us() + ms * 1000;
}

/* True once the client is ready for `events`; false when the time is over, or
 * (where `or_end`) the server stops. A request that has come is in flight,
 * though nobody has read it: the client goes first. */
static bool await(const struct conn *conn, short events, int64_t until_us,
                  bool or_end)
{
    struct pollfd look[] = {{.fd = conn->fd, .events = events},
                            {.fd = or_end ? conn->third->ending : -1}};

    while (poll(look, 2, (int)clock_nap_ms(until_us)) == 0) /* WAITS: client */
        if (clock_mono_us() >= until_us)
            return false;
    return look[0].revents;
}

/* Waits for bytes, which take the place of those that were there. False when
 * none come. */
static bool fill(struct conn *conn, int64_t until_us, bool or_end)
{
    ssize_t n = 0;

    if (await(conn, POLLIN, until_us, or_end)) /* WAITS: client */
        n = recv(conn->fd, conn->bytes, sizeof conn->bytes, 0);
    conn->used = 0;
    conn->len = n > 0 ? (size_t)n : 0;
    return n > 0;
}

enum todo_err conn_read(struct conn *conn, struct wire *wire)
{
    const struct config *config = &conn->third->config;
    int64_t until;
    size_t taken;

    if (!wire->head_done && conn->used == conn->len && /* WAITS: client */
        !fill(conn, in_ms(config->idle_timeout_ms), true))
        return TODO_ERR_GONE;
    until = in_ms(wire->head_done ? config->body_timeout_ms
                                  : config->head_timeout_ms);
    do { /* WAITS: client */
        if (conn->used == conn->len && !fill(conn, until, false))
            return clock_mono_us() < until ? TODO_ERR_GONE
                                           : TODO_ERR_BODY_TIMEOUT;
        (void)wire_feed(wire, conn->bytes + conn->used, conn->len - conn->used,
                        &taken);
        conn->used += taken;
    } while (wire->event == WIRE_MORE);
    return wire->event == WIRE_BAD ? wire->err : TODO_OK;
}

bool conn_write(struct conn *conn, const char *bytes, size_t len)
{
    int64_t until = in_ms(conn->third->config.write_timeout_ms);

    while (len > 0) {
        ssize_t n = send(conn->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && (errno != EAGAIN || /* WAITS: client */
                      !await(conn, POLLOUT, until, false)))
            return false;
        bytes += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

void conn_linger(struct conn *conn)
{
    int64_t until = in_ms(REPLY_DROP_MS);
    size_t dropped = 0;

    shutdown(conn->fd, SHUT_WR); /* WAITS: client */
    while (dropped < REPLY_DROP_MAX && fill(conn, until, true))
        dropped += conn->len;
}
