/*
 * Level 4: the head of a request: its first line and its fields, where they do
 * not tell where the body ends.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "wire.h"

static void check_400(struct api *api, const char *request)
{
    wire_expect_closing(api, request, 400);
    expect_titles(api_get(api, "/todos"), "");
}

/*
 * Host and version
 */

static void no_host_is_400(void **state)
{
    wire_expect_closing(*state, "GET /healthz HTTP/1.1\r\n\r\n", 400);
}

static void two_hosts_are_400(void **state)
{
    wire_expect_closing(*state, "GET /healthz HTTP/1.1\r\n" HOST HOST "\r\n",
                        400);
    wire_expect_closing(
        *state, "GET /healthz HTTP/1.1\r\n" HOST "Host: other\r\n\r\n", 400);
}

static void check_host(struct api *api, const char *host)
{
    char request[256];

    (void)snprintf(request, sizeof request,
                   "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", host);
    expect_problem(wire_ask(api, request), 400);
}

static void host_that_is_none_is_400(void **state)
{
    check_host(*state, "a b");
    check_host(*state, "a/b");
    check_host(*state, "a\"b");
    check_host(*state, "a<b>");
    check_host(*state, "user@a");
    check_host(*state, "a, b");
    check_host(*state, "a:port");
    check_host(*state, "a:65536");
    check_host(*state, "a:99999999999999999999");
    check_host(*state, "[::1");
}

static void empty_host_is_400(void **state)
{
    check_host(*state, "");
}

static void http_1_0_needs_no_host(void **state)
{
    expect_status(wire_ask(*state, "GET /healthz HTTP/1.0\r\n\r\n"), 200);
}

static void other_versions_are_505(void **state)
{
    wire_expect_closing(*state, "GET /healthz HTTP/2.0\r\n" HOST "\r\n", 505);
    wire_expect_closing(*state, "GET /healthz HTTP/1.2\r\n" HOST "\r\n", 505);
    wire_expect_closing(*state, "GET /healthz HTTP/0.9\r\n" HOST "\r\n", 505);
}

/*
 * The first line
 */

static void one_empty_line_before_a_request_is_skipped(void **state)
{
    struct api *api = *state;

    expect_status(wire_ask(api, "\r\nGET /healthz HTTP/1.1\r\n" HOST "\r\n"),
                  200);
    wire_open(api, POST_TODOS LENGTH(16) "\r\n" MILK
                                         "\r\nGET /healthz HTTP/1.1\r\n" HOST
                                         "\r\n");
    (void)expect_todo(wire_next(api, "POST"), 201);
    expect_status(wire_next(api, "GET"), 200);
}

static void more_empty_lines_before_a_request_are_400(void **state)
{
    static const char lines[] = "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n"
                                "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n"
                                "\r\n\r\n\r\n\r\n";

    for (size_t count = 2; count <= sizeof lines / 2; count++) {
        char request[256];

        (void)snprintf(request, sizeof request, "%.*s%s", (int)(2 * count),
                       lines, POST_TODOS LENGTH(16) "\r\n" MILK);
        check_400(*state, request);
    }
}

static void white_space_before_a_request_is_400(void **state)
{
    check_400(*state, " " POST_TODOS LENGTH(16) "\r\n" MILK);
    check_400(*state, "\r" POST_TODOS LENGTH(16) "\r\n" MILK);
    check_400(*state, "\n" POST_TODOS LENGTH(16) "\r\n" MILK);
    check_400(*state, "\r\n " POST_TODOS LENGTH(16) "\r\n" MILK);
    check_400(*state, "\n\n" POST_TODOS LENGTH(16) "\r\n" MILK);
}

static void more_than_a_space_in_the_request_line_is_400(void **state)
{
    wire_expect_closing(*state, "GET  /healthz HTTP/1.1\r\n" HOST "\r\n", 400);
    wire_expect_closing(*state, "GET /healthz  HTTP/1.1\r\n" HOST "\r\n", 400);
    wire_expect_closing(*state, "GET \r\n/healthz HTTP/1.1\r\n" HOST "\r\n",
                        400);
    wire_expect_closing(*state, "GET /healthz \r\nHTTP/1.1\r\n" HOST "\r\n",
                        400);
    expect_status(wire_ask(*state, "GET /todos? HTTP/1.1\r\n" HOST "\r\n"),
                  200);
}

/*
 * Where the HTTP library may decide
 */

static void request_line_that_is_none_is_refused(void **state)
{
    wire_expect_refusal(*state, "hello\r\n\r\n");
    wire_expect_refusal(*state, "GET\r\n\r\n");
    wire_expect_refusal(*state, "GET /healthz\r\n\r\n");
    wire_expect_refusal(*state, "GET /healthz FTP/1.1\r\n" HOST "\r\n");
    wire_expect_refusal(*state, "GET /healthz HTTP/1.1 \r\n" HOST "\r\n");
    wire_expect_refusal(*state, "GET /healthz HTTP/1.1 more\r\n" HOST "\r\n");
    wire_expect_refusal(*state, "BREW /healthz HTTP/1.1\r\n" HOST "\r\n");
    wire_expect_refusal(*state, "TRACE /healthz HTTP/1.1\r\n" HOST "\r\n");
    wire_expect_refusal(*state, "get /healthz HTTP/1.1\r\n" HOST "\r\n");
}

