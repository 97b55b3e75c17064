#include <string.h>

#include "common/http/http_request.h"
#include "tests/unit/unit.h"

/* What http_request_accept makes of the reply, before anybody answers. */

static struct config config_of_test(void)
{
    return (struct config){
        .program = "todo-test", .host = "127.0.0.1", .port = 8080};
}

static struct http_text text(const char *word)
{
    return (struct http_text){word, strlen(word)};
}

static struct http_request good_request(const char *method, const char *path)
{
    struct http_request request = {0};

    request.head.method = method;
    request.head.path = text(path);
    request.head.major = request.head.minor = 1;
    request.head.field_count = 1;
    request.head.fields[0] = (struct http_field){{"Host", 4}, {"[::1]:80", 8}};
    return request;
}

static void add(struct http_request *request, const char *name,
                const char *value)
{
    request->head.fields[request->head.field_count++] =
        (struct http_field){text(name), text(value)};
}

/* Accepts, and gives the reply. Nothing in it needs a release. */
static struct reply accept(struct http_request *request,
                           const struct config *config, enum todo_err want)
{
    struct reply reply = {0};

    assert_int_equal(http_request_accept(request, config, &reply), want);
    assert_int_equal(reply.status, 0);
    assert_string_equal(reply.server, "todo-test");
    return reply;
}

static void every_request_gets_an_id_of_its_own(void **state)
{
    struct config config = config_of_test();
    struct http_request request = good_request("GET", "/");
    struct reply first = accept(&request, &config, TODO_OK);
    struct reply second, third = {0};

    (void)state;
    request = good_request("GET", "nowhere");
    second = accept(&request, &config, TODO_ERR_MALFORMED);
    http_request_refuse(&request, &config, TODO_ERR_MALFORMED, NULL, &third);
    assert_int_equal(strlen(first.id), 17);
    assert_int_equal(strspn(first.id, "0123456789abcdef"), 8);
    assert_int_equal(first.id[8], '-');
    assert_int_equal(strspn(first.id + 9, "0123456789abcdef"), 8);
    assert_memory_equal(first.id, second.id, 9); /* of one start */
    assert_memory_equal(first.id, third.id, 9);
    assert_true(strcmp(first.id, second.id) < 0);
    assert_true(strcmp(second.id, third.id) < 0);
}

static void urls_begin_where_the_client_found_us(void **state)
{
    struct config config = config_of_test();
    struct http_request request = good_request("GET", "/");
    struct reply reply = accept(&request, &config, TODO_OK);

    (void)state;
    assert_string_equal(reply.base, "http://[::1]:80");
    request.head.minor = 0;
    request.head.field_count = 0;
    reply = accept(&request, &config, TODO_OK);
    assert_string_equal(reply.base, "http://127.0.0.1:8080");
    config.public_url = "https://example.com/api";
    reply = accept(&request, &config, TODO_OK);
    assert_string_equal(reply.base, "https://example.com/api");
    request = good_request("GET", "/");
    reply = accept(&request, &config, TODO_OK);
    assert_string_equal(reply.base, "https://example.com/api");
}

/* Also of a head that no parser could read: its answer has a type, too. */
static void the_type_of_a_problem_has_the_path_of_the_public_url(void **state)
{
    static const char type[] = "\"/api/docs#problem-malformed-request\"";
    struct config config = config_of_test();
    struct http_request request = good_request("GET", "/");
    struct reply reply = {0};

    (void)state;
    config.public_url = "https://example.com/api";
    http_request_refuse(&request, &config, TODO_ERR_MALFORMED, NULL, &reply);
    reply_error(&reply, TODO_ERR_MALFORMED);
    assert_true(unit_buf_has(&reply.out, type));
    reply_release(&reply);
    request = good_request("GET", "/");
    request.head.field_count = 0; /* no Host */
    reply = accept(&request, &config, TODO_ERR_MALFORMED);
    reply_error(&reply, TODO_ERR_MALFORMED);
    assert_true(unit_buf_has(&reply.out, type));
    reply_release(&reply);
}

