/*
 * exercises/runner/scenario.c - what clients do while a timeline is recorded.
 *
 * What happens is the same each time, by gates that say when the next step may
 * come or by who holds what; only the durations are this machine's.
 */
#include <poll.h>
#include <string.h>

#include "tests/support/patience.h"
#include "tests/support/raw.h"
#include "tests/support/steer.h"
#include "timeline.h"

enum { CLIENTS = 8, LISTENERS = 2, SENDERS = 3 };

static const char write_request[] = "POST /todos HTTP/1.1\r\n"
                                    "Host: localhost\r\n"
                                    "Content-Type: application/json\r\n"
                                    "Content-Length: 16\r\n"
                                    "\r\n"
                                    "{\"title\":\"wait\"}";

static bool ask(struct raw *raw, int port, const char *request)
{
    if (raw_try_open(raw, "127.0.0.1", port) && raw_send_text(raw, request))
        return true;
    (void)fprintf(stderr, "learn: no connection to port %d\n", port);
    return false;
}

/* The status of the next answer, or 0. The connection stays. */
static int status_of(struct raw *raw)
{
    struct raw_answer answer;
    int status = raw_read_answer(raw, &answer, false) ? answer.status : 0;

    raw_answer_release(&answer);
    return status;
}

static bool hear(struct raw *raw, int wanted)
{
    int status = status_of(raw);

    if (status != wanted)
        (void)fprintf(stderr, "learn: the answer is %d instead of %d\n", status,
                      wanted);
    raw_close(raw);
    return status == wanted;
}

static bool get(int port, const char *request)
{
    struct raw raw;

    return ask(&raw, port, request) && hear(&raw, 200);
}

static bool say(struct steer *steer, const char *line)
{
    if (steer_say(steer, line))
        return true;
    (void)fprintf(stderr, "learn: the gates answer '%s' to %s", steer->answer,
                  line);
    return false;
}

/* Waits until the server has noted that so many are answered: it does so a
 * little later than the client has the answer. */
static bool see_ends(struct steer *steer, int wanted)
{
    long long deadline = now_ms() + PATIENCE_MS;
    int seen = 0;

    while (seen < wanted && now_ms() < deadline) {
        FILE *marks = tmpfile();
        char line[STEER_LINE_SIZE];

        if (!marks || !steer_trace(steer, marks))
            return false;
        rewind(marks);
        for (seen = 0; fgets(line, sizeof line, marks);)
            seen += strstr(line, " end ") != NULL;
        (void)fclose(marks); /* it was only read from */
        if (seen < wanted)
            a_moment();
    }
    return seen >= wanted;
}

/* Eight clients write one after the other while the first commit is held; then
 * two others ask for what needs no lock. */
static bool write_and_read(struct steer *steer, int port, struct raw *writers)
{
    bool good = say(steer, "hold store.commit\n");

    for (int i = 0; i < CLIENTS && good; i++) {
        char line[STEER_LINE_SIZE];

        (void)snprintf(line, sizeof line, "waiting keeper.write %d\n", i + 1);
        good = ask(&writers[i], port, write_request) && say(steer, line) &&
               (i > 0 || say(steer, "await store.commit 1\n"));
    }
    return good &&
           get(port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n") &&
           get(port, "GET /todos HTTP/1.1\r\nHost: localhost\r\n\r\n") &&
           see_ends(steer, 2) && say(steer, "release store.commit\n");
}

static bool play_disk(int port, const char *gates)
{
    struct raw writers[CLIENTS];
    struct steer steer;
    bool good;

    for (int i = 0; i < CLIENTS; i++)
        writers[i] = (struct raw){.fd = -1};
    if (!steer_open(&steer, gates)) {
        (void)fprintf(stderr, "learn: the server has no gates\n");
        return false;
    }
    good = write_and_read(&steer, port, writers);
    for (int i = 0; i < CLIENTS && good; i++)
        good = hear(&writers[i], 201);
    for (int i = 0; i < CLIENTS; i++)
        raw_close(&writers[i]);
    steer_close(&steer);
    return good;
}

/* Takes answers as they come. A client that is refused goes; one that is not
 * stays until the last has heard, and keeps its thread. */
static bool hear_all(struct raw *clients)
{
    struct pollfd looks[CLIENTS];
    int heard = 0, status = 200;

    for (int i = 0; i < CLIENTS; i++)
        looks[i] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
    while (heard < CLIENTS && poll(looks, CLIENTS, PATIENCE_MS) > 0) {
        for (int i = 0; i < CLIENTS; i++) {
            if (looks[i].fd < 0 || looks[i].revents == 0)
                continue;
            status = status_of(&clients[i]);
            if (status == 503)
                raw_close(&clients[i]);
            else if (status != 200)
                return false;
            looks[i].fd = -1; /* poll passes over it */
            heard++;
        }
    }
    return heard == CLIENTS;
}

/* Eight clients come, and then each asks for a suggestion. So which of them
 * find no thread to wait on does not depend on how fast the others are served.
 */
static bool play_upstream(int port, const char *gates)
{
    static const char request[] = "GET /suggestions HTTP/1.1\r\n"
                                  "Host: localhost\r\n"
                                  "\r\n";
    struct raw clients[CLIENTS];
    bool good = true;

    (void)gates;
    for (int i = 0; i < CLIENTS; i++)
        good = raw_try_open(&clients[i], "127.0.0.1", port) && good;
    for (int i = 0; i < CLIENTS && good; i++)
        good = raw_send_text(&clients[i], request);
    good = good && hear_all(clients);
    for (int i = 0; i < CLIENTS; i++)
        raw_close(&clients[i]);
    if (!good)
        (void)fprintf(stderr, "learn: an answer is neither 200 nor 503\n");
    return good;
}

static const struct scenario disk = {
    .name = "disk",
    .title = "eight clients write while the disk is held; two others ask",
    .play = play_disk};
static const struct scenario upstream = {
    .name = "upstream",
    .title = "eight clients wait for another server; todo-sync has 4 threads",
    .play = play_upstream,
    .wait = "upstream.answer",
    .delay = "50",
    .threads = "4"};

static bool follow(struct raw *raw, int port)
{
    struct raw_answer answer = {0};
    bool good = ask(raw, port,
                    "GET /todos/events HTTP/1.1\r\n"
                    "Host: localhost\r\n\r\n") &&
                raw_read_head(raw, &answer) && answer.status == 200;

    raw_answer_release(&answer);
    return good;
}

/* True when the event has come. */
static bool is_told(struct raw *raw)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (!strstr(raw->buf, "event: created"))
        if (!raw_fill(raw, deadline))
            return false;
    return true;
}

