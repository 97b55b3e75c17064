/*
 * tests/system/held.c - the database is held by another program: writes wait,
 * all else goes on, and what waited is committed together.
 * Threads: one.   Blocks: on the server of the case.
 *
 * No clock is asked, and that of the server stands. A write waits when its
 * answer is not there while others are, and is there after the database is let
 * go.
 */
#include <stdio.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"

enum {
    TIMES = 5,
    LEAVING = 20,
    WRITES = 40,
    ALL_STAND_MS = 10000 /* without an answer: it looks as if all stood */
};

static void hold(void)
{
    hold_begin(&system_hold, system_server.db);
}

static void let_go(void)
{
    hold_end(&system_hold);
}

/* Asks for a path while `write` waits; the write must wait still after it. If
 * nothing is answered at all, time passes for the write: then it shows who has
 * waited for it. */
static void answers_beside(struct raw *write, const char *path, int status)
{
    char request[TALK_MAX];
    struct raw raw;

    talk_write_get(request, path);
    system_ask(&raw, request);
    if (!raw_readable(&raw, ALL_STAND_MS))
        server_pass_time(&system_server, 6);
    talk_expect(system_hear(&raw), status);
    if (raw_readable(write, 0))
        fail_msg("GET %s was answered only after the write that waits", path);
}

static void all_but_writes_is_answered_while_a_write_waits(void **state)
{
    struct raw write;
    char request[TALK_MAX];
    char path[64];

    (void)state;
    system_start(NULL);
    long long id = talk_create(system_server.port, "there before");

    (void)snprintf(path, sizeof path, "/todos/%lld", id);
    hold();
    talk_write_post(request, "waiting");
    system_ask(&write, request);
    for (int i = 0; i < TIMES; i++) {
        answers_beside(&write, "/healthz", 200);
        answers_beside(&write, "/readyz", 200);
        answers_beside(&write, "/todos", 200);
        answers_beside(&write, path, 200);
        answers_beside(&write, "/openapi.json", 200);
        answers_beside(&write, "/todos/9999", 404);
        answers_beside(&write, "/todos?limit=x", 422);
    }
    talk_expect_count(system_server.port, "waiting", 0);
    let_go();
    talk_expect(system_hear(&write), 201);
    talk_expect_count(system_server.port, "waiting", 1);
}

static void a_wrong_write_is_refused_while_a_right_one_waits(void **state)
{
    struct raw write;
    char request[TALK_MAX];

    (void)state;
    system_start(NULL);
    hold();
    talk_write_post(request, "waiting");
    system_ask(&write, request);
    talk_write_post(request, "");
    talk_expect(talk(system_server.port, request, NULL), 422);
    assert_false(raw_readable(&write, 0));
    let_go();
    talk_expect(system_hear(&write), 201);
}

static void a_write_that_waits_too_long_is_503_and_stores_nothing(void **state)
{
    struct raw_answer answer;
    struct raw write;
    char request[TALK_MAX];
    char value[8];

    (void)state;
    system_start(NULL);
    hold();
    talk_write_post(request, "waiting");
    system_ask(&write, request);
    talk_until_late(&system_server, &write);
    (void)raw_read_answer(&write, &answer, false);
    talk_expect(answer.status, 503);
    assert_true(raw_answer_field(&answer, "Retry-After", value, sizeof value));
    raw_answer_release(&answer);
    raw_close(&write);
    talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
    let_go();
    talk_still_serves(system_server.port);
    talk_expect_count(system_server.port, "waiting", 0);
}

static void writes_that_waited_together_are_each_stored_once(void **state)
{
    struct raw writes[WRITES];
    char title[32];
    char request[TALK_MAX];

    (void)state;
    system_start(NULL);
    hold();
    for (int i = 0; i < WRITES; i++) {
        (void)snprintf(title, sizeof title, "together-%02d-", i);
        talk_write_post(request, title);
        system_ask(&writes[i], request);
    }
    for (int i = 0; i < WRITES; i++)
        assert_false(raw_readable(&writes[i], 0));
    let_go();
    for (int i = 0; i < WRITES; i++) {
        struct raw_answer answer;

        (void)snprintf(title, sizeof title, "together-%02d-", i);
        (void)raw_read_answer(&writes[i], &answer, false);
        talk_expect(answer.status, 201);
        talk_expect_title(&answer, title);
        raw_answer_release(&answer);
        raw_close(&writes[i]);
        talk_expect_count(system_server.port, title, 1);
    }
    talk_expect_count(system_server.port, "together", WRITES);
}

