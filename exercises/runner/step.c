/*
 * exercises/runner/step.c - requests, events, and words to the gates.
 */
#include "step.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/patience.h"

bool step_ask(struct raw *raw, int port, const char *request)
{
    if (raw_try_open(raw, "127.0.0.1", port) && raw_send_text(raw, request))
        return true;
    (void)fprintf(stderr, "learn: no connection to port %d\n", port);
    return false;
}

/* The status of the next answer, or 0. The connection stays. */
int step_status(struct raw *raw)
{
    struct raw_answer answer;
    int status = raw_read_answer(raw, &answer, false) ? answer.status : 0;

    raw_answer_release(&answer);
    return status;
}

bool step_hear(struct raw *raw, int wanted)
{
    int status = step_status(raw);

    if (status != wanted)
        (void)fprintf(stderr, "learn: the answer is %d instead of %d\n", status,
                      wanted);
    raw_close(raw);
    return status == wanted;
}

bool step_get(int port, const char *path)
{
    char request[128];
    struct raw raw;

    (void)snprintf(request, sizeof request,
                   "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
    return step_ask(&raw, port, request) && step_hear(&raw, 200);
}

bool step_say(struct steer *steer, const char *line)
{
    if (steer_say(steer, line))
        return true;
    (void)fprintf(stderr, "learn: the gates answer '%s' to %s", steer->answer,
                  line);
    return false;
}

bool step_reach(struct steer *steer, const char *gates)
{
    if (steer_open(steer, gates))
        return true;
    (void)fprintf(stderr, "learn: the server has no gates\n");
    return false;
}

int step_count(struct steer *steer, const char *what)
{
    FILE *marks = tmpfile();
    char line[STEER_LINE_SIZE];
    int count = 0;

    if (!marks)
        return -1;
    if (!steer_trace(steer, marks))
        count = -1;
    rewind(marks);
    while (count >= 0 && fgets(line, sizeof line, marks))
        count += strstr(line, what) != NULL;
    (void)fclose(marks); /* it was only read from */
    return count;
}

bool step_see_ends(struct steer *steer, int wanted)
{
    long long deadline = now_ms() + PATIENCE_MS;
    int seen;

    while ((seen = step_count(steer, " end ")) >= 0 && seen < wanted &&
           now_ms() < deadline)
        a_moment();
    return seen >= wanted;
}

bool step_is_refused(int port)
{
    static const char request[] = "GET /healthz HTTP/1.1\r\n"
                                  "Host: localhost\r\n"
                                  "\r\n";
    struct raw raw;

    if (!raw_try_open(&raw, "127.0.0.1", port))
        return true;
    return raw_send_text(&raw, request) && step_hear(&raw, 503);
}

bool step_follow(struct raw *raw, int port)
{
    struct raw_answer answer = {0};
    bool good = step_ask(raw, port,
                         "GET /todos/events HTTP/1.1\r\n"
                         "Host: localhost\r\n\r\n") &&
                raw_read_head(raw, &answer) && answer.status == 200;

    raw_answer_release(&answer);
    return good;
}

bool step_is_told(struct raw *raw, const char *event)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (!strstr(raw->buf, event))
        if (!raw_fill(raw, deadline))
            return false;
    return true;
}
