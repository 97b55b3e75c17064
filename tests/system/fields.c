/*
 * tests/system/fields.c - fields that change what a request means, and those
 * that caches, proxies and browsers look for in an answer.
 * Threads: one.   Blocks: on the server of the case.
 */
#include <stdio.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"

#define HOST "Host: localhost\r\n"
#define JSON "Content-Type: application/json\r\n"

struct exchange {
    const char *request;
    int status;
};

/* Each kind of answer, in an order in which they make sense. */
static const struct exchange exchanges[] = {
    {"POST /todos HTTP/1.1\r\n" HOST JSON "Content-Length: 13\r\n\r\n"
     "{\"title\":\"a\"}",
     201},
    {"GET /todos HTTP/1.1\r\n" HOST "\r\n", 200},
    {"GET /todos/1 HTTP/1.1\r\n" HOST "\r\n", 200},
    {"GET /todos/1 HTTP/1.1\r\n" HOST "If-None-Match: \"1-1\"\r\n\r\n", 304},
    {"GET /todos/2 HTTP/1.1\r\n" HOST "\r\n", 404},
    {"GET /nothing-here HTTP/1.1\r\n" HOST "\r\n", 404},
    {"PUT /todos HTTP/1.1\r\n" HOST "\r\n", 405},
    {"POST /todos HTTP/1.1\r\n" HOST "\r\n", 415},
    {"GET /todos?x=1 HTTP/1.1\r\n" HOST "\r\n", 422},
    {"GET / HTTP/1.1\r\n\r\n", 400},
    {"GET /live HTTP/1.1\r\n" HOST "\r\n", 200},
    {"GET /docs/style.css HTTP/1.1\r\n" HOST "\r\n", 200},
    {"GET /openapi.json HTTP/1.1\r\n" HOST "\r\n", 200},
    {"OPTIONS /todos HTTP/1.1\r\n" HOST "\r\n", 204},
    {"DELETE /todos HTTP/1.1\r\n" HOST "\r\n", 204},
};

enum { EXCHANGES = sizeof exchanges / sizeof exchanges[0] };

static void check_every_answer(void (*check)(const struct raw_answer *answer))
{
    system_start(NULL);
    for (size_t i = 0; i < EXCHANGES; i++) {
        struct raw_answer answer;

        talk_expect(talk(system_server.port, exchanges[i].request, &answer),
                    exchanges[i].status);
        check(&answer);
        raw_answer_release(&answer);
    }
}

static void expect_no_cache(const struct raw_answer *answer)
{
    system_expect_field(answer, "Cache-Control", "no-cache");
}

/* A cache may guess how long a todo holds, and a 404, 405 or 414 as well (RFC
 * 9110 section 15.1), unless it is told. */
static void every_answer_must_be_asked_for_again(void **state)
{
    (void)state;
    check_every_answer(expect_no_cache);
}

static void expect_no_guess(const struct raw_answer *answer)
{
    char type[256];

    if (raw_answer_field(answer, "Content-Type", type, sizeof type))
        system_expect_field(answer, "X-Content-Type-Options", "nosniff");
}

static void no_browser_looks_for_another_type(void **state)
{
    (void)state;
    check_every_answer(expect_no_guess);
}

/* What a proxy gathers, nobody sees as it happens. */
static void streams_are_passed_on_as_they_come(void **state)
{
    static const char *const paths[] = {"/todos/events", "/todos/export"};

    (void)state;
    system_start(NULL);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char request[TALK_MAX];
        struct raw_answer answer;
        struct raw raw;

        (void)snprintf(request, sizeof request,
                       "HEAD %s HTTP/1.1\r\n" HOST "\r\n", paths[i]);
        system_ask(&raw, request);
        assert_true(raw_read_answer(&raw, &answer, true));
        raw_close(&raw);
        talk_expect(answer.status, 200);
        system_expect_field(&answer, "X-Accel-Buffering", "no");
        system_expect_field(&answer, "Cache-Control", "no-cache, no-store");
        system_expect_field(&answer, "X-Content-Type-Options", "nosniff");
        raw_answer_release(&answer);
    }
}

