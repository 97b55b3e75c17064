/*
 * Level 4: what fields say of a body beside its type: how it is encoded, and
 * what the server would have taken instead.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "wire.h"

/*
 * Content-Encoding
 */

/* Bytes that gzip(1) made of {"title":"milk"}. */
static const unsigned char gzipped[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56,
    0x2a, 0xc9, 0x2c, 0xc9, 0x49, 0x55, 0xb2, 0x52, 0xca, 0xcd, 0xcc, 0xc9,
    0x56, 0xaa, 0x05, 0x00, 0x10, 0x22, 0xb8, 0x05, 0x10, 0x00, 0x00, 0x00};

static const struct answer *post_encoded(struct api *api, const char *fields)
{
    char request[512];

    (void)snprintf(request, sizeof request, POST_TODOS LENGTH(16) "%s\r\n" MILK,
                   fields);
    return wire_ask(api, request);
}

static void encoded_body_is_415(void **state)
{
    const char *const fields[] = {"Content-Type: application/json",
                                  "Content-Encoding: gzip", NULL};
    const struct http_request request = {.method = "POST",
                                         .target = "/todos",
                                         .fields = fields,
                                         .body = (const char *)gzipped,
                                         .body_len = sizeof gzipped};

    expect_problem(api_ask(*state, &request), 415);
    expect_titles(api_get(*state, "/todos"), "");
}

/* Whoever decodes it between us and the client would find something else. */
static void body_that_is_called_encoded_is_415(void **state)
{
    static const char *const fields[] = {
        "Content-Encoding: gzip\r\n",
        "Content-Encoding: GZIP\r\n",
        "content-encoding: x-gzip\r\n",
        "Content-Encoding: br\r\n",
        "Content-Encoding: aes128gcm\r\n",
        "Content-Encoding: identity, gzip\r\n",
        "Content-Encoding: gzip, identity\r\n",
        "Content-Encoding: identity;q=1\r\n",
        "Content-Encoding: *\r\n",
        "Content-Encoding: identity\r\nContent-Encoding: gzip\r\n",
        "Content-Encoding:\r\nContent-Encoding: gzip\r\n",
    };

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        expect_problem(post_encoded(*state, fields[i]), 415);
    expect_titles(api_get(*state, "/todos"), "");
}

static void body_that_is_not_encoded_may_say_so(void **state)
{
    static const char *const fields[] = {
        "Content-Encoding: identity\r\n",
        "Content-Encoding: Identity\r\n",
        "Content-Encoding: identity, identity\r\n",
        "Content-Encoding: , identity,\r\n",
        "Content-Encoding:\r\n",
        "Content-Encoding: identity\r\nContent-Encoding: identity\r\n",
    };

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        (void)expect_todo(post_encoded(*state, fields[i]), 201);
}

static void put_and_patch_with_an_encoded_body_are_415(void **state)
{
    long long id = api_create(*state, "{'title':'a'}");
    const char *const methods[] = {"PUT", "PATCH"};

    for (size_t i = 0; i < 2; i++)
        expect_problem(wire_ask_line(*state, methods[i], api_path(*state, id),
                                     JSON
                                     "Content-Encoding: gzip\r\n" LENGTH(0)),
                       415);
    expect_titles(api_get(*state, "/todos"), "a");
}

/* As with its type, nobody asks how a body is encoded that is dropped. */
static void coding_of_a_body_that_is_dropped_is_ignored(void **state)
{
    expect_status(
        wire_ask_line(*state, "GET", "/todos", "Content-Encoding: gzip\r\n"),
        200);
    expect_status(wire_ask(*state, "DELETE /todos HTTP/1.1\r\n" HOST LENGTH(
                                       5) "Content-Encoding: gzip\r\n"
                                          "\r\nbytes"),
                  204);
}

static void the_query_comes_before_the_coding(void **state)
{
    expect_problem(wire_ask_line(*state, "POST", "/todos?x=1",
                                 JSON "Content-Encoding: gzip\r\n" LENGTH(0)),
                   422);
}

static void the_coding_comes_before_the_length(void **state)
{
    expect_problem(wire_ask_line(*state, "POST", "/todos",
                                 JSON "Content-Encoding: gzip\r\n"),
                   415);
    expect_problem(wire_ask_line(*state, "POST", "/todos",
                                 JSON
                                 "Content-Encoding: gzip\r\n" LENGTH(65537)),
                   415);
}

/*
 * Accept-Patch (RFC 5789)
 */

/* Every type that the field lists is taken by a PATCH, and there is one. */
static void check_accept_patch(struct api *api, const struct answer *answer,
                               long long id)
{
    char types[256] = "";
    char *rest = types;
    int count = 0;

    (void)http_field(&answer->http, "Accept-Patch", types, sizeof types);
    if (!strstr(types, "application/merge-patch+json"))
        fail_answer(answer, "Accept-Patch with application/merge-patch+json");
    for (char *type; (type = strtok_r(rest, ", ", &rest)); count++) {
        char field[300];

        (void)snprintf(field, sizeof field, "Content-Type: %s", type);
        (void)expect_todo(
            api_send(api, "PATCH", api_path(api, id), field, "{'title':'b'}"),
            200);
    }
    if (count < 2)
        fail_answer(answer, "Accept-Patch with application/json, too");
}

static void patch_of_another_type_tells_which_are_taken(void **state)
{
    static const char *const others[] = {
        "Content-Type: application/json-patch+json", "Content-Type: text/plain",
        "Content-Type:"};
    long long id = api_create(*state, "{'title':'a'}");

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct answer *answer = api_send(
            *state, "PATCH", api_path(*state, id), others[i], "{'title':'b'}");

        expect_problem(answer, 415);
        check_accept_patch(*state, answer, id);
    }
}

static void options_tell_what_a_patch_may_be(void **state)
{
    long long id = api_create(*state, "{'title':'a'}");
    const struct answer *answer =
        api_send(*state, "OPTIONS", api_path(*state, id), NULL, NULL);

    expect_status(answer, 204);
    check_accept_patch(*state, answer, id);
}

/* To have the field means to allow PATCH. */
static void where_nothing_is_patched_nothing_is_said_of_it(void **state)
{
    expect_no_field(api_send(*state, "OPTIONS", "/todos", NULL, NULL),
                    "Accept-Patch");
    expect_no_field(api_send(*state, "POST", "/todos",
                             "Content-Type: text/plain", "{'title':'a'}"),
                    "Accept-Patch");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(encoded_body_is_415),
    cmocka_unit_test(body_that_is_called_encoded_is_415),
    cmocka_unit_test(body_that_is_not_encoded_may_say_so),
    cmocka_unit_test(put_and_patch_with_an_encoded_body_are_415),
    cmocka_unit_test(coding_of_a_body_that_is_dropped_is_ignored),
    cmocka_unit_test(the_query_comes_before_the_coding),
    cmocka_unit_test(the_coding_comes_before_the_length),
    cmocka_unit_test(patch_of_another_type_tells_which_are_taken),
    cmocka_unit_test(options_tell_what_a_patch_may_be),
    cmocka_unit_test(where_nothing_is_patched_nothing_is_said_of_it),
};

const struct group content_group = GROUP(LEVEL_ERRORS, "content", cases);
