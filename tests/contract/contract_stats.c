/*
 * Level 9: GET /todos/stats. The numbers are those of the lists, and no older
 * than the question, however many ask and write at once.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "crowd.h"
#include "expect.h"
#include "wire.h"

enum { EACH = 20, MORE_THAN_A_PAGE = 1004 };

static void expect_stats(const struct answer *answer, int open, int completed,
                         int overdue)
{
    char number[16];

    expect_status(answer, 200);
    expect_field(answer, "Content-Type", "application/json");
    expect_members(answer, "total open completed overdue");
    (void)snprintf(number, sizeof number, "%d", open + completed);
    expect_member(answer, "total", number);
    (void)snprintf(number, sizeof number, "%d", open);
    expect_member(answer, "open", number);
    (void)snprintf(number, sizeof number, "%d", completed);
    expect_member(answer, "completed", number);
    (void)snprintf(number, sizeof number, "%d", overdue);
    expect_member(answer, "overdue", number);
}

/* What is asked of the lists, one by one. */
static void expect_stats_as_lists(struct api *api)
{
    int open = expect_todos(api_get(api, "/todos?limit=1000&completed=false"));
    int completed =
        expect_todos(api_get(api, "/todos?limit=1000&completed=true"));
    int overdue = expect_todos(api_get(api, "/todos?limit=1000&overdue=true"));

    expect_stats(api_get(api, "/todos/stats"), open, completed, overdue);
}

/*
 * What is counted
 */

static void stats_of_no_todos_are_nought(void **state)
{
    expect_stats(api_get(*state, "/todos/stats"), 0, 0, 0);
}

static void stats_count_what_the_lists_hold(void **state)
{
    struct api *api = *state;

    (void)api_create(api, "{'title':'late','due_at':'2001-01-01T00:00:00Z'}");
    (void)api_create(api, "{'title':'later','due_at':'0001-01-01T00:00:00Z'}");
    (void)api_create(api,
                     "{'title':'in time','due_at':'9999-01-01T00:00:00Z'}");
    (void)api_create(api, "{'title':'none'}");
    (void)api_create(api, "{'title':'done','completed':true}");
    (void)api_create(api, "{'title':'done late','completed':true,"
                          "'due_at':'2001-01-01T00:00:00Z'}");
    expect_stats(api_get(api, "/todos/stats"), 4, 2, 2);
    expect_stats_as_lists(api);
}

static void stats_follow_each_write(void **state)
{
    struct api *api = *state;
    long long id =
        api_create(api, "{'title':'a','due_at':'2001-01-01T00:00:00Z'}");

    expect_stats(api_get(api, "/todos/stats"), 1, 0, 1);
    (void)expect_todo(api_patch(api, id, "{'completed':true}"), 200);
    expect_stats(api_get(api, "/todos/stats"), 0, 1, 0);
    (void)expect_todo(api_patch(api, id, "{'completed':false}"), 200);
    expect_stats(api_get(api, "/todos/stats"), 1, 0, 1);
    (void)expect_todo(api_patch(api, id, "{'due_at':null}"), 200);
    expect_stats(api_get(api, "/todos/stats"), 1, 0, 0);
    (void)expect_todo(api_put(api, id, "{'title':'a','completed':true}"), 200);
    (void)api_create(api, "{'title':'b'}");
    expect_stats(api_get(api, "/todos/stats"), 1, 1, 0);
    expect_status(api_delete_todo(api, id), 204);
    expect_stats(api_get(api, "/todos/stats"), 1, 0, 0);
    expect_status(api_delete(api, "/todos?completed=false"), 204);
    expect_stats(api_get(api, "/todos/stats"), 0, 0, 0);
}

static void stats_count_more_than_a_page_holds(void **state)
{
    crowd_create(*state, MORE_THAN_A_PAGE);
    expect_stats(api_get(*state, "/todos/stats"), MORE_THAN_A_PAGE / 2,
                 MORE_THAN_A_PAGE / 2, 0);
}

/*
 * When
 */

struct writing {
    atomic_int written; /* and answered */
    int failed[CROWD];
};

/* -1 when the answer has no such number. */
static int total_of(const struct http_answer *answer)
{
    cJSON *json = answer->status == 200 ? cJSON_Parse(answer->body) : NULL;
    const cJSON *total = cJSON_GetObjectItemCaseSensitive(json, "total");
    int number = cJSON_IsNumber(total) ? total->valueint : -1;

    cJSON_Delete(json);
    return number;
}

