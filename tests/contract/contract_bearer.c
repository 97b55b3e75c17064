/*
 * Level 10: what opens a door. All below /todos, and /suggestions, need a
 * token, which is looked at in its turn, and in the field Authorization alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "bearer.h"
#include "cases.h"
#include "expect.h"
#include "metrics.h"
#include "user.h"
#include "wire.h"

static const struct {
    const char *method;
    const char *target;
    const char *body;
} operations[] = {
    {"GET", "/todos", NULL},
    {"POST", "/todos", "{'title':'b'}"},
    {"DELETE", "/todos", NULL},
    {"GET", "/todos/1", NULL},
    {"PUT", "/todos/1", "{'title':'b'}"},
    {"PATCH", "/todos/1", "{'title':'b'}"},
    {"DELETE", "/todos/1", NULL},
    {"GET", "/todos/events", NULL},
    {"GET", "/todos/export", NULL},
    {"GET", "/todos/stats", NULL},
    {"GET", "/suggestions", NULL},
};

enum { OPERATIONS = sizeof operations / sizeof operations[0] };

/*
 * Where a token is needed
 */

/* With this token, or none, each is refused, and does nothing. */
static void check_all_operations(struct api *api, const char *token)
{
    (void)api_create(api, "{'title':'a'}");
    api_use_token(api, token);
    for (size_t i = 0; i < OPERATIONS; i++) {
        const struct answer *answer =
            api_send(api, operations[i].method, operations[i].target, NULL,
                     operations[i].body);

        expect_problem(answer, 401);
        bearer_expect_challenge(answer, token != NULL);
    }
    api_use_token(api, api->token);
    expect_titles(api_get(api, "/todos"), "a");
}

static void without_a_token_all_operations_on_todos_are_401(void **state)
{
    check_all_operations(*state, NULL);
}

static void with_a_bad_token_all_operations_on_todos_are_401(void **state)
{
    check_all_operations(*state, "eyJhbGciOiJIUzI1NiJ9.e30.x");
}

static void head_without_a_token_is_as_get(void **state)
{
    static const char *const targets[] = {"/todos",        "/todos/1",
                                          "/todos/events", "/todos/export",
                                          "/todos/stats",  "/suggestions"};

    api_use_token(*state, NULL);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        wire_expect_head_as_get(*state, targets[i]);
        bearer_expect_challenge(wire_ask_line(*state, "HEAD", targets[i], ""),
                                false);
        wire_expect_no_body(*state);
    }
}

static void all_else_needs_no_token(void **state)
{
    static const char *const targets[] = {
        "/",        "/docs",    "/openapi.json", "/live",
        "/waiting", "/healthz", "/readyz",       "/metrics"};

    api_use_token(*state, NULL);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        expect_status(api_get(*state, targets[i]), 200);
        expect_status(api_send(*state, "GET", targets[i],
                               "Authorization: Bearer x", NULL),
                      200);
    }
}

/* A browser asks so before it sends a token. */
static void options_need_no_token(void **state)
{
    static const char *const targets[] = {"/todos",        "/todos/1",
                                          "/todos/events", "/todos/export",
                                          "/todos/stats",  "/suggestions"};

    api_use_token(*state, NULL);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        expect_status(api_send(*state, "OPTIONS", targets[i],
                               "Access-Control-Request-Headers: authorization",
                               NULL),
                      204);
}

static void an_event_stream_needs_a_token(void **state)
{
    api_use_token(*state, NULL);
    bearer_expect_challenge(
        wire_stream(*state, "GET /todos/events HTTP/1.1\r\n" HOST "\r\n"),
        false);
}

/* Each guess at a token shows in the metrics. */
static void what_is_refused_for_its_token_is_counted(void **state)
{
    static const struct metrics_row rows[] = {
        {"GET", "/todos", NULL, NULL, "list_todos", 401},
        {"GET", "/todos/1", "Authorization: Bearer x", NULL, "read_todo", 401},
        {"GET", "/todos/stats", NULL, NULL, "count_todos", 401},
        {"POST", "/todos", NULL, "{'title':'a'}", "create_todo", 401},
        {"DELETE", "/todos", NULL, NULL, "clear_todos", 401},
        {"OPTIONS", "/todos", NULL, NULL, "show_options", 204},
        {"GET", "/todos/", NULL, NULL, "none", 404},
    };

    api_use_token(*state, NULL);
    metrics_settle(*state, "GET");
    metrics_settle(*state, "POST");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        metrics_expect_counted(*state, &rows[i], NULL);
}

