/*
 * tests/unit/suggestion_test.c - what the upstream may answer, and what not.
 *
 * Each case is a real transfer, from a stub that sends what the case says.
 */
#include <stdlib.h>
#include <string.h>

#include "common/todo/suggestion.h"
#include "tests/unit/stub.h"
#include "tests/unit/unit.h"

enum { PATIENCE_MS = 30000, NO_PATIENCE_MS = 50 };

static bool init(struct suggestion_call *call, const struct stub *stub)
{
    return suggestion_call_init(call, stub->url);
}

static enum todo_err transfer(struct suggestion_call *call, int64_t within_ms,
                              struct buf *array)
{
    assert_int_equal(suggestion_call_begin(call, within_ms), TODO_OK);
    return suggestion_call_end(call, curl_easy_perform(call->easy), array);
}

/* One call to an upstream that answers these bytes. */
static enum todo_err ask(const char *bytes, size_t len, struct buf *array)
{
    struct stub stub;
    struct suggestion_call call;
    enum todo_err err;

    stub_start(&stub, bytes, len);
    assert_true(init(&call, &stub));
    err = transfer(&call, PATIENCE_MS, array);
    suggestion_call_release(&call);
    stub_end(&stub);
    return err;
}

/* Writes an answer with this status line's end and this body. */
static void put_answer(struct buf *out, const char *status, const char *body,
                       size_t len)
{
    buf_printf(out, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", status, len);
    buf_put(out, body, len);
}

/* Asks for this body; gives what is appended to the array. */
static enum todo_err ask_body(const char *status, const char *body, size_t len,
                              struct buf *array)
{
    struct buf answer = {0};
    enum todo_err err;

    put_answer(&answer, status, body, len);
    err = ask(answer.data, answer.len, array);
    buf_release(&answer);
    return err;
}

/* The body is taken, and makes this first member of an array. */
static void assert_taken(const char *body, const char *want)
{
    struct buf array = {0}, begun = {0};

    if (ask_body("200 OK", body, strlen(body), &array) != TODO_OK)
        fail_msg("refused: %s", body);
    buf_printf(&begun, "[%s", want);
    buf_put(&begun, "", 1);
    unit_assert_buf(&array, begun.data);
    buf_release(&begun);
    buf_release(&array);
}

static void assert_refused_bytes(const char *body, size_t len)
{
    struct buf array = {0};

    if (ask_body("200 OK", body, len, &array) != TODO_ERR_UPSTREAM)
        fail_msg("not refused: %s", body);
    unit_assert_buf(&array, "");
    buf_release(&array);
}

static void assert_refused(const char *body)
{
    assert_refused_bytes(body, strlen(body));
}

static void a_good_title_is_taken_and_nothing_else(void **state)
{
    (void)state;
    assert_taken("{\"title\":\"milk\"}", "{\"title\":\"milk\"}");
    assert_taken(" {\r\n\t\"title\" : \"a b\" }\n", "{\"title\":\"a b\"}");
    assert_taken("{\"title\":\"Gr\xC3\xBC\xC3\x9F\x65\"}",
                 "{\"title\":\"Gr\xC3\xBC\xC3\x9F\x65\"}");
    assert_taken("{\"title\":\"\\u00fc \\\"\\\\\"}",
                 "{\"title\":\"\xC3\xBC \\\"\\\\\"}");
    assert_taken("{\"t\\u0069tle\":\"milk\"}", "{\"title\":\"milk\"}");
}

static void a_title_has_the_rules_of_a_todo(void **state)
{
    static const char *const bad[] = {
        "\"\"",        "\" \"",       "\"\\u00a0\\u2003\"",
        "\"a\\nb\"",   "\"\\u0000\"", "\"a\\u0000\"",
        "\"\\u007f\"", "\"\x7f\"",    "null",
        "1",           "true",        "[\"a\"]",
        "{}",          "\"\\ud800\"", "\"\xFF\"",
        "\"\xC3\"",    "\"a\nb\"",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buf body = {0};

        buf_printf(&body, "{\"title\":%s}", bad[i]);
        buf_put(&body, "", 1);
        assert_refused(body.data);
        buf_release(&body);
    }
}

/* A body whose title has so many characters of four bytes. */
static void put_long_title(struct buf *body, int characters)
{
    buf_puts(body, "{\"title\":\"");
    for (int i = 0; i < characters; i++)
        buf_puts(body, "\xF0\x9F\x98\x80");
    buf_puts(body, "\"}");
    buf_put(body, "", 1);
}

static void a_title_has_at_most_200_characters(void **state)
{
    struct buf body = {0};

    (void)state;
    put_long_title(&body, 200);
    assert_taken(body.data, body.data);
    buf_clear(&body);
    put_long_title(&body, 201);
    assert_refused(body.data);
    buf_release(&body);
}

static void what_is_no_object_with_a_title_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "milk",
        "\"milk\"",
        "null",
        "[]",
        "[{\"title\":\"milk\"}]",
        "{}",
        "{\"Title\":\"milk\"}",
        "{\"title\"}",
        "{\"title\":\"milk\"",
        "{\"title\":\"milk\"}}",
        "{\"title\":\"milk\"}{\"title\":\"milk\"}",
        "{\"title\":\"milk\"} x",
        "{\"title\":\"milk\",}",
        "{'title':'milk'}",
        "{\"title\":\"milk\",\"title\":\"milk\"}",
        "{\"title\":\"milk\",\"t\\u0069tle\":\"tea\"}",
        "\xEF\xBB\xBF{\"title\":\"milk\"}",
        "<html>milk</html>",
    };
    static const char ends_in_nul[] = "{\"title\":\"milk\"}";

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_refused(bad[i]);
    assert_refused_bytes(ends_in_nul, sizeof ends_in_nul);
}

