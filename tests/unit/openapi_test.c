#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/pages/openapi.h"
#include "common/pages/openapi_facts.h"
#include "common/pages/openapi_put.h"
#include "common/todo/route.h"
#include "common/todo/todo.h"
#include "tests/unit/unit.h"

/* The document, parsed to its last byte. Gives: cJSON_Delete. */
static cJSON *read_document_of(const char *public_url)
{
    struct buf out = {0};
    const char *end = NULL;
    cJSON *document;

    openapi_write(public_url, true, &out);
    buf_put(&out, "", 1);
    assert_false(out.failed);
    document = cJSON_ParseWithLengthOpts(out.data, out.len, &end, true);
    assert_non_null(document);
    buf_release(&out);
    return document;
}

static cJSON *read_document(void)
{
    return read_document_of(NULL);
}

/* Goes down by the names, which end with NULL. */
static const cJSON *find(const cJSON *at, const char *const *names)
{
    for (; at && *names; names++)
        at = cJSON_GetObjectItemCaseSensitive(at, *names);
    return at;
}
#define FIND(at, ...) find(at, (const char *const[]){__VA_ARGS__, NULL})

static void json_is_written_without_backslashes(void **state)
{
    struct buf out = {0};

    (void)state;
    openapi_put(&out, "{'a': [%d, %d,], 'b': {'c': %s,},}", -1, 20, "d\"'\n");
    unit_assert_buf(&out, "{\"a\": [-1, 20], \"b\": {\"c\": \"d\\\"'\\n\"}}");
    buf_release(&out);
}

static void a_comma_inside_a_string_stays(void **state)
{
    struct buf out = {0};

    (void)state;
    openapi_put(&out, "[%s]", "a,");
    openapi_put(&out, "]");
    unit_assert_buf(&out, "[\"a,\"]]");
    buf_release(&out);
}

static void a_closing_bracket_may_be_all_there_is(void **state)
{
    struct buf out = {0};

    (void)state;
    openapi_put(&out, "]");
    unit_assert_buf(&out, "]");
    buf_release(&out);
}

static void every_route_is_an_operation_of_its_name(void **state)
{
    cJSON *document = read_document();

    (void)state;
    for (int i = 0; i < OP_SHOW_OPTIONS; i++) {
        const cJSON *path = FIND(document, "paths", routes[i].path);
        /* Names are found here whatever their case: get for GET. */
        const cJSON *operation = cJSON_GetObjectItem(path, routes[i].method);
        const cJSON *id = FIND(operation, "operationId");

        assert_non_null(id);
        assert_string_equal(id->valuestring, routes[i].name);
        assert_int_equal(FIND(operation, "requestBody") != NULL,
                         routes[i].takes_body);
    }
    cJSON_Delete(document);
}

static void every_field_is_in_every_shape_of_the_todo(void **state)
{
    static const char *const shapes[] = {"Todo", "TodoWhole", "TodoPatch"};
    cJSON *document = read_document();

    (void)state;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        const cJSON *properties =
            FIND(document, "components", "schemas", shapes[s], "properties");

        assert_int_equal(cJSON_GetArraySize(properties), TODO_FIELD_COUNT);
        for (int i = 0; i < TODO_FIELD_COUNT; i++) {
            const cJSON *field = FIND(properties, todo_fields[i].name);

            assert_non_null(field);
            assert_int_equal(cJSON_IsTrue(FIND(field, "readOnly")),
                             todo_fields[i].read_only);
        }
    }
    cJSON_Delete(document);
}

static void every_error_is_an_example_of_its_status(void **state)
{
    cJSON *document = read_document();

    (void)state;
    for (int i = TODO_OK + 1; i < TODO_ERR_COUNT; i++) {
        if (i == TODO_ERR_GONE)
            continue; /* nobody is told */
        const struct error_info *info = error_info((enum todo_err)i);
        char status[4] = {(char)('0' + info->status / 100),
                          (char)('0' + info->status / 10 % 10),
                          (char)('0' + info->status % 10), '\0'};
        const cJSON *problem =
            FIND(document, "components", "responses", status, "content",
                 "application/problem+json", "examples", info->slug, "value");

        assert_non_null(problem);
        assert_string_equal(FIND(problem, "detail")->valuestring, info->detail);
        assert_memory_equal(FIND(problem, "type")->valuestring,
                            "/docs#problem-", strlen("/docs#problem-"));
    }
    cJSON_Delete(document);
}

