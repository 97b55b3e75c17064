/*
 * Level 6: GET /todos/export. All todos, a line each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "crowd.h"
#include "expect.h"
#include "wire.h"

#define EXPORT "GET /todos/export HTTP/1.1\r\n" HOST "\r\n"

/* Asks for all todos; the answer is in the api, whole. */
static const struct answer *export(struct api *api)
{
    const struct answer *answer = wire_ask(api, EXPORT);

    expect_status(answer, 200);
    return answer;
}

/* The id of the todo in a line, which must be whole JSON; 0 when it is not. */
static long long id_of_line(const char *line, size_t len)
{
    cJSON *todo = cJSON_ParseWithLength(line, len);
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(todo, "id");
    long long number = cJSON_IsNumber(id) ? (long long)id->valuedouble : 0;

    cJSON_Delete(todo);
    return number;
}

/* Each line is a todo, and ids rise; gives how many. */
static int expect_lines(const struct answer *answer)
{
    const char *line = answer->http.body;
    long long last = 0;
    int count = 0;

    for (; *line; count++) {
        const char *end = strchr(line, '\n');
        long long id = end ? id_of_line(line, (size_t)(end - line)) : 0;

        if (id <= last)
            fail_answer(answer, "a todo with an id over %lld in line %d", last,
                        count + 1);
        last = id;
        line = end + 1;
    }
    return count;
}

static void export_is_ndjson_in_chunks(void **state)
{
    const struct answer *answer;

    (void)api_create(*state, "{'title':'a'}");
    answer = export(*state);
    expect_field(answer, "Content-Type", "application/x-ndjson");
    expect_field(answer, "Transfer-Encoding", "chunked");
    expect_no_field(answer, "Content-Length");
    assert_int_equal(expect_lines(answer), 1);
}

static void export_of_nothing_is_empty(void **state)
{
    const struct answer *answer = export(*state);

    expect_field(answer, "Content-Type", "application/x-ndjson");
    assert_int_equal(answer->http.body_len, 0);
}

static void each_line_is_the_todo_as_it_is_read(void **state)
{
    static const char *const bodies[] = {
        "{'title':'\\u2028 \xe2\x80\xa8 \xf0\x9f\xa5\x9b \\\\ /'}",
        "{'title':'all','completed':true,'order':-3}",
        "{'title':'due','due_at':'2031-02-03T04:05:06.789Z'}",
        "{'title':'plain'}"};
    char want[LINK_MAX] = "";
    size_t len = 0;

    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        long long id = api_create(*state, bodies[i]);
        const struct answer *answer =
            wire_ask_line(*state, "GET", api_path(*state, id), "");

        len += (size_t)snprintf(want + len, sizeof want - len, "%s\n",
                                answer->http.body);
    }
    assert_string_equal(export(*state)->http.body, want);
}

/* The list and the export of the same todos say the same bytes, but for what is
 * between two todos. */
static void export_is_the_list_by_id(void **state)
{
    char *list;
    char *at;

    crowd_create(*state, 250);
    list = strdup(
        wire_ask_line(*state, "GET", "/todos?limit=1000", "")->http.body);
    assert_non_null(list);
    for (at = list; (at = strstr(at, "\"},{")); at++)
        at[2] = '\n';
    at = strrchr(list, ']');
    assert_non_null(at);
    *at = '\n';
    (void)export(*state);

    bool same = strcmp(((struct api *)*state)->answer.http.body, list + 1) == 0;

    free(list);
    if (!same)
        fail_answer(&((struct api *)*state)->answer, "the todos of the list");
}

static void pages_do_not_show_in_an_export(void **state)
{
    static const int sizes[] = {1, 99, 100, 101, 200, 201};
    int count = 0;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        crowd_create(*state, sizes[i] - count);
        count = sizes[i];
        assert_int_equal(expect_lines(export(*state)), count);
    }
}

static void what_was_deleted_is_not_exported(void **state)
{
    crowd_create(*state, 220); /* the odd ones are completed */
    expect_status(api_delete(*state, "/todos?completed=true"), 204);
    assert_int_equal(expect_lines(export(*state)), 110);
    expect_status(api_delete(*state, "/todos"), 204);
    assert_int_equal(expect_lines(export(*state)), 0);
}

static void the_connection_goes_on_after_an_export(void **state)
{
    crowd_create(*state, 101);
    wire_open(*state, EXPORT EXPORT "GET /healthz HTTP/1.1\r\n" HOST "\r\n");
    for (int i = 0; i < 2; i++)
        assert_int_equal(expect_lines(wire_next(*state, "GET")), 101);
    expect_status(wire_next(*state, "GET"), 200);
}

static void export_goes_to_http_1_0_until_the_end(void **state)
{
    const struct answer *answer;

    crowd_create(*state, 101);
    answer = wire_ask(*state, "GET /todos/export HTTP/1.0\r\n" HOST "\r\n");
    expect_status(answer, 200);
    expect_no_field(answer, "Transfer-Encoding");
    expect_no_field(answer, "Content-Length");
    assert_int_equal(expect_lines(answer), 101);
}

static void http_1_0_cannot_be_kept_after_an_export(void **state)
{
    const struct answer *answer;

    crowd_create(*state, 3);
    answer = wire_ask(*state, "GET /todos/export HTTP/1.0\r\n" HOST
                              "Connection: keep-alive\r\n\r\n");
    expect_status(answer, 200);
    expect_field(answer, "Connection", "close");
    assert_int_equal(expect_lines(answer), 3);
}

static void head_of_an_export_is_the_head_alone(void **state)
{
    crowd_create(*state, 3);
    wire_expect_head_as_get(*state, "/todos/export");
}

static void export_takes_no_parameter(void **state)
{
    expect_faults(api_get(*state, "/todos/export?completed=true"), "completed");
    expect_faults(api_get(*state, "/todos/export?limit=1&q=a"), "limit q");
}

static void export_is_only_read(void **state)
{
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};

    (void)api_create(*state, "{'title':'a'}");
    for (size_t i = 0; i < 4; i++) {
        const struct answer *answer =
            api_send(*state, methods[i], "/todos/export", NULL,
                     i < 3 ? "{'title':'b'}" : NULL);

        expect_problem(answer, 405);
        expect_field(answer, "Allow", "GET, HEAD, OPTIONS");
    }
    expect_titles(api_get(*state, "/todos"), "a");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(export_is_ndjson_in_chunks),
    cmocka_unit_test(export_of_nothing_is_empty),
    cmocka_unit_test(each_line_is_the_todo_as_it_is_read),
    cmocka_unit_test(export_is_the_list_by_id),
    cmocka_unit_test(pages_do_not_show_in_an_export),
    cmocka_unit_test(what_was_deleted_is_not_exported),
    cmocka_unit_test(the_connection_goes_on_after_an_export),
    cmocka_unit_test(export_goes_to_http_1_0_until_the_end),
    cmocka_unit_test(http_1_0_cannot_be_kept_after_an_export),
    cmocka_unit_test(head_of_an_export_is_the_head_alone),
    cmocka_unit_test(export_takes_no_parameter),
    cmocka_unit_test(export_is_only_read),
};

const struct group export_group = GROUP(LEVEL_STREAMS, "export", cases);
