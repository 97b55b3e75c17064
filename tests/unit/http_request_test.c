#include <stdlib.h>
#include <string.h>

#include "common/http_request.h"
#include "tests/unit/unit.h"

static const struct config config = {
    .program = "todo-test", .host = "127.0.0.1", .port = 8080};

static struct http_text text(const char *word)
{
    return (struct http_text){word, strlen(word)};
}

static void add(struct http_request *request, const char *name,
                const char *value)
{
    struct http_head *head = &request->head;

    assert_true(head->field_count < HTTP_MAX_FIELDS);
    head->fields[head->field_count++] =
        (struct http_field){text(name), text(value)};
}

/* Takes all fields of that name away. */
static void drop(struct http_request *request, const char *name)
{
    struct http_head *head = &request->head;
    size_t kept = 0;

    for (size_t i = 0; i < head->field_count; i++)
        if (!http_text_is(head->fields[i].name, name))
            head->fields[kept++] = head->fields[i];
    head->field_count = kept;
}

static void set(struct http_request *request, const char *name,
                const char *value)
{
    drop(request, name);
    add(request, name, value);
}

static void begin(struct http_request *request, const char *method,
                  const char *path)
{
    *request = (struct http_request){0};
    request->head.method = method;
    request->head.path = text(path);
    request->head.major = request->head.minor = 1;
    add(request, "Host", "h:80");
}

/* A PATCH that passes. */
static void begin_patch(struct http_request *request)
{
    begin(request, "PATCH", "/todos/1");
    add(request, "Content-Type", "application/json");
    add(request, "Content-Length", "2");
}

static enum todo_err accept_as(struct http_request *request,
                               const struct config *as, struct reply *reply)
{
    *reply = (struct reply){0};
    return http_request_accept(request, as, reply);
}

static enum todo_err accept(struct http_request *request)
{
    struct reply reply;
    enum todo_err err = accept_as(request, &config, &reply);

    reply_release(&reply);
    return err;
}

/* --- the order of checks -------------------------------------------------- */

static void break_framing(struct http_request *request)
{
    add(request, "Trailer", "X");
}

static void break_size(struct http_request *request)
{
    request->head.field_count = HTTP_MAX_FIELDS + 1; /* the rest: not kept */
    for (size_t i = 0; i < HTTP_MAX_FIELDS; i++)
        if (request->head.fields[i].name.len == 0)
            request->head.fields[i].name = text("X");
}

static void break_target(struct http_request *request)
{
    static char query[HTTP_MAX_TARGET];

    memset(query, 'x', sizeof query);
    request->head.query = (struct http_text){query, sizeof query};
}

static void break_host(struct http_request *request)
{
    set(request, "Host", "a b");
}

static void break_path(struct http_request *request)
{
    request->head.path = text("/nowhere");
}

static void break_method(struct http_request *request)
{
    request->head.method = "POST"; /* no longer what a todo takes */
}

static void break_expect(struct http_request *request)
{
    add(request, "Expect", "the worst");
}

static void break_query(struct http_request *request)
{
    request->head.query = text("x=1");
}

static void break_type(struct http_request *request)
{
    set(request, "Content-Type", "text/plain");
}

static void break_length(struct http_request *request)
{
    drop(request, "Content-Length");
}

static void break_ceiling(struct http_request *request)
{
    set(request, "Content-Length", "65537");
}

static void break_condition(struct http_request *request)
{
    add(request, "If-Match", "no tag");
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
    {break_path, TODO_ERR_NO_PATH},
    {break_method, TODO_ERR_METHOD},
    {break_expect, TODO_ERR_EXPECTATION},
    {break_query, TODO_ERR_INVALID},
    {break_type, TODO_ERR_MEDIA_TYPE},
    {break_length, TODO_ERR_LENGTH_REQUIRED},
    {break_ceiling, TODO_ERR_BODY_TOO_LARGE},
    {break_condition, TODO_ERR_CONDITION},
};
enum { CHECKS = sizeof checks / sizeof *checks };

static void assert_first(unsigned broken, size_t first)
{
    struct http_request request;
    enum todo_err err;

    begin_patch(&request);
    for (size_t i = CHECKS; i-- > 0;)
        if (broken & 1U << i && checks[i].spoil != break_size)
            checks[i].spoil(&request);
    if (broken & 2U) /* last: it fills up the fields that are free */
        break_size(&request);
    err = accept(&request);
    if (err != checks[first].err)
        fail_msg("check %d: error %d", (int)first, (int)err);
}

