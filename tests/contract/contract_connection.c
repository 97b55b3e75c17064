/*
 * Level 4: several requests on one connection: answers come in order, each to
 * the request it belongs to, and a body is never taken for the next request.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "wire.h"

#define HEALTHZ   "GET /healthz HTTP/1.1\r\n" HOST "\r\n"
#define NOWHERE   "GET /nothing-here HTTP/1.1\r\n" HOST "\r\n"
#define POST_MILK POST_TODOS LENGTH(16) "\r\n" MILK

static void connection_is_kept(void **state)
{
    wire_open(*state, HEALTHZ);
    expect_status(wire_next(*state, "GET"), 200);
    wire_send(*state, NOWHERE);
    expect_problem(wire_next(*state, "GET"), 404);
    wire_send(*state, HEALTHZ);
    expect_status(wire_next(*state, "GET"), 200);
}

static void connection_close_is_obeyed(void **state)
{
    const struct answer *answer = wire_ask(
        *state, "GET /healthz HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");

    expect_status(answer, 200);
    expect_field(answer, "Connection", "close");
    wire_expect_end(*state);
}

/* Neither server speaks another protocol. A client that offers one is answered
 * in this one, and has said that the connection may end with it. */
static void connection_that_would_upgrade_closes(void **state)
{
    static const char *const fields[] = {
        "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n",
        "Connection: Upgrade, keep-alive\r\nUpgrade: h2c\r\n",
        "Connection: upgrade\r\nUpgrade: other/1\r\n",
    };

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const struct answer *answer =
            wire_ask_line(*state, "GET", "/healthz", fields[i]);

        expect_status(answer, 200);
        expect_field(answer, "Connection", "close");
        wire_expect_end(*state);
    }
}

static void upgrade_without_connection_is_ignored(void **state)
{
    expect_status(
        wire_ask_line(*state, "GET", "/healthz", "Upgrade: websocket\r\n"),
        200);
    wire_send(*state, HEALTHZ);
    expect_status(wire_next(*state, "GET"), 200);
}

static void http_1_0_closes(void **state)
{
    expect_status(wire_ask(*state, "GET /healthz HTTP/1.0\r\n" HOST "\r\n"),
                  200);
    wire_expect_end(*state);
}

static void nothing_is_answered_after_connection_close(void **state)
{
    wire_open(*state, "GET /healthz HTTP/1.1\r\n" HOST
                      "Connection: close\r\n\r\n" POST_MILK);
    expect_status(wire_next(*state, "GET"), 200);
    wire_expect_end(*state);
    expect_titles(api_get(*state, "/todos"), "");
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    wire_open(*state,
              HEALTHZ NOWHERE "GET /todos?limit=0 HTTP/1.1\r\n" HOST "\r\n"
                              "GET /todos HTTP/1.1\r\n" HOST "\r\n" HEALTHZ);
    expect_status(wire_next(*state, "GET"), 200);
    expect_problem(wire_next(*state, "GET"), 404);
    expect_problem(wire_next(*state, "GET"), 422);
    expect_titles(wire_next(*state, "GET"), "");
    expect_status(wire_next(*state, "GET"), 200);
}

static void pipelined_writes_are_answered_in_order(void **state)
{
    wire_open(*state,
              POST_MILK POST_TODOS LENGTH(2) "\r\n{}" POST_TODOS CHUNKED
                                             "\r\n10\r\n" MILK "\r\n0\r\n\r\n"
                                             "DELETE /todos HTTP/1.1\r\n" HOST
                                             "\r\n" POST_MILK);
    (void)expect_todo(wire_next(*state, "POST"), 201);
    expect_problem(wire_next(*state, "POST"), 422);
    (void)expect_todo(wire_next(*state, "POST"), 201);
    expect_status(wire_next(*state, "DELETE"), 204);
    (void)expect_todo(wire_next(*state, "POST"), 201);
    expect_titles(api_get(*state, "/todos"), "milk");
}

/* So many that a server does not want to read them all at once. */
static void connection_goes_on_after_pipelined_requests(void **state)
{
    enum { REQUESTS = 100 };
    static char text[REQUESTS * sizeof POST_MILK];

    for (size_t i = 0; i < REQUESTS; i++)
        memcpy(text + i * strlen(POST_MILK), POST_MILK, sizeof POST_MILK);
    wire_open(*state, text);
    for (int i = 0; i < REQUESTS; i++)
        (void)expect_todo(wire_next(*state, "POST"), 201);
    wire_send(*state, HEALTHZ);
    expect_status(wire_next(*state, "GET"), 200);
}

static void pipelined_heads_have_no_body_between_them(void **state)
{
    wire_open(*state, "HEAD /healthz HTTP/1.1\r\n" HOST "\r\n"
                      "HEAD /nothing-here HTTP/1.1\r\n" HOST "\r\n" HEALTHZ);
    expect_status(wire_next(*state, "HEAD"), 200);
    expect_status(wire_next(*state, "HEAD"), 404);
    expect_status(wire_next(*state, "GET"), 200);
}

static void body_on_get_is_read_and_dropped(void **state)
{
    wire_open(*state, "GET /healthz HTTP/1.1\r\n" HOST LENGTH(40) "\r\n");
    wire_send(*state, letters(40));
    wire_send(*state, NOWHERE);
    expect_status(wire_next(*state, "GET"), 200);
    expect_problem(wire_next(*state, "GET"), 404);
}