/*
 * The order of checks
 */

static void a_token_comes_behind_path_method_and_expectation(void **state)
{
    api_use_token(*state, NULL);
    expect_problem(api_get(*state, "/todos/"), 404);
    expect_problem(api_get(*state, "/todos/1/title"), 404);
    expect_problem(api_get(*state, "/todos/0"), 404);
    expect_problem(api_send(*state, "PUT", "/todos", NULL, "{}"), 405);
    expect_problem(api_send(*state, "POST", "/suggestions", NULL, "{}"), 405);
    expect_problem(
        wire_ask_line(*state, "GET", "/todos", "Expect: a-miracle\r\n"), 417);
    expect_problem(wire_ask(*state, "GET /todos HTTP/1.1\r\nHost: a b\r\n\r\n"),
                   400);
    expect_problem(
        wire_ask_line(*state, "POST", "/todos", JSON LENGTH(2) LENGTH(2)), 400);
}

static void a_token_comes_before_query_type_length_and_body(void **state)
{
    api_use_token(*state, NULL);
    expect_problem(api_get(*state, "/todos?limit=0"), 401);
    expect_problem(api_get(*state, "/todos/1?x=1"), 401);
    expect_problem(api_get(*state, "/todos/events?x=1"), 401);
    expect_problem(api_get(*state, "/suggestions?count=0"), 401);
    expect_problem(api_delete(*state, "/todos?completed=maybe"), 401);
    expect_problem(wire_ask_line(*state, "POST", "/todos", ""), 401);
    expect_problem(
        wire_ask_line(*state, "POST", "/todos", "Content-Type: text/plain\r\n"),
        401);
    expect_problem(wire_ask_line(*state, "POST", "/todos", JSON LENGTH(65537)),
                   401);
    expect_problem(wire_ask_line(*state, "GET", "/todos", LENGTH(65537)), 401);
    expect_problem(api_send(*state, "POST", "/todos", NULL, "{"), 401);
    expect_problem(api_send(*state, "PATCH", "/todos/1", NULL, "{'x':1}"), 401);
}

/* The body is no request, and the next request is answered by itself. */
static void body_without_a_token_is_dropped(void **state)
{
    struct api *api = *state;

    api_use_token(api, NULL);
    wire_open(api, POST_TODOS LENGTH(16) "\r\n" MILK);
    api_use_token(api, api->token);
    wire_send(api, "GET /todos HTTP/1.1\r\n" HOST "\r\n");
    expect_problem(wire_next(api, "POST"), 401);
    if (wire_next(api, "GET")->http.status != 0)
        expect_titles(&api->answer, "");
    expect_titles(api_get(api, "/todos"), "");
}

static void each_request_of_a_connection_has_a_token_of_its_own(void **state)
{
    struct api *api = *state;
    struct user other;

    user_make(api, &other);
    (void)api_create(api, "{'title':'mine'}");
    wire_open(api, "GET /todos HTTP/1.1\r\n" HOST "\r\n");
    expect_titles(wire_next(api, "GET"), "mine");
    api_use_token(api, other.token);
    wire_send(api, "GET /todos HTTP/1.1\r\n" HOST "\r\n");
    expect_titles(wire_next(api, "GET"), "");
    api_use_token(api, NULL);
    wire_send(api, "GET /todos HTTP/1.1\r\n" HOST "\r\n");
    expect_problem(wire_next(api, "GET"), 401);
    api_use_token(api, api->token);
    wire_send(api, "GET /todos HTTP/1.1\r\n" HOST "\r\n");
    expect_titles(wire_next(api, "GET"), "mine");
}

/*
 * The field
 */

static void scheme_of_a_token_ignores_case(void **state)
{
    static const char *const schemes[] = {"Bearer", "bearer", "BEARER",
                                          "bEaReR"};
    char value[BEARER_MAX];
    char token[HTTP_TOKEN_MAX];

    (void)bearer_own_token(*state, token);
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        (void)snprintf(value, sizeof value, "%s %s", schemes[i], token);
        expect_titles(bearer_get(*state, value), "");
    }
}

