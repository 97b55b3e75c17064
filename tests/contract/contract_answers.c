/*
 * Level 0: something answers, describes itself, and says 404 to what is not
 * there.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"

static void healthz_is_200(void **state)
{
    expect_status(api_get(*state, "/healthz"), 200);
}

static void readyz_is_200(void **state)
{
    expect_status(api_get(*state, "/readyz"), 200);
}

static void front_page_is_html(void **state)
{
    expect_html(api_get(*state, "/"));
}

static void docs_are_html(void **state)
{
    expect_html(api_get(*state, "/docs"));
}

static void live_is_html(void **state)
{
    expect_html(api_get(*state, "/live"));
}

static void waiting_is_html(void **state)
{
    expect_html(api_get(*state, "/waiting"));
}

static void docs_have_no_file_of_any_name(void **state)
{
    expect_problem(api_get(*state, "/docs/no-such-file"), 404);
}

static void docs_have_no_file_above_them(void **state)
{
    expect_problem(api_get(*state, "/docs/../todos"), 404);
}

static void openapi_is_3_1(void **state)
{
    const struct answer *answer = api_get(*state, "/openapi.json");

    expect_status(answer, 200);
    expect_field(answer, "Content-Type", "application/json");
    if (strncmp(expect_text(answer, "openapi"), "3.1.", 4) != 0)
        fail_answer(answer, "openapi: 3.1.x");
}

static void openapi_lists_every_operation(void **state)
{
    static const struct {
        const char *path;
        const char *method;
    } operations[] = {
        {"/todos", "get"},         {"/todos", "post"},
        {"/todos", "delete"},      {"/todos/{id}", "get"},
        {"/todos/{id}", "put"},    {"/todos/{id}", "patch"},
        {"/todos/{id}", "delete"}, {"/todos/events", "get"},
        {"/todos/export", "get"},  {"/todos/stats", "get"},
        {"/suggestions", "get"},   {"/users", "post"},
        {"/tokens", "post"},       {"/openapi.json", "get"},
        {"/docs", "get"},          {"/docs/{file}", "get"},
        {"/live", "get"},          {"/waiting", "get"},
        {"/healthz", "get"},       {"/readyz", "get"},
        {"/metrics", "get"},       {"/", "get"},
    };
    const struct answer *answer = api_get(*state, "/openapi.json");
    const cJSON *paths =
        cJSON_GetObjectItemCaseSensitive(answer->json, "paths");

    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        const cJSON *path =
            cJSON_GetObjectItemCaseSensitive(paths, operations[i].path);

        if (!cJSON_GetObjectItemCaseSensitive(path, operations[i].method))
            fail_answer(answer, "paths with %s %s", operations[i].method,
                        operations[i].path);
    }
}

static void unknown_path_is_404(void **state)
{
    expect_problem(api_get(*state, "/nothing-here"), 404);
}

static void trailing_slash_is_404(void **state)
{
    expect_problem(api_get(*state, "/todos/"), 404);
}

static void leading_double_slash_is_404(void **state)
{
    expect_problem(api_get(*state, "//todos"), 404);
}

static void path_in_upper_case_is_404(void **state)
{
    expect_problem(api_get(*state, "/TODOS"), 404);
}

static void path_with_percent_encoding_is_404(void **state)
{
    expect_problem(api_get(*state, "/%74odos"), 404);
}

static void path_with_encoded_nul_is_404(void **state)
{
    expect_problem(api_get(*state, "/healthz%00"), 404);
}

static void path_with_dot_segments_is_404(void **state)
{
    expect_problem(api_get(*state, "/./todos"), 404);
    expect_problem(api_get(*state, "/docs/../healthz"), 404);
}

static void path_below_a_todo_is_404(void **state)
{
    expect_problem(api_get(*state, "/todos/1/title"), 404);
}

static void each_problem_has_an_id_of_its_own(void **state)
{
    char first[256];
    const struct answer *answer = api_get(*state, "/nothing-here");

    expect_problem(answer, 404);
    (void)snprintf(first, sizeof first, "%s",
                   expect_text(answer, "request_id"));
    answer = api_get(*state, "/nothing-here");
    expect_problem(answer, 404);
    if (strcmp(expect_text(answer, "request_id"), first) == 0)
        fail_answer(answer, "another request_id than the one before");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(healthz_is_200),
    cmocka_unit_test(readyz_is_200),
    cmocka_unit_test(front_page_is_html),
    cmocka_unit_test(docs_are_html),
    cmocka_unit_test(live_is_html),
    cmocka_unit_test(waiting_is_html),
    cmocka_unit_test(docs_have_no_file_of_any_name),
    cmocka_unit_test(docs_have_no_file_above_them),
    cmocka_unit_test(openapi_is_3_1),
    cmocka_unit_test(openapi_lists_every_operation),
    cmocka_unit_test(unknown_path_is_404),
    cmocka_unit_test(trailing_slash_is_404),
    cmocka_unit_test(leading_double_slash_is_404),
    cmocka_unit_test(path_in_upper_case_is_404),
    cmocka_unit_test(path_with_percent_encoding_is_404),
    cmocka_unit_test(path_with_encoded_nul_is_404),
    cmocka_unit_test(path_with_dot_segments_is_404),
    cmocka_unit_test(path_below_a_todo_is_404),
    cmocka_unit_test(each_problem_has_an_id_of_its_own),
};

const struct group answers_group = GROUP(LEVEL_ANSWERS, "answers", cases);