static void a_request_that_breaks_nothing_passes(void **state)
{
    struct http_request request;

    (void)state;
    begin_patch(&request);
    assert_int_equal(accept(&request), TODO_OK);
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

static void assert_media_type(const char *method, const char *type, bool good)
{
    struct http_request request;

    begin_patch(&request);
    request.head.method = method;
    drop(&request, "Content-Type");
    if (type)
        add(&request, "Content-Type", type);
    if (accept(&request) != (good ? TODO_OK : TODO_ERR_MEDIA_TYPE))
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
    begin_patch(&request);
    add(&request, "Content-Type", "application/json"); /* a second one */
    assert_int_equal(accept(&request), TODO_ERR_MEDIA_TYPE);
}

/* An empty value may have no text at all: http_rules.h says so. */
static void values_without_text_are_read(void **state)
{
    static const struct {
        const char *name;
        enum todo_err err;
    } cases[] = {
        {"Content-Type", TODO_ERR_MEDIA_TYPE},
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

        begin_patch(&request);
        set(&request, cases[i].name, "");
        request.head.fields[request.head.field_count - 1].value =
            (struct http_text){"", 0};
        if (accept(&request) != cases[i].err)
            fail_msg("%s", cases[i].name);
    }
}

static void bodies_have_a_length_and_a_ceiling(void **state)
{
    struct http_request request;

    (void)state;
    begin_patch(&request);
    set(&request, "Content-Length", "65536");
    assert_int_equal(accept(&request), TODO_OK);
    set(&request, "Content-Length", "99999999999999999999");
    assert_int_equal(accept(&request), TODO_ERR_BODY_TOO_LARGE);
    set(&request, "Content-Length", "0");
    assert_int_equal(accept(&request), TODO_OK);
    assert_false(http_request_has_body(&request));
    drop(&request, "Content-Length");
    add(&request, "Transfer-Encoding", "chunked");
    assert_int_equal(accept(&request), TODO_OK);
    assert_true(http_request_has_body(&request));
    /* A body that nobody asked for has the ceiling alone. */
    begin(&request, "GET", "/todos/1");
    assert_int_equal(accept(&request), TODO_OK);
    add(&request, "Content-Length", "65536");
    assert_int_equal(accept(&request), TODO_OK);
    set(&request, "Content-Length", "65537");
    assert_int_equal(accept(&request), TODO_ERR_BODY_TOO_LARGE);
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

        begin(&request, cases[i].method, cases[i].path);
        request.head.query = text(cases[i].query);
        if (accept(&request) != cases[i].err)
            fail_msg("%s %s?%s", cases[i].method, cases[i].path,
                     cases[i].query);
    }
}

static void what_a_query_asks_for_is_kept(void **state)
{
    struct http_request request;

    (void)state;
    begin(&request, "GET", "/todos");
    request.head.query = text("limit=7&completed=false");
    assert_int_equal(accept(&request), TODO_OK);
    assert_int_equal(request.list.limit, 7);
    assert_int_equal(request.list.completed, LIST_OPEN);
    begin(&request, "DELETE", "/todos");
    assert_int_equal(accept(&request), TODO_OK);
    assert_int_equal(request.completed, LIST_ANY);
    request.head.query = text("completed=true");
    assert_int_equal(accept(&request), TODO_OK);
    assert_int_equal(request.completed, LIST_COMPLETED);
}

static void a_hundred_is_sent_to_those_who_can_wait_for_it(void **state)
{
    struct http_request request;

    (void)state;
    begin_patch(&request);
    assert_int_equal(accept(&request), TODO_OK);
    assert_false(request.expects_continue);
    add(&request, "Expect", "100-Continue");
    assert_int_equal(accept(&request), TODO_OK);
    assert_true(request.expects_continue);
    request.expects_continue = false;
    request.head.minor = 0;
    assert_int_equal(accept(&request), TODO_OK);
    assert_false(request.expects_continue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_that_breaks_nothing_passes),
        cmocka_unit_test(of_any_broken_rules_the_first_answers),
        cmocka_unit_test(media_types_are_json_and_for_patch_merge_patch),
        cmocka_unit_test(values_without_text_are_read),
        cmocka_unit_test(bodies_have_a_length_and_a_ceiling),
        cmocka_unit_test(only_a_list_and_a_clearing_take_a_query),
        cmocka_unit_test(what_a_query_asks_for_is_kept),
        cmocka_unit_test(a_hundred_is_sent_to_those_who_can_wait_for_it),
    };

    return cmocka_run_group_tests_name("http_request", tests, NULL, NULL);
}
