/*
 * tests/bench/crowd.c - what does a normal client hear beside a crowd that
 * keeps its places and wants nothing?
 *
 *   crowd PORT KIND COUNT SECONDS    prints one line of a Markdown table
 *
 * The crowd comes back four times a second where it was cut, and sends a byte
 * as often where it sends at all. Meanwhile a client asks GET /healthz, each
 * time on a fresh connection; then the crowd leaves, and it asks on.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "loopback.h"

enum {
    MOST = 5000,
    SECONDS_MOST = 600,
    TICK_MS = 250,
    PATIENCE_MS = 15000, /* of the client, for one answer */
    PAUSE_MS = 10        /* between an answer and its next request */
};

#define POST                                                                   \
    "POST /todos HTTP/1.1\r\nHost: localhost\r\n"                              \
    "Content-Type: application/json\r\n"

/* What each of a crowd says at once, and what it goes on with. */
static const struct kind {
    const char *name, *first, *then;
} kinds[] = {
    {"silent", "", ""},
    {"head", "GET /healthz HTTP/1.1\r\nX: ", "x"},
    {"body", POST "Content-Length: 100000\r\n\r\n", " "},
    {"chunks", POST "Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"},
    {"expect", POST "Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n", ""},
    {"idle", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", ""},
};

static const struct kind *kind;
static int port;
static int count;
static struct pollfd crowd[MOST + 1]; /* the last one is the client's */

/* What the client heard. */
static struct {
    double *took_ms; /* of each answer */
    size_t len, room;
    int ok, refused, none;
} heard;

static double now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* always there (POSIX) */
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void leave(struct pollfd *one)
{
    if (one->fd >= 0)
        (void)close(one->fd);
    one->fd = -1;
}

static void come(struct pollfd *one, const char *first)
{
    *one = (struct pollfd){.fd = loopback_begin(port), .events = POLLIN};
    if (one->fd >= 0 && *first != '\0')
        one->events |= POLLOUT;
}

/* Each that was cut comes again; the others send their next byte. */
static void tick(void)
{
    for (int i = 0; i < count; i++) {
        struct pollfd *one = &crowd[i];

        if (one->fd < 0)
            come(one, kind->first);
        else if (!(one->events & POLLOUT) && *kind->then != '\0' &&
                 send(one->fd, kind->then, strlen(kind->then),
                      MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
                 errno != EAGAIN)
            leave(one);
    }
}

/* Says what it begins with, once it is connected. */
static void begin(struct pollfd *one, const char *first)
{
    ssize_t len = (ssize_t)strlen(first);

    one->events = POLLIN;
    if (send(one->fd, first, (size_t)len, MSG_NOSIGNAL) != len)
        leave(one);
}

/* One of the crowd: whatever it hears, it drops. */
static void look_at(struct pollfd *one)
{
    char dropped[4096];

    if (one->revents & POLLOUT)
        begin(one, kind->first);
    else if (one->revents && recv(one->fd, dropped, sizeof dropped, 0) <= 0)
        leave(one);
}

static void note(double took_ms)
{
    if (heard.len == heard.room) {
        size_t room = heard.room ? 2 * heard.room : 1024;
        double *more = realloc(heard.took_ms, room * sizeof *more);

        if (!more) {
            perror("crowd");
            exit(1); /* NOLINT(concurrency-mt-unsafe): one thread */
        }
        heard.took_ms = more;
        heard.room = room;
    }
    heard.took_ms[heard.len++] = took_ms;
}

/* Of the client. Gives the status of its answer, or 0. */
static int hear(struct pollfd *client)
{
    char answer[4096];
    ssize_t len = recv(client->fd, answer, sizeof answer - 1, 0);
    int status = 0;

    answer[len > 0 ? len : 0] = '\0';
    if (len > 12 && strncmp(answer, "HTTP/1.1 ", 9) == 0)
        status = (int)strtol(answer + 9, NULL, 10);
    leave(client);
    return status;
}

/* The client's answer has come, or does not. */
static void take(struct pollfd *client, double took_ms)
{
    int status = client->revents ? hear(client) : 0;

    leave(client);
    heard.ok += status == 200;
    heard.refused += status == 503;
    heard.none += status != 200 && status != 503;
    note(took_ms);
}

/* The client asks, waits, and asks again after a pause. */
static void go_on(struct pollfd *client, double now)
{
    static const char request[] =
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    static double asked_ms, next_ms;

    if (client->fd < 0 && now >= next_ms) {
        come(client, request);
        asked_ms = now;
    } else if (client->fd >= 0 && (client->revents & POLLOUT)) {
        begin(client, request);
    } else if (client->fd >= 0 &&
               (client->revents || now - asked_ms > PATIENCE_MS)) {
        take(client, now - asked_ms);
        next_ms = now + PAUSE_MS;
    }
}

/* One crowd, and one client beside it that asks for so long, and then waits for
 * its last answer. */
static bool ask_beside_the_crowd(double until_ms)
{
    struct pollfd *client = &crowd[count];
    double tick_ms = 0;
    double now = now_ms();

    while (now < until_ms || client->fd >= 0) {
        if (now >= tick_ms) {
            tick();
            tick_ms = now + TICK_MS;
        }
        if (poll(crowd, (nfds_t)count + 1, 5) < 0)
            return false;
        now = now_ms();
        for (int i = 0; i < count; i++)
            look_at(&crowd[i]);
        if (client->fd >= 0 || now < until_ms)
            go_on(client, now);
    }
    return heard.len > 0;
}

/* How long until a client hears 200; PATIENCE_MS or more when it does not. */
static double ask_after_the_crowd(void)
{
    double start_ms = now_ms();
    bool served = false;

    while (!served && now_ms() - start_ms < PATIENCE_MS) {
        int fd = loopback_connect(port);

        served = fd >= 0 && loopback_ask(fd, "/healthz");
        if (fd >= 0)
            (void)close(fd);
    }
    return now_ms() - start_ms;
}

static int by_size(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;

    return (a > b) - (a < b);
}

static void print(double after_ms)
{
    size_t rank = heard.len * 99 / 100;

    qsort(heard.took_ms, heard.len, sizeof *heard.took_ms, by_size);
    (void)printf("| %s | %d | %.0f | %.0f | %d | %d | %d | %.0f |\n",
                 kind->name, count, heard.took_ms[rank],
                 heard.took_ms[heard.len - 1], heard.ok, heard.refused,
                 heard.none, after_ms);
}

int main(int argc, char **argv)
{
    int seconds = argc == 5 ? loopback_number(argv[4], SECONDS_MOST) : 0;

    for (size_t i = 0; argc == 5 && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, argv[2]) == 0)
            kind = &kinds[i];
    port = argc == 5 ? loopback_number(argv[1], 65535) : 0;
    count = argc == 5 ? loopback_number(argv[3], MOST) : 0;
    if (port == 0 || count == 0 || seconds == 0 || !kind) {
        (void)fputs("usage: crowd PORT silent|head|body|chunks|expect|idle "
                    "COUNT SECONDS\n",
                    stderr);
        return 2;
    }
    loopback_raise_limit();
    for (int i = 0; i <= count; i++)
        crowd[i].fd = -1;
    if (!ask_beside_the_crowd(now_ms() + seconds * 1e3)) {
        (void)fputs("crowd: the client was not heard once\n", stderr);
        return 1;
    }
    for (int i = 0; i <= count; i++)
        leave(&crowd[i]);
    print(ask_after_the_crowd());
    return 0;
}
