#include "hand.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"

int hand_nobody(struct sockaddr_in *at)
{
    socklen_t len = sizeof *at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    *at = (struct sockaddr_in){.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)at, sizeof *at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)at, &len), 0);
    return fd;
}

static void let_go(struct hand *hand, int i, enum hand_then then)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (then == HAND_RESETS)
        (void)setsockopt(hand->fds[i], SOL_SOCKET, SO_LINGER, &at_once,
                         sizeof at_once); /* else the case fails */
    (void)close(hand->fds[i]);
    hand->fds[i] = -1;
    hand->owed[i] = false;
}

static void answer(struct hand *hand, int i)
{
    if (hand->says)
        (void)send(hand->fds[i], hand->says, strlen(hand->says),
                   MSG_NOSIGNAL); /* else the case misses it */
    hand->owed[i] = false;
    if (hand->then != HAND_KEEPS)
        let_go(hand, i, hand->then);
}

/* A request of todo-load is short, and comes in one piece. */
static void hear(struct hand *hand, int i)
{
    char request[4096];

    if (recv(hand->fds[i], request, sizeof request, 0) <= 0) {
        let_go(hand, i, HAND_CLOSES);
        return;
    }
    hand->asked++;
    hand->owed[i] = true;
}

static void take(struct hand *hand)
{
    int fd = accept(hand->listener, NULL, NULL);

    for (int i = 0; fd >= 0 && i < HAND_CONNECTIONS; i++)
        if (hand->fds[i] < 0) {
            hand->fds[i] = fd;
            hand->connections++;
            return;
        }
}

static void look(struct hand *hand, const struct pollfd *polled)
{
    for (int i = 0; i < HAND_CONNECTIONS; i++)
        if (polled[i].fd >= 0 && polled[i].revents)
            hear(hand, i);
    if (polled[HAND_CONNECTIONS].revents)
        take(hand);
    for (int i = 0; i < HAND_CONNECTIONS && hand->asked >= hand->holds; i++)
        if (hand->owed[i])
            answer(hand, i);
}

static void *serve(void *arg)
{
    struct hand *hand = arg;
    struct pollfd polled[HAND_CONNECTIONS + 2];

    for (;;) {
        for (int i = 0; i < HAND_CONNECTIONS; i++)
            polled[i] = (struct pollfd){.fd = hand->fds[i], .events = POLLIN};
        polled[HAND_CONNECTIONS] =
            (struct pollfd){.fd = hand->listener, .events = POLLIN};
        polled[HAND_CONNECTIONS + 1] =
            (struct pollfd){.fd = hand->bell[0], .events = POLLIN};
        if (poll(polled, HAND_CONNECTIONS + 2, -1) < 0 ||
            polled[HAND_CONNECTIONS + 1].revents)
            return NULL;
        look(hand, polled);
    }
}

void hand_start(struct hand *hand)
{
    hand->listener = hand_nobody(&hand->at);
    for (int i = 0; i < HAND_CONNECTIONS; i++)
        hand->fds[i] = -1;
    assert_int_equal(listen(hand->listener, HAND_CONNECTIONS), 0);
    assert_int_equal(pipe(hand->bell), 0);
    assert_int_equal(pthread_create(&hand->thread, NULL, serve, hand), 0);
    hand->runs = true;
}

void hand_stop(struct hand *hand)
{
    if (!hand->runs)
        return;
    hand->runs = false;
    assert_int_equal(write(hand->bell[1], "", 1), 1);
    assert_int_equal(pthread_join(hand->thread, NULL), 0);
    for (int i = 0; i < HAND_CONNECTIONS; i++)
        if (hand->fds[i] >= 0)
            let_go(hand, i, HAND_CLOSES);
    (void)close(hand->listener); /* nothing was written */
    (void)close(hand->bell[0]);
    (void)close(hand->bell[1]);
}
