#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/base/clock.h"
#include "common/http/http_request.h"
#include "tests/unit/unit.h"

static const struct todo todo = {
    .id = 7, .version = 3, .title = "a \"title\"", .created_at = 1000};

#define TODO_JSON                                                              \
    "{\"id\":7,\"title\":\"a \\\"title\\\"\",\"completed\":false,"             \
    "\"order\":null,\"due_at\":null,"                                          \
    "\"created_at\":\"1970-01-01T00:00:01.000Z\","                             \
    "\"updated_at\":\"1970-01-01T00:00:00.000Z\","                             \
    "\"url\":\"http://h/todos/7\"}"

/* As http_request_accept leaves it. */
static struct reply good_reply(void)
{
    return (struct reply){.keep_alive = true,
                          .server = "todo-test",
                          .path = "/todos/{id}",
                          .id = "00000001-00000002",
                          .base = "http://h"};
}

/* Compares the whole answer; %D in `want` stands for the Date field. */
static void assert_answer(const struct reply *reply, const char *want)
{
    const char *mark = strstr(want, "%D");
    struct buf whole = {0};
    size_t before = (size_t)(mark - want);
    char date[CLOCK_HTTP_SIZE] = "";

    assert_true(mark != NULL && !reply->out.failed);
    assert_true(reply->out.len > before + sizeof date);
    memcpy(date, reply->out.data + before, sizeof date - 1);
    assert_int_equal(strlen(date), sizeof date - 1);
    assert_string_equal(date + sizeof date - 1 - 4, " GMT");
    buf_put(&whole, want, before);
    buf_puts(&whole, date);
    buf_puts(&whole, mark + 2);
    buf_put(&whole, "", 1);
    unit_assert_buf(&reply->out, whole.data);
    buf_release(&whole);
}

#define HEAD(status)                                                           \
    "HTTP/1.1 " status "\r\nServer: todo-test\r\nDate: %D\r\n"                 \
    "X-Request-Id: 00000001-00000002\r\nCache-Control: no-cache\r\n"

#define PATCHES                                                                \
    "Accept-Patch: application/merge-patch+json, application/json\r\n"

#define TYPE(type)                                                             \
    "Content-Type: " type "\r\nX-Content-Type-Options: nosniff\r\n"

static void a_todo_is_an_answer_in_one_piece(void **state)
{
    struct reply reply = good_reply();

    (void)state;
    assert_int_equal(reply_todo(&reply, &todo), TODO_OK);
    assert_int_equal(reply.status, 200);
    assert_answer(
        &reply,
        HEAD("200 OK") "ETag: \"7-3\"\r\n" TYPE(
            "application/json") "Content-Length: 180\r\n\r\n" TODO_JSON);
    assert_int_equal(strlen(TODO_JSON), 180);
    reply_release(&reply);
}

static void what_is_created_has_a_place(void **state)
{
    struct reply reply = good_reply();

    (void)state;
    assert_int_equal(reply_created(&reply, &todo), TODO_OK);
    assert_answer(
        &reply,
        HEAD("201 Created") "Location: http://h/todos/7\r\n"
                            "ETag: \"7-3\"\r\n" TYPE(
                                "application/json") "Content-Length: "
                                                    "180\r\n\r\n" TODO_JSON);
    reply_release(&reply);
}

static void head_gets_the_same_head_alone(void **state)
{
    struct reply get = good_reply(), head = good_reply();

    (void)state;
    head.head_only = true;
    assert_int_equal(reply_todo(&get, &todo), TODO_OK);
    assert_int_equal(reply_todo(&head, &todo), TODO_OK);
    assert_answer(&head, HEAD("200 OK") "ETag: \"7-3\"\r\n" TYPE(
                             "application/json") "Content-Length: 180\r\n\r\n");
    assert_uint_equal(get.out.len, head.out.len + 180);
    reply_error(&head, TODO_ERR_NO_TODO);
    assert_memory_equal(head.out.data + head.out.len - 4, "\r\n\r\n", 4);
    reply_release(&get);
    reply_release(&head);
}

static void answers_without_a_body_have_no_length(void **state)
{
    struct reply reply = good_reply();

    (void)state;
    assert_int_equal(reply_no_content(&reply), TODO_OK);
    assert_answer(&reply, HEAD("204 No Content") "\r\n");
    assert_int_equal(reply_not_modified(&reply, &todo), TODO_OK);
    assert_answer(&reply, HEAD("304 Not Modified") "ETag: \"7-3\"\r\n\r\n");
    reply_release(&reply);
}

