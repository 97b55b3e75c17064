/*
 * exercises/runner/scenario.c - what clients do while a timeline is recorded.
 *
 * What happens is the same each time, by gates that say when the next step may
 * come or by who holds what; only the durations are this machine's.
 */
#include <poll.h>
#include <string.h>

#include "child.h"
#include "common/base/clock.h"
#include "step.h"
#include "tests/support/patience.h"
#include "timeline.h"

enum {
    CLIENTS = 8,
    LISTENERS = 2,
    SENDERS = 3,
    LOGINS = 20,
    COUNTERS = 5,
    PLACES = 1 + 16, /* one is hashed, the others wait (--hash-queue) */
    HOUR_MS = 3600000
};

static const char write_request[] = "POST /todos HTTP/1.1\r\n"
                                    "Host: localhost\r\n"
                                    "Content-Type: application/json\r\n"
                                    "Content-Length: 16\r\n"
                                    "\r\n"
                                    "{\"title\":\"wait\"}";

/* One needs nothing, the other one a connection to the database. */
static bool two_others_ask(int port)
{
    return step_get(port, "/healthz") && step_get(port, "/todos");
}

/* Eight clients write one after the other while the first commit is held; then
 * two others ask for what needs no lock. */
static bool write_and_read(struct steer *steer, int port, struct raw *writers)
{
    bool good = step_say(steer, "hold store.commit\n");

    for (int i = 0; i < CLIENTS && good; i++) {
        char line[STEER_LINE_SIZE];

        (void)snprintf(line, sizeof line, "waiting keeper.write %d\n", i + 1);
        good = step_ask(&writers[i], port, write_request) &&
               step_say(steer, line) &&
               (i > 0 || step_say(steer, "await store.commit 1\n"));
    }
    return good && two_others_ask(port) && step_see_ends(steer, 2) &&
           step_say(steer, "release store.commit\n");
}