/* Two listen and hear nothing; then a third one writes, and while its commit is
 * held, others are served. */
static bool listen_and_write(struct steer *steer, int port, struct raw *writer,
                             struct raw *listeners)
{
    bool good = true;

    for (int i = 0; i < LISTENERS && good; i++)
        good = follow(&listeners[i], port);
    good = good && say(steer, "waiting feed.event 2\n") &&
           say(steer, "hold store.commit\n") &&
           ask(writer, port, write_request) &&
           say(steer, "await store.commit 1\n") &&
           get(port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n") &&
           get(port, "GET /todos HTTP/1.1\r\nHost: localhost\r\n\r\n") &&
           see_ends(steer, 2) && say(steer, "release store.commit\n") &&
           hear(writer, 201);
    for (int i = 0; i < LISTENERS && good; i++)
        good = is_told(&listeners[i]);
    return good && see_ends(steer, 3);
}

static bool play_events(int port, const char *gates)
{
    struct raw listeners[LISTENERS], writer = {.fd = -1};
    struct steer steer;
    bool good;

    for (int i = 0; i < LISTENERS; i++)
        listeners[i] = (struct raw){.fd = -1};
    if (!steer_open(&steer, gates)) {
        (void)fprintf(stderr, "learn: the server has no gates\n");
        return false;
    }
    good = listen_and_write(&steer, port, &writer, listeners);
    raw_close(&writer);
    for (int i = 0; i < LISTENERS; i++)
        raw_close(&listeners[i]);
    steer_close(&steer);
    return good;
}

static const struct scenario events = {
    .name = "events",
    .title = "two listen to events, and nothing happens; then one writes",
    .play = play_events};

/* Bodies come by halves. Between them two others ask, and are answered. */
static bool send_slowly(struct steer *steer, int port, struct raw *senders)
{
    int half = (int)sizeof write_request - 1 - 8;
    bool good = true;

    for (int i = 0; i < SENDERS && good; i++)
        good = raw_try_open(&senders[i], "127.0.0.1", port) &&
               raw_send(&senders[i], write_request, (size_t)half);
    good = good && say(steer, "waiting client.body 3\n") &&
           get(port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n") &&
           get(port, "GET /todos HTTP/1.1\r\nHost: localhost\r\n\r\n") &&
           see_ends(steer, 2);
    for (int i = 0; i < SENDERS && good; i++)
        good = raw_send_text(&senders[i], write_request + half) &&
               hear(&senders[i], 201);
    return good && see_ends(steer, 2 + SENDERS);
}

static bool play_senders(int port, const char *gates)
{
    struct raw senders[SENDERS];
    struct steer steer;
    bool good;

    for (int i = 0; i < SENDERS; i++)
        senders[i] = (struct raw){.fd = -1};
    if (!steer_open(&steer, gates)) {
        (void)fprintf(stderr, "learn: the server has no gates\n");
        return false;
    }
    good = send_slowly(&steer, port, senders);
    for (int i = 0; i < SENDERS; i++)
        raw_close(&senders[i]);
    steer_close(&steer);
    return good;
}

static const struct scenario senders = {
    .name = "senders",
    .title = "three bodies come by halves; two others ask meanwhile",
    .play = play_senders,
    .wait = "client.body"};

const struct scenario *const scenarios[] = {&disk, &upstream, &events, &senders,
                                            NULL};

const struct scenario *scenario_find(const char *name)
{
    for (int i = 0; scenarios[i]; i++)
        if (strcmp(scenarios[i]->name, name) == 0)
            return scenarios[i];
    return NULL;
}