/* It is not the upstream's fault. */
static void without_memory_the_fault_is_ours(void **state)
{
    static const char body[] = "{\"title\":\"milk\"}";
    struct buf array = {0};

    (void)state;
    unit_scarce_json(0);
    assert_int_equal(ask_body("200 OK", body, strlen(body), &array),
                     TODO_ERR_INTERNAL);
    unit_plenty_json();
    unit_assert_buf(&array, "");
}

static void any_2xx_will_do_and_nothing_else(void **state)
{
    static const char body[] = "{\"title\":\"milk\"}";
    static const char *const good[] = {"200 OK", "201 Created", "299 Odd"};
    static const char *const bad[] = {
        "300 Many",      "302 Found",   "304 Not Modified", "400 Bad",
        "404 Not Found", "500 Failure", "503 Busy",         "600 Odd"};
    struct buf array = {0};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(ask_body(good[i], body, strlen(body), &array),
                         TODO_OK);
    buf_clear(&array);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(ask_body(bad[i], body, strlen(body), &array),
                         TODO_ERR_UPSTREAM);
    unit_assert_buf(&array, "");
    buf_release(&array);
}

/* Two calls make two members, as between the brackets of an array. */
static void a_second_suggestion_is_parted_by_a_comma(void **state)
{
    static const char one[] = "{\"title\":\"one\"}";
    static const char two[] = "{\"title\":\"two\"}";
    struct buf array = {0};

    (void)state;
    assert_int_equal(ask_body("200 OK", one, strlen(one), &array), TODO_OK);
    assert_int_equal(ask_body("200 OK", two, strlen(two), &array), TODO_OK);
    unit_assert_buf(&array, "[{\"title\":\"one\"},{\"title\":\"two\"}");
    buf_release(&array);
}

/* A body of so many bytes: a title, and white space behind it. */
static void put_body_of(struct buf *body, size_t len)
{
    buf_puts(body, "{\"title\":\"milk\"}");
    while (body->len < len)
        buf_puts(body, " ");
}

static void a_body_has_at_most_64_kib(void **state)
{
    struct buf body = {0}, array = {0};

    (void)state;
    put_body_of(&body, SUGGESTION_MAX_BODY);
    assert_int_equal(ask_body("200 OK", body.data, body.len, &array), TODO_OK);
    buf_clear(&array);
    put_body_of(&body, SUGGESTION_MAX_BODY + 1);
    assert_refused_bytes(body.data, body.len);
    buf_release(&array);
    buf_release(&body);
}

/* The end of the connection is the end of the body. */
static void a_body_without_a_length_has_at_most_64_kib(void **state)
{
    static const char head[] = "HTTP/1.0 200 OK\r\n\r\n";
    struct buf answer = {0}, array = {0};

    (void)state;
    buf_puts(&answer, head);
    put_body_of(&answer, strlen(head) + SUGGESTION_MAX_BODY + 1);
    assert_int_equal(ask(answer.data, answer.len, &array), TODO_ERR_UPSTREAM);
    buf_release(&answer);
    buf_release(&array);
}

