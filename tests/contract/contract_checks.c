/*
 * Level 4: the order of checks. Each request here breaks two rules, and the
 * answer must be about the one that comes first: framing 400, 431, 414, Host
 * 400, 421, path 404, 405, 417, query 422, 415, 411, 413, body 400, body 422,
 * todo 404, 412. Those about 421 are in contract_hosts.c.
 */
#include <stdio.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "wire.h"

#define UNKNOWN "/todos/9007199254740993"

static void check(struct api *api, const char *request, int status)
{
    expect_problem(wire_ask(api, request), status);
}

static void framing_comes_before_431(void **state)
{
    wire_open(*state, "POST /todos HTTP/1.1\r\n" HOST LENGTH(0) LENGTH(0));
    wire_send(*state, "X-Long: ");
    wire_send(*state, letters(17 * KIB));
    wire_send(*state, "\r\n\r\n");
    expect_problem(wire_next(*state, "POST"), 400);
}

static void framing_comes_before_the_path(void **state)
{
    check(*state,
          "POST /nothing-here HTTP/1.1\r\n" HOST JSON LENGTH(0)
              LENGTH(0) "\r\n",
          400);
}

static void a_long_head_comes_before_a_long_target(void **state)
{
    wire_open(*state, "GET /");
    wire_send(*state, letters(9 * KIB));
    wire_send(*state, " HTTP/1.1\r\n" HOST "X-Long: ");
    wire_send(*state, letters(9 * KIB));
    wire_send(*state, "\r\n\r\n");
    expect_problem(wire_next(*state, "GET"), 431);
}

static void a_long_target_comes_before_a_bad_host(void **state)
{
    wire_open(*state, "GET /");
    wire_send(*state, letters(9 * KIB));
    wire_send(*state, " HTTP/1.1\r\nHost: a b\r\n\r\n");
    expect_problem(wire_next(*state, "GET"), 414);
}

static void a_bad_host_comes_before_the_path(void **state)
{
    check(*state, "GET /nothing-here HTTP/1.1\r\nHost: a b\r\n\r\n", 400);
}

static void the_path_comes_before_the_method(void **state)
{
    check(*state, "PUT /nothing-here HTTP/1.1\r\n" HOST JSON LENGTH(2) "\r\n{}",
          404);
}

static void the_path_comes_before_query_type_and_length(void **state)
{
    check(*state, "POST /nothing-here?x=1 HTTP/1.1\r\n" HOST "\r\n", 404);
}

static void the_method_comes_before_an_expectation(void **state)
{
    check(*state,
          "PUT /todos HTTP/1.1\r\n" HOST JSON LENGTH(
              2) "Expect: a-miracle\r\n\r\n{}",
          405);
}

static void an_expectation_comes_before_the_query(void **state)
{
    check(*state,
          "POST /todos?x=1 HTTP/1.1\r\n" HOST JSON LENGTH(
              16) "Expect: a-miracle\r\n\r\n" MILK,
          417);
}

static void the_query_comes_before_the_type(void **state)
{
    check(*state,
          "POST /todos?x=1 HTTP/1.1\r\n" HOST
          "Content-Type: text/plain\r\n" LENGTH(16) "\r\n" MILK,
          422);
}

static void the_query_comes_before_the_length(void **state)
{
    check(*state, "POST /todos?x=1 HTTP/1.1\r\n" HOST JSON "\r\n", 422);
    check(*state, "POST /todos?x=1 HTTP/1.1\r\n" HOST JSON LENGTH(65537) "\r\n",
          422);
}

static void the_query_comes_before_a_large_body_of_get(void **state)
{
    check(*state, "GET /todos?x=1 HTTP/1.1\r\n" HOST LENGTH(65537) "\r\n", 422);
}

static void the_type_comes_before_the_length(void **state)
{
    check(*state,
          "POST /todos HTTP/1.1\r\n" HOST "Content-Type: text/plain\r\n\r\n",
          415);
}

