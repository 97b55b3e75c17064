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
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

/* More than any answer of the contract; a server that sends without end must
 * fail the test and not eat the machine. */
enum { RAW_CEILING = 64 * 1024 * 1024, READ_STEP = 64 * 1024 };

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

static bool open_with_window(struct raw *raw, const char *host, int port,
                             int window)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port)};
    int one = 1;

    *raw = (struct raw){.fd = -1};
    if (strcmp(host, "localhost") == 0)
        host = "127.0.0.1";
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
        return false;
    raw->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (raw->fd < 0)
        return false;
    /* The window is settled while connecting, so it must be set before. */
    if ((window && setsockopt(raw->fd, SOL_SOCKET, SO_RCVBUF, &window,
                              sizeof window) != 0) ||
        setsockopt(raw->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
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
    return open_with_window(raw, host, port, 0);
}

void raw_open(struct raw *raw, const char *host, int port)
{
    raw_open_small_window(raw, host, port, 0); /* 0: as the system has it */
}

void raw_open_small_window(struct raw *raw, const char *host, int port,
                           int bytes)
{
    if (!open_with_window(raw, host, port, bytes))
        fail_msg("no connection to %s:%d: %s", host, port, strerror(errno));
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

/* Takes what the socket has. False at EOF, reset, ceiling or deadline. */
static bool fill(struct raw *raw, long long deadline)
{
    ssize_t got;

    if (raw->eof || raw->reset || raw->len > RAW_CEILING)
        return false;
    raw->buf = must_have(realloc(raw->buf, raw->len + READ_STEP + 1));
    do {
        if (!wait_for(raw, POLLIN, deadline))
            return false;
        got = recv(raw->fd, raw->buf + raw->len, READ_STEP, 0);
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

    while (fill(raw, deadline))
        ;
    return raw->eof || raw->reset;
}

bool raw_readable(struct raw *raw, int ms)
{
    if (raw->len > 0 || raw->eof || raw->reset)
        return true;
    return wait_for(raw, POLLIN, now_ms() + ms);
}

/* Drops the first `len` bytes of what was received. */
static void take(struct raw *raw, size_t len)
{
    raw->len -= len;
    memmove(raw->buf, raw->buf + len, raw->len + 1);
}

/* Receives until `len` bytes are there. */
static bool need(struct raw *raw, size_t len, long long deadline)
{
    while (raw->len < len)
        if (!fill(raw, deadline))
            return false;
    return true;
}

/* Where `mark` starts in what was received; NUL bytes do not end the search. */
static bool find(const struct raw *raw, const char *mark, size_t *at)
{
    size_t len = strlen(mark);

    for (size_t i = 0; i + len <= raw->len; i++)
        if (memcmp(raw->buf + i, mark, len) == 0) {
            *at = i;
            return true;
        }
    return false;
}

/* Moves one head, with its empty line, into the answer. */
static bool read_head(struct raw *raw, struct raw_answer *answer,
                      long long deadline)
{
    size_t len;

    while (!find(raw, "\r\n\r\n", &len))
        if (!fill(raw, deadline))
            return false;
    len += 4;
    answer->head = must_have(calloc(len + 1, 1));
    memcpy(answer->head, raw->buf, len);
    take(raw, len);
    return true;
}

static void append(struct raw_answer *answer, const char *bytes, size_t len)
{
    answer->body = must_have(realloc(answer->body, answer->body_len + len + 1));
    memcpy(answer->body + answer->body_len, bytes, len);
    answer->body_len += len;
    answer->body[answer->body_len] = '\0';
}

static bool read_line(struct raw *raw, char *line, size_t size,
                      long long deadline)
{
    size_t len;

    while (!find(raw, "\r\n", &len))
        if (raw->len > size || !fill(raw, deadline))
            return false;
    if (len >= size)
        return false;
    memcpy(line, raw->buf, len);
    line[len] = '\0';
    take(raw, len + 2);
    return true;
}

static bool read_chunks(struct raw *raw, struct raw_answer *answer,
                        long long deadline)
{
    for (;;) {
        char line[64];
        char *end;

        if (!read_line(raw, line, sizeof line, deadline))
            return false;
        size_t size = strtoul(line, &end, 16);

        if (end == line || *end != '\0' || size > RAW_CEILING ||
            !need(raw, size + 2, deadline))
            return false;
        append(answer, raw->buf, size);
        bool ended = memcmp(raw->buf + size, "\r\n", 2) == 0;

        take(raw, size + 2);
        if (!ended || size == 0)
            return ended;
    }
}

static bool read_body(struct raw *raw, struct raw_answer *answer,
                      long long deadline)
{
    char value[64];

    if (raw_answer_field(answer, "Transfer-Encoding", value, sizeof value))
        return strcasecmp(value, "chunked") == 0 &&
               read_chunks(raw, answer, deadline);

    size_t len;

    if (raw_answer_field(answer, "Content-Length", value, sizeof value)) {
        len = strtoul(value, NULL, 10);
        if (len > RAW_CEILING || !need(raw, len, deadline))
            return false;
    } else { /* it lasts until the peer closes */
        while (fill(raw, deadline))
            ;
        if (!raw->eof && !raw->reset)
            return false;
        len = raw->len;
    }
    append(answer, raw->buf, len);
    take(raw, len);
    return true;
}

static bool has_no_body(int status, bool to_head)
{
    return to_head || status == 204 || status == 304;
}

static bool head_says_close(const struct raw_answer *answer)
{
    char value[64];

    if (raw_answer_field(answer, "Connection", value, sizeof value))
        return strcasecmp(value, "close") == 0;
    return strncmp(answer->head, "HTTP/1.0", 8) == 0;
}

/* The number in the status line, or 0 when that is none of HTTP/1. */
static int status_of(const char *head)
{
    bool is_http = strncmp(head, "HTTP/1.0 ", 9) == 0 ||
                   strncmp(head, "HTTP/1.1 ", 9) == 0;

    return is_http ? (int)strtol(head + 9, NULL, 10) : 0;
}

bool raw_read_answer(struct raw *raw, struct raw_answer *answer, bool to_head)
{
    long long deadline = now_ms() + RAW_TIMEOUT_MS;
    int status;

    *answer = (struct raw_answer){0};
    do { /* 100 Continue and its like come before the answer */
        raw_answer_release(answer);
        if (!read_head(raw, answer, deadline))
            return false;
        status = status_of(answer->head);
        if (status == 0)
            return false;
    } while (status >= 100 && status < 200 && status != 101);

    answer->closes = head_says_close(answer);
    append(answer, "", 0);
    if (!has_no_body(status, to_head) && !read_body(raw, answer, deadline))
        return false;
    answer->status = status;
    return true;
}

bool raw_answer_field(const struct raw_answer *answer, const char *name,
                      char *out, size_t size)
{
    size_t name_len = strlen(name);
    const char *line = answer->head;

    while (line && (line = strstr(line, "\r\n"))) {
        line += 2;
        if (strncasecmp(line, name, name_len) != 0 || line[name_len] != ':')
            continue;
        line += name_len + 1;
        line += strspn(line, " \t");
        (void)snprintf(out, size, "%.*s", (int)strcspn(line, "\r\n"), line);
        return true;
    }
    return false;
}

void raw_answer_release(struct raw_answer *answer)
{
    free(answer->head);
    free(answer->body);
    *answer = (struct raw_answer){0};
}
