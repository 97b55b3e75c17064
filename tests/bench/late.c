/*
 * tests/bench/late.c - how late does a client hear that todos are due?
 *
 *   bench-late PORT COUNT    prints "listening" when it does; and when so many
 *                            are told: the median, the 99th percentile and the
 *                            most, in milliseconds
 *
 * It compares the time at which an event arrives with the due_at in it: so it
 * has to run on the server's machine, and nobody may set the clock meanwhile.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/clock.h"
#include "loopback.h"
#include "times.h"

enum { MOST = 1000000, LINE = 4096 };

static double now_ms(void)
{
    return times_now_ms(CLOCK_REALTIME);
}

/* The due_at in the data of an event, with the quote behind it. */
static bool read_due(const char *line, int64_t *due_ms)
{
    static const char member[] = "\"due_at\":\"";
    const char *at = strstr(line, member);

    if (!at)
        return false;
    at += sizeof member - 1;
    return clock_parse_rfc3339(at, strcspn(at, "\""), due_ms);
}

/* HTTP/1.0: then there are no chunks between the lines. */
static FILE *listen_to(int port)
{
    static const char request[] = "GET /todos/events HTTP/1.0\r\n"
                                  "Host: localhost\r\n\r\n";
    int fd = loopback_connect(port);

    if (fd < 0 || send(fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0)
        return NULL;
    return fdopen(fd, "r");
}

/* False when the stream ends before. */
static bool hear(FILE *stream, double *late_ms, int count)
{
    char line[LINE];
    bool due = false;
    int64_t due_ms;

    for (int heard = 0; heard < count;) {
        if (!fgets(line, sizeof line, stream))
            return false;
        if (strncmp(line, "event: ", 7) == 0)
            due = strcmp(line, "event: due\n") == 0;
        else if (due && strncmp(line, "data: ", 6) == 0 &&
                 read_due(line, &due_ms))
            late_ms[heard++] = now_ms() - (double)due_ms;
    }
    return true;
}

int main(int argc, char **argv)
{
    int port = argc == 3 ? loopback_number(argv[1], 65535) : 0;
    int count = argc == 3 ? loopback_number(argv[2], MOST) : 0;
    double *late_ms = calloc((size_t)count + 1, sizeof *late_ms);
    FILE *stream;

    if (port == 0 || count == 0 || !late_ms) {
        (void)fputs("usage: late PORT COUNT\n", stderr);
        return 2;
    }
    stream = listen_to(port);
    if (!stream || fgetc(stream) == EOF) {
        (void)fputs("late: no stream\n", stderr);
        return 1;
    }
    if (puts("listening") == EOF || fflush(stdout) == EOF)
        return 1;
    if (!hear(stream, late_ms, count)) {
        (void)fputs("late: the stream has ended\n", stderr);
        return 1;
    }
    times_sort(late_ms, count);
    (void)printf("%.1f %.1f %.1f\n", late_ms[(count - 1) / 2],
                 late_ms[(count - 1) * 99 / 100], late_ms[count - 1]);
    (void)fclose(stream);
    free(late_ms);
    return 0;
}