static void the_longest_hosts_and_urls_fit(void **state)
{
    struct config config = config_of_test();
    struct http_request request = good_request("GET", "/");
    char longest[HTTP_MAX_HOST + 2], url[HTTP_MAX_HOST + 1] = "http://";
    struct reply reply;

    (void)state;
    config.allowed_hosts = "*";
    memset(longest, 'h', sizeof longest);
    longest[HTTP_MAX_HOST + 1] = '\0';
    request.head.fields[0].value = text(longest);
    reply = accept(&request, &config, TODO_ERR_HOST); /* one too long */
    assert_true(strlen(reply.base) < REPLY_BASE_SIZE);
    longest[HTTP_MAX_HOST] = '\0';
    request.head.fields[0].value = text(longest);
    reply = accept(&request, &config, TODO_OK);
    assert_string_equal(reply.base + strlen("http://"), longest);
    memset(url + strlen(url), 'u', HTTP_MAX_HOST - strlen("http://"));
    config.public_url = url;
    reply = accept(&request, &config, TODO_OK);
    assert_string_equal(reply.base, url);
}

static void a_connection_stays_unless_a_body_would_be_left_behind(void **state)
{
    static const struct {
        const char *method, *path, *length;
        enum todo_err err;
        bool stays;
    } cases[] = {
        {"GET", "/todos", NULL, TODO_OK, true},
        {"GET", "/nowhere", NULL, TODO_ERR_NO_PATH, true},
        {"GET", "/nowhere", "0", TODO_ERR_NO_PATH, true},
        {"GET", "/nowhere", "5", TODO_ERR_NO_PATH, false},
        {"DELETE", "/todos", "5", TODO_OK, true}, /* it will be read */
        {"POST", "/todos", "5", TODO_ERR_MEDIA_TYPE, false},
        {"POST", "/todos", NULL, TODO_ERR_MEDIA_TYPE, true},
        {"GET", "/todos", "5x", TODO_ERR_MALFORMED, false},
    };
    struct config config = config_of_test();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_request request =
            good_request(cases[i].method, cases[i].path);
        struct reply reply;

        if (cases[i].length)
            add(&request, "Content-Length", cases[i].length);
        reply = accept(&request, &config, cases[i].err);
        assert_int_equal(reply.keep_alive, cases[i].stays);
    }
}

static void a_chunked_body_left_behind_ends_it_too(void **state)
{
    struct config config = config_of_test();
    struct http_request request = good_request("PUT", "/nowhere");
    struct reply reply;

    (void)state;
    add(&request, "Transfer-Encoding", "chunked");
    reply = accept(&request, &config, TODO_ERR_NO_PATH);
    assert_false(reply.keep_alive);
}

static void what_the_answer_must_know_of_the_request_is_kept(void **state)
{
    struct config config = config_of_test();
    struct http_request request = good_request("HEAD", "/todos/5");
    struct reply reply = accept(&request, &config, TODO_OK);

    (void)state;
    assert_true(reply.head_only && !reply.http_1_0);
    assert_string_equal(reply.path, "/todos/{id}");
    request = good_request("POST", "/healthz");
    request.head.minor = 0;
    reply = accept(&request, &config, TODO_ERR_METHOD);
    assert_true(!reply.head_only && reply.http_1_0);
    assert_string_equal(reply.path, "/healthz"); /* for Allow */
    request = good_request("HEAD", "/nowhere");
    reply = accept(&request, &config, TODO_ERR_NO_PATH);
    assert_true(reply.head_only && !reply.path);
}

static void a_refused_request_ends_the_connection(void **state)
{
    struct config config = config_of_test();
    struct http_request request = {0};
    struct reply reply = {.keep_alive = true};

    (void)state;
    http_request_refuse(&request, &config, TODO_ERR_MALFORMED, NULL, &reply);
    assert_false(reply.keep_alive);
    assert_string_equal(reply.server, "todo-test");
}

static struct reply refuse(const char *method, enum todo_err err,
                           const char *detail)
{
    struct config config = config_of_test();
    struct http_request request = {.head.method = method};
    struct reply reply = {0};

    http_request_refuse(&request, &config, err, detail, &reply);
    return reply;
}

static void a_refused_request_says_what_is_known_of_it(void **state)
{
    static const char detail[] = "Because.";

    (void)state;
    assert_ptr_equal(refuse(NULL, TODO_ERR_MALFORMED, detail).problem.detail,
                     detail);
    assert_null(refuse(NULL, TODO_ERR_MALFORMED, NULL).problem.detail);
    assert_ptr_equal(refuse(NULL, TODO_ERR_BODY_TIMEOUT, NULL).problem.detail,
                     http_late_head);
    assert_true(refuse("HEAD", TODO_ERR_MALFORMED, NULL).head_only);
    assert_false(refuse("GET", TODO_ERR_MALFORMED, NULL).head_only);
    assert_false(refuse(NULL, TODO_ERR_MALFORMED, NULL).head_only);
}

