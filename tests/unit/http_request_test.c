#include <stdlib.h>
#include <string.h>

#include "tests/unit/request.h"
#include "tests/unit/unit.h"

/* --- the order of checks -------------------------------------------------- */

static void break_framing(struct http_request *request)
{
    request_add(request, "Trailer", "X");
}

static void break_size(struct http_request *request)
{
    request->head.field_count = HTTP_MAX_FIELDS + 1; /* the rest: not kept */
    for (size_t i = 0; i < HTTP_MAX_FIELDS; i++)
        if (request->head.fields[i].name.len == 0)
            request->head.fields[i].name = request_text("X");
}

static void break_target(struct http_request *request)
{
    static char query[HTTP_MAX_TARGET];

    memset(query, 'x', sizeof query);
    request->head.query = (struct http_text){query, sizeof query};
}

static void break_host(struct http_request *request)
{
    request_set(request, "Host", "a b");
}

static void break_name(struct http_request *request)
{
    request_set(request, "Host", "elsewhere.example");
}

static void break_path(struct http_request *request)
{
    request->head.path = request_text("/nowhere");
}

static void break_method(struct http_request *request)
{
    request->head.method = "POST"; /* no longer what a todo takes */
}

static void break_expect(struct http_request *request)
{
    request_add(request, "Expect", "the worst");
}

static void break_query(struct http_request *request)
{
    request->head.query = request_text("x=1");
}

static void break_type(struct http_request *request)
{
    request_set(request, "Content-Type", "text/plain");
}

static void break_coding(struct http_request *request)
{
    request_add(request, "Content-Encoding", "gzip");
}

static void break_length(struct http_request *request)
{
    request_drop(request, "Content-Length");
}

static void break_ceiling(struct http_request *request)
{
    request_set(request, "Content-Length", "65537");
}

static void break_condition(struct http_request *request)
{
    request_add(request, "If-Match", "no tag");
}

/* In the order of the contract. What stands later is broken first, so that an
 * earlier one has the last word where two touch the same part. */
static const struct {
    void (*spoil)(struct http_request *request);
    enum todo_err err;
} checks[] = {
    {break_framing, TODO_ERR_MALFORMED},
    {break_size, TODO_ERR_HEAD_TOO_LARGE},
    {break_target, TODO_ERR_TARGET_TOO_LONG},
    {break_host, TODO_ERR_HOST},
    {break_name, TODO_ERR_MISDIRECTED},
    {break_path, TODO_ERR_NO_PATH},
    {break_method, TODO_ERR_METHOD},
    {break_expect, TODO_ERR_EXPECTATION},
    {break_query, TODO_ERR_INVALID},
    {break_type, TODO_ERR_MEDIA_TYPE},
    {break_coding, TODO_ERR_CODING},
    {break_length, TODO_ERR_LENGTH_REQUIRED},
    {break_ceiling, TODO_ERR_BODY_TOO_LARGE},
    {break_condition, TODO_ERR_CONDITION},
};
enum { CHECKS = sizeof checks / sizeof *checks };

static void assert_first(unsigned broken, size_t first)
{
    struct http_request request;
    enum todo_err err;

    request_begin_patch(&request);
    for (size_t i = CHECKS; i-- > 0;)
        if (broken & 1U << i && checks[i].spoil != break_size)
            checks[i].spoil(&request);
    if (broken & 2U) /* last: it fills up the fields that are free */
        break_size(&request);
    err = request_accept(&request);
    if (err != checks[first].err)
        fail_msg("check %d: error %d", (int)first, (int)err);
}

static void a_request_that_breaks_nothing_passes(void **state)
{
    struct http_request request;

    (void)state;
    request_begin_patch(&request);
    assert_int_equal(request_accept(&request), TODO_OK);
    assert_int_equal(request.route.op, OP_PATCH_TODO);
    assert_int_equal(request.route.id, 1);
    assert_true(http_request_has_body(&request));
}

static void of_any_broken_rules_the_first_answers(void **state)
{
    (void)state;
    for (unsigned broken = 1; broken < 1U << CHECKS; broken++) {
        size_t first = 0;

        while (!(broken & 1U << first))
            first++;
        assert_first(broken, first);
    }
}

/* --- what each part may be ------------------------------------------------ */

