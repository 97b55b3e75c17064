/*
 * Level 4: media types, lengths, sizes and Expect: 411, 413, 414, 415, 417,
 * 431.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "tests/support/patience.h"
#include "wire.h"

enum { BODY_MAX = 64 * 1024, TARGET_MAX = 8 * 1024, FIELDS_MAX = 63 };

/*
 * Media types
 */

static const struct answer *post_as(struct api *api, const char *type)
{
    return api_send(api, "POST", "/todos", type, "{'title':'a'}");
}

static void body_of_another_type_is_415(void **state)
{
    expect_problem(post_as(*state, "Content-Type: text/plain"), 415);
    expect_problem(post_as(*state, "Content-Type: text/json"), 415);
    expect_problem(post_as(*state, "Content-Type: application/jsonx"), 415);
    expect_problem(post_as(*state, "Content-Type: application/xjson"), 415);
    expect_problem(
        post_as(*state, "Content-Type: application/x-www-form-urlencoded"),
        415);
    expect_problem(post_as(*state, "Content-Type: text/plain; "
                                   "a=application/json"),
                   415);
    expect_titles(api_get(*state, "/todos"), "");
}

static void body_without_type_is_415(void **state)
{
    expect_problem(post_as(*state, "Content-Type:"), 415);
}

static void media_type_may_have_parameters(void **state)
{
    (void)expect_todo(
        post_as(*state, "Content-Type: application/json; charset=utf-8"), 201);
    (void)expect_todo(post_as(*state, "Content-Type: application/json;a=\"b\""),
                      201);
}

static void media_type_ignores_case(void **state)
{
    (void)expect_todo(post_as(*state, "Content-Type: Application/JSON"), 201);
}

static void merge_patch_is_for_patch_alone(void **state)
{
    long long id = api_create(*state, "{'title':'a'}");
    const char *type = "Content-Type: application/merge-patch+json";

    expect_problem(post_as(*state, type), 415);
    expect_problem(
        api_send(*state, "PUT", api_path(*state, id), type, "{'title':'b'}"),
        415);
    (void)expect_todo(
        api_send(*state, "PATCH", api_path(*state, id), type, "{'title':'b'}"),
        200);
}

static void put_and_patch_of_another_type_are_415(void **state)
{
    long long id = api_create(*state, "{'title':'a'}");
    const char *type = "Content-Type: application/json-patch+json";

    expect_problem(
        api_send(*state, "PUT", api_path(*state, id), type, "{'title':'b'}"),
        415);
    expect_problem(
        api_send(*state, "PATCH", api_path(*state, id), type, "{'title':'b'}"),
        415);
    expect_titles(api_get(*state, "/todos"), "a");
}

/*
 * Length and size of the body
 */

static void write_without_length_is_411(void **state)
{
    expect_problem(wire_ask_line(*state, "POST", "/todos", JSON), 411);
    expect_problem(wire_ask_line(*state, "PUT", "/todos/1", JSON), 411);
    expect_problem(wire_ask_line(*state, "PATCH", "/todos/1", JSON), 411);
}

/* A body of this many bytes: a todo, and spaces behind it. */
static const struct answer *post_padded(struct api *api, size_t len)
{
    static char body[BODY_MAX + 1];

    memset(body, ' ', sizeof body);
    memcpy(body, MILK, sizeof MILK - 1);
    return api_post_bytes(api, body, len);
}

static void body_of_64_kib_is_taken(void **state)
{
    (void)expect_todo(post_padded(*state, BODY_MAX), 201);
}

static void body_over_64_kib_is_413(void **state)
{
    expect_problem(post_padded(*state, BODY_MAX + 1), 413);
    expect_titles(api_get(*state, "/todos"), "");
}

static void body_announced_over_64_kib_is_413_before_it_comes(void **state)
{
    const struct answer *answer =
        wire_ask(*state, POST_TODOS LENGTH(65537) "\r\n");

    expect_problem(answer, 413);
    expect_field(answer, "Connection", "close");
}

static void body_announced_beyond_any_number_is_413(void **state)
{
    expect_problem(wire_ask(*state, POST_TODOS LENGTH(4294967300) "\r\n"), 413);
    expect_problem(
        wire_ask(*state, POST_TODOS LENGTH(99999999999999999999999) "\r\n"),
        413);
}

