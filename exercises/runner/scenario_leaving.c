/*
 * exercises/runner/scenario_leaving.c - a server is told to stop while clients
 * wait for it.
 */
#include <signal.h>
#include <string.h>

#include "child.h"
#include "step.h"
#include "timeline.h"

/* Who is there when the signal comes. */
enum { IDLE, LISTENER, WRITER, USER, SENDER, CLIENTS };

#define CREATE(path, length, body)                                             \
    "POST " path " HTTP/1.1\r\n"                                               \
    "Host: localhost\r\n"                                                      \
    "Content-Type: application/json\r\n"                                       \
    "Content-Length: " length "\r\n"                                           \
    "\r\n" body

static const char idle_request[] = "GET /healthz HTTP/1.1\r\n"
                                   "Host: localhost\r\n"
                                   "\r\n";
static const char todo_request[] =
    CREATE("/todos", "16", "{\"title\":\"wait\"}");
static const char user_request[] =
    CREATE("/users", "52",
           "{\"name\":\"reader\",\"password\":\"correct horse battery\"}");
static const size_t half = sizeof todo_request - 1 - 8;

/* One has been answered, and stays; one listens; a todo is being written, a
 * password hashed; and half of a body has come. */
static bool come(struct steer *steer, int port, struct raw *clients)
{
    return step_ask(&clients[IDLE], port, idle_request) &&
           step_status(&clients[IDLE]) == 200 && step_see_ends(steer, 1) &&
           step_follow(&clients[LISTENER], port) &&
           step_say(steer, "waiting feed.event 1\n") &&
           step_say(steer, "hold hash.work\n") &&
           step_ask(&clients[USER], port, user_request) &&
           step_say(steer, "await hash.work 1\n") &&
           step_say(steer, "hold store.commit\n") &&
           step_ask(&clients[WRITER], port, todo_request) &&
           step_say(steer, "await store.commit 1\n") &&
           raw_try_open(&clients[SENDER], "127.0.0.1", port) &&
           raw_send(&clients[SENDER], todo_request, half) &&
           step_say(steer, "waiting client.body 1\n");
}

/* Those who have nothing to get go at once. The others have begun: their work
 * is done to the end, one thing behind the other. */
static bool leave(struct steer *steer, int port, struct raw *clients)
{
    return raw_read_eof(&clients[IDLE]) &&
           step_is_told(&clients[LISTENER], "event: bye") &&
           step_is_refused(port) && step_say(steer, "release hash.work\n") &&
           step_say(steer, "waiting keeper.write 2\n") &&
           raw_send_text(&clients[SENDER], todo_request + half) &&
           step_say(steer, "waiting keeper.write 3\n") &&
           step_say(steer, "release store.commit\n") &&
           step_hear(&clients[WRITER], 201) && step_hear(&clients[USER], 201) &&
           step_hear(&clients[SENDER], 201);
}

static bool play_leaving(struct child *server, const char *gates)
{
    struct raw clients[CLIENTS];
    struct steer steer;
    bool good;

    for (int i = 0; i < CLIENTS; i++)
        clients[i] = (struct raw){.fd = -1};
    if (!step_reach(&steer, gates))
        return false;
    good = come(&steer, server->port, clients) &&
           kill(server->pid, SIGTERM) == 0 &&
           leave(&steer, server->port, clients) &&
           child_await(server, STOP_SECONDS) == CHILD_ENDED;
    for (int i = 0; i < CLIENTS; i++)
        raw_close(&clients[i]);
    steer_close(&steer);
    return good;
}

const struct scenario scenario_leaving = {
    .name = "leaving",
    .title = "five are there when the server is told to stop",
    .play = play_leaving};