static void a_page_links_to_the_next_one(void **state)
{
    struct reply reply = good_reply();
    struct list_query query = {.limit = 1}, next;
    struct list_place place = {.key = 7, .id = 7};
    struct buf page = {0};
    struct problem problem = {0};
    const char *link, *end;

    (void)state;
    buf_puts(&page, "[1]");
    assert_int_equal(reply_page(&reply, &page, &query, NULL), TODO_OK);
    assert_answer(&reply,
                  HEAD("200 OK")
                      TYPE("application/json") "Content-Length: 3\r\n\r\n[1]");
    assert_int_equal(reply_page(&reply, &page, &query, &place), TODO_OK);
    buf_put(&reply.out, "", 1);
    link = strstr(reply.out.data, "\r\nLink: <http://h/todos?");
    assert_true(link != NULL);
    link += strlen("\r\nLink: <http://h/todos?");
    end = strstr(link, ">; rel=\"next\"\r\n");
    assert_true(end != NULL);
    assert_int_equal(
        list_query_parse(&next, link, (size_t)(end - link), &problem), TODO_OK);
    assert_true(next.has_after && next.after.id == 7 && next.limit == 1);
    buf_release(&page);
    reply_release(&reply);
}

static void stats_are_numbers_in_their_order(void **state)
{
    struct reply reply = good_reply();
    struct todo_stats stats = {
        .total = INT64_MAX, .open = 3, .completed = 0, .overdue = 2};

    (void)state;
    assert_int_equal(reply_stats(&reply, &stats), TODO_OK);
    assert_answer(
        &reply,
        HEAD("200 OK") TYPE(
            "application/json") "Content-Length: 64\r\n\r\n"
                                "{\"total\":9223372036854775807,\"open\":3,"
                                "\"completed\":0,\"overdue\":2}");
    reply_release(&reply);
}

static void options_say_what_a_path_takes(void **state)
{
    struct reply reply = good_reply();

    (void)state;
    assert_int_equal(reply_options(&reply, true), TODO_OK);
    assert_answer(&reply,
                  HEAD("204 No Content") "Allow: GET, HEAD, PUT, PATCH, "
                                         "DELETE, OPTIONS\r\n" PATCHES "\r\n");
    reply.cors = "*";
    assert_int_equal(reply_options(&reply, false), TODO_OK);
    buf_put(&reply.out, "", 1);
    assert_true(!strstr(reply.out.data, "Access-Control-Allow-Methods"));
    assert_int_equal(reply_options(&reply, true), TODO_OK);
    assert_answer(
        &reply,
        HEAD("204 No Content") "Access-Control-Allow-Origin: *\r\n"
                               "Access-Control-Expose-Headers: ETag, Link, "
                               "Location, Retry-After\r\n"
                               "Allow: GET, HEAD, PUT, PATCH, DELETE, "
                               "OPTIONS\r\n" PATCHES
                               "Access-Control-Allow-Methods: GET, HEAD, PUT, "
                               "PATCH, DELETE, OPTIONS\r\n"
                               "Access-Control-Allow-Headers: Authorization, "
                               "Content-Type, If-Match, If-None-Match, "
                               "Last-Event-ID\r\n"
                               "Access-Control-Max-Age: 600\r\n\r\n");
    reply.path = "/todos"; /* where nothing is patched */
    assert_int_equal(reply_options(&reply, false), TODO_OK);
    assert_false(unit_buf_has(&reply.out, "Accept-Patch"));
    reply_release(&reply);
}

static void it_is_said_whether_the_connection_stays(void **state)
{
    struct reply reply = good_reply();

    (void)state;
    reply.http_1_0 = true;
    assert_int_equal(reply_text(&reply, "text/plain", "hi", 2), TODO_OK);
    assert_answer(&reply, HEAD("200 OK") "Connection: keep-alive\r\n" TYPE(
                              "text/plain") "Content-Length: 2\r\n\r\nhi");
    reply.keep_alive = false;
    reply.cors_varies = true;
    assert_int_equal(reply_text(&reply, "text/plain", "", 0), TODO_OK);
    assert_answer(&reply,
                  HEAD("200 OK") "Connection: close\r\n"
                                 "Vary: Origin\r\n" TYPE(
                                     "text/plain") "Content-Length: 0\r\n\r\n");
    reply_release(&reply);
}

/* --- errors --------------------------------------------------------------- */

/* The body of an answer. Gives: cJSON_Delete. */
static cJSON *read_body(const struct reply *reply)
{
    const char *body;
    cJSON *json;
    struct buf text = {0};

    buf_put(&text, reply->out.data, reply->out.len);
    buf_put(&text, "", 1);
    body = strstr(text.data, "\r\n\r\n");
    assert_true(body != NULL);
    json = cJSON_Parse(body + 4);
    assert_true(cJSON_IsObject(json));
    buf_release(&text);
    return json;
}

static const char *member(const cJSON *json, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, name);

    return cJSON_IsString(value) ? value->valuestring : "";
}

