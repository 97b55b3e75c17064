/*
 * tests/system/pair.c - both programs at once on one database file.
 * Threads: one.   Blocks: on the servers of the case.
 */
#include <signal.h>
#include <stdio.h>

#include "system.h"
#include "tests/cmocka_all.h"

enum { ROUNDS = 5, TURNS = 50, BOTH = 100 };

static void start_both(void)
{
    system_start(NULL);
    server_start_on(&system_second, system_other, system_server.db, NULL);
    server_stop_clock(&system_second);
}

/* What a GET of this todo answers at this port. */
static int read_at(int port, long long id, struct raw_answer *answer)
{
    char path[64];

    (void)snprintf(path, sizeof path, "/todos/%lld", id);
    return talk_get(port, path, answer);
}

static void expect_seen_at(int port, long long id, const char *title)
{
    struct raw_answer answer;

    assert_int_equal(read_at(port, id, &answer), 200);
    assert_true(talk_has_title(&answer, title));
    raw_answer_release(&answer);
}

static void both_start_at_once_on_a_fresh_file(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        const char *db = system_fresh_db();

        server_launch(&system_server, system_program, db, NULL);
        server_launch(&system_second, system_other, db, NULL);
        server_await(&system_server);
        server_await(&system_second);
        expect_seen_at(system_second.port,
                       talk_create(system_server.port, "from here"),
                       "from here");
        expect_seen_at(system_server.port,
                       talk_create(system_second.port, "from there"),
                       "from there");
        server_stop(&system_server);
        server_stop(&system_second);
        assert_int_equal(system_release(state), 0);
    }
}

static void each_sees_at_once_what_the_other_wrote(void **state)
{
    char title[32];
    char request[TALK_MAX];

    (void)state;
    start_both();
    for (int turn = 0; turn < TURNS; turn++) {
        int here = turn % 2 ? system_second.port : system_server.port;
        int there = turn % 2 ? system_server.port : system_second.port;

        (void)snprintf(title, sizeof title, "turn %d", turn);
        long long id = talk_create(here, title);

        expect_seen_at(there, id, title);
        (void)snprintf(request, sizeof request,
                       "DELETE /todos/%lld HTTP/1.1\r\n"
                       "Host: localhost\r\n"
                       "\r\n",
                       id);
        assert_int_equal(talk(there, request, NULL), 204);
        assert_int_equal(read_at(here, id, NULL), 404);
    }
}

/* Sends `BOTH` writes to a server without reading an answer. */
static void ask_for_many(struct raw *raw, int port, const char *word)
{
    raw_open(raw, "127.0.0.1", port);
    for (int i = 0; i < BOTH; i++) {
        char title[32];
        char request[TALK_MAX];

        (void)snprintf(title, sizeof title, "%s-%03d-", word, i);
        talk_write_post(request, title);
        assert_true(raw_send_text(raw, request));
    }
}

static void expect_many_created(struct raw *raw)
{
    for (int i = 0; i < BOTH; i++) {
        struct raw_answer answer;

        assert_true(raw_read_answer(raw, &answer, false));
        assert_int_equal(answer.status, 201);
        raw_answer_release(&answer);
    }
    raw_close(raw);
}

static void both_write_at_once_and_nothing_is_lost(void **state)
{
    struct raw here;
    struct raw there;
    char title[32];

    (void)state;
    start_both();
    ask_for_many(&here, system_server.port, "here");
    ask_for_many(&there, system_second.port, "there");
    expect_many_created(&here);
    expect_many_created(&there);
    for (int i = 0; i < BOTH; i++) {
        (void)snprintf(title, sizeof title, "there-%03d-", i);
        assert_int_equal(talk_count(system_server.port, title), 1);
    }
    assert_int_equal(talk_count(system_server.port, "here-"), 2 * BOTH);
    assert_int_equal(talk_count(system_second.port, "here-"), 2 * BOTH);
}

static void an_etag_of_one_is_known_to_the_other(void **state)
{
    struct raw_answer answer;
    char etag[64];
    char request[TALK_MAX];

    (void)state;
    start_both();
    long long id = talk_create(system_server.port, "shared");

    assert_int_equal(read_at(system_server.port, id, &answer), 200);
    assert_true(raw_answer_field(&answer, "ETag", etag, sizeof etag));
    raw_answer_release(&answer);
    (void)snprintf(request, sizeof request,
                   "PATCH /todos/%lld HTTP/1.1\r\n"
                   "Host: localhost\r\n"
                   "If-Match: %s\r\n"
                   "Content-Type: application/json\r\n"
                   "Content-Length: 18\r\n"
                   "\r\n"
                   "{\"completed\":true}",
                   id, etag);
    assert_int_equal(talk(system_second.port, request, NULL), 200);
    assert_int_equal(talk(system_server.port, request, NULL), 412);
}

static void one_stops_and_the_other_goes_on(void **state)
{
    (void)state;
    start_both();
    long long id = talk_create(system_server.port, "stays");

    server_stop(&system_server);
    expect_seen_at(system_second.port, id, "stays");
    talk_still_serves(system_second.port);
}

static void one_is_killed_and_the_other_goes_on(void **state)
{
    struct raw writes;

    (void)state;
    start_both();
    ask_for_many(&writes, system_server.port, "cut off");
    assert_true(raw_readable(&writes, RAW_TIMEOUT_MS));
    server_signal(&system_server, SIGKILL);
    talk_still_serves(system_second.port);
    server_expect_end(&system_server, 128 + SIGKILL);
    talk_still_serves(system_second.port);
    raw_close(&writes);
}

int system_pair(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(both_start_at_once_on_a_fresh_file),
        SYSTEM_CASE(each_sees_at_once_what_the_other_wrote),
        SYSTEM_CASE(both_write_at_once_and_nothing_is_lost),
        SYSTEM_CASE(an_etag_of_one_is_known_to_the_other),
        SYSTEM_CASE(one_stops_and_the_other_goes_on),
        SYSTEM_CASE(one_is_killed_and_the_other_goes_on),
    };

    return GROUP("two on one database", cases, NULL, NULL);
}
