/*
 * Level 4: on every operation an unknown, repeated or bad parameter is 422 and
 * changes nothing. The parameters of GET /todos have files of their own.
 */
#include <stdio.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "wire.h"

static void bad_query_on_create_is_422_and_creates_none(void **state)
{
    expect_faults(
        api_send(*state, "POST", "/todos?limit=1", NULL, "{'title':'a'}"),
        "limit");
    expect_faults(
        api_send(*state, "POST", "/todos?x=1&x=2", NULL, "{'title':'a'}"), "x");
    expect_titles(api_get(*state, "/todos"), "");
}

static void check_keeps_all(struct api *api, const char *target,
                            const char *parameters)
{
    (void)api_create(api, "{'title':'a'}");
    (void)api_create(api, "{'title':'b','completed':true}");
    expect_faults(api_delete(api, target), parameters);
    expect_titles(api_get(api, "/todos"), "a b");
}

static void delete_all_with_unknown_parameter_deletes_none(void **state)
{
    check_keeps_all(*state, "/todos?colour=red", "colour");
}

static void delete_all_takes_no_parameter_of_the_list(void **state)
{
    check_keeps_all(*state, "/todos?q=a&limit=1&sort=id&after=x",
                    "q limit sort after");
}

static void delete_all_with_bad_completed_deletes_none(void **state)
{
    check_keeps_all(*state, "/todos?completed=yes", "completed");
}

static void delete_all_with_empty_completed_deletes_none(void **state)
{
    check_keeps_all(*state, "/todos?completed=", "completed");
}

static void delete_all_with_completed_twice_deletes_none(void **state)
{
    check_keeps_all(*state, "/todos?completed=true&completed=true",
                    "completed");
}

static void delete_all_with_good_and_unknown_deletes_none(void **state)
{
    check_keeps_all(*state, "/todos?completed=true&x=1", "x");
}

static const struct answer *ask_todo(struct api *api, const char *method,
                                     long long id, const char *query,
                                     const char *body)
{
    char target[96];

    (void)snprintf(target, sizeof target, "/todos/%lld?%s", id, query);
    return api_send(api, method, target, NULL, body);
}

static void bad_query_on_read_is_422(void **state)
{
    long long id = api_create(*state, "{'title':'a'}");

    expect_faults(ask_todo(*state, "GET", id, "x=1", NULL), "x");
    expect_faults(ask_todo(*state, "GET", id, "completed=true", NULL),
                  "completed");
    expect_faults(ask_todo(*state, "GET", id, "a=1&b=2", NULL), "a b");
}

static void bad_query_on_put_is_422_and_changes_nothing(void **state)
{
    long long id = api_create(*state, "{'title':'a'}");

    expect_faults(ask_todo(*state, "PUT", id, "x=1", "{'title':'b'}"), "x");
    expect_titles(api_get(*state, "/todos"), "a");
}

static void bad_query_on_patch_is_422_and_changes_nothing(void **state)
{
    long long id = api_create(*state, "{'title':'a'}");

    expect_faults(ask_todo(*state, "PATCH", id, "x=1", "{'title':'b'}"), "x");
    expect_titles(api_get(*state, "/todos"), "a");
}

static void bad_query_on_delete_is_422_and_deletes_none(void **state)
{
    long long id = api_create(*state, "{'title':'a'}");

    expect_faults(ask_todo(*state, "DELETE", id, "completed=true", NULL),
                  "completed");
    expect_titles(api_get(*state, "/todos"), "a");
}

static void bad_query_on_pages_is_422(void **state)
{
    expect_faults(api_get(*state, "/?x=1"), "x");
    expect_faults(api_get(*state, "/docs?x=1"), "x");
    expect_faults(api_get(*state, "/openapi.json?x=1"), "x");
    expect_faults(api_get(*state, "/healthz?x=1"), "x");
    expect_faults(api_get(*state, "/readyz?x=1"), "x");
}

static void bad_query_on_head_is_as_on_get(void **state)
{
    wire_expect_head_as_get(*state, "/todos?limit=0");
    wire_expect_head_as_get(*state, "/todos/1?x=1");
    wire_expect_head_as_get(*state, "/healthz?x=1");
}

static void bad_percent_in_a_name_is_422(void **state)
{
    expect_problem(api_get(*state, "/todos?%zz=1"), 422);
    expect_problem(api_get(*state, "/healthz?%"), 422);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(bad_query_on_create_is_422_and_creates_none),
    cmocka_unit_test(delete_all_with_unknown_parameter_deletes_none),
    cmocka_unit_test(delete_all_takes_no_parameter_of_the_list),
    cmocka_unit_test(delete_all_with_bad_completed_deletes_none),
    cmocka_unit_test(delete_all_with_empty_completed_deletes_none),
    cmocka_unit_test(delete_all_with_completed_twice_deletes_none),
    cmocka_unit_test(delete_all_with_good_and_unknown_deletes_none),
    cmocka_unit_test(bad_query_on_read_is_422),
    cmocka_unit_test(bad_query_on_put_is_422_and_changes_nothing),
    cmocka_unit_test(bad_query_on_patch_is_422_and_changes_nothing),
    cmocka_unit_test(bad_query_on_delete_is_422_and_deletes_none),
    cmocka_unit_test(bad_query_on_pages_is_422),
    cmocka_unit_test(bad_query_on_head_is_as_on_get),
    cmocka_unit_test(bad_percent_in_a_name_is_422),
};

const struct group query_group = GROUP(LEVEL_ERRORS, "query", cases);