/* A client that means to write a part would destroy the rest. */
static void a_put_of_a_part_is_400_and_changes_nothing(void **state)
{
    struct raw_answer answer;

    (void)state;
    system_start(NULL);
    assert_int_equal(talk_create(system_server.port, "whole"), 1);
    talk_expect(talk(system_server.port,
                     "PUT /todos/1 HTTP/1.1\r\n" HOST JSON
                     "Content-Range: bytes 0-12/90\r\n"
                     "Content-Length: 13\r\n"
                     "\r\n"
                     "{\"title\":\"a\"}",
                     &answer),
                400);
    assert_non_null(strstr(answer.body, "#problem-partial-put\""));
    raw_answer_release(&answer);
    talk_expect_count(system_server.port, "whole", 1);
}

/* The answer to a POST of a todo of this type that is called gzip. */
static void post_as_gzip(const char *type, struct raw_answer *answer)
{
    char request[TALK_MAX];

    (void)snprintf(request, sizeof request,
                   "POST /todos HTTP/1.1\r\n" HOST "Content-Type: %s\r\n"
                   "Content-Encoding: gzip\r\n"
                   "Content-Length: 13\r\n"
                   "\r\n"
                   "{\"title\":\"a\"}",
                   type);
    talk_expect(talk(system_server.port, request, answer), 415);
}

/* The field tells a client that it was the coding, and not the type. */
static void a_coding_that_is_not_taken_is_told_from_a_type(void **state)
{
    struct raw_answer answer;
    char value[256];

    (void)state;
    system_start(NULL);
    post_as_gzip("application/json", &answer);
    system_expect_field(&answer, "Accept-Encoding", "identity");
    assert_non_null(strstr(answer.body, "Content-Encoding"));
    raw_answer_release(&answer);
    post_as_gzip("text/plain", &answer);
    assert_false(
        raw_answer_field(&answer, "Accept-Encoding", value, sizeof value));
    raw_answer_release(&answer);
}

/* A method is what the first line says, whatever a proxy, a framework or an
 * attacker adds; and what one URL is called does not move another. */
static void fields_that_would_be_another_request_are_not_read(void **state)
{
    static const char *const fields[] = {"X-HTTP-Method-Override: DELETE",
                                         "X-HTTP-Method: DELETE",
                                         "X-Method-Override: DELETE",
                                         "X-Original-URL: /nothing-here",
                                         "X-Rewrite-URL: /nothing-here",
                                         "X-Forwarded-Host: evil.example",
                                         "X-Forwarded-Proto: https",
                                         "X-Forwarded-Prefix: /evil",
                                         "Forwarded: host=evil.example",
                                         "Content-Location: /todos/2",
                                         "Range: bytes=0-0",
                                         "TE: gzip",
                                         "Upgrade: h2c"};

    (void)state;
    system_start(NULL);
    assert_int_equal(talk_create(system_server.port, "stays"), 1);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char request[TALK_MAX];
        struct raw_answer answer;

        (void)snprintf(request, sizeof request,
                       "GET /todos/1 HTTP/1.1\r\n" HOST "%s\r\n\r\n",
                       fields[i]);
        talk_expect(talk(system_server.port, request, &answer), 200);
        if (!strstr(answer.body, "\"url\":\"http://localhost/todos/1\"}"))
            fail_msg("%s: %s", fields[i], answer.body);
        raw_answer_release(&answer);
    }
    talk_expect_count(system_server.port, "stays", 1);
}

int system_fields(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(every_answer_must_be_asked_for_again),
        SYSTEM_CASE(no_browser_looks_for_another_type),
        SYSTEM_CASE(streams_are_passed_on_as_they_come),
        SYSTEM_CASE(a_put_of_a_part_is_400_and_changes_nothing),
        SYSTEM_CASE(a_coding_that_is_not_taken_is_told_from_a_type),
        SYSTEM_CASE(fields_that_would_be_another_request_are_not_read),
    };

    return GROUP("fields", cases, NULL, NULL);
}
