/*
 * Level 1: GET /todos/{id}, and what is no id.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "wire.h"

static void read_is_200_with_the_todo(void **state)
{
    long long id = api_create(*state, "{'title':'milk','order':2}");
    const struct answer *answer = api_get_todo(*state, id);

    if (expect_todo(answer, 200) != id)
        fail_answer(answer, "the todo with id %lld", id);
    expect_member(answer, "title", "'milk'");
    expect_member(answer, "order", "2");
    expect_no_field(answer, "Location");
}

static void read_twice_gives_the_same(void **state)
{
    long long id = api_create(*state, "{'title':'milk'}");
    const struct answer *answer = api_get_todo(*state, id);
    char etag[ETAG_MAX];
    char body[1024];

    (void)expect_todo(answer, 200);
    expect_etag(answer, etag);
    (void)snprintf(body, sizeof body, "%s", answer->http.body);
    answer = api_get_todo(*state, id);
    expect_field(answer, "ETag", etag);
    if (strcmp(answer->http.body, body) != 0)
        fail_answer(answer, "the same body as before: %s", body);
}

static void head_of_a_todo_is_as_get(void **state)
{
    long long id = api_create(*state, "{'title':'milk'}");

    wire_expect_head_as_get(*state, api_path(*state, id));
}

static void unknown_todo_is_404(void **state)
{
    expect_problem(api_get(*state, "/todos/9007199254740993"), 404);
}

static void head_of_an_unknown_todo_is_as_get(void **state)
{
    wire_expect_head_as_get(*state, "/todos/9007199254740993");
}

static void largest_id_is_an_id(void **state)
{
    expect_problem(api_get(*state, "/todos/9223372036854775807"), 404);
}

static void id_beyond_the_largest_is_404(void **state)
{
    expect_problem(api_get(*state, "/todos/9223372036854775808"), 404);
    expect_problem(api_get(*state, "/todos/99999999999999999999999999"), 404);
}

static void id_zero_is_404(void **state)
{
    expect_problem(api_get(*state, "/todos/0"), 404);
}

/* A todo is there with this id, but the path has more before or behind it. */
static void check_spelling(struct api *api, const char *before,
                           const char *behind)
{
    long long id = api_create(api, "{'title':'milk'}");
    char target[64];

    (void)snprintf(target, sizeof target, "/todos/%s%lld%s", before, id,
                   behind);
    expect_problem(api_get(api, target), 404);
}

static void id_with_leading_zero_is_404(void **state)
{
    check_spelling(*state, "0", "");
}

static void id_with_a_sign_is_404(void **state)
{
    check_spelling(*state, "+", "");
    check_spelling(*state, "-", "");
}

static void id_with_more_before_it_is_404(void **state)
{
    check_spelling(*state, "a", "");
    check_spelling(*state, "0x", "");
    check_spelling(*state, "%20", "");
    check_spelling(*state, "/", "");
}

static void id_with_more_behind_it_is_404(void **state)
{
    check_spelling(*state, "", "a");
    check_spelling(*state, "", ".0");
    check_spelling(*state, "", "e0");
    check_spelling(*state, "", "%20");
    check_spelling(*state, "", "%00");
    check_spelling(*state, "", "/");
    check_spelling(*state, "", ";a=b");
}

static void id_that_wraps_around_is_404(void **state)
{
    long long id = api_create(*state, "{'title':'milk'}");
    char target[64];

    /* 2^64 + id, written by hand as 18446744073709551616 + id */
    (void)snprintf(target, sizeof target, "/todos/18446744073%09lld",
                   709551616 + id);
    expect_problem(api_get(*state, target), 404);
}

static void id_that_is_percent_encoded_is_404(void **state)
{
    long long id = api_create(*state, "{'title':'milk'}");
    char target[64] = "/todos/";
    char digits[32];
    size_t len = strlen(target);

    (void)snprintf(digits, sizeof digits, "%lld", id);
    for (const char *at = digits; *at && len + 4 < sizeof target; at++)
        len += (size_t)snprintf(target + len, sizeof target - len, "%%%02x",
                                (unsigned)*at);
    expect_problem(api_get(*state, target), 404);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(read_is_200_with_the_todo),
    cmocka_unit_test(read_twice_gives_the_same),
    cmocka_unit_test(head_of_a_todo_is_as_get),
    cmocka_unit_test(unknown_todo_is_404),
    cmocka_unit_test(head_of_an_unknown_todo_is_as_get),
    cmocka_unit_test(largest_id_is_an_id),
    cmocka_unit_test(id_beyond_the_largest_is_404),
    cmocka_unit_test(id_zero_is_404),
    cmocka_unit_test(id_with_leading_zero_is_404),
    cmocka_unit_test(id_with_a_sign_is_404),
    cmocka_unit_test(id_with_more_before_it_is_404),
    cmocka_unit_test(id_with_more_behind_it_is_404),
    cmocka_unit_test(id_that_wraps_around_is_404),
    cmocka_unit_test(id_that_is_percent_encoded_is_404),
};

const struct group read_group = GROUP(LEVEL_CREATE_AND_READ, "read", cases);
