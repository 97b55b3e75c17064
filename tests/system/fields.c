/*
 * tests/system/fields.c - fields that change what a request means.
 * Threads: one.   Blocks: on the server of the case.
 */
#include <stdio.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"

#define HOST "Host: localhost\r\n"
#define JSON "Content-Type: application/json\r\n"

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
        SYSTEM_CASE(a_put_of_a_part_is_400_and_changes_nothing),
        SYSTEM_CASE(a_coding_that_is_not_taken_is_told_from_a_type),
        SYSTEM_CASE(fields_that_would_be_another_request_are_not_read),
    };

    return GROUP("fields", cases, NULL, NULL);
}