static bool play_disk(struct child *server, const char *gates)
{
    struct raw writers[CLIENTS];
    struct steer steer;
    bool good;

    for (int i = 0; i < CLIENTS; i++)
        writers[i] = (struct raw){.fd = -1};
    if (!step_reach(&steer, gates))
        return false;
    good = write_and_read(&steer, server->port, writers);
    for (int i = 0; i < CLIENTS && good; i++)
        good = step_hear(&writers[i], 201);
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
            status = step_status(&clients[i]);
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
static bool play_upstream(struct child *server, const char *gates)
{
    static const char request[] = "GET /suggestions HTTP/1.1\r\n"
                                  "Host: localhost\r\n"
                                  "\r\n";
    struct raw clients[CLIENTS];
    bool good = true;

    (void)gates;
    for (int i = 0; i < CLIENTS; i++)
        good = raw_try_open(&clients[i], "127.0.0.1", server->port) && good;
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

/* Two listen and hear nothing; then a third one writes, and while its commit is
 * held, others are served. */
static bool listen_and_write(struct steer *steer, int port, struct raw *writer,
                             struct raw *listeners)
{
    bool good = true;

    for (int i = 0; i < LISTENERS && good; i++)
        good = step_follow(&listeners[i], port);
    good = good && step_say(steer, "waiting feed.event 2\n") &&
           step_say(steer, "hold store.commit\n") &&
           step_ask(writer, port, write_request) &&
           step_say(steer, "await store.commit 1\n") && two_others_ask(port) &&
           step_see_ends(steer, 2) &&
           step_say(steer, "release store.commit\n") && step_hear(writer, 201);
    for (int i = 0; i < LISTENERS && good; i++)
        good = step_is_told(&listeners[i], "event: created");
    return good && step_see_ends(steer, 3);
}

static bool play_events(struct child *server, const char *gates)
{
    struct raw listeners[LISTENERS], writer = {.fd = -1};
    struct steer steer;
    bool good;

    for (int i = 0; i < LISTENERS; i++)
        listeners[i] = (struct raw){.fd = -1};
    if (!step_reach(&steer, gates))
        return false;
    good = listen_and_write(&steer, server->port, &writer, listeners);
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
    good = good && step_say(steer, "waiting client.body 3\n") &&
           two_others_ask(port) && step_see_ends(steer, 2);
    for (int i = 0; i < SENDERS && good; i++)
        good = raw_send_text(&senders[i], write_request + half) &&
               step_hear(&senders[i], 201);
    return good && step_see_ends(steer, 2 + SENDERS);
}

static bool play_senders(struct child *server, const char *gates)
{
    struct raw senders[SENDERS];
    struct steer steer;
    bool good;

    for (int i = 0; i < SENDERS; i++)
        senders[i] = (struct raw){.fd = -1};
    if (!step_reach(&steer, gates))
        return false;
    good = send_slowly(&steer, server->port, senders);
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

#define ACCOUNT(path)                                                          \
    "POST " path " HTTP/1.1\r\n"                                               \
    "Host: localhost\r\n"                                                      \
    "Content-Type: application/json\r\n"                                       \
    "Content-Length: 52\r\n"                                                   \
    "\r\n"                                                                     \
    "{\"name\":\"reader\",\"password\":\"correct horse battery\"}"

/* A login is being hashed. Eight others ask, and are answered; then more log in
 * than there is room for. */
static bool log_in(struct steer *steer, int port, struct raw *logins)
{
    bool good = step_ask(&logins[0], port, ACCOUNT("/tokens")) &&
                step_say(steer, "await hash.work 1\n");

    for (int i = 0; i < CLIENTS && good; i++)
        good = step_get(port, "/todos");
    for (int i = 1; i < LOGINS && good; i++) {
        char line[STEER_LINE_SIZE];

        (void)snprintf(line, sizeof line, "waiting hash.wait %d\n", i + 1);
        good =
            step_ask(&logins[i], port, ACCOUNT("/tokens")) &&
            (i < PLACES ? step_say(steer, line) : step_hear(&logins[i], 503));
    }
    return good;
}

static bool play_cpu(struct child *server, const char *gates)
{
    struct raw logins[LOGINS], user = {.fd = -1};
    struct steer steer;
    bool good;

    for (int i = 0; i < LOGINS; i++)
        logins[i] = (struct raw){.fd = -1};
    if (!step_reach(&steer, gates))
        return false;
    good = step_ask(&user, server->port, ACCOUNT("/users")) &&
           step_hear(&user, 201) && step_see_ends(&steer, 1) &&
           step_say(&steer, "hold hash.work\n") &&
           log_in(&steer, server->port, logins) &&
           step_see_ends(&steer, 1 + CLIENTS + LOGINS - PLACES) &&
           step_say(&steer, "release hash.work\n");
    for (int i = 0; i < PLACES && good; i++)
        good = step_hear(&logins[i], 200);
    for (int i = 0; i < LOGINS; i++)
        raw_close(&logins[i]);
    raw_close(&user);
    steer_close(&steer);
    return good;
}

static const struct scenario cpu = {
    .name = "cpu",
    .title = "a password is hashed while eight read; then twenty log in",
    .play = play_cpu,
    .hash_jobs = "1"};

/* In an hour, by the wall clock of the server, which stands. */
static bool write_due(int port)
{
    char at[CLOCK_RFC3339_SIZE], request[256];
    struct raw raw;

    clock_format_rfc3339(clock_wall_ms() + HOUR_MS, at);
    (void)snprintf(request, sizeof request,
                   "POST /todos HTTP/1.1\r\n"
                   "Host: localhost\r\n"
                   "Content-Type: application/json\r\n"
                   "Content-Length: 52\r\n"
                   "\r\n"
                   "{\"title\":\"wait\",\"due_at\":\"%s\"}",
                   at);
    return step_ask(&raw, port, request) && step_hear(&raw, 201);
}

/* Lets time pass until the server has looked, and waits for what is due. */
static bool see_it_wait(struct steer *steer)
{
    long long deadline = now_ms() + PATIENCE_MS;
    int seen;

    while ((seen = step_count(steer, " due.wait")) == 0 &&
           now_ms() < deadline && step_say(steer, "mono +500\n"))
        a_moment();
    return seen > 0;
}

/* One listens. A todo is written that is due in an hour; two others ask; then
 * the wall clock is set forward. */
static bool wait_for_time(struct steer *steer, int port, struct raw *listener)
{
    return step_follow(listener, port) &&
           step_say(steer, "waiting feed.event 1\n") &&
           step_say(steer, "wall freeze\n") && write_due(port) &&
           see_it_wait(steer) && two_others_ask(port) &&
           step_see_ends(steer, 3) && step_say(steer, "wall +7200000\n") &&
           step_is_told(listener, "event: due");
}

static bool play_clock(struct child *server, const char *gates)
{
    struct raw listener = {.fd = -1};
    struct steer steer;
    bool good;

    if (!step_reach(&steer, gates))
        return false;
    good = wait_for_time(&steer, server->port, &listener);
    raw_close(&listener);
    steer_close(&steer);
    return good;
}

static const struct scenario at_a_time = {
    .name = "clock",
    .title = "a todo is due in an hour; then the clock is set forward",
    .play = play_clock,
    .wait = "due.wait"};

static const char count_request[] = "GET /todos/stats HTTP/1.1\r\n"
                                    "Host: localhost\r\n"
                                    "\r\n";

/* A count has seen what there is, and is held. Then a todo is written that this
 * count lacks, so those that ask now wait for the next one. Two others ask for
 * something else. */
static bool count_and_write(struct steer *steer, int port,
                            struct raw *counters) /* the last one writes */
{
    struct raw *writer = &counters[COUNTERS];
    bool good = step_say(steer, "hold count.done\n") &&
                step_ask(&counters[0], port, count_request) &&
                step_say(steer, "await count.done 1\n") &&
                step_ask(writer, port, write_request) && step_hear(writer, 201);

    for (int i = 1; i < COUNTERS && good; i++) {
        char line[STEER_LINE_SIZE];

        (void)snprintf(line, sizeof line, "waiting flight.wait %d\n", i);
        good = step_ask(&counters[i], port, count_request) &&
               step_say(steer, line);
    }
    return good && two_others_ask(port) && step_see_ends(steer, 3) &&
           step_say(steer, "release count.done\n");
}

static bool play_each_other(struct child *server, const char *gates)
{
    struct raw counters[COUNTERS + 1];
    struct steer steer;
    bool good;

    for (int i = 0; i <= COUNTERS; i++)
        counters[i] = (struct raw){.fd = -1};
    if (!step_reach(&steer, gates))
        return false;
    good = count_and_write(&steer, server->port, counters);
    for (int i = 0; i < COUNTERS && good; i++)
        good = step_hear(&counters[i], 200);
    for (int i = 0; i <= COUNTERS; i++)
        raw_close(&counters[i]);
    steer_close(&steer);
    return good;
}

static const struct scenario each_other = {
    .name = "each-other",
    .title = "todos are counted while one is written; then four more ask",
    .play = play_each_other};

const struct scenario *const scenarios[] = {
    &disk,      &upstream,   &events,           &senders, &cpu,
    &at_a_time, &each_other, &scenario_leaving, NULL};

const struct scenario *scenario_find(const char *name)
{
    for (int i = 0; scenarios[i]; i++)
        if (strcmp(scenarios[i]->name, name) == 0)
            return scenarios[i];
    return NULL;
}