static void what_is_not_whole_http_is_refused(void **state)
{
    static const char cut_chunks[] =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n"
        "{\"title\":\"milk\"}\r\n";
    static const char *const bad[] = {
        "",
        cut_chunks,
        "{\"title\":\"milk\"}",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{\"title\":\"milk\"}",
        "HTTP/1.1 204 No Content\r\n\r\n",
    };
    struct buf array = {0};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (ask(bad[i], strlen(bad[i]), &array) != TODO_ERR_UPSTREAM)
            fail_msg("not refused: %s", bad[i]);
    unit_assert_buf(&array, "");
}

/* Only the URL of the option is asked. Nobody would answer there. */
static void a_redirection_is_not_followed(void **state)
{
    static const char elsewhere[] = "HTTP/1.1 302 Found\r\n"
                                    "Location: /elsewhere\r\n"
                                    "Content-Length: 0\r\n"
                                    "\r\n";
    struct buf array = {0};

    (void)state;
    assert_int_equal(ask(elsewhere, strlen(elsewhere), &array),
                     TODO_ERR_UPSTREAM);
    unit_assert_buf(&array, "");
}

/* The option names the server that is asked, and nothing else does. */
static void a_proxy_of_the_environment_is_not_asked(void **state)
{
    (void)state;
    /* NOLINTBEGIN(concurrency-mt-unsafe): there is one thread */
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(unsetenv("no_proxy") | unsetenv("NO_PROXY"), 0);
    assert_taken("{\"title\":\"milk\"}", "{\"title\":\"milk\"}");
    assert_int_equal(unsetenv("http_proxy"), 0);
    /* NOLINTEND(concurrency-mt-unsafe) */
}

static void who_does_not_listen_is_no_upstream(void **state)
{
    struct stub stub = {0};
    struct suggestion_call call;
    struct buf array = {0};

    (void)state;
    stub_listen(&stub);
    stub_close(&stub);
    assert_true(init(&call, &stub));
    assert_int_equal(transfer(&call, PATIENCE_MS, &array), TODO_ERR_UPSTREAM);
    suggestion_call_release(&call);
    unit_assert_buf(&array, "");
}

static void who_does_not_answer_in_time_is_told_apart(void **state)
{
    struct stub stub;
    struct suggestion_call call;
    struct buf array = {0};

    (void)state;
    stub_start(&stub, NULL, 0);
    assert_true(init(&call, &stub));
    assert_int_equal(transfer(&call, NO_PATIENCE_MS, &array),
                     TODO_ERR_UPSTREAM_TIMEOUT);
    suggestion_call_release(&call);
    stub_end(&stub);
    unit_assert_buf(&array, "");
}

static void a_call_can_be_used_again(void **state)
{
    static const char first[] = "{\"title\":\"first\"}";
    static const char second[] = "{\"title\":\"second\"}";
    struct buf answers[2] = {{0}}, array = {0};
    struct suggestion_call call;
    struct stub stub;

    (void)state;
    put_answer(&answers[0], "200 OK", first, strlen(first));
    put_answer(&answers[1], "200 OK", second, strlen(second));
    stub_start(&stub, answers[0].data, answers[0].len);
    assert_true(init(&call, &stub));
    assert_int_equal(transfer(&call, PATIENCE_MS, &array), TODO_OK);
    stub_serve_again(&stub, answers[1].data, answers[1].len);
    buf_clear(&array);
    assert_int_equal(transfer(&call, PATIENCE_MS, &array), TODO_OK);
    unit_assert_buf(&array, "[{\"title\":\"second\"}");
    suggestion_call_release(&call);
    stub_end(&stub);
    buf_release(&array);
    buf_release(&answers[0]);
    buf_release(&answers[1]);
}

static void a_release_accepts_nothing_and_a_second_call(void **state)
{
    struct suggestion_call call = {0};

    (void)state;
    suggestion_call_release(&call);
    assert_true(suggestion_call_init(&call, "http://127.0.0.1:1"));
    suggestion_call_release(&call);
    suggestion_call_release(&call);
    assert_null(call.easy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_title_is_taken_and_nothing_else),
        cmocka_unit_test(a_title_has_the_rules_of_a_todo),
        cmocka_unit_test(a_title_has_at_most_200_characters),
        cmocka_unit_test(what_is_no_object_with_a_title_is_refused),
        cmocka_unit_test(without_memory_the_fault_is_ours),
        cmocka_unit_test(any_2xx_will_do_and_nothing_else),
        cmocka_unit_test(a_second_suggestion_is_parted_by_a_comma),
        cmocka_unit_test(a_body_has_at_most_64_kib),
        cmocka_unit_test(a_body_without_a_length_has_at_most_64_kib),
        cmocka_unit_test(what_is_not_whole_http_is_refused),
        cmocka_unit_test(a_redirection_is_not_followed),
        cmocka_unit_test(a_proxy_of_the_environment_is_not_asked),
        cmocka_unit_test(who_does_not_listen_is_no_upstream),
        cmocka_unit_test(who_does_not_answer_in_time_is_told_apart),
        cmocka_unit_test(a_call_can_be_used_again),
        cmocka_unit_test(a_release_accepts_nothing_and_a_second_call),
    };
    int failed;

    if (!suggestion_prepare())
        return EXIT_FAILURE;
    failed = cmocka_run_group_tests_name("suggestion", tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
