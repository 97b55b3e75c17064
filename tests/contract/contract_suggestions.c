/*
 * Level 6: titles that another server suggests. What the request must be is the
 * same for every server; what comes back depends on whether it has an upstream.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "wire.h"

enum { SUGGESTIONS_MAX = 10 };

static void check_faults(struct api *api, const char *query,
                         const char *parameters)
{
    char target[256];

    (void)snprintf(target, sizeof target, "/suggestions?%s", query);
    expect_faults(api_get(api, target), parameters);
}

static void count_outside_1_to_10_is_422(void **state)
{
    check_faults(*state, "count=0", "count");
    check_faults(*state, "count=11", "count");
    check_faults(*state, "count=-1", "count");
    check_faults(*state, "count=100", "count");
    check_faults(*state, "count=4294967297", "count");
    check_faults(*state, "count=18446744073709551617", "count");
}

static void count_that_is_no_plain_number_is_422(void **state)
{
    static const char *const queries[] = {
        "count",      "count=",    "count=01",  "count=%2B1", "count=+1",
        "count=1+",   "count=1.0", "count=1e0", "count=0x1",  "count=a",
        "count=1a",   "count=%",   "count=%3",  "count=%3g",  "count=%FF",
        "count=1%00", "count=%201"};

    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        check_faults(*state, queries[i], "count");
}

static void count_twice_is_422(void **state)
{
    check_faults(*state, "count=1&count=1", "count");
    check_faults(*state, "count=1&c%6Funt=2", "count");
}

static void suggestions_take_no_parameter_of_the_list(void **state)
{
    check_faults(*state, "limit=1&q=a&sort=id&completed=true&after=x",
                 "limit q sort completed after");
    check_faults(*state, "Count=1", "Count");
}

static void every_fault_of_a_count_is_told_at_once(void **state)
{
    check_faults(*state, "x=1&count=0&y=2", "x count y");
}

static void count_elsewhere_is_422(void **state)
{
    expect_faults(api_get(*state, "/todos?count=1"), "count");
    expect_faults(api_get(*state, "/healthz?count=1"), "count");
}

static void bad_count_on_head_is_as_on_get(void **state)
{
    wire_expect_head_as_get(*state, "/suggestions?count=0");
}

static void writes_on_suggestions_are_405(void **state)
{
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};

    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        const struct answer *answer =
            api_send(*state, methods[i], "/suggestions?count=0", NULL, "{}");

        expect_problem(answer, 405);
        expect_field(answer, "Allow", "GET, HEAD, OPTIONS");
    }
}

static void options_of_suggestions_tells_its_methods(void **state)
{
    const struct answer *answer =
        wire_ask_line(*state, "OPTIONS", "/suggestions", "");

    expect_status(answer, 204);
    expect_field(answer, "Allow", "GET, HEAD, OPTIONS");
}

static void paths_beside_suggestions_are_404(void **state)
{
    expect_problem(api_get(*state, "/suggestions/"), 404);
    expect_problem(api_get(*state, "/suggestions/1"), 404);
    expect_problem(api_get(*state, "/suggestion"), 404);
    expect_problem(api_get(*state, "/Suggestions"), 404);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(count_outside_1_to_10_is_422),
    cmocka_unit_test(count_that_is_no_plain_number_is_422),
    cmocka_unit_test(count_twice_is_422),
    cmocka_unit_test(suggestions_take_no_parameter_of_the_list),
    cmocka_unit_test(every_fault_of_a_count_is_told_at_once),
    cmocka_unit_test(count_elsewhere_is_422),
    cmocka_unit_test(bad_count_on_head_is_as_on_get),
    cmocka_unit_test(writes_on_suggestions_are_405),
    cmocka_unit_test(options_of_suggestions_tells_its_methods),
    cmocka_unit_test(paths_beside_suggestions_are_404),
};

const struct group suggestions_group =
    GROUP(LEVEL_ANOTHER_SERVER, "suggestions", cases);

/*
 * With an upstream
 */

