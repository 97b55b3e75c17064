#include <stdlib.h>
#include <string.h>

#include "common/todo/route.h"
#include "tests/unit/unit.h"

static enum todo_err match(struct route_match *found, const char *method,
                           const char *path)
{
    return route_match(found, method, path, strlen(path));
}

/* The path of a row as a client would send it. */
static void write_path(const struct route *route, struct buf *path)
{
    const char *brace = strchr(route->path, '{');

    buf_clear(path);
    buf_put(path, route->path,
            brace ? (size_t)(brace - route->path) : strlen(route->path));
    buf_puts(path, brace ? "17" : "");
    buf_put(path, "", 1);
}

static void every_row_is_found_under_its_number(void **state)
{
    struct buf path = {0};

    (void)state;
    for (enum operation op = 0; op < OP_SHOW_OPTIONS; op++) {
        const struct route *route = &routes[op];
        struct route_match found;

        write_path(route, &path);
        assert_int_equal(route->op, op);
        assert_int_equal(match(&found, route->method, path.data), TODO_OK);
        assert_int_equal(found.op, op);
        assert_string_equal(found.path, route->path);
        assert_int_equal(found.unlimited, route->unlimited);
        assert_int_equal(found.id, strstr(route->path, "{id}") ? 17 : 0);
        assert_uint_equal(found.file_len,
                          strstr(route->path, "{file}") ? 2 : 0);
    }
    buf_release(&path);
}

/* What openapi, compare and the mirror test rely on. */
static void every_row_is_whole(void **state)
{
    (void)state;
    for (size_t op = 0; op < OP_SHOW_OPTIONS; op++) {
        const struct route *route = &routes[op];

        assert_true(route->name && strlen(route->name) > 0);
        assert_true(route->summary && strlen(route->summary) > 0);
        assert_true(route->summary[strlen(route->summary) - 1] == '.');
        assert_true(route->waits && strlen(route->waits) > 0);
        for (size_t other = 0; other < op; other++) {
            assert_true(strcmp(routes[other].name, route->name) != 0);
            assert_true(strcmp(routes[other].path, route->path) != 0 ||
                        strcmp(routes[other].method, route->method) != 0);
        }
    }
}

static void head_goes_where_get_does(void **state)
{
    struct buf path = {0};

    (void)state;
    for (enum operation op = 0; op < OP_SHOW_OPTIONS; op++) {
        struct route_match found;

        write_path(&routes[op], &path);
        if (strcmp(routes[op].method, "GET") == 0) {
            assert_int_equal(match(&found, "HEAD", path.data), TODO_OK);
            assert_int_equal(found.op, op);
        }
        assert_int_equal(match(&found, "OPTIONS", path.data), TODO_OK);
        assert_int_equal(found.op, OP_SHOW_OPTIONS);
    }
    buf_release(&path);
}

static void other_paths_are_not_found_whatever_the_method(void **state)
{
    static const char *const paths[] = {
        "",
        "x",
        "//",
        "/todo",
        "/todoss",
        "/todos/",
        "/todos/1/",
        "/todos/1/2",
        "/todos//1",
        "/Todos",
        "/TODOS/1",
        "/%74odos",
        "/todos%2F1",
        "/./todos",
        "/todos/../",
        "/docs/",
        "/docs/a/b",
        "/docs//",
        "/healthz/",
        "/healthz%00",
        "/readyz ",
        "/openapi",
        "/openapi.json/",
        "/healthzz",
        "/ ",
    };
    static const char *const methods[] = {"GET",     "HEAD", "POST",
                                          "OPTIONS", "BREW", ""};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        for (size_t j = 0; j < sizeof methods / sizeof *methods; j++) {
            struct route_match found;

            if (match(&found, methods[j], paths[i]) != TODO_ERR_NO_PATH)
                fail_msg("%s %s", methods[j], paths[i]);
            assert_true(found.path == NULL);
        }
}

static void ids_are_plain_decimals_that_fit(void **state)
{
    static const struct {
        const char *path;
        int64_t id; /* 0: there can be no such todo */
    } cases[] = {
        {"/todos/1", 1},
        {"/todos/10", 10},
        {"/todos/9007199254740993", 9007199254740993},
        {"/todos/9223372036854775807", INT64_MAX},
        {"/todos/9223372036854775808", 0},
        {"/todos/18446744073709551617", 0},
        {"/todos/99999999999999999999999999", 0},
        {"/todos/0", 0},
        {"/todos/01", 0},
        {"/todos/00", 0},
        {"/todos/-1", 0},
        {"/todos/+1", 0},
        {"/todos/1.0", 0},
        {"/todos/1e3", 0},
        {"/todos/0x1", 0},
        {"/todos/ 1", 0},
        {"/todos/1 ", 0},
        {"/todos/%31", 0},
        {"/todos/a", 0},
        {"/todos/1a", 0},
        {"/todos/:", 0},
        {"/todos/\xD9\xA1", 0}, /* an Arabic digit */
        {"/todos/{id}", 0},
        {"/todos/event", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct route_match found;
        enum todo_err err = match(&found, "GET", cases[i].path);

        if (err != (cases[i].id ? TODO_OK : TODO_ERR_NO_TODO) ||
            (!err && found.id != cases[i].id))
            fail_msg("%s: error %d", cases[i].path, (int)err);
    }
}

/* The path need not end with a NUL, and nothing behind it is looked at. */
static void a_path_ends_where_it_is_said_to(void **state)
{
    struct route_match found;
    char *path = unit_copy("/todos/12", 9);

    (void)state;
    assert_int_equal(route_match(&found, "GET", path, 9), TODO_OK);
    assert_int_equal(found.id, 12);
    assert_int_equal(route_match(&found, "GET", path, 8), TODO_OK);
    assert_int_equal(found.id, 1);
    assert_int_equal(route_match(&found, "GET", path, 7), TODO_ERR_NO_PATH);
    assert_int_equal(route_match(&found, "GET", path, 6), TODO_OK);
    assert_int_equal(found.op, OP_LIST_TODOS);
    assert_int_equal(route_match(&found, "GET", path, 1), TODO_OK);
    assert_int_equal(found.op, OP_SHOW_HOME);
    assert_int_equal(route_match(&found, "GET", path, 0), TODO_ERR_NO_PATH);
    assert_int_equal(route_match(&found, "GET", "/healthz\0x", 10),
                     TODO_ERR_NO_PATH);
    free(path);
}

static void files_are_one_segment(void **state)
{
    static const char *const files[] = {"a.js", "..", "%2e%2e", "{file}",
                                        "a b"};

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct route_match found;
        struct buf path = {0};

        buf_printf(&path, "/docs/%s", files[i]);
        assert_int_equal(route_match(&found, "GET", path.data, path.len),
                         TODO_OK);
        assert_int_equal(found.op, OP_SHOW_DOCS_FILE);
        assert_uint_equal(found.file_len, strlen(files[i]));
        assert_memory_equal(found.file, files[i], found.file_len);
        buf_release(&path);
    }
}

