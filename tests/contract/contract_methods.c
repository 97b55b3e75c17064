/*
 * Level 0: which methods a path knows; HEAD, OPTIONS and 405; and no other
 * origin is let in by default.
 */
#include "api.h"
#include "cases.h"
#include "expect.h"
#include "wire.h"

#define ALLOW_TODOS "GET, HEAD, POST, DELETE, OPTIONS"
#define ALLOW_TODO  "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"
#define ALLOW_READ  "GET, HEAD, OPTIONS"

static void head_of_healthz_is_as_get(void **state)
{
    wire_expect_head_as_get(*state, "/healthz");
}

static void head_of_readyz_is_as_get(void **state)
{
    wire_expect_head_as_get(*state, "/readyz");
}

static void head_of_the_front_page_is_as_get(void **state)
{
    wire_expect_head_as_get(*state, "/");
}

static void head_of_docs_is_as_get(void **state)
{
    wire_expect_head_as_get(*state, "/docs");
}

static void head_of_live_is_as_get(void **state)
{
    wire_expect_head_as_get(*state, "/live");
}

static void head_of_waiting_is_as_get(void **state)
{
    wire_expect_head_as_get(*state, "/waiting");
}

static void head_of_openapi_is_as_get(void **state)
{
    wire_expect_head_as_get(*state, "/openapi.json");
}

static void head_of_an_unknown_path_is_as_get(void **state)
{
    wire_expect_head_as_get(*state, "/nothing-here");
}

static void check_options(struct api *api, const char *target,
                          const char *allow)
{
    const struct answer *answer = wire_ask_line(api, "OPTIONS", target, "");

    expect_status(answer, 204);
    expect_field(answer, "Allow", allow);
    wire_expect_no_body(api);
}

static void options_of_todos_tells_its_methods(void **state)
{
    check_options(*state, "/todos", ALLOW_TODOS);
}

static void options_of_a_todo_needs_no_todo(void **state)
{
    check_options(*state, "/todos/9223372036854775807", ALLOW_TODO);
}

static void options_of_pages_tells_their_methods(void **state)
{
    check_options(*state, "/", ALLOW_READ);
    check_options(*state, "/docs", ALLOW_READ);
    check_options(*state, "/live", ALLOW_READ);
    check_options(*state, "/waiting", ALLOW_READ);
    check_options(*state, "/openapi.json", ALLOW_READ);
    check_options(*state, "/healthz", ALLOW_READ);
    check_options(*state, "/readyz", ALLOW_READ);
}

static void options_of_an_unknown_path_is_404(void **state)
{
    expect_problem(api_send(*state, "OPTIONS", "/nothing-here", NULL, NULL),
                   404);
}

static void check_405(struct api *api, const char *method, const char *target,
                      const char *allow)
{
    const struct answer *answer = api_send(api, method, target, NULL, "{}");

    expect_problem(answer, 405);
    expect_field(answer, "Allow", allow);
}

static void put_on_todos_is_405(void **state)
{
    check_405(*state, "PUT", "/todos", ALLOW_TODOS);
}

static void patch_on_todos_is_405(void **state)
{
    check_405(*state, "PATCH", "/todos", ALLOW_TODOS);
}

static void post_on_a_todo_is_405(void **state)
{
    check_405(*state, "POST", "/todos/1", ALLOW_TODO);
}

static void writes_on_pages_are_405(void **state)
{
    check_405(*state, "POST", "/", ALLOW_READ);
    check_405(*state, "PUT", "/docs", ALLOW_READ);
    check_405(*state, "PATCH", "/openapi.json", ALLOW_READ);
    check_405(*state, "DELETE", "/healthz", ALLOW_READ);
    check_405(*state, "POST", "/readyz", ALLOW_READ);
    check_405(*state, "POST", "/waiting", ALLOW_READ);
}

static void expect_no_cors(const struct answer *answer)
{
    expect_no_field(answer, "Access-Control-Allow-Origin");
    expect_no_field(answer, "Access-Control-Allow-Methods");
    expect_no_field(answer, "Access-Control-Allow-Headers");
    expect_no_field(answer, "Access-Control-Allow-Credentials");
}

static void no_other_origin_may_read_by_default(void **state)
{
    expect_no_cors(api_send(*state, "GET", "/healthz",
                            "Origin: http://elsewhere.example", NULL));
}

static void no_preflight_is_granted_by_default(void **state)
{
    const char *const fields[] = {"Origin: http://elsewhere.example",
                                  "Access-Control-Request-Method: PUT",
                                  "Access-Control-Request-Headers: if-match",
                                  NULL};
    const struct http_request preflight = {
        .method = "OPTIONS", .target = "/todos/1", .fields = fields};
    const struct answer *answer = api_ask(*state, &preflight);

    expect_status(answer, 204);
    expect_field(answer, "Allow", ALLOW_TODO);
    expect_no_cors(answer);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(head_of_healthz_is_as_get),
    cmocka_unit_test(head_of_readyz_is_as_get),
    cmocka_unit_test(head_of_the_front_page_is_as_get),
    cmocka_unit_test(head_of_docs_is_as_get),
    cmocka_unit_test(head_of_live_is_as_get),
    cmocka_unit_test(head_of_waiting_is_as_get),
    cmocka_unit_test(head_of_openapi_is_as_get),
    cmocka_unit_test(head_of_an_unknown_path_is_as_get),
    cmocka_unit_test(options_of_todos_tells_its_methods),
    cmocka_unit_test(options_of_a_todo_needs_no_todo),
    cmocka_unit_test(options_of_pages_tells_their_methods),
    cmocka_unit_test(options_of_an_unknown_path_is_404),
    cmocka_unit_test(put_on_todos_is_405),
    cmocka_unit_test(patch_on_todos_is_405),
    cmocka_unit_test(post_on_a_todo_is_405),
    cmocka_unit_test(writes_on_pages_are_405),
    cmocka_unit_test(no_other_origin_may_read_by_default),
    cmocka_unit_test(no_preflight_is_granted_by_default),
};

const struct group methods_group = GROUP(LEVEL_ANSWERS, "methods", cases);