static void write_and_count(struct http *http, int number, void *arg)
{
    struct writing *writing = arg;

    for (int i = 0; i < EACH; i++) {
        struct http_answer answer =
            crowd_ask(http, "POST", "/todos", NULL, "{\"title\":\"a\"}");
        int least;

        writing->failed[number] += answer.status != 201;
        http_answer_release(&answer);
        least = atomic_fetch_add(&writing->written, 1) + 1;
        answer = crowd_ask(http, "GET", "/todos/stats", NULL, NULL);
        writing->failed[number] += total_of(&answer) < least;
        http_answer_release(&answer);
    }
}

/* Each asks while others write and ask. Whatever was answered to any of them
 * before is counted. */
static void stats_have_every_write_that_was_answered(void **state)
{
    struct writing writing = {.written = 0};

    crowd_run(*state, write_and_count, &writing);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(writing.failed[i], 0);
    expect_stats(api_get(*state, "/todos/stats"), CROWD * EACH, 0, 0);
}

/*
 * How it is asked
 */

static void stats_take_no_parameter(void **state)
{
    expect_faults(api_get(*state, "/todos/stats?x=1"), "x");
    expect_faults(api_get(*state, "/todos/stats?completed=true"), "completed");
    expect_faults(api_get(*state, "/todos/stats?overdue=true&limit=1"),
                  "overdue limit");
    expect_faults(api_get(*state, "/todos/stats?x"), "x");
    expect_stats(api_get(*state, "/todos/stats?"), 0, 0, 0);
    expect_stats(api_get(*state, "/todos/stats?&"), 0, 0, 0);
}

static void head_of_stats_is_as_get(void **state)
{
    wire_expect_head_as_get(*state, "/todos/stats");
    wire_expect_head_as_get(*state, "/todos/stats?x=1");
}

/* The path is not that of a todo whose id is no number. */
static void writes_on_stats_are_405(void **state)
{
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};

    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        const struct answer *answer =
            api_send(*state, methods[i], "/todos/stats?x=1", NULL, "{}");

        expect_problem(answer, 405);
        expect_field(answer, "Allow", "GET, HEAD, OPTIONS");
    }
}

static void options_of_stats_tells_its_methods(void **state)
{
    const struct answer *answer =
        wire_ask_line(*state, "OPTIONS", "/todos/stats", "");

    expect_status(answer, 204);
    expect_field(answer, "Allow", "GET, HEAD, OPTIONS");
}

static void paths_beside_stats_are_404(void **state)
{
    expect_problem(api_get(*state, "/todos/stats/"), 404);
    expect_problem(api_get(*state, "/todos/stats/1"), 404);
    expect_problem(api_get(*state, "/todos/stat"), 404);
    expect_problem(api_get(*state, "/todos/Stats"), 404);
}

/* They are no todo, and have no version to compare. */
static void stats_have_no_etag_and_ask_for_no_condition(void **state)
{
    static const char *const fields[] = {"If-None-Match: *", "If-Match: \"x\""};

    expect_no_field(api_get(*state, "/todos/stats"), "ETag");
    expect_field(api_get(*state, "/todos/stats"), "Cache-Control", "no-cache");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        expect_stats(api_send(*state, "GET", "/todos/stats", fields[i], NULL),
                     0, 0, 0);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(stats_of_no_todos_are_nought),
    cmocka_unit_test(stats_count_what_the_lists_hold),
    cmocka_unit_test(stats_follow_each_write),
    cmocka_unit_test(stats_count_more_than_a_page_holds),
    cmocka_unit_test(stats_have_every_write_that_was_answered),
    cmocka_unit_test(stats_take_no_parameter),
    cmocka_unit_test(head_of_stats_is_as_get),
    cmocka_unit_test(writes_on_stats_are_405),
    cmocka_unit_test(options_of_stats_tells_its_methods),
    cmocka_unit_test(paths_beside_stats_are_404),
    cmocka_unit_test(stats_have_no_etag_and_ask_for_no_condition),
};

const struct group stats_group = GROUP(LEVEL_EACH_OTHER, "stats", cases);
