#include "raw.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

enum { READ_STEP = 64 * 1024 };

/* Waits for `events` until the deadline; true when one is there. */
static bool wait_for(const struct raw *raw, short events, long long deadline)
{
    struct pollfd one = {.fd = raw->fd, .events = events};

    for (;;) {
        long long left = deadline - now_ms();
        int ready = poll(&one, 1, left > 0 ? (int)left : 0);

        if (ready >= 0 || errno != EINTR)
            return ready > 0;
    }
}

static void *must_have(void *memory)
{
    if (!memory) {
        (void)fputs("raw: out of memory\n", stderr);
        abort(); /* callers may be threads, where cmocka cannot fail a test */
    }
    return memory;
}

/*
 * Opening and closing
 */

/* What is not said is as the system has it. */
struct how {
    const char *from; /* our own address */
    int window, segment;
};

static bool read_address(struct sockaddr_in *address, const char *host,
                         int port)
{
    *address = (struct sockaddr_in){.sin_family = AF_INET,
                                    .sin_port = htons((uint16_t)port)};
    if (strcmp(host, "localhost") == 0)
        host = "127.0.0.1";
    return inet_pton(AF_INET, host, &address->sin_addr) == 1;
}

static bool open_with(struct raw *raw, const char *host, int port,
                      const struct how *how)
{
    struct sockaddr_in address, own;
    int window = how->window, segment = how->segment;
    int one = 1;

    *raw = (struct raw){.fd = -1};
    if (!read_address(&address, host, port) ||
        (how->from && !read_address(&own, how->from, 0)))
        return false;
    raw->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (raw->fd < 0)
        return false;
    /* Both are settled while connecting, so they must be set before. */
    if ((window && setsockopt(raw->fd, SOL_SOCKET, SO_RCVBUF, &window,
                              sizeof window) != 0) ||
        (segment && setsockopt(raw->fd, IPPROTO_TCP, TCP_MAXSEG, &segment,
                               sizeof segment) != 0) ||
        setsockopt(raw->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
        (how->from &&
         bind(raw->fd, (struct sockaddr *)&own, sizeof own) != 0) ||
        connect(raw->fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        fcntl(raw->fd, F_SETFL, O_NONBLOCK) != 0 ||
        fcntl(raw->fd, F_SETFD, FD_CLOEXEC) != 0) {
        raw_close(raw);
        return false;
    }
    raw->buf = must_have(calloc(1, 1));
    return true;
}

bool raw_try_open(struct raw *raw, const char *host, int port)
{
    return open_with(raw, host, port, &(struct how){0});
}

static void must_open(struct raw *raw, const char *host, int port,
                      const struct how *how)
{
    if (!open_with(raw, host, port, how))
        fail_msg("no connection to %s:%d: %s", host, port, strerror(errno));
}

void raw_open(struct raw *raw, const char *host, int port)
{
    must_open(raw, host, port, &(struct how){0});
}

void raw_open_from(struct raw *raw, const char *from, const char *host,
                   int port)
{
    must_open(raw, host, port, &(struct how){.from = from});
}

void raw_open_small_window(struct raw *raw, const char *host, int port,
                           int bytes)
{
    must_open(raw, host, port, &(struct how){.window = bytes});
}

void raw_open_small_segments(struct raw *raw, const char *host, int port,
                             int bytes)
{
    /* The least that IPv4 promises. */
    must_open(raw, host, port, &(struct how){.window = bytes, .segment = 536});
}

void raw_close(struct raw *raw)
{
    if (raw->fd >= 0)
        (void)close(raw->fd); /* nothing is left to do when it fails */
    raw->fd = -1;
    free(raw->buf);
    raw->buf = NULL;
    raw->len = 0;
}

void raw_reset(struct raw *raw)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (raw->fd >= 0)
        (void)setsockopt(raw->fd, SOL_SOCKET, SO_LINGER, &at_once,
                         sizeof at_once); /* at worst it ends by FIN */
    raw_close(raw);
}

/*
 * Sending
 */

size_t raw_send_some(struct raw *raw, const void *bytes, size_t len)
{
    ssize_t sent;

    do
        sent = send(raw->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return (size_t)sent;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
        raw->reset = true;
    return 0;
}

bool raw_send(struct raw *raw, const void *bytes, size_t len)
{
    long long deadline = now_ms() + RAW_TIMEOUT_MS;
    const char *next = bytes;

    while (len > 0) {
        size_t sent = raw_send_some(raw, next, len);

        if (raw->reset)
            return false;
        if (sent == 0 && !wait_for(raw, POLLOUT, deadline))
            return false;
        next += sent;
        len -= sent;
    }
    return true;
}

bool raw_send_text(struct raw *raw, const char *text)
{
    return raw_send(raw, text, strlen(text));
}

bool raw_send_dribble(struct raw *raw, const char *text)
{
    for (; *text; text++)
        if (!raw_send(raw, text, 1))
            return false;
    return true;
}

void raw_half_close(struct raw *raw)
{
    (void)shutdown(raw->fd, SHUT_WR); /* fails only when the peer is gone */
}

/*
 * Reading
 */

bool raw_fill(struct raw *raw, long long deadline)
{
    ssize_t got;

    if (raw->eof || raw->reset || raw->len > RAW_CEILING)
        return false;
    raw->buf = must_have(realloc(raw->buf, raw->len + READ_STEP + 1));
    do {
        if (!wait_for(raw, POLLIN, deadline))
            return false;
        got = recv(raw->fd, raw->buf + raw->len,
                   raw->sip > 0 ? raw->sip : READ_STEP, 0);
    } while (got < 0 && (errno == EINTR || errno == EAGAIN));
    raw->eof = got == 0;
    raw->reset = got < 0;
    if (got > 0)
        raw->len += (size_t)got;
    raw->buf[raw->len] = '\0';
    return got > 0;
}

bool raw_read_eof(struct raw *raw)
{
    long long deadline = now_ms() + RAW_TIMEOUT_MS;

    while (raw_fill(raw, deadline))
        ;
    return raw->eof || raw->reset;
}

bool raw_readable(struct raw *raw, int ms)
{
    if (raw->len > 0 || raw->eof || raw->reset)
        return true;
    return wait_for(raw, POLLIN, now_ms() + ms);
}

void raw_take(struct raw *raw, size_t len)
{
    raw->len -= len;
    memmove(raw->buf, raw->buf + len, raw->len + 1);
}
