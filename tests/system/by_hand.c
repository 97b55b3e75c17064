/* tests/system/by_hand.c - see by_hand.h. */
#include "by_hand.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/listen.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

enum { BACKLOG = 16 };

void by_hand_listen(struct by_hand *upstream)
{
    int port = 0;

    upstream->listener = listen_at("127.0.0.1", &port, BACKLOG, false);
    assert_true(upstream->listener >= 0);
    (void)snprintf(upstream->url, sizeof upstream->url, "http://127.0.0.1:%d/",
                   port);
}

void by_hand_start_and_ask(const struct by_hand *upstream, struct raw *client,
                           const char *path)
{
    const char *const args[] = {"--upstream", upstream->url,
                                "--upstream-timeout", "3600", NULL};
    char request[TALK_MAX];

    system_start(args);
    talk_write_get(request, path);
    system_ask(client, request);
}

void by_hand_take(struct by_hand *upstream, struct raw *call)
{
    struct pollfd look = {.fd = upstream->listener, .events = POLLIN};

    if (poll(&look, 1, RAW_TIMEOUT_MS) != 1)
        fail_msg("the upstream is not called");
    *call = (struct raw){.fd = accept(upstream->listener, NULL, NULL)};
    assert_true(call->fd >= 0);
}

void by_hand_read(struct raw *call)
{
    long long deadline = now_ms() + RAW_TIMEOUT_MS;

    while (!call->buf || !strstr(call->buf, "\r\n\r\n"))
        if (!raw_fill(call, deadline))
            fail_msg("no call came on a connection to the upstream");
}

void by_hand_answer(struct raw *call)
{
    raw_take(call, call->len);
    assert_true(raw_send_text(call, "HTTP/1.1 200 OK\r\n"
                                    "Content-Length: 16\r\n"
                                    "\r\n"
                                    "{\"title\":\"milk\"}"));
}

void by_hand_close(struct by_hand *upstream)
{
    if (upstream->listener >= 0)
        (void)close(upstream->listener);
    upstream->listener = -1;
}
