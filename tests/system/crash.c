/*
 * tests/system/crash.c - kill -9 under load: what was answered is there.
 * Threads: one for each writer; cmocka is used by the first alone.
 * Blocks:  until the server is killed and has come up again.
 *
 * Writers send and note what was answered. In the middle the server is killed.
 * After the restart each answered write must be there exactly once; one that
 * was under way may be there once, or not.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"
#include "walk.h"

enum { ROUNDS = 5, WRITERS = 6, MAX_WRITES = 20000, ENOUGH = 200 };

static void start(const char *db)
{
    server_start_on(&system_server, system_program, db, NULL);
    server_stop_clock(&system_server);
}

static void start_again(const char *db)
{
    server_release(&system_server);
    start(db);
}

struct writer {
    pthread_t thread;
    int number;
    int round;
    int port;
    long long id;        /* of the todo that a patching writer changes */
    atomic_int sent;     /* so many writes went out, in order */
    atomic_int answered; /* so many of them were answered with success */
    int wrong;           /* another status that came, or 0 */
    unsigned char seen[MAX_WRITES + 1]; /* how often each is there in the end */
};

static struct writer writers[WRITERS];

/* Sends one write and reads its answer; false when the server is gone. */
static bool write_once(struct writer *writer, struct raw *raw,
                       const char *request, int success)
{
    struct raw_answer answer;

    atomic_fetch_add(&writer->sent, 1);
    if (!raw_send_text(raw, request) || !raw_read_answer(raw, &answer, false)) {
        return false;
    }
    int status = answer.status;

    raw_answer_release(&answer);
    if (status != success) {
        writer->wrong = status;
        return false;
    }
    atomic_fetch_add(&writer->answered, 1);
    return true;
}

/* Creates one todo after the other, until the server is gone. */
static void *create_on(void *context)
{
    struct writer *writer = context;
    struct raw raw;
    bool there = raw_try_open(&raw, "127.0.0.1", writer->port);

    for (int i = 0; there && i < MAX_WRITES; i++) {
        char title[64];
        char request[TALK_MAX];

        (void)snprintf(title, sizeof title, "%d %d %d", writer->round,
                       writer->number, i);
        talk_write_post(request, title);
        there = write_once(writer, &raw, request, 201);
    }
    raw_close(&raw);
    return NULL;
}

/* Changes one todo again and again: its order is the number of the write. */
static void *patch_on(void *context)
{
    struct writer *writer = context;
    struct raw raw;
    bool there = raw_try_open(&raw, "127.0.0.1", writer->port);

    for (int i = 1; there && i < MAX_WRITES; i++) {
        char request[TALK_MAX];

        (void)snprintf(request, sizeof request,
                       "PATCH /todos/%lld HTTP/1.1\r\n"
                       "Host: localhost\r\n"
                       "Content-Type: application/json\r\n"
                       "Content-Length: 15\r\n"
                       "\r\n"
                       "{\"order\":%5d}",
                       writer->id, i);
        there = write_once(writer, &raw, request, 200);
    }
    raw_close(&raw);
    return NULL;
}

static int answered_by_all(void)
{
    int answered = 0;

    for (int i = 0; i < WRITERS; i++)
        answered += atomic_load(&writers[i].answered);
    return answered;
}

/* Lets the writers write until `enough` are answered, then kills the server
 * while they go on. */
static void write_until_killed(int round, int enough, void *(*work)(void *))
{
    long long deadline = now_ms() + PATIENCE_MS;

    for (int i = 0; i < WRITERS; i++) {
        writers[i].round = round;
        writers[i].number = i;
        writers[i].port = system_server.port;
        writers[i].wrong = 0;
        atomic_store(&writers[i].sent, 0);
        atomic_store(&writers[i].answered, 0);
        memset(writers[i].seen, 0, sizeof writers[i].seen);
        assert_int_equal(
            pthread_create(&writers[i].thread, NULL, work, &writers[i]), 0);
    }
    while (answered_by_all() < enough && now_ms() < deadline)
        a_moment();
    server_signal(&system_server, SIGKILL);
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_join(writers[i].thread, NULL), 0);
    server_expect_end(&system_server, 128 + SIGKILL);
    assert_true(answered_by_all() >= enough);
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(writers[i].wrong, 0);
}

/* Counts a todo that a writer of this round made: "round writer write". */
static void note_seen(void *context, const char *title)
{
    char *end;
    long round = strtol(title, &end, 10);

    if (end == title || round != *(const int *)context)
        return;
    long number = strtol(end, &end, 10);
    long write = strtol(end, NULL, 10);

    assert_in_range(number, 0, WRITERS - 1);
    assert_in_range(write, 0, MAX_WRITES - 1);
    writers[number].seen[write]++;
}

static void every_answered_create_is_there_once_after_kill_9(void **state)
{
    const char *db = system_fresh_db();

    (void)state;
    start(db);
    for (int round = 0; round < ROUNDS; round++) {
        write_until_killed(round, ENOUGH + 37 * round, create_on);
        start_again(db);
        (void)walk_titles(system_server.port, note_seen, &round);
        for (int i = 0; i < WRITERS; i++) {
            int answered = atomic_load(&writers[i].answered);

            for (int write = 0; write < answered; write++)
                assert_int_equal(writers[i].seen[write], 1);
            assert_in_range(writers[i].seen[answered], 0, 1);
            for (int write = answered + 1; write < MAX_WRITES; write++)
                assert_int_equal(writers[i].seen[write], 0);
        }
        talk_still_serves(system_server.port);
    }
    server_stop(&system_server);
}

/* The order of a todo, as the server says it. */
static int order_of(long long id)
{
    char path[64];
    struct raw_answer answer;
    const char *order;

    (void)snprintf(path, sizeof path, "/todos/%lld", id);
    assert_int_equal(talk_get(system_server.port, path, &answer), 200);
    order = strstr(answer.body, "\"order\":");
    assert_non_null(order);
    int value = (int)strtol(order + strlen("\"order\":"), NULL, 10);

    raw_answer_release(&answer);
    return value;
}

static void every_answered_change_is_there_after_kill_9(void **state)
{
    const char *db = system_fresh_db();

    (void)state;
    start(db);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < WRITERS; i++)
            writers[i].id = talk_create(system_server.port, "changed");
        write_until_killed(round, ENOUGH + 37 * round, patch_on);
        start_again(db);
        for (int i = 0; i < WRITERS; i++)
            assert_in_range(order_of(writers[i].id),
                            atomic_load(&writers[i].answered),
                            atomic_load(&writers[i].sent));
    }
    server_stop(&system_server);
}

int system_crash(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(every_answered_create_is_there_once_after_kill_9),
        SYSTEM_CASE(every_answered_change_is_there_after_kill_9),
    };

    return GROUP("kill -9", cases, NULL, NULL);
}