/* Sends 70,000 bytes of body as one chunk. */
static void send_large_chunk(struct api *api)
{
    wire_send(api, "11170\r\n");
    wire_send(api, letters(70000));
    wire_send(api, "\r\n0\r\n\r\n");
}

static void chunked_body_over_64_kib_is_413(void **state)
{
    wire_open(*state, POST_TODOS CHUNKED "\r\n");
    send_large_chunk(*state);
    expect_problem(wire_next(*state, "POST"), 413);
    wire_expect_end(*state);
}

static void body_over_64_kib_on_get_is_413_and_closes(void **state)
{
    wire_open(*state, "GET /todos HTTP/1.1\r\n" HOST LENGTH(65537) "\r\n");
    wire_send(*state, letters(65537));
    expect_problem(wire_next(*state, "GET"), 413);
    wire_expect_end(*state);
}

static void body_over_64_kib_on_delete_is_413_and_deletes_none(void **state)
{
    (void)api_create(*state, "{'title':'a'}");
    wire_open(*state, "DELETE /todos HTTP/1.1\r\n" HOST CHUNKED "\r\n");
    send_large_chunk(*state);
    expect_problem(wire_next(*state, "DELETE"), 413);
    wire_expect_end(*state);
    expect_titles(api_get(*state, "/todos"), "a");
}

/*
 * Size of the head
 */

static const struct answer *get_target(struct api *api, size_t len)
{
    wire_open(api, "GET /");
    wire_send(api, letters(len - 1));
    wire_send(api, " HTTP/1.1\r\n" HOST "\r\n");
    return wire_next(api, "GET");
}

static void target_of_8_kib_is_read(void **state)
{
    expect_problem(get_target(*state, TARGET_MAX), 404);
}

static void target_over_8_kib_is_414(void **state)
{
    expect_problem(get_target(*state, TARGET_MAX + 1), 414);
}

static void query_counts_for_the_target(void **state)
{
    wire_open(*state, "GET /todos?q=");
    wire_send(*state, letters(TARGET_MAX));
    wire_send(*state, " HTTP/1.1\r\n" HOST "\r\n");
    expect_problem(wire_next(*state, "GET"), 414);
}

/* A head with one field of this many letters. */
static const struct answer *get_with_field(struct api *api, size_t len)
{
    wire_open(api, "GET /healthz HTTP/1.1\r\n" HOST "X-Long: ");
    wire_send(api, letters(len));
    wire_send(api, "\r\n\r\n");
    return wire_next(api, "GET");
}

static void head_under_16_kib_is_read(void **state)
{
    expect_status(get_with_field(*state, 16 * KIB - 100), 200);
}

static void head_over_16_kib_is_431(void **state)
{
    expect_problem(get_with_field(*state, 16 * KIB), 431);
}

static void head_over_32_kib_is_refused(void **state)
{
    size_t len = 33 * KIB;
    char *request = malloc(len + 128);
    int at;

    if (!request)
        abort();
    at = snprintf(request, 128, "GET /healthz HTTP/1.1\r\n" HOST "X-Long: ");
    memset(request + at, 'a', len);
    memcpy(request + at + (int)len, "\r\n\r\n", 5);
    wire_expect_refusal(*state, request);
    free(request);
}

/* Host, and and so on. */
static const struct answer *get_with_fields(struct api *api, int count)
{
    wire_open(api, "GET /healthz HTTP/1.1\r\n" HOST);
    for (int i = 1; i < count; i++) {
        char field[32];

        (void)snprintf(field, sizeof field, "X-%d: a\r\n", i);
        wire_send(api, field);
    }
    wire_send(api, "\r\n");
    return wire_next(api, "GET");
}

static void head_of_63_fields_is_read(void **state)
{
    expect_status(get_with_fields(*state, FIELDS_MAX), 200);
}

static void head_of_64_fields_or_more_is_431(void **state)
{
    expect_problem(get_with_fields(*state, FIELDS_MAX + 1), 431);
    expect_problem(get_with_fields(*state, FIELDS_MAX + 2), 431);
    expect_problem(get_with_fields(*state, 200), 431);
}

/*
 * Expect
 */

/* What the server sends first begins with this text. Looking takes nothing: the
 * bytes stay for wire_next. */