/* A request without body on one todo, with a condition or none. */
static void write_delete(char request[TALK_MAX], long long id,
                         const char *condition)
{
    (void)snprintf(request, TALK_MAX,
                   "DELETE /todos/%lld HTTP/1.1\r\n"
                   "Host: localhost\r\n"
                   "%s"
                   "\r\n",
                   id, condition);
}

static void a_write_that_fails_takes_no_neighbour_along(void **state)
{
    struct raw writes[5];
    char request[TALK_MAX];

    (void)state;
    system_start(NULL);
    long long first = talk_create(system_server.port, "first");
    long long second = talk_create(system_server.port, "second");

    hold();
    talk_write_post(request, "neighbour one");
    system_ask(&writes[0], request);
    write_delete(request, 9999, "");
    system_ask(&writes[1], request);
    write_delete(request, first, "If-Match: \"never\"\r\n");
    system_ask(&writes[2], request);
    write_delete(request, second, "");
    system_ask(&writes[3], request);
    talk_write_post(request, "neighbour two");
    system_ask(&writes[4], request);
    let_go();
    talk_expect(system_hear(&writes[0]), 201);
    talk_expect(system_hear(&writes[1]), 404);
    talk_expect(system_hear(&writes[2]), 412);
    talk_expect(system_hear(&writes[3]), 204);
    talk_expect(system_hear(&writes[4]), 201);
    talk_expect_count(system_server.port, "neighbour", 2);
    talk_expect_count(system_server.port, "first", 1);
    talk_expect_count(system_server.port, "second", 0);
}

static void of_writers_with_one_etag_exactly_one_wins(void **state)
{
    enum { RIVALS = 10 };
    struct raw rivals[RIVALS];
    struct raw_answer answer;
    char path[64];
    char etag[64];
    char request[TALK_MAX];
    int won = 0;

    (void)state;
    system_start(NULL);
    (void)snprintf(path, sizeof path, "/todos/%lld",
                   talk_create(system_server.port, "wanted"));
    talk_expect(talk_get(system_server.port, path, &answer), 200);
    assert_true(raw_answer_field(&answer, "ETag", etag, sizeof etag));
    raw_answer_release(&answer);
    hold();
    for (int i = 0; i < RIVALS; i++) {
        (void)snprintf(request, sizeof request,
                       "PATCH %s HTTP/1.1\r\n"
                       "Host: localhost\r\n"
                       "If-Match: %s\r\n"
                       "Content-Type: application/json\r\n"
                       "Content-Length: 13\r\n"
                       "\r\n"
                       "{\"order\":%3d}",
                       path, etag, i + 1);
        system_ask(&rivals[i], request);
    }
    let_go();
    for (int i = 0; i < RIVALS; i++) {
        int status = system_hear(&rivals[i]);

        if (status == 200)
            won++;
        else
            talk_expect(status, 412);
    }
    assert_int_equal(won, 1);
}

static void of_two_deletes_of_one_todo_one_finds_nothing(void **state)
{
    struct raw rivals[2];
    char request[TALK_MAX];

    (void)state;
    system_start(NULL);
    write_delete(request, talk_create(system_server.port, "once"), "");
    hold();
    system_ask(&rivals[0], request);
    system_ask(&rivals[1], request);
    let_go();
    int first = system_hear(&rivals[0]);
    int second = system_hear(&rivals[1]);

    assert_int_equal(first + second, 204 + 404);
    assert_true(first == 204 || first == 404);
}

static void
a_client_that_leaves_while_its_write_waits_harms_nobody(void **state)
{
    char request[TALK_MAX];
    struct raw stays;

    (void)state;
    system_start(NULL);
    hold();
    talk_write_post(request, "stays");
    system_ask(&stays, request);
    talk_write_post(request, "leaves");
    for (int i = 0; i < LEAVING; i++) {
        struct raw leaves;

        system_ask(&leaves, request);
        raw_reset(&leaves);
    }
    assert_false(raw_readable(&stays, 0));
    let_go();
    talk_expect(system_hear(&stays), 201);
    talk_still_serves(system_server.port);
    server_stop(&system_server);
}

int system_held(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(all_but_writes_is_answered_while_a_write_waits),
        SYSTEM_CASE(a_wrong_write_is_refused_while_a_right_one_waits),
        SYSTEM_CASE(a_write_that_waits_too_long_is_503_and_stores_nothing),
        SYSTEM_CASE(writes_that_waited_together_are_each_stored_once),
        SYSTEM_CASE(a_write_that_fails_takes_no_neighbour_along),
        SYSTEM_CASE(of_writers_with_one_etag_exactly_one_wins),
        SYSTEM_CASE(of_two_deletes_of_one_todo_one_finds_nothing),
        SYSTEM_CASE(a_client_that_leaves_while_its_write_waits_harms_nobody),
    };

    return GROUP("the database is held", cases, NULL, NULL);
}
