#include "tests/unit/stub.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/listen.h"
#include "tests/cmocka_all.h"

/* Reads up to the blank line; false when the client went before. */
static bool read_head(int fd)
{
    static const char end[] = "\r\n\r\n";
    size_t found = 0;
    char byte;

    while (found < strlen(end)) {
        if (recv(fd, &byte, 1, 0) != 1)
            return false;
        found = byte == end[found] ? found + 1 : byte == end[0];
    }
    return true;
}

static void *serve_one(void *arg)
{
    const struct stub *stub = arg;
    int fd = accept(stub->listener, NULL, NULL);
    size_t sent = 0;
    char byte;

    if (read_head(fd) && stub->answer) {
        while (sent < stub->len) {
            ssize_t n =
                send(fd, stub->answer + sent, stub->len - sent, MSG_NOSIGNAL);

            if (n < 0) /* a client that has heard enough may go */
                break;
            sent += (size_t)n;
        }
    } else {
        (void)recv(fd, &byte, 1, 0); /* until the client goes */
    }
    (void)close(fd);
    return NULL;
}

void stub_listen(struct stub *stub)
{
    int port = 0;

    stub->listener = listen_at("127.0.0.1", &port, 1, false);
    assert_true(stub->listener >= 0);
    (void)snprintf(stub->url, sizeof stub->url, "http://127.0.0.1:%d", port);
}

void stub_serve(struct stub *stub, const char *answer, size_t len)
{
    stub->answer = answer;
    stub->len = len;
    assert_int_equal(pthread_create(&stub->thread, NULL, serve_one, stub), 0);
}

void stub_start(struct stub *stub, const char *answer, size_t len)
{
    stub_listen(stub);
    stub_serve(stub, answer, len);
}

void stub_serve_again(struct stub *stub, const char *answer, size_t len)
{
    assert_int_equal(pthread_join(stub->thread, NULL), 0);
    stub_serve(stub, answer, len);
}

/* A stub that was not asked until now is asked no more: accept(2) fails. */
void stub_end(struct stub *stub)
{
    assert_int_equal(shutdown(stub->listener, SHUT_RDWR), 0);
    assert_int_equal(pthread_join(stub->thread, NULL), 0);
    stub_close(stub);
}

void stub_close(struct stub *stub)
{
    (void)close(stub->listener); /* nothing was written to it */
}
