/*
 * tests/bench/counts.c - how long do clients wait that ask for the same thing
 * at the same time?
 *
 *   bench-counts PORT CLIENTS PATH    prints the answers that are 200, and when
 *                                     the first, the middle and the last one
 * has come, in milliseconds
 *
 * All are connected before the first of them asks.
 */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loopback.h"
#include "times.h"

enum { MOST = 20000, HEAD = 12, REQUEST = 256, PATIENCE_MS = 60000 };

static bool connect_all(struct pollfd *clients, int count, int port)
{
    for (int i = 0; i < count; i++) {
        clients[i] =
            (struct pollfd){.fd = loopback_connect(port), .events = POLLIN};
        if (clients[i].fd < 0)
            return false;
    }
    return true;
}

static bool ask_all(const struct pollfd *clients, int count, const char *path)
{
    char request[REQUEST];
    int len = snprintf(request, sizeof request,
                       "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);

    for (int i = 0; i < count; i++)
        if (send(clients[i].fd, request, (size_t)len, MSG_NOSIGNAL) < 0)
            return false;
    return true;
}

/* Whether the answer begins as it should. */
static bool is_ok(int fd)
{
    char head[HEAD + 1] = "";

    return recv(fd, head, HEAD, 0) == HEAD && strcmp(head, "HTTP/1.1 200") == 0;
}

/* Notes when each is answered. Gives how many are 200, or -1 when some are not
 * answered at all. */
static int hear_all(struct pollfd *clients, int count, double *ms, double since)
{
    int heard = 0, good = 0;

    while (heard < count) {
        if (poll(clients, (nfds_t)count, PATIENCE_MS) <= 0)
            return -1;
        for (int i = 0; i < count; i++) {
            if (!clients[i].revents)
                continue;
            good += is_ok(clients[i].fd);
            ms[heard++] = times_now_ms(CLOCK_MONOTONIC) - since;
            (void)close(clients[i].fd);
            clients[i].fd = -1; /* poll passes over it */
        }
    }
    return good;
}

int main(int argc, char **argv)
{
    int port = argc == 4 ? loopback_number(argv[1], 65535) : 0;
    int count = argc == 4 ? loopback_number(argv[2], MOST) : 0;
    struct pollfd *clients = calloc((size_t)count + 1, sizeof *clients);
    double *ms = calloc((size_t)count + 1, sizeof *ms);
    double since;
    int good;

    if (port == 0 || count == 0 || strlen(argv[3]) > REQUEST / 2 || !clients ||
        !ms) {
        (void)fputs("usage: counts PORT CLIENTS PATH\n", stderr);
        return 2;
    }
    loopback_raise_limit();
    if (!connect_all(clients, count, port)) {
        perror("counts");
        return 1;
    }
    since = times_now_ms(CLOCK_MONOTONIC);
    good = ask_all(clients, count, argv[3])
               ? hear_all(clients, count, ms, since)
               : -1;
    if (good < 0) {
        (void)fputs("counts: not all were answered\n", stderr);
        return 1;
    }
    times_sort(ms, count);
    (void)printf("%d %.0f %.0f %.0f\n", good, ms[0], ms[(count - 1) / 2],
                 ms[count - 1]);
    free(clients);
    free(ms);
    return 0;
}