static void every_error_is_a_problem_document(void **state)
{
    (void)state;
    for (enum todo_err err = TODO_OK + 1; err < TODO_ERR_COUNT; err++) {
        const struct error_info *info = error_info(err);
        struct reply reply = good_reply();
        char type[64];
        cJSON *json;

        reply_error(&reply, err);
        assert_int_equal(reply.status, info->status);
        assert_int_equal(reply.keep_alive, !info->closes);
        json = read_body(&reply);
        assert_string_equal(member(json, "title"), info->title);
        assert_string_equal(member(json, "detail"), info->detail);
        assert_string_equal(member(json, "request_id"), reply.id);
        (void)snprintf(type, sizeof type, "/docs#problem-%s", info->slug);
        assert_string_equal(member(json, "type"), type);
        assert_int_equal(
            cJSON_GetObjectItemCaseSensitive(json, "status")->valueint,
            info->status);
        assert_int_equal(cJSON_HasObjectItem(json, "errors"),
                         err == TODO_ERR_INVALID);
        cJSON_Delete(json);
        assert_int_equal(unit_buf_has(&reply.out, "\r\nRetry-After: 1\r\n"),
                         info->status == 503 || info->status == 429);
        assert_int_equal(unit_buf_has(&reply.out, "\r\nAllow: GET, "),
                         err == TODO_ERR_METHOD);
        assert_int_equal(unit_buf_has(&reply.out, "\r\nConnection: close\r\n"),
                         info->closes);
        assert_true(unit_buf_has(
            &reply.out, "\r\nContent-Type: application/problem+json\r\n"));
        reply_release(&reply);
    }
}

/* Accept-Encoding says that it was the coding, so it must not be said of a
 * media type (RFC 9110 section 12.5.3). */
static void what_is_not_taken_is_told_from_what_is(void **state)
{
    (void)state;
    for (enum todo_err err = TODO_OK + 1; err < TODO_ERR_COUNT; err++)
        for (int patch = 0; patch < 2; patch++) {
            struct reply reply = good_reply();

            reply.patch = patch;
            reply_error(&reply, err);
            assert_int_equal(unit_buf_has(&reply.out, "\r\n" PATCHES),
                             patch && reply.status == 415);
            assert_int_equal(
                unit_buf_has(&reply.out, "\r\nAccept-Encoding: identity\r\n"),
                err == TODO_ERR_CODING);
            reply_release(&reply);
        }
}

static void a_problem_has_its_own_detail_and_every_fault(void **state)
{
    struct reply reply = good_reply();
    cJSON *json;
    char *errors;

    (void)state;
    reply.problem.detail = "A \"detail\".";
    (void)problem_add_member(&reply.problem, "a/b", "is odd");
    (void)problem_add_parameter(&reply.problem, "limit", 5, "is too high");
    reply_error(&reply, TODO_ERR_INVALID);
    json = read_body(&reply);
    assert_string_equal(member(json, "detail"), "A \"detail\".");
    errors = cJSON_PrintUnformatted(
        cJSON_GetObjectItemCaseSensitive(json, "errors"));
    assert_string_equal(
        errors, "[{\"pointer\":\"/a~1b\",\"detail\":\"is odd\"},"
                "{\"parameter\":\"limit\",\"detail\":\"is too high\"}]");
    cJSON_free(errors);
    cJSON_Delete(json);
    reply_release(&reply);
}

/* --- when memory runs out ------------------------------------------------- */

static void an_answer_that_does_not_fit_becomes_an_error(void **state)
{
    struct reply reply = good_reply();

    (void)state;
    assert_int_equal(reply_text(&reply, "text/plain", "", SIZE_MAX / 4),
                     TODO_ERR_INTERNAL);
    reply_error(&reply, TODO_ERR_INTERNAL);
    assert_int_equal(reply.status, 500);
    assert_true(unit_buf_has(&reply.out, "HTTP/1.1 500 Internal Server Error"));
    assert_true(reply.keep_alive);
    reply_release(&reply);
}

static void without_memory_even_for_an_error_nothing_is_sent(void **state)
{
    struct reply reply = good_reply();

    (void)state;
    reply.problem.faults.failed = true;
    reply_error(&reply, TODO_ERR_INVALID);
    assert_uint_equal(reply.out.len, 0);
    assert_false(reply.keep_alive);
    reply_release(&reply);
    reply_release(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_todo_is_an_answer_in_one_piece),
        cmocka_unit_test(what_is_created_has_a_place),
        cmocka_unit_test(head_gets_the_same_head_alone),
        cmocka_unit_test(answers_without_a_body_have_no_length),
        cmocka_unit_test(a_page_links_to_the_next_one),
        cmocka_unit_test(stats_are_numbers_in_their_order),
        cmocka_unit_test(options_say_what_a_path_takes),
        cmocka_unit_test(it_is_said_whether_the_connection_stays),
        cmocka_unit_test(every_error_is_a_problem_document),
        cmocka_unit_test(what_is_not_taken_is_told_from_what_is),
        cmocka_unit_test(a_problem_has_its_own_detail_and_every_fault),
        cmocka_unit_test(an_answer_that_does_not_fit_becomes_an_error),
        cmocka_unit_test(without_memory_even_for_an_error_nothing_is_sent),
    };

    return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