static void token_under_another_scheme_is_401(void **state)
{
    static const char *const schemes[] = {
        "Basic ", "Token ",  "JWT ",    "Digest ",  "Bear ", "Bearers ",
        "Bearer", "Bearer:", "Bearer=", "XBearer ", ""};
    char value[BEARER_MAX];
    char token[HTTP_TOKEN_MAX];

    (void)bearer_own_token(*state, token);
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        const struct answer *answer;
        char challenge[256];

        (void)snprintf(value, sizeof value, "%s%s", schemes[i], token);
        answer = bearer_get(*state, value);
        expect_problem(answer, 401);
        if (!http_field(&answer->http, "WWW-Authenticate", challenge,
                        sizeof challenge) ||
            strncmp(challenge, "Bearer", strlen("Bearer")) != 0)
            fail_answer(answer, "WWW-Authenticate: Bearer");
    }
}

static void scheme_without_a_token_is_401(void **state)
{
    static const char *const fields[] = {
        "Authorization: Bearer\r\n", "Authorization: Bearer \r\n",
        "Authorization:\r\n", "Authorization: \r\n"};

    api_use_token(*state, NULL);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        expect_problem(wire_ask_line(*state, "GET", "/todos", fields[i]), 401);
}

/* Two readers could take different ones for the right one. */
static void two_tokens_are_401(void **state)
{
    struct api *api = *state;
    char good[HTTP_TOKEN_MAX + 64];
    char fields[2 * sizeof good];
    char token[HTTP_TOKEN_MAX];

    (void)snprintf(good, sizeof good, "Authorization: Bearer %s\r\n",
                   bearer_own_token(api, token));
    api_use_token(api, NULL);
    expect_titles(wire_ask_line(api, "GET", "/todos", good), "");
    (void)snprintf(fields, sizeof fields, "%s%s", good, good);
    expect_problem(wire_ask_line(api, "GET", "/todos", fields), 401);
    (void)snprintf(fields, sizeof fields, "%sAuthorization: Bearer x\r\n",
                   good);
    expect_problem(wire_ask_line(api, "GET", "/todos", fields), 401);
    (void)snprintf(fields, sizeof fields, "authorization: Basic eDp4\r\n%s",
                   good);
    expect_problem(wire_ask_line(api, "GET", "/todos", fields), 401);
    (void)snprintf(fields, sizeof fields,
                   "Authorization: Bearer %s, Bearer %s\r\n", token, token);
    expect_problem(wire_ask_line(api, "GET", "/todos", fields), 401);
}

static void token_elsewhere_is_not_looked_at(void **state)
{
    struct api *api = *state;
    char token[HTTP_TOKEN_MAX];
    char text[BEARER_MAX];

    (void)bearer_own_token(api, token);
    api_use_token(api, NULL);
    (void)snprintf(text, sizeof text, "/todos?access_token=%s", token);
    bearer_expect_challenge(api_get(api, text), false);
    (void)snprintf(text, sizeof text, "Cookie: access_token=%s", token);
    bearer_expect_challenge(api_send(api, "GET", "/todos", text, NULL), false);
    (void)snprintf(text, sizeof text, "X-Authorization: Bearer %s", token);
    bearer_expect_challenge(api_send(api, "GET", "/todos", text, NULL), false);
    (void)snprintf(text, sizeof text, "Proxy-Authorization: Bearer %s", token);
    bearer_expect_challenge(api_send(api, "GET", "/todos", text, NULL), false);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(without_a_token_all_operations_on_todos_are_401),
    cmocka_unit_test(with_a_bad_token_all_operations_on_todos_are_401),
    cmocka_unit_test(head_without_a_token_is_as_get),
    cmocka_unit_test(all_else_needs_no_token),
    cmocka_unit_test(options_need_no_token),
    cmocka_unit_test(a_token_comes_behind_path_method_and_expectation),
    cmocka_unit_test(a_token_comes_before_query_type_length_and_body),
    cmocka_unit_test(body_without_a_token_is_dropped),
    cmocka_unit_test(each_request_of_a_connection_has_a_token_of_its_own),
    cmocka_unit_test(scheme_of_a_token_ignores_case),
    cmocka_unit_test(token_under_another_scheme_is_401),
    cmocka_unit_test(scheme_without_a_token_is_401),
    cmocka_unit_test(two_tokens_are_401),
    cmocka_unit_test(token_elsewhere_is_not_looked_at),
    cmocka_unit_test(an_event_stream_needs_a_token),
    cmocka_unit_test(what_is_refused_for_its_token_is_counted),
};

const struct group bearer_group = GROUP(LEVEL_ACCOUNTS, "bearer", cases);