static void check_first_bytes(struct api *api, const char *text)
{
    long long deadline = now_ms() + PATIENCE_MS;
    char got[32] = "";
    ssize_t len = -1;

    while (len < (ssize_t)strlen(text) && len != 0 && now_ms() < deadline) {
        if (len > 0)
            a_moment(); /* poll(2) does not tell part of the text from all */
        if (raw_readable(&api->raw, PATIENCE_MS))
            len = recv(api->raw.fd, got, strlen(text), MSG_PEEK);
    }
    if (strcmp(got, text) != 0)
        fail_answer(&api->answer, "first of all: %s, not %s", text, got);
}

static void expect_100_continue_gets_its_100_first(void **state)
{
    wire_open(*state, POST_TODOS LENGTH(16) "Expect: 100-continue\r\n\r\n");
    check_first_bytes(*state, "HTTP/1.1 100");
    wire_send(*state, MILK);
    (void)expect_todo(wire_next(*state, "POST"), 201);
}

static void expect_100_continue_ignores_case(void **state)
{
    wire_open(*state, POST_TODOS LENGTH(16) "Expect: 100-Continue\r\n\r\n");
    check_first_bytes(*state, "HTTP/1.1 100");
    wire_send(*state, MILK);
    (void)expect_todo(wire_next(*state, "POST"), 201);
}

static void head_that_is_refused_gets_no_100(void **state)
{
    wire_open(*state, POST_TODOS LENGTH(65537) "Expect: 100-continue\r\n\r\n");
    check_first_bytes(*state, "HTTP/1.1 413");
    wire_open(*state, "POST /nothing-here HTTP/1.1\r\n" HOST JSON LENGTH(
                          16) "Expect: 100-continue\r\n\r\n");
    check_first_bytes(*state, "HTTP/1.1 404");
}

static void another_expectation_is_417(void **state)
{
    expect_problem(wire_ask(*state, POST_TODOS LENGTH(
                                        16) "Expect: a-miracle\r\n\r\n" MILK),
                   417);
    expect_problem(wire_ask(*state, "GET /healthz HTTP/1.1\r\n" HOST
                                    "Expect: 200-ok\r\n\r\n"),
                   417);
    expect_problem(wire_ask(*state, POST_TODOS LENGTH(
                                        16) "Expect: 100-continue\r\n"
                                            "Expect: a-miracle\r\n\r\n" MILK),
                   417);
    expect_titles(api_get(*state, "/todos"), "");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(body_of_another_type_is_415),
    cmocka_unit_test(body_without_type_is_415),
    cmocka_unit_test(media_type_may_have_parameters),
    cmocka_unit_test(media_type_ignores_case),
    cmocka_unit_test(merge_patch_is_for_patch_alone),
    cmocka_unit_test(put_and_patch_of_another_type_are_415),
    cmocka_unit_test(write_without_length_is_411),
    cmocka_unit_test(body_of_64_kib_is_taken),
    cmocka_unit_test(body_over_64_kib_is_413),
    cmocka_unit_test(body_announced_over_64_kib_is_413_before_it_comes),
    cmocka_unit_test(body_announced_beyond_any_number_is_413),
    cmocka_unit_test(chunked_body_over_64_kib_is_413),
    cmocka_unit_test(body_over_64_kib_on_get_is_413_and_closes),
    cmocka_unit_test(body_over_64_kib_on_delete_is_413_and_deletes_none),
    cmocka_unit_test(target_of_8_kib_is_read),
    cmocka_unit_test(target_over_8_kib_is_414),
    cmocka_unit_test(query_counts_for_the_target),
    cmocka_unit_test(head_under_16_kib_is_read),
    cmocka_unit_test(head_over_16_kib_is_431),
    cmocka_unit_test(head_over_32_kib_is_refused),
    cmocka_unit_test(head_of_63_fields_is_read),
    cmocka_unit_test(head_of_64_fields_or_more_is_431),
    cmocka_unit_test(expect_100_continue_gets_its_100_first),
    cmocka_unit_test(expect_100_continue_ignores_case),
    cmocka_unit_test(head_that_is_refused_gets_no_100),
    cmocka_unit_test(another_expectation_is_417),
};

const struct group limits_group = GROUP(LEVEL_ERRORS, "limits", cases);