/* An array of so many objects, which have a title and nothing else. */
static void expect_suggestions(const struct answer *answer, int count)
{
    const cJSON *one;

    expect_status(answer, 200);
    expect_field(answer, "Content-Type", "application/json");
    if (!cJSON_IsArray(answer->json) ||
        cJSON_GetArraySize(answer->json) != count)
        fail_answer(answer, "an array of %d", count);
    cJSON_ArrayForEach(one, answer->json)
    {
        const cJSON *title = cJSON_GetObjectItemCaseSensitive(one, "title");

        if (!cJSON_IsObject(one) || cJSON_GetArraySize(one) != 1 ||
            !cJSON_IsString(title))
            fail_answer(answer, "objects with a title and nothing else");
    }
}

static void without_a_count_one_title_is_suggested(void **state)
{
    expect_suggestions(api_get(*state, "/suggestions"), 1);
    expect_suggestions(api_get(*state, "/suggestions?&"), 1);
}

static void as_many_titles_as_counted_are_suggested(void **state)
{
    char target[64];

    for (int count = 1; count <= SUGGESTIONS_MAX; count++) {
        (void)snprintf(target, sizeof target, "/suggestions?count=%d", count);
        expect_suggestions(api_get(*state, target), count);
    }
    expect_suggestions(api_get(*state, "/suggestions?c%6Funt=%32"), 2);
}

/* A suggestion is a todo to be: the server takes each as it stands. */
static void each_suggestion_can_be_created(void **state)
{
    const struct answer *answer = api_get(*state, "/suggestions?count=10");
    cJSON *suggestions;
    const cJSON *one;

    expect_suggestions(answer, SUGGESTIONS_MAX);
    suggestions = cJSON_Duplicate(answer->json, true);
    cJSON_ArrayForEach(one, suggestions)
    {
        char *body = cJSON_PrintUnformatted(one);
        const struct http_request request = {
            .method = "POST",
            .target = "/todos",
            .fields =
                (const char *const[]){"Content-Type: application/json", NULL},
            .body = body,
            .body_len = strlen(body)};

        (void)expect_todo(api_ask(*state, &request), 201);
        cJSON_free(body);
    }
    cJSON_Delete(suggestions);
}

static void head_of_suggestions_has_no_body(void **state)
{
    const struct answer *answer =
        wire_ask_line(*state, "HEAD", "/suggestions?count=2", "");

    expect_status(answer, 200);
    expect_field(answer, "Content-Type", "application/json");
    wire_expect_no_body(*state);
}

static const struct CMUnitTest upstream_cases[] = {
    cmocka_unit_test(without_a_count_one_title_is_suggested),
    cmocka_unit_test(as_many_titles_as_counted_are_suggested),
    cmocka_unit_test(each_suggestion_can_be_created),
    cmocka_unit_test(head_of_suggestions_has_no_body),
};

const struct group upstream_group =
    GROUP(LEVEL_ANOTHER_SERVER, "suggestions of an upstream", upstream_cases);

/*
 * Without
 */

static void without_an_upstream_suggestions_are_503(void **state)
{
    static const char *const targets[] = {
        "/suggestions", "/suggestions?count=1", "/suggestions?count=10"};

    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        const struct answer *answer = api_get(*state, targets[i]);

        expect_problem(answer, 503);
        expect_field(answer, "Retry-After", "1");
    }
}

static void without_an_upstream_head_of_suggestions_is_as_get(void **state)
{
    wire_expect_head_as_get(*state, "/suggestions");
}

static const struct CMUnitTest no_upstream_cases[] = {
    cmocka_unit_test(without_an_upstream_suggestions_are_503),
    cmocka_unit_test(without_an_upstream_head_of_suggestions_is_as_get),
};

const struct group no_upstream_group = GROUP(
    LEVEL_ANOTHER_SERVER, "suggestions without an upstream", no_upstream_cases);