static const char *example_of(const cJSON *document, const char *header)
{
    return FIND(document, "components", "headers", header, "schema", "examples")
        ->child->valuestring;
}

static void urls_begin_where_the_server_is_found(void **state)
{
    cJSON *document = read_document();

    (void)state;
    assert_string_equal(
        FIND(FIND(document, "servers")->child, "url")->valuestring, ".");
    cJSON_Delete(document);
    document = read_document_of("https://a.example/api");
    assert_string_equal(
        FIND(FIND(document, "servers")->child, "url")->valuestring,
        "https://a.example/api");
    assert_string_equal(example_of(document, "Location"),
                        "https://a.example/api/todos/17");
    assert_string_equal(example_of(document, "Link"),
                        "<https://a.example/api/todos?limit=20&after=AQAB>; "
                        "rel=\"next\"");
    assert_string_equal(FIND(document, "components", "responses", "405",
                             "content", "application/problem+json", "examples",
                             "method-not-allowed", "value", "type")
                            ->valuestring,
                        "/api/docs#problem-method-not-allowed");
    assert_string_equal(
        FIND(FIND(document, "components", "schemas", "Todo", "examples")->child,
             "url")
            ->valuestring,
        "https://a.example/api/todos/17");
    cJSON_Delete(document);
}

static void statuses_come_in_order_and_once(void **state)
{
    int status = 0;
    int count = 0;

    (void)state;
    for (int next; (next = openapi_next_status(OP_COUNT, status)) != 0;) {
        assert_true(next > status);
        status = next;
        count++;
    }
    assert_true(count > 10);
    assert_int_equal(openapi_next_status(OP_READ_TODO, 400), 401);
    assert_int_equal(openapi_next_status(OP_SHOW_HOME, 400), 405);
}

static void every_operation_succeeds_in_some_way(void **state)
{
    (void)state;
    for (int i = 0; i < OP_SHOW_OPTIONS; i++) {
        const struct openapi_success *success =
            openapi_next_success((enum operation)i, NULL);

        assert_non_null(success);
        assert_true(success->status >= 200 && success->status < 300);
    }
}

/* Where a token is not looked at, it is one of two ways. */
static void what_is_owned_needs_a_token_with_auth(void **state)
{
    (void)state;
    for (int auth = 0; auth < 2; auth++) {
        struct buf out = {0};
        cJSON *document, *paths;

        openapi_write(NULL, auth, &out);
        document = cJSON_ParseWithLength(out.data, out.len);
        paths = cJSON_GetObjectItem(document, "paths");
        for (int i = 0; i < OP_SHOW_OPTIONS; i++) {
            const cJSON *path =
                cJSON_GetObjectItemCaseSensitive(paths, routes[i].path);
            const cJSON *security = cJSON_GetObjectItem(
                cJSON_GetObjectItem(path, routes[i].method), "security");
            int ways = cJSON_GetArraySize(security);

            assert_int_equal(ways, routes[i].owned ? 2 - auth : 0);
            if (ways > 0)
                assert_non_null(cJSON_GetObjectItem(
                    cJSON_GetArrayItem(security, ways - 1), "token"));
        }
        cJSON_Delete(document);
        buf_release(&out);
    }
}

static void without_memory_the_buffer_says_so(void **state)
{
    struct buf out = {.failed = true};

    (void)state;
    openapi_write(NULL, false, &out);
    assert_true(out.failed);
    assert_uint_equal(out.len, 0);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_owned_needs_a_token_with_auth),
        cmocka_unit_test(json_is_written_without_backslashes),
        cmocka_unit_test(a_comma_inside_a_string_stays),
        cmocka_unit_test(a_closing_bracket_may_be_all_there_is),
        cmocka_unit_test(every_route_is_an_operation_of_its_name),
        cmocka_unit_test(every_field_is_in_every_shape_of_the_todo),
        cmocka_unit_test(every_error_is_an_example_of_its_status),
        cmocka_unit_test(urls_begin_where_the_server_is_found),
        cmocka_unit_test(statuses_come_in_order_and_once),
        cmocka_unit_test(every_operation_succeeds_in_some_way),
        cmocka_unit_test(without_memory_the_buffer_says_so),
    };

    return cmocka_run_group_tests_name("openapi", tests, NULL, NULL);
}