static const struct {
    const char *path, *allow;
} takes[] = {
    {"/todos", "GET, HEAD, POST, DELETE, OPTIONS"},
    {"/todos/{id}", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"},
    {"/todos/events", "GET, HEAD, OPTIONS"},
    {"/todos/export", "GET, HEAD, OPTIONS"},
    {"/todos/stats", "GET, HEAD, OPTIONS"},
    {"/suggestions", "GET, HEAD, OPTIONS"},
    {"/users", "POST, OPTIONS"},
    {"/tokens", "POST, OPTIONS"},
    {"/openapi.json", "GET, HEAD, OPTIONS"},
    {"/docs", "GET, HEAD, OPTIONS"},
    {"/live", "GET, HEAD, OPTIONS"},
    {"/waiting", "GET, HEAD, OPTIONS"},
    {"/docs/{file}", "GET, HEAD, OPTIONS"},
    {"/healthz", "GET, HEAD, OPTIONS"},
    {"/readyz", "GET, HEAD, OPTIONS"},
    {"/metrics", "GET, HEAD, OPTIONS"},
    {"/", "GET, HEAD, OPTIONS"},
};

/* The list above leaves no path out. */
static const char *allow_of(const char *path)
{
    for (size_t i = 0; i < sizeof takes / sizeof *takes; i++)
        if (strcmp(takes[i].path, path) == 0)
            return takes[i].allow;
    fail_msg("%s is not in the list of what each path takes", path);
    return NULL;
}

static void allow_lists_what_a_path_takes_in_its_order(void **state)
{
    (void)state;
    for (size_t op = 0; op < OP_SHOW_OPTIONS; op++) {
        struct buf out = {0};

        route_write_allow(routes[op].path, &out);
        unit_assert_buf(&out, allow_of(routes[op].path));
        buf_release(&out);
    }
}

/* 405, unless Allow would list the method. */
static void methods_that_allow_does_not_list_are_refused(void **state)
{
    static const char *const methods[] = {
        "GET",     "HEAD",  "POST",  "PUT", "PATCH", "DELETE", "OPTIONS",
        "CONNECT", "TRACE", "QUERY", "get", "GETS",  "GE",     "",
    };
    struct buf path = {0}, allow = {0};

    (void)state;
    for (size_t op = 0; op < OP_SHOW_OPTIONS; op++)
        for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
            struct route_match found;
            struct buf listed = {0};
            bool allowed;

            write_path(&routes[op], &path);
            buf_clear(&allow);
            buf_puts(&allow, " ");
            route_write_allow(routes[op].path, &allow);
            buf_puts(&allow, ",");
            buf_printf(&listed, " %s,", methods[i]);
            buf_put(&listed, "", 1);
            allowed = unit_buf_has(&allow, listed.data);
            assert_int_equal(match(&found, methods[i], path.data),
                             allowed ? TODO_OK : TODO_ERR_METHOD);
            assert_string_equal(found.path, routes[op].path);
            buf_release(&listed);
        }
    buf_release(&path);
    buf_release(&allow);
}

static void a_url_is_a_base_and_the_path_of_the_table(void **state)
{
    struct buf out = {0};

    (void)state;
    route_write_url("http://a/b", OP_READ_TODO, 17, &out);
    buf_puts(&out, " ");
    route_write_url("", OP_LIST_TODOS, 0, &out);
    buf_puts(&out, " ");
    route_write_url("/b", OP_SHOW_DOCS_FILE, 0, &out);
    buf_puts(&out, " ");
    route_write_url("http://a", OP_SHOW_HOME, 0, &out);
    unit_assert_buf(&out, "http://a/b/todos/17 /todos /b/docs/ http://a/");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_is_a_base_and_the_path_of_the_table),
        cmocka_unit_test(every_row_is_found_under_its_number),
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(head_goes_where_get_does),
        cmocka_unit_test(other_paths_are_not_found_whatever_the_method),
        cmocka_unit_test(ids_are_plain_decimals_that_fit),
        cmocka_unit_test(a_path_ends_where_it_is_said_to),
        cmocka_unit_test(files_are_one_segment),
        cmocka_unit_test(allow_lists_what_a_path_takes_in_its_order),
        cmocka_unit_test(methods_that_allow_does_not_list_are_refused),
    };

    return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