static void bodies_have_a_length_and_a_ceiling(void **state)
{
    struct http_request request;

    (void)state;
    request_begin_patch(&request);
    request_set(&request, "Content-Length", "65536");
    assert_int_equal(request_accept(&request), TODO_OK);
    request_set(&request, "Content-Length", "99999999999999999999");
    assert_int_equal(request_accept(&request), TODO_ERR_BODY_TOO_LARGE);
    request_set(&request, "Content-Length", "0");
    assert_int_equal(request_accept(&request), TODO_OK);
    assert_false(http_request_has_body(&request));
    request_drop(&request, "Content-Length");
    request_add(&request, "Transfer-Encoding", "chunked");
    assert_int_equal(request_accept(&request), TODO_OK);
    assert_true(http_request_has_body(&request));
    /* A body that nobody asked for has the ceiling alone. */
    request_begin(&request, "GET", "/todos/1");
    assert_int_equal(request_accept(&request), TODO_OK);
    request_add(&request, "Content-Length", "65536");
    assert_int_equal(request_accept(&request), TODO_OK);
    request_set(&request, "Content-Length", "65537");
    assert_int_equal(request_accept(&request), TODO_ERR_BODY_TOO_LARGE);
}

static void only_a_list_and_a_clearing_take_a_query(void **state)
{
    static const struct {
        const char *method, *path, *query;
        enum todo_err err;
    } cases[] = {
        {"GET", "/todos", "limit=7&q=a", TODO_OK},
        {"HEAD", "/todos", "limit=7&q=a", TODO_OK},
        {"GET", "/todos", "limit=0", TODO_ERR_INVALID},
        {"DELETE", "/todos", "completed=true", TODO_OK},
        {"DELETE", "/todos", "limit=7", TODO_ERR_INVALID},
        {"GET", "/todos/1", "limit=7", TODO_ERR_INVALID},
        {"GET", "/todos/1", "", TODO_OK},
        {"DELETE", "/todos/1", "completed=true", TODO_ERR_INVALID},
        {"GET", "/healthz", "x", TODO_ERR_INVALID},
        {"GET", "/", "x=1", TODO_ERR_INVALID},
        {"GET", "/docs/a", "v=1", TODO_ERR_INVALID},
        {"OPTIONS", "/todos", "limit=0", TODO_OK},
        {"OPTIONS", "/todos/1", "x=%", TODO_OK},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_request request;

        request_begin(&request, cases[i].method, cases[i].path);
        request.head.query = request_text(cases[i].query);
        if (request_accept(&request) != cases[i].err)
            fail_msg("%s %s?%s", cases[i].method, cases[i].path,
                     cases[i].query);
    }
}

static void what_a_query_asks_for_is_kept(void **state)
{
    struct http_request request;

    (void)state;
    request_begin(&request, "GET", "/todos");
    request.head.query = request_text("limit=7&completed=false");
    assert_int_equal(request_accept(&request), TODO_OK);
    assert_int_equal(request.list.limit, 7);
    assert_int_equal(request.list.completed, LIST_OPEN);
    request_begin(&request, "DELETE", "/todos");
    assert_int_equal(request_accept(&request), TODO_OK);
    assert_int_equal(request.completed, LIST_ANY);
    request.head.query = request_text("completed=true");
    assert_int_equal(request_accept(&request), TODO_OK);
    assert_int_equal(request.completed, LIST_COMPLETED);
}

static void a_hundred_is_sent_to_those_who_can_wait_for_it(void **state)
{
    struct http_request request;

    (void)state;
    request_begin_patch(&request);
    assert_int_equal(request_accept(&request), TODO_OK);
    assert_false(request.expects_continue);
    request_add(&request, "Expect", "100-Continue");
    assert_int_equal(request_accept(&request), TODO_OK);
    assert_true(request.expects_continue);
    request.expects_continue = false;
    request.head.minor = 0;
    assert_int_equal(request_accept(&request), TODO_OK);
    assert_false(request.expects_continue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_that_breaks_nothing_passes),
        cmocka_unit_test(of_any_broken_rules_the_first_answers),
        cmocka_unit_test(bodies_have_a_length_and_a_ceiling),
        cmocka_unit_test(only_a_list_and_a_clearing_take_a_query),
        cmocka_unit_test(what_a_query_asks_for_is_kept),
        cmocka_unit_test(a_hundred_is_sent_to_those_who_can_wait_for_it),
    };

    return cmocka_run_group_tests_name("http_request", tests, NULL, NULL);
}