static void body_of_64_kib_on_get_is_read_and_dropped(void **state)
{
    wire_open(*state, "GET /healthz HTTP/1.1\r\n" HOST LENGTH(65536) "\r\n");
    wire_send(*state, letters(65536));
    wire_send(*state, NOWHERE);
    expect_status(wire_next(*state, "GET"), 200);
    expect_problem(wire_next(*state, "GET"), 404);
}

static void body_on_delete_is_read_and_dropped(void **state)
{
    (void)api_create(*state, "{'title':'a'}");
    wire_open(*state, "DELETE /todos HTTP/1.1\r\n" HOST CHUNKED "\r\n"
                      "2\r\n{}\r\n0\r\n\r\n" POST_MILK);
    expect_status(wire_next(*state, "DELETE"), 204);
    (void)expect_todo(wire_next(*state, "POST"), 201);
    expect_titles(api_get(*state, "/todos"), "milk");
}

/* Sends a head whose body has 37 bytes, which look like a request, and a whole
 * request behind. The first may be refused and the connection may end; but what
 * is answered next is never the body: that would be 200. */
static void check_body_is_no_request(struct api *api, const char *head)
{
    wire_open(api, head);
    wire_send(api, HEALTHZ);
    wire_send(api, NOWHERE);
    if (wire_next(api, "POST")->http.status != 0 &&
        wire_next(api, "GET")->http.status != 0)
        expect_problem(&api->answer, 404);
}

_Static_assert(sizeof HEALTHZ - 1 == 42, "the lengths below are its length");

static void body_of_a_refused_request_is_no_request(void **state)
{
    check_body_is_no_request(
        *state, "POST /nothing HTTP/1.1\r\n" HOST JSON LENGTH(42) "\r\n");
    check_body_is_no_request(
        *state, "PUT /todos HTTP/1.1\r\n" HOST JSON LENGTH(42) "\r\n");
    check_body_is_no_request(
        *state, "POST /todos?x HTTP/1.1\r\n" HOST JSON LENGTH(42) "\r\n");
    check_body_is_no_request(*state,
                             "POST /todos HTTP/1.1\r\n" HOST LENGTH(42) "\r\n");
    check_body_is_no_request(*state, POST_TODOS LENGTH(42) "\r\n");
}

/* A reader that takes such a line for the end of the head does not see the
 * Content-Length below it, and the body becomes a request. */
static void strange_line_in_the_head_hides_no_body(void **state)
{
    static const char *const lines[] = {": no name\r\n", " folded\r\n",
                                        "\tfolded\r\n",  "\rX-A: b\r\n",
                                        "X-A : b\r\n",   "X A: b\r\n"};

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char head[256];

        (void)snprintf(head, sizeof head,
                       "GET /healthz HTTP/1.1\r\n" HOST "%s" LENGTH(42) "\r\n",
                       lines[i]);
        check_body_is_no_request(*state, head);
    }
}

/* They may be passed over or refused; but they are no request, and the request
 * behind them is not two. */
static void empty_lines_before_a_request_are_no_request(void **state)
{
    struct api *api = *state;

    wire_open(api, "\r\n\r\n" HEALTHZ);
    if (wire_next(api, "GET")->http.status != 200) {
        expect_problem(&api->answer, 400);
        wire_expect_end(api);
        return;
    }
    wire_send(api, NOWHERE);
    expect_problem(wire_next(api, "GET"), 404);
}

static void request_may_come_byte_by_byte(void **state)
{
    struct api *api = *state;

    wire_open(api, "P");
    wire_dribble(api, &POST_MILK[1]);
    (void)wire_next(api, "POST");
    expect_status(&api->answer, 201);
    expect_member(&api->answer, "title", "'milk'");
}

static void answer_comes_after_our_side_is_closed(void **state)
{
    struct api *api = *state;

    wire_open(api, POST_MILK);
    raw_half_close(&api->raw);
    (void)expect_todo(wire_next(api, "POST"), 201);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(connection_is_kept),
    cmocka_unit_test(connection_close_is_obeyed),
    cmocka_unit_test(connection_that_would_upgrade_closes),
    cmocka_unit_test(upgrade_without_connection_is_ignored),
    cmocka_unit_test(http_1_0_closes),
    cmocka_unit_test(nothing_is_answered_after_connection_close),
    cmocka_unit_test(pipelined_requests_are_answered_in_order),
    cmocka_unit_test(pipelined_writes_are_answered_in_order),
    cmocka_unit_test(connection_goes_on_after_pipelined_requests),
    cmocka_unit_test(pipelined_heads_have_no_body_between_them),
    cmocka_unit_test(body_on_get_is_read_and_dropped),
    cmocka_unit_test(body_of_64_kib_on_get_is_read_and_dropped),
    cmocka_unit_test(body_on_delete_is_read_and_dropped),
    cmocka_unit_test(body_of_a_refused_request_is_no_request),
    cmocka_unit_test(strange_line_in_the_head_hides_no_body),
    cmocka_unit_test(empty_lines_before_a_request_are_no_request),
    cmocka_unit_test(request_may_come_byte_by_byte),
    cmocka_unit_test(answer_comes_after_our_side_is_closed),
};

const struct group connection_group = GROUP(LEVEL_ERRORS, "connection", cases);
