/*
 * sync_impl/tap.c - recv(2), poll(2), and a count of the bytes that civetweb
 * holds.
 */
#define _GNU_SOURCE /* NOLINT: ppoll; here alone */

#include "tap.h"

/* The C library says that poll(2) reads nothing of what it is given. */
#define poll poll_of_the_library
#include <poll.h>
#undef poll
#include <sys/socket.h>
#include <time.h>

#include "common/http/http_rules.h"

/* What is read on this thread. */
static _Thread_local struct {
    void (*found)(void *arg, int fd); /* NULL once it was called */
    void (*waits)(void *arg, bool begins);
    void *arg;                  /* of both */
    int fd;                     /* -1 until it is found */
    bool head;                  /* goes to civetweb's buffer, and is counted */
    struct http_chunks *chunks; /* judges it, while not NULL */
    size_t held;                /* bytes in the buffer that were not used yet */
    bool deaf;                  /* more was used than was heard to come */
} tap = {.fd = -1};

void tap_open(void (*found)(void *arg, int fd),
              void (*waits)(void *arg, bool begins),
              void *arg) /* REQUEST THREAD */
{
    tap.found = found;
    tap.waits = waits;
    tap.arg = arg;
    tap.fd = -1;
    tap.held = 0;
    tap.deaf = false;
    tap_head_begin();
}

void tap_close(void) /* REQUEST THREAD */
{
    tap.found = NULL;
    tap.fd = -1;
    tap.head = false;
}

void tap_head_begin(void) /* REQUEST THREAD */
{
    tap.head = true;
}

void tap_head_end(size_t len) /* REQUEST THREAD */
{
    tap.head = false;
    tap.deaf = tap.deaf || tap.held < len || tap.held > HTTP_PARSER_HEAD;
    tap_body(len);
}

void tap_body(size_t len) /* REQUEST THREAD */
{
    tap.held -= len < tap.held ? len : tap.held;
}

bool tap_chunks_begin(struct http_chunks *chunks,
                      const char *rest) /* REQUEST THREAD */
{
    if (tap.deaf)
        return false;
    tap_body(http_chunks_feed(chunks, rest, tap.held));
    tap.chunks = chunks;
    return true;
}

void tap_chunks_end(void) /* REQUEST THREAD */
{
    tap.chunks = NULL;
}

/* Called by all of this program, also by its libraries. */
ssize_t recv(int fd, void *buf, size_t n, int flags) /* ANY THREAD */
{
    ssize_t came = recvfrom(fd, buf, n, flags, NULL, NULL);
    size_t len = came > 0 && !(flags & MSG_PEEK) ? (size_t)came : 0;

    if (tap.chunks && http_chunks_feed(tap.chunks, buf, len) < len)
        return 0;
    if (tap.head)
        tap.held += len;
    return came;
}

/* This one, too. It is the first thing that civetweb does with a socket. */
int poll(struct pollfd *fds, nfds_t n, int timeout);

int poll(struct pollfd *fds, nfds_t n, int timeout) /* ANY THREAD */
{
    struct timespec until = {.tv_sec = timeout / 1000,
                             .tv_nsec = timeout % 1000 * 1000000L};
    void (*found)(void *arg, int fd) = tap.found;
    bool waits;
    int ready;

    if (found && n > 0) {
        tap.found = NULL;
        tap.fd = fds[0].fd;
        found(tap.arg, tap.fd);
    }
    waits = timeout != 0 && n > 0 && fds[0].fd == tap.fd;
    if (waits)
        tap.waits(tap.arg, true);
    ready = ppoll(fds, n, timeout < 0 ? NULL : &until, NULL);
    if (waits && ready != 0)
        tap.waits(tap.arg, false);
    return ready;
}