static void a_cut_body_ends_the_connection_and_says_why(void **state)
{
    static const struct {
        enum todo_err err, answer;
        const char *detail;
    } rows[] = {
        {TODO_ERR_GONE, TODO_ERR_MALFORMED, http_bad_body},
        {TODO_ERR_MALFORMED, TODO_ERR_MALFORMED, http_bad_body},
        {TODO_ERR_BODY_TIMEOUT, TODO_ERR_BODY_TIMEOUT, NULL},
        {TODO_ERR_BODY_TOO_LARGE, TODO_ERR_BODY_TOO_LARGE, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reply reply = {.keep_alive = true};

        assert_int_equal(http_request_cut(rows[i].err, &reply), rows[i].answer);
        assert_false(reply.keep_alive);
        assert_ptr_equal(reply.problem.detail, rows[i].detail);
    }
}

/* As which it is counted. The request before it on this connection had one. */
static void a_refused_request_is_no_operation(void **state)
{
    struct config config = config_of_test();
    struct http_request request = {.route.op = OP_CHECK_HEALTH};
    struct reply reply = {0};

    (void)state;
    http_request_refuse(&request, &config, TODO_ERR_MALFORMED, NULL, &reply);
    assert_int_equal(request.route.op, OP_NONE);
    request = good_request("GET", "/");
    request.head.field_count = 0; /* no Host */
    (void)accept(&request, &config, TODO_ERR_MALFORMED);
    assert_int_equal(request.route.op, OP_NONE);
    request = good_request("GET", "/nowhere");
    (void)accept(&request, &config, TODO_ERR_NO_PATH);
    assert_int_equal(request.route.op, OP_NONE);
    request = good_request("PUT", "/todos");
    (void)accept(&request, &config, TODO_ERR_METHOD);
    assert_int_equal(request.route.op, OP_NONE);
}

/* --- other origins -------------------------------------------------------- */

static void only_the_configured_origin_is_allowed(void **state)
{
    static const struct {
        const char *configured, *origin, *allowed;
        bool varies;
    } cases[] = {
        {NULL, NULL, NULL, false},
        {NULL, "http://a", NULL, false},
        {"*", NULL, "*", false},
        {"*", "http://a", "*", false},
        {"http://a", NULL, NULL, true},
        {"http://a", "http://a", "http://a", true},
        {"http://a", "http://a:80", NULL, true},
        {"http://a", "http://A", NULL, true},
        {"http://a", "http://", NULL, true},
        {"http://a", "", NULL, true},
        {"http://a", "null", NULL, true},
        {"http://a", "*", NULL, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config config = config_of_test();
        struct http_request request = good_request("GET", "/todos");
        struct reply reply;

        config.cors_origin = cases[i].configured;
        if (cases[i].origin)
            add(&request, "Origin", cases[i].origin);
        reply = accept(&request, &config, TODO_OK);
        assert_int_equal(reply.cors_varies, cases[i].varies);
        if (cases[i].allowed)
            assert_string_equal(reply.cors, cases[i].allowed);
        else
            assert_true(reply.cors == NULL);
    }
}

static void a_preflight_has_an_origin_and_a_method(void **state)
{
    for (int parts = 0; parts < 8; parts++) {
        struct config config = config_of_test();
        struct http_request request = good_request("OPTIONS", "/todos");

        (void)state;
        if (parts & 1)
            config.cors_origin = "*";
        if (parts & 2)
            add(&request, "Origin", "http://a");
        if (parts & 4)
            add(&request, "Access-Control-Request-Method", "PUT");
        (void)accept(&request, &config, TODO_OK);
        assert_int_equal(request.preflight, parts == 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_gets_an_id_of_its_own),
        cmocka_unit_test(urls_begin_where_the_client_found_us),
        cmocka_unit_test(the_type_of_a_problem_has_the_path_of_the_public_url),
        cmocka_unit_test(the_longest_hosts_and_urls_fit),
        cmocka_unit_test(a_connection_stays_unless_a_body_would_be_left_behind),
        cmocka_unit_test(a_chunked_body_left_behind_ends_it_too),
        cmocka_unit_test(what_the_answer_must_know_of_the_request_is_kept),
        cmocka_unit_test(a_refused_request_ends_the_connection),
        cmocka_unit_test(a_refused_request_says_what_is_known_of_it),
        cmocka_unit_test(a_cut_body_ends_the_connection_and_says_why),
        cmocka_unit_test(a_refused_request_is_no_operation),
        cmocka_unit_test(only_the_configured_origin_is_allowed),
        cmocka_unit_test(a_preflight_has_an_origin_and_a_method),
    };

    return cmocka_run_group_tests_name("http_accept", tests, NULL, NULL);
}