/* Whoever refuses it, and however little was understood of it. */
static void refused_head_gets_no_body(void **state)
{
    static const char *const fields[] = {
        LENGTH(5) CHUNKED,
        LENGTH(5) LENGTH(5),
        "Content-Length: 1x\r\n",
        "X: a\r\n b\r\n",
        "X:\ta\r\n",
        "X : a\r\n",
        "no colon\r\n",
        HOST,
    };
    char request[256];

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        (void)snprintf(request, sizeof request,
                       "HEAD /healthz HTTP/1.1\r\n" HOST "%s\r\n", fields[i]);
        expect_status(wire_ask(*state, request), 400);
        wire_expect_no_body(*state);
    }
    expect_status(wire_ask(*state, "HEAD /healthz HTTP/2.0\r\n" HOST "\r\n"),
                  505);
    wire_expect_no_body(*state);
    expect_status(wire_ask(*state, "HEAD http://a/ HTTP/1.2\r\n" HOST "\r\n"),
                  505);
    wire_expect_no_body(*state);
}

static void other_protocols_are_refused(void **state)
{
    wire_expect_refusal(
        *state, "POST /todos RTSP/1.1\r\n" HOST JSON LENGTH(16) "\r\n" MILK);
    wire_expect_refusal(*state, "GET /healthz RTSP/1.0\r\n" HOST "\r\n");
    wire_expect_refusal(*state, "GET /healthz ICE/1.0\r\n" HOST "\r\n");
    wire_expect_refusal(*state, "SOURCE /healthz ICE/1.0\r\n" HOST "\r\n");
    expect_titles(api_get(*state, "/todos"), "");
}

/* A server may say that the path has no such method, that it knows none (501,
 * RFC 9110 section 9.1), or that the request is malformed. */
static void methods_of_other_protocols_are_refused(void **state)
{
    static const char *const others[] = {
        "TRACE", "COPY",  "MOVE",     "SEARCH", "PURGE",    "M-SEARCH",
        "LINK",  "MERGE", "ACL",      "NOTIFY", "CHECKOUT", "SOURCE",
        "MKCOL", "LOCK",  "PROPFIND", "REPORT"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct answer *answer =
            wire_ask_line(*state, others[i], "/todos", "");
        int status = answer->http.status;

        expect_problem(answer, status == 405 || status == 501 ? status : 400);
    }
}

/* RFC 9110, sections 5.5 and 5.6.3: it may stand where a blank may. A server
 * may refuse it all the same. */
static void tab_in_a_field_is_a_blank_or_refused(void **state)
{
    wire_expect_served_or_refused(*state, "GET /healthz HTTP/1.1\r\n" HOST
                                          "X:\ta\r\n\r\n");
    wire_expect_served_or_refused(*state, "GET /healthz HTTP/1.1\r\n" HOST
                                          "X: a\tb\r\n\r\n");
    wire_expect_served_or_refused(*state, "GET /healthz HTTP/1.1\r\n" HOST
                                          "X: a\t\r\n\r\n");
}

static void line_without_colon_is_refused(void **state)
{
    wire_expect_refusal(*state,
                        "GET /healthz HTTP/1.1\r\n" HOST "no colon\r\n\r\n");
}

static void nul_in_the_head_is_refused(void **state)
{
    static const char in_target[] = "GET /healthz\0x HTTP/1.1\r\n" HOST "\r\n";
    static const char in_field[] =
        "GET /healthz HTTP/1.1\r\n" HOST "X-A: a\0b\r\n\r\n";

    wire_expect_refusal_bytes(*state, in_target, sizeof in_target - 1);
    wire_expect_refusal_bytes(*state, in_field, sizeof in_field - 1);
}

static void targets_that_are_no_path_are_refused(void **state)
{
    wire_expect_refusal(*state,
                        "GET http://test/healthz HTTP/1.1\r\n" HOST "\r\n");
    wire_expect_refusal(*state, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n");
    wire_expect_refusal(*state, "CONNECT test:80 HTTP/1.1\r\n" HOST "\r\n");
    wire_expect_refusal(*state, "GET healthz HTTP/1.1\r\n" HOST "\r\n");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(no_host_is_400),
    cmocka_unit_test(two_hosts_are_400),
    cmocka_unit_test(host_that_is_none_is_400),
    cmocka_unit_test(empty_host_is_400),
    cmocka_unit_test(http_1_0_needs_no_host),
    cmocka_unit_test(other_versions_are_505),
    cmocka_unit_test(one_empty_line_before_a_request_is_skipped),
    cmocka_unit_test(more_empty_lines_before_a_request_are_400),
    cmocka_unit_test(white_space_before_a_request_is_400),
    cmocka_unit_test(more_than_a_space_in_the_request_line_is_400),
    cmocka_unit_test(request_line_that_is_none_is_refused),
    cmocka_unit_test(refused_head_gets_no_body),
    cmocka_unit_test(other_protocols_are_refused),
    cmocka_unit_test(methods_of_other_protocols_are_refused),
    cmocka_unit_test(tab_in_a_field_is_a_blank_or_refused),
    cmocka_unit_test(line_without_colon_is_refused),
    cmocka_unit_test(nul_in_the_head_is_refused),
    cmocka_unit_test(targets_that_are_no_path_are_refused),
};

const struct group heads_group = GROUP(LEVEL_ERRORS, "heads", cases);
