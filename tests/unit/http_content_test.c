#include <string.h>

#include "tests/unit/request.h"
#include "tests/unit/unit.h"

/* What is said of a body, and what passes. */

static void assert_media_type(const char *method, const char *type, bool good)
{
    struct http_request request;

    request_begin_patch(&request);
    request.head.method = method;
    request_drop(&request, "Content-Type");
    if (type)
        request_add(&request, "Content-Type", type);
    if (request_accept(&request) != (good ? TODO_OK : TODO_ERR_MEDIA_TYPE))
        fail_msg("%s: %s", method, type ? type : "no Content-Type");
}

static void media_types_are_json_and_for_patch_merge_patch(void **state)
{
    static const struct {
        const char *type;
        bool put, patch;
    } cases[] = {
        {"application/json", true, true},
        {"Application/JSON", true, true},
        {"application/json; charset=utf-8", true, true},
        {"application/json;charset=\"latin1\"", true, true},
        {"application/json \t;", true, true},
        {"application/merge-patch+json", false, true},
        {"application/merge-patch+json; x=y", false, true},
        {"application/json-patch+json", false, false},
        {"application/jsonx", false, false},
        {"application/json x", false, false},
        {"application/json, text/plain", false, false},
        {"application", false, false},
        {"text/plain", false, false},
        {"; application/json", false, false},
        {"*/*", false, false},
        {"", false, false},
        {NULL, false, false},
    };
    struct http_request request;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_media_type("PUT", cases[i].type, cases[i].put);
        assert_media_type("PATCH", cases[i].type, cases[i].patch);
    }
    request_begin_patch(&request);
    request_add(&request, "Content-Type",
                "application/json"); /* a second one */
    assert_int_equal(request_accept(&request), TODO_ERR_MEDIA_TYPE);
}

/* An empty value may have no text at all: http_rules.h says so. */
static void values_without_text_are_read(void **state)
{
    static const struct {
        const char *name;
        enum todo_err err;
    } cases[] = {
        {"Content-Type", TODO_ERR_MEDIA_TYPE},
        {"Content-Encoding", TODO_OK},
        {"If-Match", TODO_ERR_CONDITION},
        {"If-None-Match", TODO_ERR_CONDITION},
        {"Expect", TODO_ERR_EXPECTATION},
        {"Content-Length", TODO_ERR_MALFORMED},
        {"Host", TODO_ERR_HOST},
        {"Connection", TODO_OK},
        {"Origin", TODO_OK},
        {"X", TODO_OK},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_request request;

        request_begin_patch(&request);
        request_set(&request, cases[i].name, "");
        request.head.fields[request.head.field_count - 1].value =
            (struct http_text){"", 0};
        if (request_accept(&request) != cases[i].err)
            fail_msg("%s", cases[i].name);
    }
}

/* --- codings and parts ---------------------------------------------------- */

static void assert_coding(const char *first, const char *second,
                          enum todo_err want)
{
    struct http_request request;

    request_begin_patch(&request);
    request_add(&request, "Content-Encoding", first);
    if (second)
        request_add(&request, "content-encoding", second);
    if (request_accept(&request) != want)
        fail_msg("%s and %s", first, second ? second : "no other");
}

static void a_body_is_encoded_by_nothing_but_identity(void **state)
{
    static const char *const none[] = {
        "", "identity", "IDENTITY", ",,", "identity,identity", " , identity "};
    static const char *const some[] = {
        "gzip", "Gzip",        "x-gzip",     "deflate",     "br",
        "zstd", "identity2",   "identit",    "*",           "identity;q",
        "\"",   "a, identity", "identity,a", "\"identity\""};

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_coding(none[i], NULL, TODO_OK);
        assert_coding(none[i], "identity", TODO_OK);
        assert_coding(none[i], "gzip", TODO_ERR_CODING);
    }
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        assert_coding(some[i], NULL, TODO_ERR_CODING);
        assert_coding(some[i], "identity", TODO_ERR_CODING);
    }
}

/* A body that is read and dropped may be anything. */
static void where_no_body_is_understood_its_coding_means_nothing(void **state)
{
    static const char *const methods[] = {"GET", "HEAD", "DELETE", "OPTIONS"};

    (void)state;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        struct http_request request;

        request_begin(&request, methods[i], "/todos/1");
        request_add(&request, "Content-Encoding", "gzip");
        request_add(&request, "Content-Length", "5");
        assert_int_equal(request_accept(&request), TODO_OK);
    }
}

static void a_part_is_no_whole_for_put_alone(void **state)
{
    static const struct {
        const char *method, *path;
        enum todo_err err;
    } cases[] = {
        {"PUT", "/todos/1", TODO_ERR_PARTIAL_PUT},
        {"PATCH", "/todos/1", TODO_OK},
        {"POST", "/todos", TODO_OK},
        {"DELETE", "/todos/1", TODO_OK},
        {"GET", "/todos/1", TODO_OK},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_request request;

        request_begin_patch(&request);
        request.head.method = cases[i].method;
        request.head.path = request_text(cases[i].path);
        request_add(&request, "Content-Range", "bytes 0-1/2");
        assert_int_equal(request_accept(&request), cases[i].err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(media_types_are_json_and_for_patch_merge_patch),
        cmocka_unit_test(values_without_text_are_read),
        cmocka_unit_test(a_body_is_encoded_by_nothing_but_identity),
        cmocka_unit_test(where_no_body_is_understood_its_coding_means_nothing),
        cmocka_unit_test(a_part_is_no_whole_for_put_alone),
    };

    return cmocka_run_group_tests_name("http_content", tests, NULL, NULL);
}
