/*
 * sync_impl/tap.c - recv(2), and a count of the bytes that civetweb holds.
 */
#include "tap.h"

#include <sys/socket.h>

#include "common/http/http_rules.h"

/* What is read on this thread. */
static _Thread_local struct {
    bool head;                  /* goes to civetweb's buffer, and is counted */
    struct http_chunks *chunks; /* judges it, while not NULL */
    size_t held;                /* bytes in the buffer that were not used yet */
    bool deaf;                  /* more was used than was heard to come */
} tap;

void tap_open(void) /* REQUEST THREAD */
{
    tap.held = 0;
    tap.deaf = false;
    tap_head_begin();
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