static void the_type_comes_before_the_size(void **state)
{
    check(*state,
          "POST /todos HTTP/1.1\r\n" HOST
          "Content-Type: text/plain\r\n" LENGTH(65537) "\r\n",
          415);
}

static void the_size_comes_before_the_json(void **state)
{
    wire_open(*state, POST_TODOS LENGTH(70000) "\r\n");
    wire_send(*state, letters(70000));
    expect_problem(wire_next(*state, "POST"), 413);
}

static void the_json_comes_before_the_rules(void **state)
{
    expect_problem(api_post(*state, "{'colour':1,'title':''"), 400);
    expect_problem(api_post(*state, "{'colour':1,'colour':2}"), 400);
}

static void the_json_comes_before_the_todo(void **state)
{
    expect_problem(api_send(*state, "PUT", UNKNOWN, NULL, "{"), 400);
    expect_problem(api_send(*state, "PATCH", UNKNOWN, NULL, "[]"), 400);
}

static void the_query_and_the_type_come_before_the_todo(void **state)
{
    expect_problem(api_delete(*state, UNKNOWN "?x=1"), 422);
    expect_problem(
        api_send(*state, "PATCH", UNKNOWN, "Content-Type: text/plain", "{}"),
        415);
}

static void the_rules_come_before_the_todo(void **state)
{
    expect_problem(api_send(*state, "PUT", UNKNOWN, NULL, "{}"), 422);
    expect_problem(api_send(*state, "PATCH", UNKNOWN, NULL, "{'x':1}"), 422);
}

static void the_rules_come_before_a_condition(void **state)
{
    long long id = api_create(*state, "{'title':'a'}");

    expect_problem(api_send(*state, "PATCH", api_path(*state, id),
                            "If-Match: \"0-0\"", "{'title':''}"),
                   422);
}

static void the_todo_comes_before_a_condition(void **state)
{
    const char *const conditions[] = {"If-Match: \"0-0\"", "If-Match: *",
                                      "If-None-Match: *"};

    for (size_t i = 0; i < 3; i++) {
        const char *field = conditions[i];

        expect_problem(api_send(*state, "PUT", UNKNOWN, field, "{'title':'a'}"),
                       404);
        expect_problem(
            api_send(*state, "PATCH", UNKNOWN, field, "{'title':'a'}"), 404);
        expect_problem(api_send(*state, "DELETE", UNKNOWN, field, NULL), 404);
    }
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(framing_comes_before_431),
    cmocka_unit_test(framing_comes_before_the_path),
    cmocka_unit_test(a_long_head_comes_before_a_long_target),
    cmocka_unit_test(a_long_target_comes_before_a_bad_host),
    cmocka_unit_test(a_bad_host_comes_before_the_path),
    cmocka_unit_test(the_path_comes_before_the_method),
    cmocka_unit_test(the_path_comes_before_query_type_and_length),
    cmocka_unit_test(the_method_comes_before_an_expectation),
    cmocka_unit_test(an_expectation_comes_before_the_query),
    cmocka_unit_test(the_query_comes_before_the_type),
    cmocka_unit_test(the_query_comes_before_the_length),
    cmocka_unit_test(the_query_comes_before_a_large_body_of_get),
    cmocka_unit_test(the_type_comes_before_the_length),
    cmocka_unit_test(the_type_comes_before_the_size),
    cmocka_unit_test(the_size_comes_before_the_json),
    cmocka_unit_test(the_json_comes_before_the_rules),
    cmocka_unit_test(the_json_comes_before_the_todo),
    cmocka_unit_test(the_query_and_the_type_come_before_the_todo),
    cmocka_unit_test(the_rules_come_before_the_todo),
    cmocka_unit_test(the_rules_come_before_a_condition),
    cmocka_unit_test(the_todo_comes_before_a_condition),
};

const struct group checks_group = GROUP(LEVEL_ERRORS, "order of checks", cases);
