/*
 * exercises/runner/scenario.c - what clients do while a timeline is recorded.
 *
 * The gates say when the next step may come, so the order is the same each
 * time; only the durations are this machine's.
 */
#include <string.h>

#include "tests/support/patience.h"
#include "tests/support/raw.h"
#include "tests/support/steer.h"
#include "timeline.h"

enum { CLIENTS = 8 };

static bool ask(struct raw *raw, int port, const char *request)
{
    if (raw_try_open(raw, "127.0.0.1", port) && raw_send_text(raw, request))
        return true;
    (void)fprintf(stderr, "learn: no connection to port %d\n", port);
    return false;
}

static bool hear(struct raw *raw, int status)
{
    struct raw_answer answer;
    bool good = raw_read_answer(raw, &answer, false) && answer.status == status;

    if (!good)
        (void)fprintf(stderr, "learn: the answer is %d instead of %d\n",
                      answer.status, status);
    raw_answer_release(&answer);
    raw_close(raw);
    return good;
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
    static const char post[] = "POST /todos HTTP/1.1\r\n"
                               "Host: localhost\r\n"
                               "Content-Type: application/json\r\n"
                               "Content-Length: 16\r\n"
                               "\r\n"
                               "{\"title\":\"wait\"}";
    bool good = say(steer, "hold store.commit\n");

    for (int i = 0; i < CLIENTS && good; i++) {
        char line[STEER_LINE_SIZE];

        (void)snprintf(line, sizeof line, "waiting keeper.write %d\n", i + 1);
        good = ask(&writers[i], port, post) && say(steer, line) &&
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

static const struct scenario disk = {
    "disk", "eight clients write while the disk is held; two others read",
    play_disk};

const struct scenario *const scenarios[] = {&disk, NULL};

const struct scenario *scenario_find(const char *name)
{
    for (int i = 0; scenarios[i]; i++)
        if (strcmp(scenarios[i]->name, name) == 0)
            return scenarios[i];
    return NULL;
}
